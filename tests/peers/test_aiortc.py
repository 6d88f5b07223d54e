"""aiortc calls aiortc through the real server and engine, and both hear a tone.

aiortc brings its own SDP, ICE, DTLS (OpenSSL), SRTP (libsrtp) and Opus, and speaks
the protocol without our SDK: what works here, works by the RFCs.
"""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.browser.server import Server, running

PEER = Path(__file__).parent / "aiortc"
PYTHON = PEER / ".venv" / "bin" / "python"
PATIENCE_S = 30
WINDOWS = 20
"""Half seconds of sound that are looked at before we say it is the wrong one."""
NUMBERS = count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("aiortc") / "data") as it:
        yield it


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


def test_the_peer_is_installed() -> None:
    assert PYTHON.exists(), "make .tools/aiortc"


@asynccontextmanager
async def talking(
    server: Server, caller_sends: Sequence[str], callee_sends: Sequence[str]
) -> AsyncIterator[tuple[Party, Party]]:
    """Two in an established call."""
    number = next(NUMBERS)
    anna, bert = f"anna-{number}", f"bert-{number}"
    async with (
        party(server, bert, *callee_sends) as callee,
        party(server, anna, "--call", bert, *caller_sends) as caller,
    ):
        assert (await callee.wait_for("incoming"))["source"] == anna
        await caller.wait_for("rang")
        await caller.wait_for("established")
        await callee.wait_for("established")
        yield caller, callee


async def hang_up(who: Party, other: Party) -> None:
    await who.say("hangup")
    for party in (who, other):
        while (told := await party.next())["event"] != "ended":
            assert told["event"] in {"heard", "seen", "connection"}
        assert told["code"] == "NORMAL_HANGUP"


@pytest.mark.parametrize(
    ("profile", "codec"),
    [
        ("SRTP_AEAD_AES_256_GCM", "opus"),
        ("SRTP_AEAD_AES_128_GCM", "PCMU"),
        ("SRTP_AES128_CM_SHA1_80", "PCMA"),
    ],
)
async def test_two_peers_hear_each_other(
    server: Server, profile: str, codec: str
) -> None:
    media = ("--profile", profile, "--audio", codec)
    async with talking(
        server, ("--tone", "440", *media), ("--tone", "1000", *media)
    ) as (caller, callee):
        await caller.hears(1000)
        await callee.hears(440)
        await hang_up(callee, caller)


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_two_peers_see_each_other(server: Server, codec: str) -> None:
    red, blue = bytes((200, 40, 40)), bytes((40, 60, 200))
    async with talking(
        server,
        ("--tone", "440", "--colour", red.hex(), "--video", codec),
        ("--tone", "1000", "--colour", blue.hex(), "--video", codec),
    ) as (caller, callee):
        await caller.sees(blue)
        await callee.sees(red)
        await hang_up(caller, callee)
