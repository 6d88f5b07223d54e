"""Pictures that the SDK took of a call (`api/webrtc-api.md` section 3, files)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import auto, unique
from typing import Final

from ringway.domain.values import PublicName
from ringway.ports.shelves import Kind

MAX_CAPTURES: Final = 100_000


@unique
class ImageFormat(PublicName):
    """The public API's names (`api/webrtc-api.md`, ImageFileFormat)."""

    PNG = auto()
    JPEG = auto()


@dataclass(frozen=True, slots=True)
class Capture:
    """What is known of a picture; its bytes are a blob ``capture-ID``."""

    id: str
    name: str
    """``ID_IDENTITY_MILLISECONDS.png``"""
    format: ImageFormat
    size: int
    """Bytes."""
    created_at: int
    """Microseconds since 1970, UTC."""


CAPTURE: Final = Kind("capture", Capture, MAX_CAPTURES, "file")
