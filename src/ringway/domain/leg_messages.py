"""What a leg is told: commands and signals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import auto, unique
from typing import TypeAlias

from ringway.domain.causes import Cause
from ringway.domain.leg_requests import Request
from ringway.domain.values import (
    NO_WISHES,
    TERMS,
    VOICE_ONLY,
    AccountId,
    BridgeId,
    Device,
    DeviceId,
    Direction,
    Endpoint,
    ForkId,
    LegId,
    Look,
    Meeting,
    Owner,
    Picture,
    PublicName,
    Source,
    Terms,
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
    device: DeviceId | None
    """Whose call it is; None: it reaches for the devices of a person."""
    video: bool = False
    wishes: Wishes = NO_WISHES
    look: Look = VOICE_ONLY
    """What an inbound party shows from the start."""
    remote: Look = VOICE_ONLY
    """What the caller shows, for an outbound leg."""
    parent: LegId | None = None
    fork: ForkId | None = None
    owner: Owner | None = None
    """The application that begins it."""
    terms: Terms = TERMS
    asked: Owner | None = None
    """The application that it calls, and the names its caller tags it with."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Tell the fork how this caller's leg is doing."""

    fork: ForkId


@dataclass(frozen=True, slots=True)
class Ring:
    """The person called can see it, on this device at least."""

    device: DeviceId | None = None


@dataclass(frozen=True, slots=True)
class Accept:
    """The person called takes it; the offer is in the cargo."""

    wishes: Wishes
    look: Look
    device: DeviceId | None = None
    """Where, if several ring with this leg."""


@dataclass(frozen=True, slots=True)
class Decline:
    """The person called does not take it, here or on any device."""

    everywhere: bool
    device: DeviceId | None = None
    """Where, if several ring with this leg."""


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
class Reopen:
    """The client brings the offer of the next generation; it is in the cargo."""

    generation: int


@dataclass(frozen=True, slots=True)
class Attach:
    """Join the leg's media to a bridge, where it has this seat."""

    bridge: BridgeId
    seat: int
    meeting: Meeting = Meeting.ROOM
    early: bool = False
    """Its media joins with early media, not only with the answer."""


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
    source: Source = Source.PLATFORM
    detail: str = ""
    """A sentence for a person."""


@dataclass(frozen=True, slots=True)
class Receive:
    """The application that this caller's leg calls is there, and has it now."""

    owner: Owner


@dataclass(frozen=True, slots=True)
class Reach:
    """These devices of the person are free: they ring, all with this leg."""

    devices: tuple[Device, ...]


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
    SILENT = auto()
    """The client was not heard for too long (RFC 7675)."""
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
    heard_at: int | None = None
    """Until when media really went through it; None: until now."""


@dataclass(frozen=True, slots=True)
class PipeInterrupted:
    """Nothing has come through the pipe for some seconds."""

    generation: int


@dataclass(frozen=True, slots=True)
class PipeRestored:
    """Something comes through the interrupted pipe again."""

    generation: int


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
    """The device's connection is gone; it may come back."""

    device: DeviceId | None = None
    """Which one, if several ring with this leg."""


@dataclass(frozen=True, slots=True)
class LineBack:
    """The device is connected again."""

    device: DeviceId | None = None
    """Which one, if several ring with this leg."""


@dataclass(frozen=True, slots=True)
class LineGone:
    """The device is gone for good."""

    device: DeviceId | None = None
    """Which one, if several ring with this leg."""


@dataclass(frozen=True, slots=True)
class LineOverdue:
    """The device has not come back within RESUME_TIME."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """The bridge has refused what the house told it for this leg."""

    by: str
    """Its id."""
    cause: Cause


@dataclass(frozen=True, slots=True)
class RangTooLong:
    """Nobody has taken the call in time."""


@dataclass(frozen=True, slots=True)
class LastedTooLong:
    """The call has lasted as long as its application allows."""


@dataclass(frozen=True, slots=True)
class TransferOverdue:
    """The other application has not answered in time."""

    id: str


OfPeople: TypeAlias = (
    Create | Follow | Ring | Accept | Decline | Hangup | Mute | Show | Reopen | Attach
)
Command: TypeAlias = OfPeople | Request
MediaSignal: TypeAlias = (
    PipeOpened
    | PipeClosed
    | PipeInterrupted
    | PipeRestored
    | MediaOverdue
    | Incompatible
)
Signal: TypeAlias = (
    RemoteRang
    | Answer
    | End
    | Receive
    | Reach
    | Detach
    | RemoteLooks
    | MediaSignal
    | LineLost
    | LineBack
    | LineGone
    | LineOverdue
    | Unheard
    | RangTooLong
    | LastedTooLong
    | TransferOverdue
)
Given: TypeAlias = Command | Signal
