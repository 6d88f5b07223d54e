"""What happens to a leg: the rows of its log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ringway.domain.actions import Action
from ringway.domain.causes import Cause
from ringway.domain.leg_state import Phase
from ringway.domain.values import (
    TERMS,
    AccountId,
    BridgeId,
    DeviceId,
    Direction,
    Endpoint,
    ForkId,
    LegId,
    Look,
    Meeting,
    Owner,
    RecordingTerms,
    Source,
    Terms,
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
    device: DeviceId | None
    at: int
    video: bool
    wishes: Wishes
    look: Look
    remote: Look
    parent: LegId | None
    fork: ForkId | None
    owner: Owner | None = None
    terms: Terms = TERMS
    asked: Owner | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """A fork looks for somebody to answer."""

    fork: ForkId


@dataclass(frozen=True, slots=True)
class Rang:
    """It rings, here or there."""

    at: int | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """The call is this application's, which answers it or does not."""

    owner: Owner


@dataclass(frozen=True, slots=True)
class Reached:
    """These devices of the person called ring with this leg."""

    devices: tuple[DeviceId, ...]


@dataclass(frozen=True, slots=True)
class DeviceOut:
    """One of several devices rings no more; others do."""

    device: DeviceId
    cause: Cause
    at: int


@dataclass(frozen=True, slots=True)
class PreAnswered:
    """The application lets media flow before it answers."""

    at: int


@dataclass(frozen=True, slots=True)
class PreEstablished:
    """Media flows, and the call is not answered."""

    at: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The person called by an outbound leg has taken it."""

    at: int
    wishes: Wishes
    look: Look
    device: DeviceId | None = None
    """Where, if several devices rang."""
    elsewhere: tuple[DeviceId, ...] = ()
    """The others, which ring no more."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody has taken the call of this inbound leg."""

    at: int
    remote: Look
    remote_data: TextKey | None
    recording: RecordingTerms | None = None
    """What the application that took it wants recorded."""


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
    meeting: Meeting = Meeting.ROOM
    early: bool = False


@dataclass(frozen=True, slots=True)
class Detached:
    """The leg is alone again."""

    bridge: BridgeId


@dataclass(frozen=True, slots=True)
class Annotated:
    """The call has other custom data now."""

    custom_data: TextKey


@dataclass(frozen=True, slots=True)
class ActionFailed:
    """What the application asked for cannot be done, and the call goes on."""

    action: Action
    cause: Cause
    detail: str
    """A sentence for a person."""


@dataclass(frozen=True, slots=True)
class TransferOffered:
    """Another application is asked to take the call."""

    id: str
    to: Owner
    until: int
    """Microseconds since 1970, UTC: then it has failed."""


@dataclass(frozen=True, slots=True)
class Transferred:
    """The call is another application's now."""

    id: str
    before: Owner
    owner: Owner


@dataclass(frozen=True, slots=True)
class TransferFailed:
    """The other application has not taken the call."""

    id: str
    to: Owner


@dataclass(frozen=True, slots=True)
class Disconnected:
    """An application's party has lost its connection, or its media."""

    at: int


@dataclass(frozen=True, slots=True)
class Reconnected:
    """Both are back."""


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
    source: Source = Source.ENDPOINT


Event: TypeAlias = (
    Created
    | Followed
    | Rang
    | Received
    | Reached
    | DeviceOut
    | PreAnswered
    | PreEstablished
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
    | Annotated
    | ActionFailed
    | TransferOffered
    | Transferred
    | TransferFailed
    | Disconnected
    | Reconnected
    | Ended
)
