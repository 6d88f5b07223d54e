"""Tries keys of strangers in a process that is ended when it takes too long."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Final

import msgspec

from ringway.adapters.key_trial import Trial
from ringway.ports.push import Verdict

WITHIN_S: Final = 5.0
"""How long one trial may take: usual files take some milliseconds."""
AT_ONCE: Final = 2


class ProcessKeys:
    """A process for each trial; few at once, so that calls keep their cores."""

    def __init__(self, within_s: float = WITHIN_S) -> None:
        self._within_s = within_s
        self._room = asyncio.Semaphore(AT_ONCE)

    async def certificate(self, content: bytes, password: str | None) -> Verdict:
        return await self._try(Trial(certificate=content, password=password))

    async def private_key(self, pem: str) -> Verdict:
        return await self._try(Trial(private_key=pem))

    async def _try(self, trial: Trial) -> Verdict:
        async with self._room:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "ringway.adapters.key_trial"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
            try:
                async with asyncio.timeout(self._within_s):
                    told, _ = await process.communicate(msgspec.json.encode(trial))
            except TimeoutError:
                return Verdict.SLOW
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        # A parser that dies over a file has not opened it.
        return Verdict(told.decode()) if told else Verdict.CLOSED
