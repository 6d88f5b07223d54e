"""Calls as a customer sees them: one row per leg, also long after its end.

A read model: made from the event log alone, a moment behind it, and never asked
by the machines.  Everything here may raise `StorageUnavailable` (`ports.storage`):
then nothing of it has happened.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from ringway.domain.causes import Cause
from ringway.domain.leg_state import CallState
from ringway.domain.values import (
    AccountId,
    BridgeId,
    Direction,
    Endpoint,
    ForkId,
    LegId,
    TextKey,
)

CONSUMER: Final = "calls"
"""The name of the cursor in the log."""
MAX_SIZE: Final = 100
"""Calls on a page."""
MAX_PAGE: Final = 1_000_000
"""The highest number of a page."""

CallKey: TypeAlias = tuple[AccountId, LegId]


@dataclass(frozen=True, slots=True)
class Call:
    """A leg, by its public names; times are microseconds since 1970, UTC."""

    account: AccountId
    id: LegId
    parent: LegId | None
    """The caller's leg this one was made for."""
    direction: Direction
    endpoint: Endpoint
    counterpart: Endpoint
    state: CallState
    created_at: int
    position: int
    """Of the last event in here."""
    answered_at: int | None = None
    established_at: int | None = None
    ended_at: int | None = None
    duration: int = 0
    """Whole seconds since it was established; 0 until it has ended."""
    cause: Cause | None = None
    """Why it has ended."""
    detail: str = ""
    """More than the cause says, for a person; often empty."""
    bridge: BridgeId | None = None
    """The one it is in, or was in when it ended."""
    fork: ForkId | None = None
    custom_data: TextKey | None = None
    """Where the texts are that the call came with."""

    @property
    def key(self) -> CallKey:
        """What it is found by."""
        return self.account, self.id


@dataclass(frozen=True, slots=True)
class Batch:
    """What a stretch of the log has made of the calls in it."""

    after: int
    """The position where the stretch begins: where the last batch ended."""
    position: int
    """The position of its last event."""
    calls: Sequence[Call]
    """Each at most once, as it is at the end."""


class Calls(Protocol):
    """Written by one follower of the log, read by many."""

    async def position(self) -> int:
        """Give the position up to which events are in here; 0 if none are."""
        ...

    async def apply(self, batch: Batch) -> bool:
        """Write calls and position, all of it or nothing.

        False, and nothing has changed, if the last batch did not end where this one
        begins: so a batch that is told again changes nothing.
        """
        ...

    async def known(self, keys: Collection[CallKey]) -> Mapping[CallKey, Call]:
        """Give those that are in here."""
        ...

    async def read(self, account: AccountId, leg: LegId) -> Call | None:
        """Give the call if the account has it."""
        ...

    async def beginning_with(self, account: AccountId, text: str) -> tuple[Call, ...]:
        """Give the account's calls whose ids begin with the text, at most two.

        Two say that the text is too short to name one.
        """
        ...

    async def list(
        self,
        account: AccountId,
        *,
        state: CallState | None = None,
        page: int = 0,
        size: int = MAX_SIZE,
    ) -> tuple[Call, ...]:
        """Give a page of the account's calls, newest first, of one state or of all.

        Pages count from 0.  `ValueError` unless 0 <= page <= MAX_PAGE and
        1 <= size <= MAX_SIZE.
        """
        ...


def check_page(page: int, size: int) -> None:
    """Raise `ValueError` for a page that can not be asked for."""
    if not 0 <= page <= MAX_PAGE:
        raise ValueError(f"A page has a number from 0 to {MAX_PAGE}, not {page}.")
    if not 1 <= size <= MAX_SIZE:
        raise ValueError(f"A page has 1 to {MAX_SIZE} calls, not {size}.")
