"""What a bridge is told, and what happens to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ringway.domain.bridge_state import Guest, Policy
from ringway.domain.causes import Cause
from ringway.domain.values import AccountId, BridgeId, LegId, Look

# ------------------------------------------- commands: may be refused


@dataclass(frozen=True, slots=True)
class Create:
    """Begin the bridge with these legs; telling it again changes nothing."""

    id: BridgeId
    account: AccountId
    policy: Policy
    legs: tuple[LegId, ...]
    name: str | None = None
    guest: Guest | None = None
    """Of the only leg, where members are told of each other."""


@dataclass(frozen=True, slots=True)
class TakeIn:
    """Bring a leg in."""

    leg: LegId
    guest: Guest | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """End the bridge."""

    cause: Cause


# ------------------------------------------- signals: facts, never refused


@dataclass(frozen=True, slots=True)
class LegAttached:
    """The leg has taken its seat."""

    leg: LegId
    seat: int
    look: Look


@dataclass(frozen=True, slots=True)
class LegLooks:
    """The leg's party shows something else now."""

    leg: LegId
    look: Look


@dataclass(frozen=True, slots=True)
class LegGone:
    """The leg has left, or is over."""

    leg: LegId
    cause: Cause


@dataclass(frozen=True, slots=True)
class Unheard:
    """A machine has refused what the bridge told it."""

    by: str
    """Its id."""
    cause: Cause


Command: TypeAlias = Create | TakeIn | Close
Signal: TypeAlias = LegAttached | LegLooks | LegGone | Unheard
Given: TypeAlias = Command | Signal

# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Created:
    """The bridge has begun."""

    id: BridgeId
    account: AccountId
    policy: Policy
    at: int
    name: str | None = None


@dataclass(frozen=True, slots=True)
class SeatTaken:
    """The leg is JOINING: a seat is kept for it."""

    leg: LegId
    seat: int
    guest: Guest | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """The leg is in, and this is what its party shows."""

    leg: LegId
    look: Look


@dataclass(frozen=True, slots=True)
class LookChanged:
    """A member shows something else now."""

    leg: LegId
    look: Look


@dataclass(frozen=True, slots=True)
class Left:
    """The leg is out."""

    leg: LegId
    cause: Cause


@dataclass(frozen=True, slots=True)
class Closed:
    """The bridge is over; these were still in it."""

    at: int
    cause: Cause
    members: tuple[LegId, ...]


Event: TypeAlias = Created | SeatTaken | Joined | LookChanged | Left | Closed
