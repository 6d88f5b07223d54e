"""Applications and entities of a customer, and what belongs to them.

A resource has one owner at a time (`api/webrtc-api.md` section 6): its association
has the resource as its id, so who has the resource finds the application.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ringway.ports.shelves import Kind

MAX_ID: Final = 255
"""Characters of the ids and names of applications, entities and resources."""
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
