"""What a bridge is, and the three policies it may have."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import auto, unique
from typing import Final

from ringway.domain.roll import Roll
from ringway.domain.values import (
    VOICE_ONLY,
    AccountId,
    BridgeId,
    Endpoint,
    Ids,
    LegId,
    Look,
    Meeting,
    Owner,
    PublicName,
    RecordingTerms,
    Restraint,
    Role,
    TextKey,
)


@unique
class EndsWhen(PublicName):
    """What brings a bridge to its end, besides being told."""

    ANY_LEFT = auto()
    ALL_LEFT = auto()
    TOLD = auto()


@dataclass(frozen=True, slots=True)
class Policy:
    """What makes a bridge a dialog, a conference or a room."""

    name: str
    seats: int
    """Legs that may be in it at once."""
    ends_when: EndsWhen
    hangs_up: bool
    """Its end is the end of its legs."""
    face_to_face: bool = False
    """Each of two members is *the other side* to the other."""

    @property
    def meeting(self) -> Meeting:
        """What kind of bridge this is to those in it."""
        return Meeting[self.name]


MAX_MEMBERS: Final = 100
"""Legs in a conference of an application."""
DIALOG: Final = Policy("DIALOG", 2, EndsWhen.ANY_LEFT, hangs_up=True, face_to_face=True)
"""Of two people, one of whom has called the other."""
APPLICATION_DIALOG: Final = Policy("DIALOG", 2, EndsWhen.ANY_LEFT, hangs_up=True)
"""Of a parent and a child, whom an application has brought together."""
CONFERENCE: Final = Policy("CONFERENCE", MAX_MEMBERS, EndsWhen.ALL_LEFT, hangs_up=True)


def room_of(founder: LegId) -> BridgeId:
    """Give the id of the room that this leg begins, if it finds none.

    Always the same, so that routing a leg twice makes one room.
    """
    seed = hashlib.blake2b(founder.encode(), digest_size=16, person=b"room").digest()
    return BridgeId(Ids(seed).nth(0))


def room(seats: int) -> Policy:
    """Give the policy of a room; its size is a setting of the account."""
    return Policy("ROOM", seats, EndsWhen.ALL_LEFT, hangs_up=False)


@unique
class Standing(PublicName):
    """How far a member has come in."""

    JOINING = auto()
    JOINED = auto()


@dataclass(frozen=True, slots=True)
class Guest:
    """Who comes in, where members are told of each other."""

    endpoint: Endpoint
    participant_events: bool = True
    """Whether it is told of the others."""


@dataclass(frozen=True, slots=True)
class Propagation:
    """What the parent of a dialog is made to share of the child's fate."""

    child_hangup: bool = True
    """The end of the child is the end of the parent."""
    child_ringing: bool = False
    """A parent whose call waits hears that the child rings."""
    ringback: bool = False
    """It wants a tone meanwhile; kept as asked for."""


PROPAGATION: Final = Propagation()
"""What is so unless the application says otherwise."""
DEFAULT_ROLE: Final = Role()
"""Speaks and hears, as everybody does who has no other role."""
UNRESTRAINED: Final = Restraint()


@unique
class DialogState(PublicName):
    """The public API's names (`api/calls-api.md`, DialogState)."""

    CREATED = auto()
    PRE_ESTABLISHED = auto()
    ESTABLISHED = auto()
    FINISHED = auto()
    FAILED = auto()
    TRANSFERRING = auto()


@unique
class DialogSource(PublicName):
    """Who has ended a dialog (`api/calls-api.md`, DialogHangupSource)."""

    API = auto()
    PARENT_ENDPOINT = auto()
    CHILD_ENDPOINT = auto()
    PLATFORM = auto()


@dataclass(frozen=True, slots=True)
class Member:
    """A leg in the bridge."""

    leg: LegId
    seat: int
    standing: Standing = Standing.JOINING
    look: Look = VOICE_ONLY
    guest: Guest | None = None
    role: Role = DEFAULT_ROLE
    restraint: Restraint = UNRESTRAINED
    early: bool = False
    """It comes in before somebody has answered there."""
    joined_at: int | None = None

    @property
    def is_told(self) -> bool:
        """Whether it is told of the others, as participants."""
        return self.guest is not None and self.guest.participant_events


NOBODY: Final[Roll[LegId, Member]] = Roll()


@dataclass(frozen=True, slots=True)
class Bridge:
    """A meeting of legs.

    Thousands may be in it, and most of them silent: what happens to one of them
    costs no look at the others.
    """

    id: BridgeId
    account: AccountId
    policy: Policy
    created_at: int
    name: str | None = None
    """What people call it; two live rooms of an account never share a name."""
    told: Roll[LegId, Member] = NOBODY
    """The members who are told of the others, by leg."""
    untold: Roll[LegId, Member] = NOBODY
    """The other members."""
    seated: int = 0
    """Seats given so far: the next one has this number plus one."""
    over: bool = False
    owner: Owner | None = None
    """The application it belongs to; None if it is the participants' own."""
    max_duration: int | None = None
    """Microseconds, from when it began; a dialog's, from when it was established."""
    propagation: Propagation = PROPAGATION
    recording: RecordingTerms | None = None
    custom_data: TextKey | None = None
    parent: LegId | None = None
    """Of an application's dialog, also when it has left."""
    child: LegId | None = None
    waits: bool = False
    """It began empty, and nobody has joined it yet."""
    rang: bool = False
    """The parent has heard that the child rings."""
    established_at: int | None = None
    """When both legs of an application's dialog had joined."""

    def member(self, leg: LegId) -> Member | None:
        """Give the member, or None if the leg is not in here."""
        return self.untold.get(leg) or self.told.get(leg)

    @property
    def is_dialog(self) -> bool:
        """Whether it is an application's dialog."""
        return self.owner is not None and self.policy.meeting is Meeting.DIALOG

    @property
    def is_conference(self) -> bool:
        """Whether it is an application's conference."""
        return self.owner is not None and self.policy.meeting is Meeting.CONFERENCE

    @property
    def state(self) -> DialogState:
        """How far it has come, as the public API says of dialogs."""
        if self.established_at is None:
            return DialogState.FAILED if self.over else DialogState.CREATED
        return DialogState.FINISHED if self.over else DialogState.ESTABLISHED

    @property
    def size(self) -> int:
        """How many members there are."""
        return len(self.told) + len(self.untold)

    @property
    def members(self) -> tuple[Member, ...]:
        """Everybody, by seat: for who really needs a look at all of them."""
        return _by_seat((*self.told.values(), *self.untold.values()))

    @property
    def audience(self) -> tuple[Member, ...]:
        """Those who have joined and are told of the others, by seat."""
        there = (it for it in self.told.values() if it.standing is Standing.JOINED)
        return _by_seat(tuple(there))

    def seating(self, member: Member) -> Bridge:
        """Give the bridge with this member, new or as it is now."""
        if member.is_told:
            return replace(self, told=self.told.put(member.leg, member))
        return replace(self, untold=self.untold.put(member.leg, member))

    def without(self, leg: LegId) -> Bridge:
        """Give the bridge without the leg."""
        told, untold = self.told.without(leg), self.untold.without(leg)
        return replace(self, told=told, untold=untold)


def _by_seat(members: Sequence[Member]) -> tuple[Member, ...]:
    return tuple(sorted(members, key=lambda member: member.seat))
