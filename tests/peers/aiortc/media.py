"""A tone and a picture to send; what is heard and seen of the other's."""

from __future__ import annotations

import asyncio
import fractions
from collections.abc import Callable
from typing import Any

import av  # type: ignore[import-not-found]
import numpy as np  # type: ignore[import-not-found]
from aiortc import MediaStreamTrack  # type: ignore[import-not-found]
from aiortc.mediastreams import MediaStreamError  # type: ignore[import-not-found]

RATE = 48_000
FRAME = RATE // 50  # 20 ms
WINDOW = RATE // 2  # what is looked at together: 0.5 s, so 2 Hz are told apart
LOUD = 500  # root mean square of 16 bit samples; below it is silence
WIDTH, HEIGHT, FPS = 320, 240, 15
CLOCK = 90_000
BLOCK = 32  # pixels; it moves through the middle rows


class Pace:
    """Waits until a moment of a track has come."""

    def __init__(self) -> None:
        self._began: float | None = None

    async def until(self, seconds: float) -> None:
        """Wait for so many seconds after the first call."""
        now = asyncio.get_running_loop().time()
        if self._began is None:
            self._began = now
        await asyncio.sleep(max(0.0, self._began + seconds - now))


class Tone(MediaStreamTrack):  # type: ignore[misc]
    """A sine, in frames of 20 ms, at the pace of the clock."""

    kind = "audio"

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz = hertz
        self._sent = 0
        self._pace = Pace()

    async def recv(self) -> Any:
        """Give the next frame when its time has come."""
        await self._pace.until(self._sent / RATE)
        at = np.arange(self._sent, self._sent + FRAME) / RATE
        wave = (10_000 * np.sin(2 * np.pi * self._hertz * at)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave[np.newaxis], "s16", "mono")
        frame.sample_rate = RATE
        frame.pts = self._sent
        frame.time_base = fractions.Fraction(1, RATE)
        self._sent += FRAME
        return frame


async def listen(track: Any, tell: Callable[..., None]) -> None:
    """Tell the strongest frequency of each window that is not silent."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    heard = np.zeros(0, np.int16)
    while True:
        try:
            received = await track.recv()
        except MediaStreamError:
            return
        for frame in resampler.resample(received):
            heard = np.concatenate([heard, frame.to_ndarray()[0]])
        while len(heard) >= WINDOW:
            window, heard = heard[:WINDOW].astype(float), heard[WINDOW:]
            if np.sqrt(np.mean(window**2)) < LOUD:
                continue
            power = np.abs(np.fft.rfft(window * np.hanning(WINDOW))) ** 2
            peak = int(np.argmax(power))
            near = power[max(0, peak - 10) : peak + 11].sum()  # within 20 Hz
            tell("heard", hertz=peak * RATE / WINDOW, share=near / power.sum())


class Picture(MediaStreamTrack):  # type: ignore[misc]
    """A plain colour, and a white block that moves."""

    kind = "video"

    def __init__(self, rgb: bytes) -> None:
        super().__init__()
        self._rgb = np.frombuffer(rgb, np.uint8)
        self._sent = 0
        self._pace = Pace()

    async def recv(self) -> Any:
        """Give the next frame when its time has come."""
        await self._pace.until(self._sent / FPS)
        pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
        pixels[:] = self._rgb
        left = self._sent * 8 % (WIDTH - BLOCK)
        top = (HEIGHT - BLOCK) // 2
        pixels[top : top + BLOCK, left : left + BLOCK] = 255
        frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
        frame.pts = self._sent * CLOCK // FPS
        frame.time_base = fractions.Fraction(1, CLOCK)
        self._sent += 1
        return frame


async def look(track: Any, tell: Callable[..., None]) -> None:
    """Tell the colour of the upper rows, and whether the middle ones move."""
    before = None
    number = 0
    while True:
        try:
            frame = await track.recv()
        except MediaStreamError:
            return
        pixels = frame.to_ndarray(format="rgb24").astype(int)
        height = len(pixels)
        middle = pixels[height // 2 - 4 : height // 2 + 4]
        number += 1
        if number % FPS == 0 and before is not None:
            tell(
                "seen",
                rgb=[int(each) for each in pixels[: height // 4].mean((0, 1))],
                moves=bool(np.abs(middle - before).max() > 64),
                width=frame.width,
            )
        before = middle
