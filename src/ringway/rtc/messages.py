"""Signalling between an SDK and the house: the wire types, declared once.

JSON texts over one WebSocket at ``/rtc/1/socket``, without compression, at most
512 KiB each; the field ``t`` names the type.  The TypeScript side is generated
from this module; ``docs/protocol.md`` tells the story.

* The first message is `Connect`, within 10 s; the answer is `Connected` or
  `Rejected` and the end of the socket.
* Call ids are UUIDs.  The client mints the id of a call it makes, so that a
  repeated `Call` is the same call; the house mints the others.
* Messages about calls are numbered in each direction, from 1, in the field ``n``; a
  `Ping` and its `Pong` say what was heard.  A lost socket is replaced by another
  whose `Connect` says `Resumption`: the answer is `Resumed`, and then either what was
  said since is said again, or a snapshot takes its place.  Nothing is heard twice.
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
PROTOCOL = "1.1"
MAX_TEXT = 512 * 1024
MAX_SDP = 256 * 1024

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
RoomName: TypeAlias = Annotated[str, Meta(max_length=16384)]
"""The house refuses what is not 3 to 250 letters, digits or ``+-./=_``."""
Way: TypeAlias = Literal["SEND", "RECEIVE"]
"""One way only: seen by the others and seeing nobody, or the reverse."""
Shown: TypeAlias = Literal["CAMERA", "SCREEN"]
Level: TypeAlias = Annotated[int, Meta(ge=1, le=5)]
"""Network quality: 1 is bad, 5 is excellent."""
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
    "RESUME_INVALID",  # not made here, or altered
    "RESUME_FOREIGN",  # made for another person
    "RESUME_USED",  # another socket has resumed with it since, and spoken
    "RESUME_EXPIRED",  # the line was given up, or its end was told
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


class Numbered(Message, frozen=True, kw_only=True):
    """A message that is heard exactly once."""

    n: Count = 0
    """Counts the messages of one direction on one line, from 1."""


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


class Participant(Part, frozen=True):
    """Somebody else in the room."""

    call: str
    identity: str
    state: Literal["JOINING", "JOINED"]
    display_name: str | None = None
    muted: bool = False
    shows: list[Shown] = []
    disconnected: bool = False
    """Its media is interrupted, and awaited back."""


class Room(Part, frozen=True):
    """The room one is in."""

    id: str
    name: str
    participants: list[Participant]
    """The others; empty for who wants no participant events."""


class CallState(Part, frozen=True):
    """All that the house would have told of a call by now."""

    call: str
    phase: Literal["CALLING", "RINGING", "CONNECTING", "ESTABLISHED"]
    generation: int
    media: Literal["NONE", "OPENING", "OPEN", "LOST", "REOPENING"]
    """LOST: make the pipe of this generation with `Reopen`."""
    muted: bool
    """As the house knows this side."""
    shows: list[Shown]
    incoming: bool = False
    """Somebody else has made this call."""
    source: Party | None = None
    """Who, of an incoming call."""
    video: bool = False
    at: int | None = None
    """Milliseconds since 1970: when it was established."""
    remote_muted: bool = False
    remote_shows: list[Shown] = []
    remote_disconnected: bool = False
    custom_data: dict[str, str] = {}
    """Of the other side."""
    room: Room | None = None
    """Once it is joined."""


class ErrorCode(Part, frozen=True):
    """Why something ended or failed, as the SDK shows it."""

    id: str
    name: str
    description: str


# ---------------------------------------------------- from client to house


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

# ---------------------------------------------------- from house to client


class Connected(Message, frozen=True, tag="connected"):
    """Welcome."""

    protocol: str
    identity: str
    connection: str
    resume: str
    """To go on with this line on another socket."""
    resume_within: int
    """Seconds for which the house keeps the line of a lost socket."""
    display_name: str | None = None


class Resumed(Message, frozen=True, tag="resumed"):
    """Welcome back: the line goes on."""

    protocol: str
    connection: str
    resume: str
    resume_within: int
    heard: int
    """Number of the last message heard from the client: say those after it again."""
    number: int
    """The next message has the number after this one."""
    snapshot: list[CallState] | None = None
    """Instead of what was said meanwhile; None: that is said again now."""
    ended: list[Ended] = []
    """With a snapshot: the calls asked for that are over."""


class Rejected(Message, frozen=True, tag="rejected"):
    """The token is not good, or the server is not; the socket ends after it."""

    code: RejectCode
    text: str


class Incoming(Numbered, frozen=True, tag="incoming"):
    """Somebody calls."""

    call: str
    source: Party
    video: bool
    custom_data: dict[str, str] = {}


class PipeAnswer(Numbered, frozen=True, tag="pipe_answer"):
    """The house's answer to the offer in `Call` or `Accept`."""

    call: str
    generation: int
    answer: str
    sections: list[Section]


class Rang(Numbered, frozen=True, tag="rang"):
    """The other side rings."""

    call: str


class Established(Numbered, frozen=True, tag="established"):
    """Both sides talk."""

    call: str
    at: int
    """Milliseconds since 1970."""
    remote_muted: bool = False
    remote_shows: list[Shown] = []
    custom_data: dict[str, str] = {}


class Offer(Numbered, frozen=True, tag="offer"):
    """The house changes what is sent or received; `Answer` it."""

    call: str
    generation: int
    negotiation: int
    offer: str
    sections: list[Section]


class Sections(Numbered, frozen=True, tag="sections"):
    """The meaning of sections changed without a negotiation."""

    call: str
    generation: int
    sections: list[Section]


class RemoteMuted(Numbered, frozen=True, tag="remote_muted"):
    """The other side's microphone is, or is not, muted."""

    call: str
    muted: bool


class RemoteShows(Numbered, frozen=True, tag="remote_shows"):
    """The other side's camera or screen is, or is not, being sent."""

    call: str
    source: Literal["CAMERA", "SCREEN"]
    on: bool


class RemoteDisconnected(Numbered, frozen=True, tag="remote_disconnected"):
    """The other side's media is, or is no longer, interrupted."""

    call: str
    disconnected: bool


class RemoteQuality(Numbered, frozen=True, tag="remote_quality"):
    """The other side's network quality has changed."""

    call: str
    level: int


class RoomJoined(Numbered, frozen=True, tag="room_joined"):
    """In the room, and media flows."""

    call: str
    at: int
    """Milliseconds since 1970."""
    room: Room


class ParticipantChanged(Numbered, frozen=True, tag="participant_changed"):
    """Somebody comes, is in, or shows something else: this is so now."""

    call: str
    participant: Participant


class ParticipantLeft(Numbered, frozen=True, tag="participant_left"):
    """Somebody is out."""

    call: str
    participant: str
    """Its call id."""


class ParticipantQuality(Numbered, frozen=True, tag="participant_quality"):
    """Somebody's network quality has changed."""

    call: str
    participant: str
    level: int


class Talking(Numbered, frozen=True, tag="talking"):
    """Somebody in the room talks, or no longer talks."""

    call: str
    participant: str
    """A call id; this one's own too."""
    talking: bool


class People(Numbered, frozen=True, tag="people"):
    """Who else of the account is there now; it replaces what was told before."""

    people: list[Party]
    """Each person once, who came first before the others."""


class PeopleChanged(Numbered, frozen=True, tag="people_changed"):
    """Who has come and gone since."""

    here: list[Party] = []
    """Who has come, or has another name."""
    gone: list[str] = []
    """Identities."""


class Lost(Numbered, frozen=True, tag="lost"):
    """The pipe is lost: make the one of this generation with `Reopen`."""

    call: str
    generation: int


class Failed(Numbered, frozen=True, tag="failed"):
    """Something of the call does not work; the call goes on."""

    call: str
    code: ErrorCode


class Ended(Numbered, frozen=True, tag="ended"):
    """The call is over; the last message about it."""

    call: str
    code: ErrorCode
    at: int
    """Milliseconds since 1970."""
    duration: int = 0
    """Whole seconds since it was established."""


class Refused(Numbered, frozen=True, tag="refused"):
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
    heard: int = 0
    """Number of the last message heard from the client."""


FromHouse: TypeAlias = (
    Connected
    | Resumed
    | Rejected
    | Incoming
    | PipeAnswer
    | Rang
    | Established
    | Offer
    | Sections
    | RemoteMuted
    | RemoteShows
    | RemoteDisconnected
    | RemoteQuality
    | RoomJoined
    | ParticipantChanged
    | ParticipantLeft
    | ParticipantQuality
    | Talking
    | People
    | PeopleChanged
    | Lost
    | Failed
    | Ended
    | Refused
    | Malformed
    | Pong
)
