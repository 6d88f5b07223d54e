"""Files that customers upload to be played (`api/calls-api.md` section 2.7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import auto, unique
from typing import BinaryIO, Final

from ringway.domain.values import SECOND, PublicName
from ringway.ports.shelves import Kind

MAX_FILE: Final = 25 * 1024 * 1024
"""Bytes of one file."""
MAX_FILES: Final = 10_000
"""Of one account: as many as the 100 pages of the reference can list."""
MAX_NAME: Final = 255
UNUSED_TIME: Final = 90 * 24 * 3600 * SECOND
"""A file that was not used for so long is removed."""


@unique
class MediaFormat(PublicName):
    """The public API's names (`api/calls-api.md`, FileFormat)."""

    MP3 = auto()
    WAV = auto()
    MP4 = auto()


@dataclass(frozen=True, slots=True)
class Media:
    """What a file is, by its content."""

    format: MediaFormat
    duration: int
    """Seconds, rounded up."""


Judge = Callable[[BinaryIO], Media | None]
"""Looks at a file; None if it is nothing that can be played."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is known of an uploaded file; its bytes are a blob ``file-ID``."""

    id: str
    name: str
    format: MediaFormat
    size: int
    """Bytes."""
    duration: int
    """Seconds."""
    created_at: int
    """Microseconds since 1970, UTC."""
    used_at: int
    """When it was uploaded or played last."""

    @property
    def expires_at(self) -> int:
        """When it is removed, unless it is used before."""
        return self.used_at + UNUSED_TIME


FILE: Final = Kind("file", StoredFile, MAX_FILES, "file")
