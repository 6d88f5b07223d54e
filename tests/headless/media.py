"""The program that sends and counts the media of many, and what it may be asked."""

from __future__ import annotations

import asyncio
import functools
import os
import subprocess
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from ringway.rtc import messages as wire

ROOT = Path(__file__).parents[2]
Answer = TypeVar("Answer")


class Refused(Exception):
    """The program has not done it, and says why."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class Opened(msgspec.Struct, frozen=True):
    """The first offer, and what its sections send."""

    offer: str
    sending: list[wire.Sending]


class Section(msgspec.Struct, frozen=True):
    """What has come in one section; times in ms, since the mark.

    `lost` are the sequence numbers missing; of video, `frames` are markers. A time
    without packets that still lasts counts.
    """

    mid: str
    packets: int
    bytes: int
    frames: int
    lost: int
    longest_ms: int
    silent_ms: int


class Counted(msgspec.Struct, frozen=True):
    """Whether ICE and DTLS are through, and what has come."""

    connected: bool
    sections: list[Section]


class Media:
    """The running program: clients by the names that are given to them."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    async def open(
        self, party: str, clips: Mapping[wire.Source, Path], *, receives: bool = True
    ) -> Opened:
        """Make a client that sends these; one of the same name is forgotten."""
        sending = [{"source": it, "clip": str(clip)} for it, clip in clips.items()]
        answer = await self._ask(
            "open", party=party, sending=sending, receives=receives
        )
        return msgspec.convert(answer, Opened)

    async def take(self, party: str, answer: str) -> None:
        """Take the answer to the first offer."""
        await self._ask("take", party=party, answer=answer)

    async def answer(self, party: str, offer: str) -> str:
        """Answer a later offer of the other side."""
        answer = await self._ask("answer", party=party, offer=offer)
        return str(answer["answer"])

    async def mute(self, party: str, source: wire.Source, *, on: bool) -> None:
        """Send nothing of a source, or send it again."""
        await self._ask("mute", party=party, source=source, on=on)

    async def mark(self, party: str) -> None:
        """Count the times without packets anew."""
        await self._ask("mark", party=party)

    async def count(self, party: str) -> Counted:
        """Tell what has come."""
        return msgspec.convert(await self._ask("count", party=party), Counted)

    async def close(self, party: str) -> None:
        """Forget the client, without a word to the other side."""
        await self._ask("close", party=party)

    async def _ask(self, what: str, **more: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn:
            line = msgspec.json.encode({"do": what, **more})
            self._process.stdin.write(line + b"\n")
            said = await self._process.stdout.readline()
        assert said, "the program has died"
        answer: dict[str, Any] = msgspec.json.decode(said)
        if not answer["ok"]:
            raise Refused(answer["code"], answer["text"])
        return answer


@asynccontextmanager
async def people() -> AsyncIterator[Media]:
    """Start the program, and end it with all of its clients."""
    process = await asyncio.create_subprocess_exec(
        program(), stdin=PIPE, stdout=PIPE, limit=1 << 20
    )
    try:
        yield Media(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(10):
            assert await process.wait() == 0


@functools.cache
def program() -> Path:
    """Give what cargo builds; it does nothing when nothing has changed."""
    subprocess.run(
        ["cargo", "build", "--quiet", "--locked", "-p", "party"], cwd=ROOT, check=True
    )
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "debug" / "party"
