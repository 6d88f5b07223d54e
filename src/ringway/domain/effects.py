"""What machines ask the house to do; doing it twice is harmless."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TypeAlias

from ringway.domain import bridge_messages, fork_messages, leg_messages
from ringway.domain.values import BridgeId, ForkId, LegId


@unique
class Kind(StrEnum):
    """The kinds of machines; a stream of the log has one of them."""

    LEG = "leg"
    BRIDGE = "bridge"
    FORK = "fork"


@dataclass(frozen=True, slots=True)
class Address:
    """A machine of the same account."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Give a machine a command or a signal, whichever node it lives on."""

    to: Address
    given: leg_messages.Given | bridge_messages.Given | fork_messages.Given
    back: bool = False
    """Tell me `Unheard` when it is refused."""


def tell_leg(leg: LegId, given: leg_messages.Given, *, back: bool = False) -> Tell:
    """Tell a leg something."""
    return Tell(Address(Kind.LEG, leg), given, back)


def tell_bridge(bridge: BridgeId, given: bridge_messages.Given) -> Tell:
    """Tell a bridge something."""
    return Tell(Address(Kind.BRIDGE, bridge), given)


def tell_fork(fork: ForkId, given: fork_messages.Given) -> Tell:
    """Tell a fork something."""
    return Tell(Address(Kind.FORK, fork), given)


@dataclass(frozen=True, slots=True)
class Say:
    """Say what has just happened over the leg's own line."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell the members of a bridge what has just happened to one of them."""


@dataclass(frozen=True, slots=True)
class Route:
    """Find the devices this new inbound leg calls."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class OpenPipe:
    """Have the engine make the leg's pipe from the offer in the cargo."""

    leg: LegId
    generation: int


@dataclass(frozen=True, slots=True)
class ClosePipe:
    """Have the engine forget the leg's pipe."""

    leg: LegId
    generation: int


@dataclass(frozen=True, slots=True)
class AttachPipe:
    """Have the engine bring the leg's pipe into the bridge."""

    leg: LegId
    bridge: BridgeId


@dataclass(frozen=True, slots=True)
class Place:
    """Have the engine see to who hears and sees the leg now, and whom it does."""

    leg: LegId
    bridge: BridgeId


@dataclass(frozen=True, slots=True)
class DetachPipe:
    """Have the engine take the leg's pipe out of its bridge."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class CloseBridge:
    """Have the engine forget the bridge."""

    bridge: BridgeId


Order: TypeAlias = OpenPipe | ClosePipe | AttachPipe | Place | DetachPipe | CloseBridge
Effect: TypeAlias = Tell | Say | Announce | Route | Order


@dataclass(frozen=True, slots=True)
class Deadline:
    """A signal the machine gives itself when it has waited until then."""

    at: int
    """Microseconds since 1970, UTC."""
    given: (
        leg_messages.RangTooLong
        | leg_messages.LastedTooLong
        | leg_messages.TransferOverdue
        | leg_messages.MediaOverdue
        | leg_messages.LineOverdue
        | bridge_messages.LastedTooLong
    )
