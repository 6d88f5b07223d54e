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
    PublicName,
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


DIALOG: Final = Policy("DIALOG", 2, EndsWhen.ANY_LEFT, hangs_up=True, face_to_face=True)
CONFERENCE: Final = Policy("CONFERENCE", 100, EndsWhen.TOLD, hangs_up=True)


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
class Member:
    """A leg in the bridge."""

    leg: LegId
    seat: int
    standing: Standing = Standing.JOINING
    look: Look = VOICE_ONLY
    guest: Guest | None = None

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

    def member(self, leg: LegId) -> Member | None:
        """Give the member, or None if the leg is not in here."""
        return self.untold.get(leg) or self.told.get(leg)

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
