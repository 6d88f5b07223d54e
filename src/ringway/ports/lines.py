"""Lines to clients: what the house says to the devices of people.

Plain values; `rtc` turns them into its wire messages.  Everything said is about
one call, and goes to one device.  Texts of people and SDP are never printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias

from ringway.domain.causes import Cause
from ringway.domain.leg_state import Leg
from ringway.domain.values import (
    AccountId,
    BridgeId,
    ConfigurationId,
    Device,
    DeviceId,
    Endpoint,
    LegId,
    Look,
    Meeting,
    Picture,
    Role,
)

Source: TypeAlias = Literal["MICROPHONE", "CAMERA", "SCREEN"]
DEFAULT_ROLE: Final = Role()


@dataclass(frozen=True, slots=True)
class Receiving:
    """Whose media comes in a section."""

    leg: LegId
    source: Source


@dataclass(frozen=True, slots=True)
class Section:
    """What one section of the description is for."""

    mid: str
    sends: Source | None
    receives: Receiving | None


@dataclass(frozen=True, slots=True)
class SayIncoming:
    """Somebody calls."""

    leg: LegId
    caller: Endpoint
    video: bool
    custom_data: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SayIncomingApplication:
    """An application calls: every free device of the person, with one call id."""

    leg: LegId
    configuration: ConfigurationId
    caller: Endpoint
    """What the application says it calls from."""
    video: bool
    custom_data: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SayPipeAnswer:
    """The engine's answer to the client's first offer."""

    leg: LegId
    generation: int
    answer: str = field(repr=False)
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class SayRang:
    """The other side rings."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class SayEarlyMedia:
    """Media flows to a caller that the application has not answered yet."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class SayEstablished:
    """Both sides talk."""

    leg: LegId
    at: int
    """Microseconds since 1970, UTC."""
    remote: Look
    custom_data: Mapping[str, str] = field(repr=False)
    """What the callee accepted with; empty for the callee itself."""


@dataclass(frozen=True, slots=True)
class SayOffer:
    """The engine changes what is sent or received; an answer is expected."""

    leg: LegId
    generation: int
    negotiation: int
    offer: str = field(repr=False)
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class SaySections:
    """The meaning of sections changed without a negotiation."""

    leg: LegId
    generation: int
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class SayRemoteMuted:
    """The other side's microphone is, or is not, muted."""

    leg: LegId
    muted: bool


@dataclass(frozen=True, slots=True)
class SayRemoteShows:
    """The other side's camera or screen is, or is not, being sent."""

    leg: LegId
    picture: Picture
    on: bool


@dataclass(frozen=True, slots=True)
class SayRemoteDisconnected:
    """The other side's media is, or is no longer, interrupted."""

    leg: LegId
    disconnected: bool


@dataclass(frozen=True, slots=True)
class SayRemoteQuality:
    """The other side's network quality has changed."""

    leg: LegId
    level: int
    """1 is bad, 5 is excellent."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody else in the room, conference or dialog."""

    leg: LegId
    endpoint: Endpoint
    joined: bool
    look: Look
    """Muted by the person or by the application."""
    role: Role = DEFAULT_ROLE
    deaf: bool = False
    """The application lets it hear nobody."""
    blind: bool = False
    """The application lets it see nobody."""


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room, conference or dialog as one of its members sees it."""

    id: BridgeId
    name: str
    """Empty for what has no name."""
    participants: Sequence[Participant]
    """The others; none for who wants no participant events."""
    role: Role = DEFAULT_ROLE
    """The member's own."""


@dataclass(frozen=True, slots=True)
class SayRoomJoined:
    """In the room, and media flows."""

    leg: LegId
    at: int
    """Microseconds since 1970, UTC."""
    room: RoomView


@dataclass(frozen=True, slots=True)
class SayConferenceJoined:
    """The application has brought it into a conference, and media flows."""

    leg: LegId
    at: int
    """Microseconds since 1970, UTC."""
    room: RoomView


@dataclass(frozen=True, slots=True)
class SayConferenceLeft:
    """Out of the conference; the leg stays."""

    leg: LegId
    cause: Cause


@dataclass(frozen=True, slots=True)
class SayDialogJoined:
    """The application has brought it together with another leg, and media flows."""

    leg: LegId
    at: int
    """Microseconds since 1970, UTC."""
    dialog: BridgeId
    remote: Participant


@dataclass(frozen=True, slots=True)
class SayDialogLeft:
    """Out of the dialog; the leg stays."""

    leg: LegId
    cause: Cause


@dataclass(frozen=True, slots=True)
class SayRoleChanged:
    """The application has given it another role in its conference."""

    leg: LegId
    role: Role


@dataclass(frozen=True, slots=True)
class SayMessage:
    """The application says something to the leg's client."""

    leg: LegId
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SayBroadcast:
    """The application writes to everybody in the conference or dialog."""

    leg: LegId
    at: int
    """Microseconds since 1970, UTC."""
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SayParticipant:
    """Somebody comes, is in, or shows something else: this is so now."""

    leg: LegId
    participant: Participant


@dataclass(frozen=True, slots=True)
class SayParticipantLeft:
    """Somebody is out."""

    leg: LegId
    participant: LegId


@dataclass(frozen=True, slots=True)
class SayParticipantQuality:
    """Somebody's network quality has changed."""

    leg: LegId
    participant: LegId
    level: int


@dataclass(frozen=True, slots=True)
class SayTalking:
    """Somebody in the room, or this party itself, talks or no longer talks."""

    leg: LegId
    participant: LegId
    talking: bool


@dataclass(frozen=True, slots=True)
class SayLost:
    """The pipe is lost; the offer of this generation is awaited."""

    leg: LegId
    generation: int


@dataclass(frozen=True, slots=True)
class SayFailed:
    """Something of the call does not work; the call goes on."""

    leg: LegId
    cause: Cause
    detail: str


@dataclass(frozen=True, slots=True)
class SayEnded:
    """The call is over; the last thing said about it."""

    leg: LegId
    cause: Cause
    at: int
    """Microseconds since 1970, UTC."""
    duration: int
    """Whole seconds since it was established; 0 if it never was."""
    detail: str = ""
    """More than the cause says; shown instead of its description."""


@dataclass(frozen=True, slots=True)
class LegView:
    """A live leg as its device would know it, had it heard everything."""

    leg: Leg
    custom_data: Mapping[str, str] = field(repr=False)
    """Of the other side, as far as the house still knows it."""
    room: RoomView | None
    """Once it has joined one."""
    meeting: Meeting | None = None
    """What `room` is."""
    configuration: ConfigurationId | None = None
    """Of the application it calls, or that calls it."""


Said: TypeAlias = (
    SayIncoming
    | SayIncomingApplication
    | SayPipeAnswer
    | SayRang
    | SayEarlyMedia
    | SayEstablished
    | SayOffer
    | SaySections
    | SayRemoteMuted
    | SayRemoteShows
    | SayRemoteDisconnected
    | SayRemoteQuality
    | SayRoomJoined
    | SayConferenceJoined
    | SayConferenceLeft
    | SayDialogJoined
    | SayDialogLeft
    | SayRoleChanged
    | SayMessage
    | SayBroadcast
    | SayParticipant
    | SayParticipantLeft
    | SayParticipantQuality
    | SayTalking
    | SayLost
    | SayFailed
    | SayEnded
)


class Lines(Protocol):
    """The devices that are connected, or away for a while."""

    def say(self, device: DeviceId, said: Said) -> None:
        """Queue something for the device without waiting; nothing if it is gone."""
        ...

    def devices_of(self, account: AccountId, identity: str) -> Sequence[Device]:
        """Give the person's connected devices, the oldest first."""
        ...

    def is_connected(self, device: DeviceId) -> bool:
        """Say whether the device is there, or may come back."""
        ...

    def expect(self, device: Device) -> None:
        """Keep what is said to a device of before the start: it may come back."""
        ...
