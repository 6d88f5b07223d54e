"""The engine of `serve`: started or adopted, and ended with us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ringway.adapters.engine_process import EngineProcess
from ringway.adapters.engine_socket import EngineLost, EngineSocket
from ringway.app.folder import engine_socket
from ringway.app.listening import look_for_media
from ringway.app.logs import writes_json
from ringway.app.stops import Stop
from ringway.app.version import VERSION
from ringway.settings import Advertised, Settings

ENDS_WITHIN_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class LiveEngine:
    """An engine that has said hello."""

    socket: EngineSocket
    running: asyncio.Task[None]
    """Ends only when the engine can not be had any more."""


def arguments(settings: Settings, advertised: Sequence[Advertised]) -> list[str]:
    """Say how the engine is started."""
    addresses = [part for it in advertised for part in ("--advertise", it.address)]
    return [
        *("--media", str(settings.media)),
        *addresses,
        *("--shards", str(settings.shards)),
        *("--grace", str(settings.grace_s)),
        *("--log", settings.log_level),
    ]


@asynccontextmanager
async def engine_of(
    settings: Settings, advertised: Sequence[Advertised], program: Path, fence: int
) -> AsyncIterator[LiveEngine]:
    """Reach the engine, and tell it to shut down in the end.  Or `Stop`."""
    path = engine_socket(settings.data)
    process = EngineProcess(
        program, arguments(settings, advertised), path, as_json=writes_json(settings)
    )
    if not await process.adopts():
        look_for_media(settings.media, settings.shards)
    engine = EngineSocket(process, build=VERSION, fence=fence)
    running = asyncio.create_task(engine.run(), name="engine")
    greeted = asyncio.create_task(engine.greeted())
    try:
        await asyncio.wait({running, greeted}, return_when=asyncio.FIRST_COMPLETED)
        if not greeted.done():
            raise Stop(engine.state.text)
        yield LiveEngine(engine, running)
    finally:
        greeted.cancel()
        if not engine.is_fenced:
            engine.shut_down()
            await asyncio.wait({running}, timeout=ENDS_WITHIN_S)
            await process.end(ENDS_WITHIN_S)
        running.cancel()
        with suppress(asyncio.CancelledError, EngineLost):
            await running
