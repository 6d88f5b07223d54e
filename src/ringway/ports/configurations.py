"""Calls configurations: what ties calls to the program they belong to.

One is an id and a name (`api/calls-api.md` section 2.10); the id is the
customer's own or 24 hex digits of ours, and it is what a subscription names.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Final

from ringway.domain.values import AccountId, ConfigurationId
from ringway.ports.fields import WrongFields
from ringway.ports.shelves import Kind, Shelf, Shelves

MAX_ID: Final = 128
MAX_NAME: Final = 128
MAX_CONFIGURATIONS: Final = 1000
RESERVED: Final = ConfigurationId("conversations")
"""The destination that the SDK's users know as their contact centre."""
_ID: Final = re.compile(rf"[a-zA-Z0-9_-]{{1,{MAX_ID}}}")


@dataclass(frozen=True, slots=True)
class Configuration:
    """One calls configuration."""

    id: ConfigurationId
    name: str


CONFIGURATION: Final = Kind(
    "configuration", Configuration, MAX_CONFIGURATIONS, "calls configuration"
)


def configuration(id_: str | None, name: str | None) -> Configuration:
    """Make one; without a name it is called as its id.  Or `WrongFields`."""
    if id_ is None:
        id_ = secrets.token_hex(12)
    elif not _ID.fullmatch(id_):
        raise WrongFields({"id": f"is 1 to {MAX_ID} letters, digits, - or _"})
    elif id_ == RESERVED:
        raise WrongFields({"id": f"may not be {RESERVED}: it is reserved"})
    return renamed(Configuration(ConfigurationId(id_), id_), name)


def renamed(it: Configuration, name: str | None) -> Configuration:
    """Give it another name; None: its id.  Or `WrongFields`."""
    if name is not None and not 1 <= len(name) <= MAX_NAME:
        raise WrongFields({"name": f"is 1 to {MAX_NAME} characters"})
    return Configuration(it.id, name or it.id)


async def exists(
    shelves: Shelves, account: AccountId, configuration: ConfigurationId
) -> bool:
    """Say whether the account has this configuration."""

    def look(shelf: Shelf) -> bool:
        return shelf.get(CONFIGURATION, configuration) is not None

    return await shelves.read(account, look)
