"""How fast the event log takes events, beside what the disk alone can do."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import uvloop

from bench.figures import Figure
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.event_log import SqlEventLog
from ringway.domain.values import AccountId
from ringway.ports.event_log import Entry, Stream

RUNS = 5
ALONE = 400
"""Appends of the one who is alone."""
ASKERS = 200
EACH = 20
"""Appends of each who is not."""
PAYLOAD = b"{" + b" " * 198 + b"}"
"""About as long as the event of a call is in the middle."""
BLOCK = b"\0" * 4096

RESULTS = Path(__file__).parent / "results"


@asynccontextmanager
async def event_log() -> AsyncIterator[SqlEventLog]:
    """Give an empty one, on the disk where the results are kept."""
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        database = await Database.open(Path(folder))
        log = SqlEventLog(database)
        try:
            yield log
        finally:
            await log.close()
            await database.close()


def measure() -> Sequence[Figure]:
    """One asker, then many."""
    disk, alone, together = [], [], []
    for _ in range(RUNS):
        disk.append(_synced(ALONE))
        alone.append(uvloop.run(_appended(askers=1, each=ALONE)))
        together.append(uvloop.run(_appended(ASKERS, EACH)))
    return (
        Figure("disk alone: write 4 kB and fsync", "1/s", disk),
        Figure("log: appends, one asker", "1/s", alone),
        Figure(f"log: appends, {ASKERS} askers", "1/s", together),
    )


def _synced(times: int) -> float:
    with tempfile.TemporaryFile(dir=RESULTS) as file:
        began = time.perf_counter()
        for _ in range(times):
            file.write(BLOCK)
            file.flush()
            os.fsync(file.fileno())
        return times / (time.perf_counter() - began)


async def _appended(askers: int, each: int) -> float:
    async with event_log() as log:
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(askers):
                group.create_task(_ask(log, number, each))
        took = time.perf_counter() - began
        if await log.last_position() != askers * each:
            raise RuntimeError("The log has not kept all of it.")
        return askers * each / took


async def _ask(log: SqlEventLog, number: int, times: int) -> None:
    """Append to a stream of one's own, each time when the last is on the disk."""
    stream = Stream(AccountId("bench"), "leg", f"leg-{number}")
    for version in range(1, times + 1):
        at = time.time_ns() // 1000
        await log.append([Entry(stream, version, "leg.Rang", 1, at, "t" * 36, PAYLOAD)])
