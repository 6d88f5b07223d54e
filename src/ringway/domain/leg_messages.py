"""What a leg is told, and what happens to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import auto, unique
from typing import TypeAlias

from ringway.domain.causes import Cause
from ringway.domain.leg_state import Phase
from ringway.domain.values import (
    NO_WISHES,
    VOICE_ONLY,
    AccountId,
    BridgeId,
    DeviceId,
    Direction,
    Endpoint,
    ForkId,
    LegId,
    Look,
    Picture,
    PublicName,
    TextKey,
    Wishes,
)

# ------------------------------------------- commands: may be refused


@dataclass(frozen=True, slots=True)
class Create:
    """Begin the leg; telling it again changes nothing."""

    id: LegId
    account: AccountId
    direction: Direction
    endpoint: Endpoint
    counterpart: Endpoint
    device: DeviceId
    video: bool = False
    wishes: Wishes = NO_WISHES
    look: Look = VOICE_ONLY
    """What an inbound party shows from the start."""
    remote: Look = VOICE_ONLY
    """What the caller shows, for an outbound leg."""
    parent: LegId | None = None
    fork: ForkId | None = None


@dataclass(frozen=True, slots=True)
class Follow:
    """Tell the fork how this caller's leg is doing."""

    fork: ForkId


@dataclass(frozen=True, slots=True)
class Ring:
    """The person called can see it."""


@dataclass(frozen=True, slots=True)
class Accept:
    """The person called takes it; the offer is in the cargo."""

    wishes: Wishes
    look: Look


@dataclass(frozen=True, slots=True)
class Decline:
    """The person called does not take it, here or on any device."""

    everywhere: bool


@dataclass(frozen=True, slots=True)
class Hangup:
    """The client ends the leg, whatever it is doing."""

    cause: Cause = Cause.NORMAL_HANGUP


@dataclass(frozen=True, slots=True)
class Mute:
    """The client's microphone is, or is not, muted."""

    muted: bool


@dataclass(frozen=True, slots=True)
class Show:
    """The client's camera or screen is, or is not, being sent."""

    picture: Picture
    on: bool


@dataclass(frozen=True, slots=True)
class Attach:
    """Join the leg's media to a bridge, where it has this seat."""

    bridge: BridgeId
    seat: int


# ------------------------------------------- signals: facts, never refused


@dataclass(frozen=True, slots=True)
class RemoteRang:
    """Somebody called by this leg sees it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody called by this leg has taken it."""

    remote: Look
    remote_data: TextKey | None


@dataclass(frozen=True, slots=True)
class End:
    """Whoever this leg depends on is over."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class Detach:
    """The bridge is no more, or wants the leg no more; the leg stays."""

    bridge: BridgeId


@dataclass(frozen=True, slots=True)
class RemoteLooks:
    """What the other side shows now."""

    look: Look


@unique
class Loss(PublicName):
    """Why a pipe is gone: the reasons that make a difference."""

    NO_ROOM = auto()
    """The engine has no room for it."""
    BROKEN = auto()
    """Anything else."""


@dataclass(frozen=True, slots=True)
class PipeOpened:
    """Media flows both ways."""

    generation: int


@dataclass(frozen=True, slots=True)
class PipeClosed:
    """The pipe is gone: it never connected, broke, or its engine died."""

    generation: int
    loss: Loss = Loss.BROKEN
    detail: str = ""
    """A sentence for a person."""


@dataclass(frozen=True, slots=True)
class MediaOverdue:
    """No media within CONNECT_TIME, or none again within LOST_TIME."""

    generation: int


@dataclass(frozen=True, slots=True)
class Incompatible:
    """The party has no codec in common with the other."""

    generation: int
    detail: str = ""
    """A sentence for a person: what one sends and what the other can receive."""


@dataclass(frozen=True, slots=True)
class LineLost:
    """The device's connection is gone."""


@dataclass(frozen=True, slots=True)
class RangTooLong:
    """Nobody has taken the call within RING_TIME."""


Command: TypeAlias = (
    Create | Follow | Ring | Accept | Decline | Hangup | Mute | Show | Attach
)
Signal: TypeAlias = (
    RemoteRang
    | Answer
    | End
    | Detach
    | RemoteLooks
    | PipeOpened
    | PipeClosed
    | MediaOverdue
    | Incompatible
    | LineLost
    | RangTooLong
)
Given: TypeAlias = Command | Signal

# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Created:
    """The leg has begun."""

    id: LegId
    account: AccountId
    direction: Direction
    endpoint: Endpoint
    counterpart: Endpoint
    device: DeviceId
    at: int
    video: bool
    wishes: Wishes
    look: Look
    remote: Look
    parent: LegId | None
    fork: ForkId | None


@dataclass(frozen=True, slots=True)
class Followed:
    """A fork looks for somebody to answer."""

    fork: ForkId


@dataclass(frozen=True, slots=True)
class Rang:
    """It rings, here or there."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The person called by an outbound leg has taken it."""

    at: int
    wishes: Wishes
    look: Look


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody has taken the call of this inbound leg."""

    at: int
    remote: Look
    remote_data: TextKey | None


@dataclass(frozen=True, slots=True)
class Established:
    """The call is answered and its media flows."""

    at: int


@dataclass(frozen=True, slots=True)
class MediaOpened:
    """A pipe is connected, the first or a later one."""

    generation: int


@dataclass(frozen=True, slots=True)
class MediaLost:
    """The pipe broke; the next generation may carry on."""

    at: int
    generation: int
    """The one that is awaited now."""


@dataclass(frozen=True, slots=True)
class LookChanged:
    """The party shows something else now."""

    look: Look


@dataclass(frozen=True, slots=True)
class RemoteChanged:
    """The other side shows something else now."""

    before: Look
    look: Look


@dataclass(frozen=True, slots=True)
class Attached:
    """The leg now belongs to a bridge."""

    bridge: BridgeId
    seat: int


@dataclass(frozen=True, slots=True)
class Detached:
    """The leg is alone again."""

    bridge: BridgeId


@dataclass(frozen=True, slots=True)
class Ended:
    """The leg is over, and says how: the one terminal event."""

    phase: Phase
    cause: Cause
    at: int
    established_at: int | None
    duration: int
    """Whole seconds since it was established; 0 if it never was."""
    bridge: BridgeId | None
    """The one it was in."""
    everywhere: bool = False
    """The person called wants it on no other device either."""
    detail: str = ""
    """More than the cause says, for a person; often empty."""


Event: TypeAlias = (
    Created
    | Followed
    | Rang
    | Accepted
    | Answered
    | Established
    | MediaOpened
    | MediaLost
    | LookChanged
    | RemoteChanged
    | Attached
    | Detached
    | Ended
)
