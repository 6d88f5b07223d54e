"""Makes the clips beside it: a second of a tone each, and a plain colour each.

Run with the interpreter of tests/peers/aiortc. Frames are in IVF, also those of Opus.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av  # type: ignore[import-not-found]
import numpy as np  # type: ignore[import-not-found]

HERE = Path(__file__).parent
TONES = (520, 600, 800, 860, 920, 1100, 1160, 1220, 1300, 1360, 1700, 1800)
"""None is a browser's in these tests, nor one that nobody plays."""
COLOURS = (
    *("c850c8", "505028", "a0a0f0", "c8b428", "28b4b4", "a028b4"),
    *("c87828", "7850c8", "78c828", "787878", "c85078", "285078"),
)
RATE, FRAME = 48_000, 960
WIDTH, HEIGHT, PICTURES, BLOCK = 320, 240, 5, 32


def ivf(path: Path, name: bytes, frames: list[bytes]) -> None:
    """Write frames, in order, with their numbers as times."""
    header = struct.pack("<4sHH4sHHIII", b"DKIF", 0, 32, name, WIDTH, HEIGHT, 1, 1, 0)
    with path.open("wb") as out:
        out.write(header.ljust(32, b"\0"))
        for number, frame in enumerate(frames):
            out.write(struct.pack("<IQ", len(frame), number) + frame)


def tone(hertz: int) -> list[bytes]:
    """Encode three seconds, and give the steady one in the middle."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.format, encoder.layout = RATE, "s16", "mono"
    encoder.bit_rate = 24_000
    encoder.options = {"vbr": "off", "frame_duration": "20"}
    frames: list[bytes] = []
    for number in range(150):
        at = np.arange(number * FRAME, (number + 1) * FRAME) / RATE
        wave = (10_000 * np.sin(2 * np.pi * hertz * at)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave[np.newaxis], "s16", "mono")
        frame.sample_rate, frame.pts = RATE, number * FRAME
        frame.time_base = Fraction(1, RATE)
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    return frames[50:100]


def colour(name: str) -> list[bytes]:
    """Encode key frames: a plain colour, and a white block that moves in the middle."""
    frames: list[bytes] = []
    for number in range(PICTURES):
        # Each its own stream, so that each is a key frame and needs no other.
        encoder: Any = av.CodecContext.create("libvpx", "w")
        encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        encoder.time_base = Fraction(1, 15)
        encoder.bit_rate = 200_000
        encoder.options = {"lag-in-frames": "0"}
        picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        picture[:] = tuple(bytes.fromhex(name))
        left = (WIDTH - BLOCK) * number // PICTURES
        top = (HEIGHT - BLOCK) // 2
        picture[top : top + BLOCK, left : left + BLOCK] = 255
        frame = av.VideoFrame.from_ndarray(picture, "rgb24")
        packets = [*encoder.encode(frame.reformat(format="yuv420p")), *encoder.encode()]
        frames += [bytes(packet) for packet in packets]
    return frames


if __name__ == "__main__":
    for hertz in TONES:
        ivf(HERE / f"{hertz}.ivf", b"OPUS", tone(hertz))
    for name in COLOURS:
        ivf(HERE / f"{name}.ivf", b"VP80", colour(name))
