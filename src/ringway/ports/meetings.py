"""Dialogs and conferences of applications, as a customer sees them.

A read model like `ports.calls`, and written together with it.  What people meet in
without an application (rooms, calls between two) has no row here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import auto, unique
from typing import Final, Protocol, TypeAlias

from ringway.domain.bridge_state import DialogState
from ringway.domain.causes import Cause
from ringway.domain.values import (
    SECOND,
    VOICE_ONLY,
    AccountId,
    BridgeId,
    ConfigurationId,
    Endpoint,
    LegId,
    Look,
    Meeting,
    Owner,
    PublicName,
    Restraint,
    Role,
    Source,
)
from ringway.ports.pages import MAX_SIZE, Page

SPEAKER: Final = Role()
UNRESTRAINED: Final = Restraint()

MeetingKey: TypeAlias = tuple[AccountId, BridgeId]


@unique
class ParticipantState(PublicName):
    """How far a participant has come (`api/calls-api.md`, ParticipantState)."""

    JOINING = auto()
    JOINED = auto()
    LEFT = auto()


@dataclass(frozen=True, slots=True)
class Participant:
    """One stay of a leg in a meeting: who comes again has another."""

    leg: LegId
    seat: int
    """Its number in the meeting, which no other stay has."""
    position: int
    """Of the last event in here."""
    endpoint: Endpoint | None = None
    state: ParticipantState = ParticipantState.JOINING
    look: Look = VOICE_ONLY
    role: Role = SPEAKER
    restraint: Restraint = UNRESTRAINED
    joined_at: int | None = None
    left_at: int | None = None


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A dialog or conference; times are microseconds since 1970, UTC."""

    account: AccountId
    id: BridgeId
    kind: Meeting
    owner: Owner
    state: DialogState
    created_at: int
    position: int
    """Of the last event in here."""
    name: str | None = None
    parent: LegId | None = None
    """Of a dialog: the leg that was there first."""
    child: LegId | None = None
    established_at: int | None = None
    ended_at: int | None = None
    cause: Cause | None = None
    """Why it has ended."""
    source: Source | None = None
    """Who has ended it."""
    ended_by: LegId | None = None
    """The leg with which it ended."""
    participants: tuple[Participant, ...] = ()
    """Every stay, also those that are over, by seat."""

    @property
    def key(self) -> MeetingKey:
        """What it is found by."""
        return self.account, self.id

    @property
    def duration(self) -> int | None:
        """Whole seconds from beginning to end; a dialog begins when both are there."""
        since = self.created_at
        if self.kind is Meeting.DIALOG:
            since = self.established_at or self.ended_at or since
        return None if self.ended_at is None else (self.ended_at - since) // SECOND

    def stay(self, leg: LegId) -> Participant | None:
        """Give the leg's last stay."""
        stays = (it for it in reversed(self.participants) if it.leg == leg)
        return next(stays, None)

    def with_stay(self, stay: Participant) -> MeetingRow:
        """Give the row with this stay, new or as it is now."""
        rest = tuple(it for it in self.participants if it.seat != stay.seat)
        stays = sorted((*rest, stay), key=lambda it: it.seat)
        return replace(self, participants=tuple(stays))


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedMeetings:
    """Which meetings are asked for; what is None does not matter."""

    kind: Meeting
    name: str | None = None
    call: LegId | None = None
    """It is, or was, in it."""
    configuration: ConfigurationId | None = None
    application: str | None = None
    state: DialogState | None = None
    parent: LegId | None = None
    child: LegId | None = None
    started_after: int | None = None
    """It began at this moment or later."""
    ended_before: int | None = None

    def has(self, row: MeetingRow) -> bool:
        """Say whether the meeting is one of those."""
        ended, before = row.ended_at, self.ended_before
        return (
            row.kind is self.kind
            and self.name in (None, row.name)
            and (self.call is None or row.stay(self.call) is not None)
            and self.configuration in (None, row.owner.configuration)
            and self.application in (None, row.owner.application)
            and self.state in (None, row.state)
            and self.parent in (None, row.parent)
            and self.child in (None, row.child)
            and (self.started_after is None or row.created_at >= self.started_after)
            and (before is None or (ended is not None and ended < before))
        )


class Meetings(Protocol):
    """Written with `Calls.apply`, read by many."""

    async def known(
        self, keys: Collection[MeetingKey]
    ) -> Mapping[MeetingKey, MeetingRow]:
        """Give those that are in here."""
        ...

    async def read(self, account: AccountId, meeting: BridgeId) -> MeetingRow | None:
        """Give the meeting if the account has it."""
        ...

    async def history(
        self,
        account: AccountId,
        wanted: WantedMeetings,
        *,
        page: int = 0,
        size: int = MAX_SIZE,
    ) -> Page[MeetingRow]:
        """Give a page of the account's meetings that have ended, newest first.

        `ValueError` unless `check_page` likes the page.
        """
        ...
