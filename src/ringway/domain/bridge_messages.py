"""What a bridge is told, and what happens to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ringway.domain import leg_messages
from ringway.domain.actions import Action
from ringway.domain.bridge_state import (
    DEFAULT_ROLE,
    PROPAGATION,
    DialogSource,
    Guest,
    Policy,
    Propagation,
)
from ringway.domain.causes import Cause
from ringway.domain.values import (
    AccountId,
    BridgeId,
    LegId,
    Look,
    Owner,
    RecordingTerms,
    Restraint,
    Role,
    Source,
    TextKey,
)

# ------------------------------------------- commands: may be refused


@dataclass(frozen=True, slots=True)
class Seating:
    """Who is to have a seat, and what it may do there."""

    leg: LegId
    guest: Guest | None = None
    role: Role = DEFAULT_ROLE
    early: bool = False
    """It comes in with its early media, before somebody has answered there."""
    call: leg_messages.Create | None = None
    """The leg begins with this; None if it is there already."""


@dataclass(frozen=True, slots=True)
class Create:
    """Begin the bridge with these legs; telling it again changes nothing.

    In a dialog of an application the first seat is the parent's.
    """

    id: BridgeId
    account: AccountId
    policy: Policy
    legs: tuple[LegId, ...] = ()
    name: str | None = None
    guest: Guest | None = None
    """Of the only leg, where members are told of each other."""
    seats: tuple[Seating, ...] = ()
    """Instead of `legs`, for an application."""
    owner: Owner | None = None
    max_duration: int | None = None
    """Microseconds."""
    propagation: Propagation = PROPAGATION
    recording: RecordingTerms | None = None
    custom_data: TextKey | None = None


@dataclass(frozen=True, slots=True)
class TakeIn:
    """Bring a leg in; it leaves the bridge it is in."""

    leg: LegId
    guest: Guest | None = None
    role: Role = DEFAULT_ROLE
    early: bool = False
    call: leg_messages.Create | None = None
    """The leg begins with this; None if it is there already."""
    custom_data: TextKey | None = None
    """The leg's from now on."""


@dataclass(frozen=True, slots=True)
class Remove:
    """Let a member go; its leg stays."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class Assign:
    """Give a member of a conference a role."""

    leg: LegId
    role: Role


@dataclass(frozen=True, slots=True)
class Restrain:
    """Keep members of a conference from being heard, hearing or seeing."""

    leg: LegId | None = None
    """None: everybody who is in it now."""
    muted: bool | None = None
    """None: as it is; so the others."""
    deaf: bool | None = None
    blind: bool | None = None
    role: Role | None = None
    """Of one member, as `Assign` gives it."""


@dataclass(frozen=True, slots=True)
class Act:
    """Do something that goes on beside the meeting's life."""

    action: Action


@dataclass(frozen=True, slots=True)
class AcceptTransfer:
    """Let the dialog go on with somebody else, as one of its legs has asked."""


@dataclass(frozen=True, slots=True)
class RejectTransfer:
    """Leave the dialog as it is, although one of its legs has asked."""


@dataclass(frozen=True, slots=True)
class Close:
    """End the bridge."""

    cause: Cause
    source: Source = Source.API


# ------------------------------------------- signals: facts, never refused


@dataclass(frozen=True, slots=True)
class LegRang:
    """The leg's party sees the call."""

    leg: LegId


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
    source: Source = Source.PLATFORM
    over: bool = True
    """False: it lives on, elsewhere or alone."""
    seat: int | None = None
    """The one that it has left; it may have been given another since."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """A machine has refused what the bridge told it."""

    by: str
    """Its id."""
    cause: Cause


@dataclass(frozen=True, slots=True)
class LastedTooLong:
    """It has been there for as long as it may."""


Command: TypeAlias = (
    Create
    | TakeIn
    | Remove
    | Assign
    | Restrain
    | Act
    | AcceptTransfer
    | RejectTransfer
    | Close
)
Signal: TypeAlias = LegRang | LegAttached | LegLooks | LegGone | Unheard | LastedTooLong
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
    owner: Owner | None = None
    max_duration: int | None = None
    propagation: Propagation = PROPAGATION
    recording: RecordingTerms | None = None
    custom_data: TextKey | None = None
    parent: LegId | None = None
    child: LegId | None = None
    waits: bool = False
    """It is empty, and is there for who comes."""


@dataclass(frozen=True, slots=True)
class SeatTaken:
    """The leg is JOINING: a seat is kept for it."""

    leg: LegId
    seat: int
    guest: Guest | None = None
    role: Role = DEFAULT_ROLE
    early: bool = False
    call: leg_messages.Create | None = None
    custom_data: TextKey | None = None


@dataclass(frozen=True, slots=True)
class ChildRang:
    """The parent is to hear that the child rings."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The leg is in, and this is what its party shows."""

    leg: LegId
    look: Look
    at: int = 0


@dataclass(frozen=True, slots=True)
class Established:
    """Both legs of an application's dialog are in, for the first time."""

    at: int


@dataclass(frozen=True, slots=True)
class LookChanged:
    """A member shows something else now."""

    leg: LegId
    look: Look


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """A member hears, or is heard by, others now."""

    leg: LegId
    role: Role
    before: Role


@dataclass(frozen=True, slots=True)
class Restrained:
    """The application keeps a member from this now."""

    leg: LegId
    restraint: Restraint


@dataclass(frozen=True, slots=True)
class ActionFailed:
    """What the application asked for did not come about."""

    action: Action
    cause: Cause
    detail: str
    """A sentence for a person."""


@dataclass(frozen=True, slots=True)
class Left:
    """The leg is out."""

    leg: LegId
    cause: Cause
    source: Source = Source.PLATFORM
    joined: bool = True
    """It was in; False: it never came so far."""
    removed: bool = False
    """The application has let it go, and the leg does not know yet."""
    role: Role = DEFAULT_ROLE
    """What it was there."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The bridge is over; these were still in it."""

    at: int
    cause: Cause
    members: tuple[LegId, ...]
    source: Source = Source.PLATFORM
    by: LegId | None = None
    """The leg whose going was the end of it."""
    hangs_up: bool | None = None
    """Whether those still in it end as well; None: as its policy says."""


Event: TypeAlias = (
    Created
    | SeatTaken
    | ChildRang
    | Joined
    | Established
    | LookChanged
    | RoleChanged
    | Restrained
    | ActionFailed
    | Left
    | Closed
)


def ended_by(source: Source, by: LegId | None, child: LegId | None) -> DialogSource:
    """Say who has ended a dialog, as the public API calls them.

    `by` is the leg with which it ended, `child` the one that is the child.
    """
    if source is not Source.ENDPOINT:
        return DialogSource[source.name]
    if by is not None and by == child:
        return DialogSource.CHILD_ENDPOINT
    return DialogSource.PARENT_ENDPOINT
