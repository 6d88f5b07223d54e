"""What a page measured of a tone or a picture since the last mark; times in ms."""

from __future__ import annotations

import msgspec


class Break(msgspec.Struct, frozen=True):
    """When something was missing, on the page's clock, and for how long."""

    at: float
    ms: float


class Sound(msgspec.Struct, frozen=True):
    """Of a tone, in steps of 10 ms of sound. A break that still lasts counts."""

    heard: bool
    longest: float
    total: float
    breaks: list[Break]
    measured: float
    """How much sound was looked at: as much as has `passed`, or the page could not."""
    passed: float


class Picture(msgspec.Struct, frozen=True):
    """Of a video element; a break is a frame later than 200 ms after the one before."""

    frames: int
    longest: float
    total: float
    breaks: list[Break]
    colour: list[int] | None
    passed: float
