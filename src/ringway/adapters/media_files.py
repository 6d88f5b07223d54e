"""Says what a file is by its content: MP3, WAV, MP4, and how long it takes."""

from __future__ import annotations

import math
from typing import BinaryIO

from ringway.ports.files import Media, MediaFormat

_LONGEST_S = 7 * 24 * 3600
"""No file of ours can last longer; headers can say what they like."""


def judge(file: BinaryIO) -> Media | None:
    """Look at a file; None if it is nothing of these, or is damaged."""
    from tinytag import TinyTag  # noqa: PLC0415

    head = file.read(12)
    file.seek(0)
    kind = _format(head)
    if kind is None:
        return None
    try:
        tag = TinyTag.get(file_obj=file, tags=False)
    # What strangers send can trip a parser over anything.
    except Exception:  # noqa: BLE001
        return None
    duration = tag.duration
    if not duration or not 0 < duration <= _LONGEST_S:
        return None
    return Media(kind, math.ceil(duration))


def _format(head: bytes) -> MediaFormat | None:
    """Tell by the first bytes.

    RIFF with WAVE; an ``ftyp`` box (ISO/IEC 14496-12 section 4.3); an ID3v2 tag or a
    frame of MPEG audio, layer III (ISO/IEC 11172-3 section 2.4.2.3).
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return MediaFormat.WAV
    if head[4:8] == b"ftyp":
        return MediaFormat.MP4
    is_frame = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2  # noqa: PLR2004
    return MediaFormat.MP3 if head[:3] == b"ID3" or is_frame else None
