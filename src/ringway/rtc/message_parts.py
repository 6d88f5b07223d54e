"""What messages of signalling are made of: names, limits, and objects in them."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

PATH = "/rtc/1/socket"
PROTOCOL = "1.2"
MAX_TEXT = 512 * 1024
MAX_SDP = 256 * 1024
MAX_CONFIGURATION = 128
MAX_PLATFORM = 255

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
ConfigurationId: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=MAX_CONFIGURATION)
]
"""Of a calls configuration: which application is called."""
PlatformName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_PLATFORM)]
"""Of a customer's application or entity."""
Shown: TypeAlias = Literal["CAMERA", "SCREEN"]
Level: TypeAlias = Annotated[int, Meta(ge=1, le=5)]
"""Network quality: 1 is bad, 5 is excellent."""
Count: TypeAlias = Annotated[int, Meta(ge=0, le=2**31 - 1)]
RecordingType: TypeAlias = Literal[
    "UNDEFINED", "AUDIO", "AUDIO_AND_VIDEO", "NO_RECORDING"
]
RoleType: TypeAlias = Literal["DEFAULT", "MONITOR", "ADVISOR", "LISTENER", "AUDITOR"]
Meeting: TypeAlias = Literal["ROOM", "CONFERENCE", "DIALOG"]

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


class Role(Part, frozen=True):
    """Whom a participant hears, and who hears it."""

    type: RoleType
    advised: list[str] = []
    """Call ids; only an ADVISOR has some, and is heard by these alone."""


class Participant(Part, frozen=True):
    """Somebody else in the room, conference or dialog."""

    call: str
    identity: str
    state: Literal["JOINING", "JOINED"]
    display_name: str | None = None
    muted: bool = False
    shows: list[Shown] = []
    disconnected: bool = False
    """Its media is interrupted, and awaited back."""
    role: Role | None = None
    """None: DEFAULT."""
    deaf: bool = False
    """The application lets it hear nobody."""
    blind: bool = False
    """The application lets it see nobody."""


class Room(Part, frozen=True):
    """The room, conference or dialog one is in."""

    id: str
    name: str
    """Empty for what has no name."""
    participants: list[Participant]
    """The others; empty for who wants no participant events."""
    role: Role | None = None
    """One's own; None: DEFAULT."""


class CallState(Part, frozen=True):
    """All that the house would have told of a call by now."""

    call: str
    phase: Literal["CALLING", "RINGING", "PRE_ESTABLISHED", "CONNECTING", "ESTABLISHED"]
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
    meeting: Meeting | None = None
    """What `room` is."""
    configuration: str | None = None
    """The application's calls configuration, of a call with an application."""


class ErrorCode(Part, frozen=True):
    """Why something ended or failed, as the SDK shows it."""

    id: str
    name: str
    description: str
