"""Signalling between an SDK and the house: the wire types, declared once.

JSON texts over one WebSocket at ``/rtc/1/socket``, without compression, at most
256 KiB each; the field ``t`` names the type.  The TypeScript side is generated
from this module; ``docs/protocol.md`` tells the story.

* The first message is `Connect`, within 10 s; the answer is `Connected` or
  `Rejected` and the end of the socket.
* Call ids are UUIDs.  The client mints the id of a call it makes, so that a
  repeated `Call` is the same call; the house mints the others.
* SDP is cargo, keyed by call and generation.  The client makes the first offer,
  complete; afterwards only the house offers, one negotiation at a time, and a
  client that wants to send more asks with `Renegotiate`.
* A command that cannot be obeyed is answered with `Refused`; a text that cannot
  be understood with `Malformed`.  Neither changes anything.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

PATH = "/rtc/1/socket"
PROTOCOL = "1.0"
MAX_TEXT = 256 * 1024
MAX_SDP = 128 * 1024

Source: TypeAlias = Literal["MICROPHONE", "CAMERA", "SCREEN"]
CallId: TypeAlias = Annotated[
    str,
    # The length because $ also matches before a line feed at the end.
    Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", max_length=36),
]
Sdp: TypeAlias = Annotated[str, Meta(max_length=MAX_SDP)]
Mid: TypeAlias = Annotated[str, Meta(min_length=1, max_length=16)]
CustomData: TypeAlias = Annotated[
    dict[
        Annotated[str, Meta(max_length=128)],
        Annotated[str, Meta(max_length=4096)],
    ],
    Meta(max_length=64),
]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=2**31 - 1)]
RecordingType: TypeAlias = Literal[
    "UNDEFINED", "AUDIO", "AUDIO_AND_VIDEO", "NO_RECORDING"
]


RejectCode: TypeAlias = Literal[
    "INVALID_TOKEN",  # not signed here, altered, or no token at all
    "TOKEN_EXPIRED",  # was good once
    "UNSUPPORTED_PROTOCOL",  # another major version
    "NOT_CONNECTED",  # the first message was no `Connect`, or came too late
    "TOO_MANY",  # connections, of this person or at all
]


class Message(
    msgspec.Struct, frozen=True, tag_field="t", rename="camel", omit_defaults=True
):
    """A JSON object with the field ``t``; names are camelCase on the wire."""


def tag(message: Message) -> str:
    """Give the ``t`` of a message."""
    return str(message.__struct_config__.tag)


class Part(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """An object inside a message."""


class Sending(Part, frozen=True):
    """What the client sends in one section of its offer."""

    mid: Mid
    source: Source


class Receiving(Part, frozen=True):
    """Whose media the client receives in a section."""

    call: str
    """The call id of the party it comes from."""
    source: Source


class Section(Part, frozen=True):
    """What one section of the description is for."""

    mid: str
    sends: Source | None = None
    receives: Receiving | None = None


class Party(Part, frozen=True):
    """A person behind an SDK."""

    identity: str
    display_name: str | None = None


class ErrorCode(Part, frozen=True):
    """Why something ended or failed, as the SDK shows it."""

    id: str
    name: str
    description: str


# ---------------------------------------------------- from client to house


class Connect(Message, frozen=True, tag="connect"):
    """Who I am."""

    protocol: Annotated[str, Meta(max_length=16)]
    token: Annotated[str, Meta(max_length=8192)]
    sdk: Annotated[str, Meta(max_length=128)] = ""


class Call(Message, frozen=True, tag="call"):
    """Call somebody: a leg with a complete offer."""

    call: CallId
    to: Annotated[str, Meta(max_length=64)]
    offer: Sdp
    sending: Annotated[list[Sending], Meta(max_length=8)]
    video: bool = False
    custom_data: CustomData = {}
    recording: RecordingType = "UNDEFINED"
    auto_reconnect: bool = False


class Ringing(Message, frozen=True, tag="ringing"):
    """The incoming call is shown to the person."""

    call: CallId


class Accept(Message, frozen=True, tag="accept"):
    """Take the incoming call, with a complete offer."""

    call: CallId
    offer: Sdp
    sending: Annotated[list[Sending], Meta(max_length=8)]
    custom_data: CustomData = {}
    recording: RecordingType = "UNDEFINED"
    auto_reconnect: bool = False


class Decline(Message, frozen=True, tag="decline"):
    """Don't take the incoming call, here or on any device."""

    call: CallId
    everywhere: bool = False


class Hangup(Message, frozen=True, tag="hangup"):
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


class Mute(Message, frozen=True, tag="mute"):
    """My microphone is, or is not, muted."""

    call: CallId
    muted: bool


class Show(Message, frozen=True, tag="show"):
    """My camera or screen is, or is not, being sent."""

    call: CallId
    source: Literal["CAMERA", "SCREEN"]
    on: bool


class Renegotiate(Message, frozen=True, tag="renegotiate"):
    """I want to send these sources too; an `Offer` follows."""

    call: CallId
    generation: Count
    sources: Annotated[list[Source], Meta(max_length=3)]


class Answer(Message, frozen=True, tag="answer"):
    """My answer to an `Offer`."""

    call: CallId
    generation: Count
    negotiation: Count
    answer: Sdp


class Ping(Message, frozen=True, tag="ping"):
    """Are you there?  Answered with `Pong`."""

    number: Count


FromClient: TypeAlias = (
    Connect
    | Call
    | Ringing
    | Accept
    | Decline
    | Hangup
    | Mute
    | Show
    | Renegotiate
    | Answer
    | Ping
)

# ---------------------------------------------------- from house to client


class Connected(Message, frozen=True, tag="connected"):
    """Welcome."""

    protocol: str
    identity: str
    connection: str
    display_name: str | None = None


class Rejected(Message, frozen=True, tag="rejected"):
    """The token is not good, or the server is not; the socket ends after it."""

    code: RejectCode
    text: str


class Incoming(Message, frozen=True, tag="incoming"):
    """Somebody calls."""

    call: str
    source: Party
    video: bool
    custom_data: dict[str, str] = {}


class PipeAnswer(Message, frozen=True, tag="pipe_answer"):
    """The house's answer to the offer in `Call` or `Accept`."""

    call: str
    generation: int
    answer: str
    sections: list[Section]


class Rang(Message, frozen=True, tag="rang"):
    """The other side rings."""

    call: str


class Established(Message, frozen=True, tag="established"):
    """Both sides talk."""

    call: str
    at: int
    """Milliseconds since 1970."""
    remote_muted: bool = False
    remote_shows: list[Literal["CAMERA", "SCREEN"]] = []
    custom_data: dict[str, str] = {}


class Offer(Message, frozen=True, tag="offer"):
    """The house changes what is sent or received; `Answer` it."""

    call: str
    generation: int
    negotiation: int
    offer: str
    sections: list[Section]


class Sections(Message, frozen=True, tag="sections"):
    """The meaning of sections changed without a negotiation."""

    call: str
    generation: int
    sections: list[Section]


class RemoteMuted(Message, frozen=True, tag="remote_muted"):
    """The other side's microphone is, or is not, muted."""

    call: str
    muted: bool


class RemoteShows(Message, frozen=True, tag="remote_shows"):
    """The other side's camera or screen is, or is not, being sent."""

    call: str
    source: Literal["CAMERA", "SCREEN"]
    on: bool


class Ended(Message, frozen=True, tag="ended"):
    """The call is over; the last message about it."""

    call: str
    code: ErrorCode
    at: int
    """Milliseconds since 1970."""
    duration: int = 0
    """Whole seconds since it was established."""


class Refused(Message, frozen=True, tag="refused"):
    """A command will not be obeyed."""

    command: str
    """The ``t`` of the command."""
    code: ErrorCode
    text: str
    call: str | None = None


class Malformed(Message, frozen=True, tag="malformed"):
    """A text could not be understood."""

    text: str


class Pong(Message, frozen=True, tag="pong"):
    """I am here."""

    number: int


FromHouse: TypeAlias = (
    Connected
    | Rejected
    | Incoming
    | PipeAnswer
    | Rang
    | Established
    | Offer
    | Sections
    | RemoteMuted
    | RemoteShows
    | Ended
    | Refused
    | Malformed
    | Pong
)
