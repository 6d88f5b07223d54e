"""What a bridge is, and the three policies it may have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import auto, unique
from typing import Final

from ringway.domain.values import (
    VOICE_ONLY,
    AccountId,
    BridgeId,
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
ROOM: Final = Policy("ROOM", 100, EndsWhen.ALL_LEFT, hangs_up=False)


@unique
class Standing(PublicName):
    """How far a member has come in."""

    JOINING = auto()
    JOINED = auto()


@dataclass(frozen=True, slots=True)
class Member:
    """A leg in the bridge."""

    leg: LegId
    seat: int
    standing: Standing = Standing.JOINING
    look: Look = VOICE_ONLY


@dataclass(frozen=True, slots=True)
class Bridge:
    """A meeting of legs."""

    id: BridgeId
    account: AccountId
    policy: Policy
    created_at: int
    members: tuple[Member, ...] = ()
    seated: int = 0
    """Seats given so far: the next one has this number plus one."""
    over: bool = False

    def member(self, leg: LegId) -> Member | None:
        """Give the member, or None if the leg is not in here."""
        return next((m for m in self.members if m.leg == leg), None)
