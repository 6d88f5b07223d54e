"""`ringway serve`: everything is started, in order, and ended again.

folder locked -> HTTP(S) ports bound -> certificate read -> log opened -> engine reached
-> calls taken up -> HTTP served -> commands taken -> … ->
calls ended -> HTTP ended -> engine ended -> log closed
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from ringway.adapters.blobs_folder import FOLDER as FILES
from ringway.adapters.blobs_folder import FolderBlobs
from ringway.adapters.clock_system import SystemClock
from ringway.adapters.keys_process import ProcessKeys
from ringway.adapters.media_files import judge
from ringway.adapters.sealing_aes import AesSeal
from ringway.adapters.sql.activity import SqlActivity
from ringway.adapters.sql.calls import SqlCalls
from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.deliveries import SqlDeliveries
from ringway.adapters.sql.event_log import SqlEventLog
from ringway.adapters.sql.meetings import SqlMeetings
from ringway.adapters.sql.outbox import SqlOutbox
from ringway.adapters.sql.shelves import SqlShelves
from ringway.adapters.sql.subscriptions import SqlSubscriptions
from ringway.adapters.tokens_jwt import JwtTokens
from ringway.app import folder
from ringway.app.built import engine_program, front
from ringway.app.control import Control
from ringway.app.engine import engine_of
from ringway.app.house import Ringway
from ringway.app.http import HttpServer
from ringway.app.listening import web_sockets
from ringway.app.ports import Ports
from ringway.app.sharing import demo_url
from ringway.app.stops import Stop
from ringway.app.tls.following import Certificates, certificates_of
from ringway.app.traces import spans
from ringway.ports.catalog import FIRST_ACCOUNT, Catalog
from ringway.ports.storage import StorageUnavailable
from ringway.settings import Advertised, BadSetting, Settings, advertised_addresses

log = structlog.get_logger("serve")

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Ready:
    """What is told when everything works."""

    settings: Settings
    advertised: Sequence[Advertised]
    first_key: Path | None
    """Where the first API key is kept; None: it is not in the data folder."""
    demo_url: str | None
    """The demo's address for other devices, if there is one by https."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where clients come in."""

    http: Sequence[socket.socket]
    https: Sequence[socket.socket]
    certificates: Certificates | None

    async def serve(self, server: HttpServer) -> None:
        """Serve on all of them until the server is ended."""
        tls = None if self.certificates is None else self.certificates.listening
        await server.serve_on(self.http, self.https, tls)


async def serve(settings: Settings, tell: Callable[[Ready], None]) -> None:
    """Serve until a signal says stop.  Or `Stop`."""
    try:
        advertised = advertised_addresses(settings)
        program = engine_program(settings.engine)
        folder.prepare(settings.data)
        with (
            folder.locked(settings.data),
            _closed(web_sockets(settings.http, "HTTP")) as http,
            _closed(_https_sockets(settings)) as https,
        ):
            # Before anything is opened: what is wrong with it is said at once.
            doors = Doors(http, https, certificates_of(settings))
            await _serve(settings, advertised, program, doors, tell)
    except BadSetting as error:
        raise Stop(str(error)) from error
    except StorageUnavailable as error:
        raise Stop(error.text) from error


async def _serve(
    settings: Settings,
    advertised: Sequence[Advertised],
    program: Path,
    doors: Doors,
    tell: Callable[[Ready], None],
) -> None:
    _allow_many_files()
    stopping = asyncio.Event()
    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        database = await Database.open(settings.data)
        stack.push_async_callback(database.close)
        event_log = SqlEventLog(database)
        stack.push_async_callback(event_log.close)
        catalog = SqlCatalog(database)
        blobs = FolderBlobs(settings.data / FILES)
        await blobs.forget_unfinished()
        keys = await catalog.signing_keys(clock.now())
        traces = stack.enter_context(spans(settings.otlp_endpoint, os.environ))
        engine = await stack.enter_async_context(
            engine_of(settings, advertised, program, await catalog.next_fence())
        )
        seal = AesSeal.of(settings.data)
        ringway = Ringway(
            Ports(
                event_log,
                SqlCalls(database),
                SqlMeetings(database),
                SqlOutbox(database),
                SqlSubscriptions(database, seal),
                SqlDeliveries(database),
                SqlActivity(database),
                catalog,
                SqlShelves(database),
                blobs,
                seal,
                judge,
                ProcessKeys(),
                JwtTokens(keys, settings.public_url),
                clock,
                engine.socket,
                engine.socket.counts,
                traces,
            ),
            front(settings),
        )
        await ringway.open()
        first_key = await _first_key(settings.data, catalog, clock.now())
        http = HttpServer(ringway.web, ringway.metrics.observe_delay)
        work = {
            "The media engine": engine.running,
            "Hearing the engine": asyncio.create_task(ringway.run(), name="news"),
            "HTTP": asyncio.create_task(doors.serve(http), name="http"),
        }
        stack.push_async_callback(_end, ringway, http, list(work.values()))
        await http.is_serving.wait()
        control = Control(ringway.end_call, ringway.tell, ringway.hooks.follow)
        await stack.enter_async_context(control.listening(settings.data))
        tell(Ready(settings, advertised, first_key, demo_url(settings)))
        await _until(stopping, work)


async def _until(stopping: asyncio.Event, work: dict[str, asyncio.Task[None]]) -> None:
    """Wait for the signal.  Or `Stop` when some work ends before it."""
    waiting = asyncio.create_task(stopping.wait(), name="stop")
    try:
        done, _ = await asyncio.wait(
            {waiting, *work.values()}, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        waiting.cancel()
    for name, task in work.items():
        if task in done and waiting not in done:
            fault = task.exception()
            log.error("work has ended", work=name, exc_info=fault)
            raise Stop(f"{name} has come to an end: {fault or 'it was taken over'}.")


async def _end(
    ringway: Ringway, http: HttpServer, work: Sequence[asyncio.Task[None]]
) -> None:
    """End calls, then connections, then what remains; the engine comes later."""
    log.info("stopping")
    _, news, serving = work
    await ringway.close()
    http.end()
    await asyncio.wait({serving})
    news.cancel()
    await asyncio.wait({news})


async def _first_key(data: Path, catalog: Catalog, at: int) -> Path | None:
    """Make the first API key, once; say where it is."""
    path = data / folder.FIRST_KEY
    if not await catalog.keys(FIRST_ACCOUNT):
        minted = await catalog.create_key(FIRST_ACCOUNT, "first", at)
        folder.keep_first_key(data, minted)
    return path if path.exists() else None


def _https_sockets(settings: Settings) -> Sequence[socket.socket]:
    return [] if settings.tls is None else web_sockets(settings.https, "HTTPS")


@contextmanager
def _closed(sockets: Sequence[socket.socket]) -> Iterator[Sequence[socket.socket]]:
    try:
        yield sockets
    finally:
        for it in sockets:
            it.close()


def _allow_many_files() -> None:
    """Every connection is an open file: take as many as this user may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
