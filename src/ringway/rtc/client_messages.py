"""What a client says: commands about calls, and what keeps its line."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from ringway.rtc.message_parts import (
    CallId,
    ConfigurationId,
    Count,
    CustomData,
    Level,
    Message,
    Numbered,
    Part,
    PlatformName,
    RecordingType,
    RoomName,
    Sdp,
    Sending,
    Source,
    Way,
)


class Resumption(Part, frozen=True):
    """The line that this socket goes on with."""

    token: Annotated[str, Meta(max_length=1024)]
    """The last one that was given: each is good until something is said after it."""
    heard: Count
    """Number of the last message heard."""
    calls: Annotated[list[CallId], Meta(max_length=16)] = []
    """The calls that are alive here: the house says what became of each."""


class Connect(Message, frozen=True, tag="connect"):
    """Who I am."""

    protocol: Annotated[str, Meta(max_length=16)]
    token: Annotated[str, Meta(max_length=8192)]
    sdk: Annotated[str, Meta(max_length=128)] = ""
    resume: Resumption | None = None


class Call(Numbered, frozen=True, tag="call"):
    """Call somebody: a leg with a complete offer."""

    call: CallId
    to: Annotated[str, Meta(max_length=64)]
    offer: Sdp
    sending: Annotated[list[Sending], Meta(max_length=8)]
    video: bool = False
    custom_data: CustomData = {}
    recording: RecordingType = "UNDEFINED"
    auto_reconnect: bool = False


class CallApplication(Numbered, frozen=True, tag="call_application"):
    """Call an application: a leg with a complete offer."""

    call: CallId
    configuration: ConfigurationId
    offer: Sdp
    sending: Annotated[list[Sending], Meta(max_length=8)]
    video: bool = False
    custom_data: CustomData = {}
    application_id: PlatformName | None = None
    entity_id: PlatformName | None = None
    auto_reconnect: bool = False


class Ringing(Numbered, frozen=True, tag="ringing"):
    """The incoming call is shown to the person."""

    call: CallId


class Join(Numbered, frozen=True, tag="join"):
    """Join, or begin, a room: a leg with a complete offer."""

    call: CallId
    room: RoomName
    offer: Sdp
    sending: Annotated[list[Sending], Meta(max_length=8)]
    way: Way | None = None
    participant_events: bool = True
    """False is for who only receives: `Room.participants` stays empty."""
    custom_data: CustomData = {}
    recording: RecordingType = "UNDEFINED"
    auto_reconnect: bool = True


class Accept(Numbered, frozen=True, tag="accept"):
    """Take the incoming call, with a complete offer."""

    call: CallId
    offer: Sdp
    sending: Annotated[list[Sending], Meta(max_length=8)]
    custom_data: CustomData = {}
    recording: RecordingType = "UNDEFINED"
    auto_reconnect: bool = False


class Decline(Numbered, frozen=True, tag="decline"):
    """Don't take the incoming call, here or on any device."""

    call: CallId
    everywhere: bool = False


class Hangup(Numbered, frozen=True, tag="hangup"):
    """End, or cancel, the call."""

    call: CallId
    code: Literal[
        "NORMAL_HANGUP",
        "DEVICE_FORBIDDEN",
        "DEVICE_NOT_FOUND",
        "DEVICE_UNAVAILABLE",
        "MEDIA_ERROR",
    ] = "NORMAL_HANGUP"
    """Why, when the client's own devices are the reason."""


class Mute(Numbered, frozen=True, tag="mute"):
    """My microphone is, or is not, muted."""

    call: CallId
    muted: bool


class Show(Numbered, frozen=True, tag="show"):
    """My camera or screen is, or is not, being sent."""

    call: CallId
    source: Literal["CAMERA", "SCREEN"]
    on: bool


class Renegotiate(Numbered, frozen=True, tag="renegotiate"):
    """I want to send these sources too; an `Offer` follows."""

    call: CallId
    generation: Count
    sources: Annotated[list[Source], Meta(max_length=3)]


class Answer(Numbered, frozen=True, tag="answer"):
    """My answer to an `Offer`."""

    call: CallId
    generation: Count
    negotiation: Count
    answer: Sdp


class RestartIce(Numbered, frozen=True, tag="restart_ice"):
    """My network has changed; an `Offer` with new ICE credentials follows."""

    call: CallId
    generation: Count


class Reopen(Numbered, frozen=True, tag="reopen"):
    """The pipe is lost: here is the complete offer of the next generation."""

    call: CallId
    generation: Count
    offer: Sdp
    sending: Annotated[list[Sending], Meta(max_length=8)]


class Quality(Numbered, frozen=True, tag="quality"):
    """My network's quality has changed."""

    call: CallId
    level: Level


class WatchPeople(Numbered, frozen=True, tag="watch_people"):
    """Who is there?  Answered with `People`, and `PeopleChanged` from then on."""


class Ping(Message, frozen=True, tag="ping"):
    """Are you there?  Answered with `Pong`."""

    number: Count
    heard: Count = 0
    """Number of the last message heard: the house forgets those up to it."""


FromClient: TypeAlias = (
    Connect
    | Call
    | CallApplication
    | Join
    | Ringing
    | Accept
    | Decline
    | Hangup
    | Mute
    | Show
    | Renegotiate
    | Answer
    | RestartIce
    | Reopen
    | Quality
    | WatchPeople
    | Ping
)
