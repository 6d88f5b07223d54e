"""When people were connected: one row for each line, written beside the log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import auto, unique
from typing import Final, Protocol

from ringway.domain.values import AccountId, DeviceId, PublicName

MAX_SIZE: Final = 100
"""Moments of a page (`api/webrtc-api.md` section 2)."""
MAX_PAGE: Final = 100_000


@unique
class ActivityType(PublicName):
    """The public API's names (`api/webrtc-api.md`, ActivityType)."""

    CONNECTED = auto()
    DISCONNECTED = auto()


@dataclass(frozen=True, slots=True)
class Connection:
    """One line of a person, from its first socket to its end."""

    account: AccountId
    id: DeviceId
    identity: str
    connected_at: int
    """Microseconds since 1970, UTC."""
    disconnected_at: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """Somebody came or went."""

    connection: DeviceId
    type: ActivityType
    at: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose moments, which of them, and which page of these."""

    account: AccountId
    identity: str
    since: int | None = None
    """Not before; microseconds since 1970, UTC."""
    until: int | None = None
    """Not after."""
    connection: DeviceId | None = None
    page: int = 0
    size: int = 20

    def __post_init__(self) -> None:
        if not 0 <= self.page <= MAX_PAGE:
            raise ValueError(f"A page has a number from 0 to {MAX_PAGE}.")
        if not 1 <= self.size <= MAX_SIZE:
            raise ValueError(f"A page has 1 to {MAX_SIZE} results.")


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the moments asked for, the newest first, and how many there are."""

    moments: Sequence[Moment]
    total: int


class Activity(Protocol):
    """Remembers connections."""

    async def put(self, connections: Sequence[Connection]) -> None:
        """Write connections; one that is there already gets its end."""
        ...

    async def give_up(self, living: Collection[DeviceId], at: int) -> int:
        """End the open connections that are not among the living, at this time.

        One that began later ends when it began.  Gives how many there were.
        """
        ...

    async def moments(self, asked: Asked) -> Page: ...
