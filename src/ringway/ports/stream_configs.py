"""Media-stream configs: WebSockets that calls are streamed to, or can reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ringway.ports.sealing import Sealed
from ringway.ports.shelves import Kind

MAX_STREAM_CONFIGS: Final = 1000
MAX_URL: Final = 2048
MAX_CREDENTIAL: Final = 1024
"""Characters of a user name, a password or a key."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the handshake of the WebSocket shows."""

    type: str
    """BASIC or HMAC."""
    secret: Sealed
    """The password, or the key of the signature."""
    username: str | None = None
    """For BASIC."""
    algorithm: str | None = None
    """For HMAC, by the public API's name (`api/calls-api.md`, HmacAlgorithm)."""


@dataclass(frozen=True, slots=True)
class StreamConfig:
    """One of them."""

    id: str
    type: str
    """MEDIA_STREAMING or WEBSOCKET_ENDPOINT."""
    name: str
    url: str
    """ws:// or wss://."""
    audio_encoding: str | None = None
    """RAW or BASE64; for MEDIA_STREAMING."""
    sample_rate: str | None = None
    """Hertz; for WEBSOCKET_ENDPOINT."""
    credentials: Credentials | None = None


STREAM_CONFIG: Final = Kind(
    "stream-config", StreamConfig, MAX_STREAM_CONFIGS, "media-stream config"
)
