"""What happens to a leg: the rows of its log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ringway.domain.causes import Cause
from ringway.domain.leg_state import Phase
from ringway.domain.values import (
    AccountId,
    BridgeId,
    DeviceId,
    Direction,
    Endpoint,
    ForkId,
    LegId,
    Look,
    TextKey,
    Wishes,
)


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
    heard_at: int | None = None
    """Until when media really went through the last one, if not until `at`."""


@dataclass(frozen=True, slots=True)
class MediaReopening:
    """The client has brought the offer of this generation."""

    generation: int


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """The device's connection is gone; it may come back."""

    at: int


@dataclass(frozen=True, slots=True)
class DeviceBack:
    """The device is connected again."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Something does not work, and the leg goes on."""

    cause: Cause
    detail: str


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
    | MediaReopening
    | DeviceLost
    | DeviceBack
    | Failed
    | LookChanged
    | RemoteChanged
    | Attached
    | Detached
    | Ended
)
