"""Firefox ESR as a party: a page behind a pipe of JSON lines."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("firefox.mjs")


class FirefoxPage:
    """One page in a Firefox of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {
            0: asyncio.get_running_loop().create_future()
        }
        self._reader = asyncio.create_task(self._read(), name="firefox")

    async def opened(self) -> None:
        await asyncio.wait_for(asyncio.shield(self._waiting[0]), 60)

    async def evaluate(self, expression: str) -> Any:
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin
        line = json.dumps({"id": number, "expression": expression})
        self._process.stdin.write(line.encode() + b"\n")
        return await asyncio.wait_for(answer, 30)

    async def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), 20)
        await self._reader

    async def _read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            message = json.loads(line)
            waiting = self._waiting.pop(message["id"])
            if "error" in message:
                waiting.set_exception(AssertionError(message["error"]))
            else:
                waiting.set_result(message["value"])
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(AssertionError("Firefox has gone"))


@asynccontextmanager
async def firefox(url: str) -> AsyncIterator[FirefoxPage]:
    process = await asyncio.create_subprocess_exec(
        "node",
        SCRIPT,
        url,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 24,
    )
    page = FirefoxPage(process)
    try:
        await page.opened()
        yield page
    finally:
        await page.close()
