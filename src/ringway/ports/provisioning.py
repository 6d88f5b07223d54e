"""Applications and entities of a customer, and what belongs to them.

A resource has one owner at a time (`api/webrtc-api.md` section 6): its association
has the resource as its id, so who has the resource finds the application.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ringway.ports.fields import WrongFields
from ringway.ports.shelves import Kind, Shelf

MAX_ID: Final = 255
"""Characters of the ids and names of applications, entities and resources."""
KEY: Final = rf"[^/\x00-\x1f\x7f]{{1,{MAX_ID}}}"
"""The customer's own id of something: it is a part of paths, so it has no slash."""
MAX_APPLICATIONS: Final = 1000
MAX_ENTITIES: Final = 10_000
MAX_ASSOCIATIONS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Application:
    """A program of the customer, by the customer's own id."""

    id: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """A customer of the customer, by the customer's own id."""

    id: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that belongs to an application."""

    type: str
    channel: str
    id: str

    @property
    def key(self) -> str:
        """Its id among all resources; types and channels have no colon."""
        return f"{self.type}:{self.channel}:{self.id}"


@dataclass(frozen=True, slots=True)
class Association:
    """To which application, and perhaps entity, a resource belongs."""

    resource: Resource
    application: str
    entity: str | None = None


APPLICATION: Final = Kind("application", Application, MAX_APPLICATIONS, "application")
ENTITY: Final = Kind("entity", Entity, MAX_ENTITIES, "entity")
ASSOCIATION: Final = Kind("association", Association, MAX_ASSOCIATIONS, "association")
"""Kept by the key of its resource, and labelled with its application."""


class InUse(Exception):
    """Something belongs to it, so it stays."""

    def __init__(self, word: str, id_: str) -> None:
        super().__init__(
            f"Something belongs to the {word} {id_!r}: delete its associations first."
        )


def application(id_: str, name: str | None) -> Application:
    """Make an application.  Or `WrongFields`."""
    if not re.fullmatch(KEY, id_):
        raise WrongFields({"applicationId": f"is 1 to {MAX_ID} signs without a slash"})
    if name is not None and len(name) > MAX_ID:
        raise WrongFields({"applicationName": f"is at most {MAX_ID} characters"})
    return Application(id_, name)


def delete_application(shelf: Shelf, id_: str) -> Application:
    """Delete an application; give what it was.  Or `Missing`, `InUse`."""
    it = shelf.remove(APPLICATION, id_)
    if shelf.page(ASSOCIATION, 0, 1, id_).total:
        raise InUse("application", id_)
    return it


def delete_entity(shelf: Shelf, id_: str) -> Entity:
    """Delete an entity; give what it was.  Or `Missing`, `InUse`."""
    it = shelf.remove(ENTITY, id_)
    associations = shelf.page(ASSOCIATION, 0, MAX_ASSOCIATIONS).values
    if any(each.entity == id_ for each in associations):
        raise InUse("entity", id_)
    return it
