"""Push configurations: what opens the push services of Apple and Google.

Kept for the mobile SDKs (`api/webrtc-api.md` section 3); the secrets are sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import auto, unique
from typing import Final, Protocol

from ringway.domain.values import PublicName
from ringway.ports.provisioning import Resource
from ringway.ports.sealing import Sealed
from ringway.ports.shelves import Kind

MAX_PUSH_CONFIGURATIONS: Final = 100
MAX_NAME: Final = 255
CHANNEL: Final = "WEBRTC"
RESOURCE_TYPE: Final = "WEBRTC_PUSH_CONFIG"
"""The reference has no value for these, so ours say what they are."""


@dataclass(frozen=True, slots=True)
class Android:
    """A service account of Firebase Cloud Messaging."""

    project: str
    key: Sealed
    """The JSON of the service account."""


@dataclass(frozen=True, slots=True)
class Ios:
    """A certificate for the Apple Push Notification service."""

    file_name: str
    certificate: Sealed
    """PKCS #12 (RFC 7292), as it was given."""
    password: Sealed | None


@dataclass(frozen=True, slots=True)
class PushConfiguration:
    """One of them; at least one of both is there."""

    id: str
    name: str | None
    android: Android | None
    ios: Ios | None

    @property
    def resource(self) -> Resource:
        """What an application is associated with."""
        return Resource(RESOURCE_TYPE, CHANNEL, self.id)


PUSH: Final = Kind(
    "push", PushConfiguration, MAX_PUSH_CONFIGURATIONS, "push configuration"
)


@unique
class Verdict(PublicName):
    """What came of trying a key or a certificate."""

    OPENS = auto()
    CLOSED = auto()
    """It is none, or the password is another one."""
    EMPTY = auto()
    """It opens, and what is needed is not in it."""
    SLOW = auto()
    """It takes longer to open than anybody should wait."""


class Keys(Protocol):
    """Tries keys before they are kept; never raises for what strangers send."""

    async def certificate(self, content: bytes, password: str | None) -> Verdict:
        """Open a P12 file (RFC 7292): it has a certificate and its private key."""
        ...

    async def private_key(self, pem: str) -> Verdict:
        """Read an RSA key in PEM that has no password."""
        ...
