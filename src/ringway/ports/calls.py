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
from ringway.domain.leg_state import CallState, Transfer
from ringway.domain.values import (
    SECOND,
    TERMS,
    VOICE_ONLY,
    AccountId,
    BridgeId,
    ConfigurationId,
    Direction,
    Endpoint,
    EndpointType,
    ForkId,
    LegId,
    Look,
    Meeting,
    Owner,
    Recording,
    RecordingRight,
    Restraint,
    Source,
    Terms,
    TextKey,
)
from ringway.ports.meetings import MeetingRow
from ringway.ports.outbox import PublicEvent
from ringway.ports.pages import MAX_PAGE, MAX_SIZE, Page, check_page

__all__ = [
    "CONSUMER",
    "MAX_PAGE",
    "MAX_SIZE",
    "UNRESTRAINED",
    "Batch",
    "Call",
    "CallKey",
    "Calls",
    "Page",
    "WantedCalls",
    "check_page",
]

CONSUMER: Final = "calls"
"""The name of the cursor in the log."""
UNRESTRAINED: Final = Restraint()

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
    """Where the texts are that the call has now."""
    owners: tuple[Owner, ...] = ()
    """Whose it was, one after the other, and is: nobody's if people call people."""
    terms: Terms = TERMS
    """What the application asked for."""
    recording: Recording = Recording.UNDEFINED
    """What its party wished to be recorded."""
    capability: RecordingRight | None = None
    """What the party's token allows to be recorded; None: it does not say."""
    look: Look = VOICE_ONLY
    restraint: Restraint = UNRESTRAINED
    """What its application keeps its party from."""
    had_camera: bool = False
    """Its camera was on at some time."""
    had_screen: bool = False
    """Its screen was shared at some time."""
    rang_at: int | None = None
    source: Source | None = None
    """Who has ended it."""
    meeting: Meeting | None = None
    """What kind of bridge it is in, or was in last."""
    conferences: tuple[BridgeId, ...] = ()
    """Those it was ever in, in their order."""
    dialogs: tuple[BridgeId, ...] = ()
    """The same of dialogs."""
    transfer: Transfer | None = None
    """The transfer to another application that is not decided yet."""

    @property
    def key(self) -> CallKey:
        """What it is found by."""
        return self.account, self.id

    @property
    def owner(self) -> Owner | None:
        """Whose it is now."""
        return self.owners[-1] if self.owners else None

    @property
    def caller(self) -> str:
        """What the API calls `from`."""
        inbound = self.direction is Direction.INBOUND
        return (self.endpoint if inbound else self.counterpart).address

    @property
    def callee(self) -> str:
        """What the API calls `to`."""
        inbound = self.direction is Direction.INBOUND
        return (self.counterpart if inbound else self.endpoint).address

    @property
    def bulk(self) -> str | None:
        """The bulk it was made for."""
        return self.terms.bulk

    @property
    def ring_duration(self) -> int | None:
        """Whole seconds of ringing; None before its end, or if it never rang."""
        until = self.answered_at or self.ended_at
        if self.rang_at is None or until is None:
            return None
        return max(0, until - self.rang_at) // SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCalls:
    """Which calls of applications are asked for; what is None does not matter."""

    type: EndpointType | None = None
    configuration: ConfigurationId | None = None
    """The one that owns it, or owned it last."""
    application: str | None = None
    caller: str | None = None
    callee: str | None = None
    direction: Direction | None = None
    state: CallState | None = None
    started_after: int | None = None
    """It began at this moment or later."""
    conference: BridgeId | None = None
    """It is, or was, in this one."""
    dialog: BridgeId | None = None
    """The same."""
    bulk: str | None = None

    def has(self, call: Call) -> bool:
        """Say whether the call is one of those."""
        owner = call.owner
        return (
            owner is not None
            and self.type in (None, call.endpoint.type)
            and self.configuration in (None, owner.configuration)
            and self.application in (None, owner.application)
            and self.caller in (None, call.caller)
            and self.callee in (None, call.callee)
            and self.direction in (None, call.direction)
            and self.state in (None, call.state)
            and (self.started_after is None or call.created_at >= self.started_after)
            and (self.conference is None or self.conference in call.conferences)
            and (self.dialog is None or self.dialog in call.dialogs)
            and self.bulk in (None, call.bulk)
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """What a stretch of the log has made of calls and meetings."""

    after: int
    """The position where the stretch begins: where the last batch ended."""
    position: int
    """The position of its last event."""
    calls: Sequence[Call]
    """Each at most once, as it is at the end."""
    meetings: Sequence[MeetingRow] = ()
    """Each at most once, as it is at the end."""
    published: Sequence[PublicEvent] = ()
    """What customers are told of it: rows of the outbox."""


class Calls(Protocol):
    """Written by one follower of the log, read by many."""

    async def position(self) -> int:
        """Give the position up to which events are in here; 0 if none are."""
        ...

    async def apply(self, batch: Batch) -> bool:
        """Write calls, meetings, public events and position: all of it or nothing.

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

    async def history(
        self,
        account: AccountId,
        wanted: WantedCalls,
        *,
        page: int = 0,
        size: int = MAX_SIZE,
    ) -> Page[Call]:
        """Give a page of ended calls of the account's applications, newest first.

        `ValueError` as `list` has it.
        """
        ...

    async def forget(self, before: int, most: int) -> int:
        """Forget calls and meetings that ended before the moment, `most` of each.

        Those of applications: people's own calls have no history that ends.  Give
        how many went; fewer than `most` says that there are no more.
        """
        ...
