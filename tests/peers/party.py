"""An aiortc peer in a process of its own, as a test or a measurement sees it."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.browser.server import Server

PEER = Path(__file__).parent / "aiortc"
PYTHON = PEER / ".venv" / "bin" / "python"
PATIENCE_S = 30
WINDOWS = 20
"""Half seconds of sound that are looked at before we say it is the wrong one."""


class Party:
    """One process of peer.py: what it tells, and what it is told."""

    def __init__(self, process: Process, identity: str) -> None:
        self.process = process
        self.identity = identity

    async def next(self) -> dict[str, Any]:
        """Wait for the next line."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            line = await self.process.stdout.readline()
        assert line, f"{self.identity} has died"
        told: dict[str, Any] = json.loads(line)
        return told

    async def wait_for(self, event: str) -> dict[str, Any]:
        """Read on until it tells this; bad news on the way are a failure."""
        while (told := await self.next())["event"] != event:
            bad = {"rejected", "refused", "malformed", "ended"}
            assert told["event"] not in bad, told
            assert told.get("state") != "failed", told
        return told

    async def hears(self, hertz: float) -> None:
        """Two windows in a row are the clean tone."""
        good, told = 0, {}
        for _ in range(WINDOWS):
            told = await self.wait_for("heard")
            clean = abs(told["hertz"] - hertz) <= 4 and told["share"] > 0.9
            good = good + 1 if clean else 0
            if good == 2:
                return
        raise AssertionError(f"{self.identity} never heard {hertz} Hz: {told}")

    async def sees(self, rgb: bytes) -> None:
        """The other's colour, and something that moves in it."""
        told: dict[str, Any] = {}
        for _ in range(WINDOWS):
            told = await self.wait_for("seen")
            near = all(abs(a - b) < 30 for a, b in zip(told["rgb"], rgb, strict=True))
            if near and told["moves"]:
                return
        raise AssertionError(f"{self.identity} never saw {rgb.hex()}: {told}")

    async def say(self, text: str) -> None:
        """Tell the process something."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{text}\n".encode())
        await self.process.stdin.drain()


@asynccontextmanager
async def party(server: Server, name: str, *options: str) -> AsyncIterator[Party]:
    url = server.url.replace("http", "ws", 1) + "/rtc/1/socket"
    process = await asyncio.create_subprocess_exec(
        PYTHON, PEER / "peer.py", url, *options, stdin=PIPE, stdout=PIPE
    )
    it = Party(process, name)
    try:
        await it.say(server.token(name))
        await it.wait_for("connected")
        yield it
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
