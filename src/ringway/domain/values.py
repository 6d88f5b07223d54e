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
"""A calls configuration: what a customer's application is reached by."""
TextKey = NewType("TextKey", str)
"""Where the side table keeps what a person said; texts never enter an event."""

G_co = TypeVar("G_co", covariant=True)

SECOND: Final = 1_000_000
"""Microseconds: every time here is in microseconds since 1970, UTC."""


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


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A party: for WEBRTC the identity, and how its person is called."""

    type: EndpointType
    address: str
    display_name: str | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """One connection of a person to the house, and who the person is."""

    id: DeviceId
    account: AccountId
    identity: str
    display_name: str | None = None

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


NO_WISHES: Final = Wishes()
