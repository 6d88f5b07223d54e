"""The words every machine uses: ids, inputs, endpoints, what a party shows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum, auto, unique
from typing import Final, Generic, NewType, TypeVar

AccountId = NewType("AccountId", str)
LegId = NewType("LegId", str)
BridgeId = NewType("BridgeId", str)
ForkId = NewType("ForkId", str)
DeviceId = NewType("DeviceId", str)
"""One connection of a person: it lives as long as its socket."""
ConfigurationId = NewType("ConfigurationId", str)
"""A calls configuration: what a customer's program is known by."""
TextKey = NewType("TextKey", str)
"""Where the side table keeps what a person said; texts never enter an event."""

G_co = TypeVar("G_co", covariant=True)

SECOND: Final = 1_000_000
"""Microseconds: every time here is in microseconds since 1970, UTC."""
RING_TIME: Final = 60 * SECOND
"""A leg that nobody has answered for so long ends with NO_ANSWER."""
MAX_DURATION: Final = 28_800 * SECOND
"""So long may a leg last that an application has begun, unless it says less."""


class PublicName(StrEnum):
    """Names that customers see: the API writes them in capitals."""

    @staticmethod
    def _generate_next_value_(
        name: str, start: int, count: int, last_values: list[str]
    ) -> str:
        return name


@dataclass(frozen=True, slots=True)
class Ids:
    """As many fresh ids as a decision may want, all from one random seed.

    A value, so that the same input decides the same ids when it is told again.
    """

    seed: bytes
    """16 random bytes, minted in the runtime."""

    def nth(self, index: int) -> str:
        """Give the UUID string (RFC 9562, version 8) number `index`, from 0."""
        raw = hashlib.blake2b(
            index.to_bytes(4, "big"), key=self.seed, digest_size=16
        ).digest()
        bits = int.from_bytes(raw, "big")
        bits = bits & ~(0xF << 76) | 0x8 << 76
        bits = bits & ~(0x3 << 62) | 0x2 << 62
        text = f"{bits:032x}"
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


@dataclass(frozen=True, slots=True)
class Input(Generic[G_co]):
    """What a machine is given, and when; the runtime reads clock and dice."""

    at: int
    """Microseconds since 1970, UTC."""
    ids: Ids
    given: G_co


@unique
class Direction(PublicName):
    """Who rang whom, seen from the house."""

    INBOUND = auto()
    OUTBOUND = auto()


@unique
class EndpointType(PublicName):
    """What kind of party a leg reaches."""

    WEBRTC = auto()
    ROOM = auto()
    """A room, by its name: only ever called, it never calls."""
    APPLICATION = auto()
    """A customer's program, by its calls configuration, or by what it calls from."""
    PHONE = auto()
    """By its number (E.164)."""
    SIP = auto()
    """By its user name."""
    VIBER = auto()
    WHATSAPP = auto()
    WEBSOCKET = auto()
    """By the label that its customer has given it."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A party: for WEBRTC the identity, and how its person is called."""

    type: EndpointType
    address: str
    display_name: str | None = None
    via: str | None = None
    """The id of the SIP trunk, or of the configuration of the web socket."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The application a call belongs to, and the names its customer tags it with."""

    configuration: ConfigurationId
    application: str | None = None
    entity: str | None = None


@unique
class Source(PublicName):
    """Who has ended a call."""

    ENDPOINT = auto()
    """The party, or its device, which is gone."""
    API = auto()
    """The application."""
    PLATFORM = auto()
    """The house, which had no choice or has waited long enough."""


@unique
class Meeting(PublicName):
    """What kind of bridge a leg is in."""

    DIALOG = auto()
    CONFERENCE = auto()
    ROOM = auto()


@unique
class RoleType(PublicName):
    """What a member of a conference may do."""

    DEFAULT = auto()
    """Speaks and hears."""
    MONITOR = auto()
    """Hears."""
    ADVISOR = auto()
    """Hears all, and is heard by some."""
    LISTENER = auto()
    """Hears."""
    AUDITOR = auto()
    """Hears, and nobody is told that it is there."""


@dataclass(frozen=True, slots=True)
class Role:
    """A member's part in a conference."""

    type: RoleType = RoleType.DEFAULT
    advised: tuple[LegId, ...] = ()
    """Who hears an ADVISOR; nobody else has such."""


@dataclass(frozen=True, slots=True)
class Restraint:
    """What an application keeps a member from, whatever its person does."""

    muted: bool = False
    """It is not heard."""
    deaf: bool = False
    """It hears nobody."""
    blind: bool = False
    """It sees nobody."""


@unique
class RecordingRight(PublicName):
    """What a person's token says of recording; None is a fourth thing."""

    ALWAYS = auto()
    ON_DEMAND = auto()
    DISABLED = auto()


@dataclass(frozen=True, slots=True)
class Device:
    """One connection of a person to the house, and who the person is."""

    id: DeviceId
    account: AccountId
    identity: str
    display_name: str | None = None
    recording: RecordingRight | None = None
    """What the token it has shown last says of recording."""

    @property
    def endpoint(self) -> Endpoint:
        """The person behind the device."""
        return Endpoint(EndpointType.WEBRTC, self.identity, self.display_name)


@unique
class Picture(PublicName):
    """What a party can show beside its voice."""

    CAMERA = auto()
    SCREEN = auto()


@dataclass(frozen=True, slots=True)
class Look:
    """What a party lets others hear and see."""

    muted: bool = False
    camera: bool = False
    screen: bool = False
    away: bool = False
    """Its media is interrupted, and awaited back."""

    def shows(self, picture: Picture) -> bool:
        """Say whether the picture is being sent."""
        return self.camera if picture is Picture.CAMERA else self.screen

    def showing(self, picture: Picture, on: bool) -> Look:
        """Return the look with the picture switched on or off."""
        if picture is Picture.CAMERA:
            return replace(self, camera=on)
        return replace(self, screen=on)


VOICE_ONLY: Final = Look()
"""What a party shows unless it says otherwise."""


@unique
class Recording(PublicName):
    """What a party asked to be recorded; the rule that decides comes later."""

    UNDEFINED = auto()
    AUDIO = auto()
    AUDIO_AND_VIDEO = auto()
    NO_RECORDING = auto()


@dataclass(frozen=True, slots=True)
class RecordingTerms:
    """How an application wants a call recorded."""

    type: Recording
    """AUDIO or AUDIO_AND_VIDEO."""
    stereo: bool = False
    """The party on the left, everybody else on the right."""
    file_prefix: str | None = None
    custom_data: TextKey | None = None
    """Of the recording; the call has its own."""


@dataclass(frozen=True, slots=True)
class MachineDetection:
    """How an application wants to know whether a machine has picked up."""

    detection_time: float = 3.7
    """Seconds, 1 to 5."""
    message_detection_timeout: int = 0
    """Seconds to look for the end of the greeting, at most 60; 0: not at all."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an application asks for when it begins a call."""

    connect_time: int = RING_TIME
    """Microseconds, at most `RING_TIME`; unanswered for longer is NO_ANSWER."""
    max_duration: int = MAX_DURATION
    """Microseconds since it was established; then it ends."""
    external_id: str | None = None
    recording: RecordingTerms | None = None
    machine_detection: MachineDetection | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """SIP headers, as they were given."""
    bulk: str | None = None
    """The bulk it is made for."""
    retry: bool = False
    """The bulk has tried to reach the same party before."""


TERMS: Final = Terms()


@unique
class Way(PublicName):
    """What a party does in its bridge, when that is one thing only."""

    SEND = auto()
    RECEIVE = auto()


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options a party calls or accepts with."""

    custom_data: TextKey | None = None
    recording: Recording = Recording.UNDEFINED
    auto_reconnect: bool = False
    """Its call is kept while its media is away."""
    way: Way | None = None
    participant_events: bool = True
    """It is told who else is in its room."""
    capability: RecordingRight | None = None
    """What its token says of recording."""


NO_WISHES: Final = Wishes()
