"""Events as customers see them, in the order in which they are told.

Who follows the log writes them, in the transaction that moves its cursor; the
floor `hooks` brings them to customers and never changes them.  Everything here may
raise `StorageUnavailable` (`ports.storage`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple, Protocol

from ringway.domain.values import SECOND, AccountId, ConfigurationId

KEPT: Final = 48 * 60 * 60 * SECOND
"""How long an event is kept: who was away for longer reads the histories."""
MAX_READ: Final = 500
"""Events that are read at once."""
_LONGEST: Final = 16
"""Digits of a position: fewer than SQLite can count."""


class Mark(NamedTuple):
    """A place in the outbox: after the event of this position and number."""

    position: int
    """Of the event of the log it was made from."""
    number: int
    """Which of those that were made from it, from 0."""

    def __str__(self) -> str:
        """Write it as the id of the event, ``<position>-<number>``."""
        return f"{self.position}-{self.number}"


BEGINNING: Final = Mark(0, 0)
"""Before every event: positions begin with 1."""


def mark_of(text: str) -> Mark | None:
    """Read the id of an event; None if it is none."""
    position, dash, number = text.partition("-")
    if not dash or len(position) > _LONGEST or len(number) > _LONGEST:
        return None
    if not (text.isascii() and position.isdigit() and number.isdigit()):
        return None
    return Mark(int(position), int(number))


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """One event of the Calls API, and for whom it is."""

    account: AccountId
    position: int
    index: int
    type: str
    """`EventType` of the reference (`api/calls-events.md` section 2)."""
    configuration: ConfigurationId | None
    application: str | None
    entity: str | None
    subject: str
    """Events of one subject are told in order: the id of a call, meeting or bulk."""
    at: int
    """When it happened, in microseconds since 1970, UTC."""
    trace: str
    """The trace it belongs to, 32 hexadecimal digits (W3C Trace Context)."""
    payload: bytes = field(repr=False)
    """The JSON object as it is posted."""

    @property
    def mark(self) -> Mark:
        """Its place in the outbox, and its id."""
        return Mark(self.position, self.index)


class Outbox(Protocol):
    """Written by one follower of the log, read by those who deliver.

    The adapters have a `put` of their own, for the transaction of the follower.
    """

    async def last(self) -> Mark:
        """Give the place of the newest event; `BEGINNING` if there is none."""
        ...

    async def read_after(self, mark: Mark, limit: int) -> tuple[PublicEvent, ...]:
        """Give at most `limit` events of all accounts after the place, in order."""
        ...

    async def read_of(
        self,
        account: AccountId,
        after: Mark,
        limit: int,
        configuration: ConfigurationId | None = None,
    ) -> tuple[PublicEvent, ...]:
        """Give the account's events after the place, of one configuration or all."""
        ...

    async def newest(
        self,
        account: AccountId,
        limit: int,
        configuration: ConfigurationId | None = None,
    ) -> tuple[PublicEvent, ...]:
        """Give the account's newest events, in order."""
        ...

    async def read_subject(
        self, account: AccountId, subject: str, after: Mark, limit: int
    ) -> tuple[PublicEvent, ...]:
        """Give the events of one subject after the place, in order."""
        ...

    async def forget_before(self, at: int, limit: int) -> int:
        """Delete at most `limit` events that happened before; give how many.

        Only from the oldest on: an event behind a younger one stays for now.
        """
        ...


def in_order(events: Sequence[PublicEvent]) -> bool:
    """Say whether each event has a place after the one before it."""
    marks = [it.mark for it in events]
    return all(one < next_ for one, next_ in pairwise(marks))
