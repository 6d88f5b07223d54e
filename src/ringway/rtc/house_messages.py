"""What the house says: what became of commands, and what happens to calls."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from ringway.rtc.message_parts import (
    CallState,
    ErrorCode,
    Message,
    Numbered,
    Participant,
    Party,
    RejectCode,
    Role,
    Room,
    Section,
    Shown,
)


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


class IncomingApplication(Numbered, frozen=True, tag="incoming_application"):
    """An application calls; every free device of the person has the same call id."""

    call: str
    configuration: str
    caller: str = msgspec.field(name="from")
    """What the application says it calls from."""
    video: bool
    from_display_name: str | None = None
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


class EarlyMedia(Numbered, frozen=True, tag="early_media"):
    """What the application has its caller hear before it answers."""

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


class ConferenceJoined(Numbered, frozen=True, tag="conference_joined"):
    """The application has brought this call into a conference, and media flows."""

    call: str
    at: int
    """Milliseconds since 1970."""
    room: Room


class ConferenceLeft(Numbered, frozen=True, tag="conference_left"):
    """Out of the conference; the call goes on."""

    call: str
    code: ErrorCode


class DialogJoined(Numbered, frozen=True, tag="dialog_joined"):
    """The application has brought this call together with another one."""

    call: str
    at: int
    """Milliseconds since 1970."""
    id: str
    remote: Participant


class DialogLeft(Numbered, frozen=True, tag="dialog_left"):
    """Out of the dialog; the call goes on."""

    call: str
    code: ErrorCode


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
    """Somebody in the room or conference talks, or no longer talks."""

    call: str
    participant: str
    """A call id; this one's own too."""
    talking: bool


class RoleChanged(Numbered, frozen=True, tag="role_changed"):
    """The application has given this call another role in its conference."""

    call: str
    role: Role


class MessageReceived(Numbered, frozen=True, tag="message_received"):
    """The application says something to this call's client."""

    call: str
    message: str


class BroadcastText(Numbered, frozen=True, tag="broadcast_text"):
    """The application writes to everybody in the conference or dialog."""

    call: str
    at: int
    """Milliseconds since 1970."""
    text: str


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
    | IncomingApplication
    | PipeAnswer
    | Rang
    | EarlyMedia
    | Established
    | Offer
    | Sections
    | RemoteMuted
    | RemoteShows
    | RemoteDisconnected
    | RemoteQuality
    | RoomJoined
    | ConferenceJoined
    | ConferenceLeft
    | DialogJoined
    | DialogLeft
    | ParticipantChanged
    | ParticipantLeft
    | ParticipantQuality
    | Talking
    | RoleChanged
    | MessageReceived
    | BroadcastText
    | People
    | PeopleChanged
    | Lost
    | Failed
    | Ended
    | Refused
    | Malformed
    | Pong
)
