"""Tones and colours that tell one fake microphone and camera from another."""

from __future__ import annotations

import math
import wave
from array import array
from dataclasses import dataclass
from pathlib import Path

RATE = 48_000
WIDTH, HEIGHT, FPS = 640, 480, 20
UNUSED = (1500, 2600)
"""Frequencies in Hz that nobody plays."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What one party sounds and looks like."""

    name: str
    hertz: int
    rgb: tuple[int, int, int]


RED = Voice("red", 440, (200, 40, 40))
BLUE = Voice("blue", 1000, (40, 60, 200))
GREEN = Voice("green", 700, (40, 170, 60))
YELLOW = Voice("yellow", 1900, (210, 190, 40))


def tone(path: Path, hertz: int, seconds: int = 10) -> None:
    """Write a sine at -9 dB, mono, 16 bit; a whole number of periods, so it loops."""
    samples = array(
        "h",
        (
            round(11_600 * math.sin(2 * math.pi * hertz * n / RATE))
            for n in range(RATE * seconds)
        ),
    )
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())


def picture(path: Path, rgb: tuple[int, int, int], frames: int = 20) -> None:
    """Write a plain colour with a white square moving through the middle rows."""
    y, u, v = _yuv(rgb)
    chroma = bytes([u]) * (WIDTH * HEIGHT // 4) + bytes([v]) * (WIDTH * HEIGHT // 4)
    side = 64
    with path.open("wb") as out:
        out.write(b"YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420jpeg\n" % (WIDTH, HEIGHT, FPS))
        plain = bytes([y]) * WIDTH
        for n in range(frames):
            left = (WIDTH - side) * n // frames
            row = plain[:left] + b"\xeb" * side + plain[left + side :]
            top = (HEIGHT - side) // 2
            luma = plain * top + row * side + plain * (HEIGHT - side - top)
            out.write(b"FRAME\n" + luma + chroma)


def _yuv(rgb: tuple[int, int, int]) -> tuple[int, int, int]:
    """Convert by BT.601, limited range."""
    r, g, b = rgb
    y = 16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255
    u = 128 + (-37.797 * r - 74.203 * g + 112.0 * b) / 255
    v = 128 + (112.0 * r - 93.786 * g - 18.214 * b) / 255
    return round(y), round(u), round(v)
