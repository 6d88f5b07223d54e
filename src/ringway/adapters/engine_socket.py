"""The engine behind a Unix socket: hellos, orders out, news in, its health."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import NoReturn, Protocol

import structlog

from ringway.adapters.engine_frames import BadFrame, Bodies, FrameTooLong, frame, news
from ringway.ports.engine import EngineState
from ringway.ports.engine_messages import (
    PROTOCOL,
    ControlHello,
    EngineHello,
    Fenced,
    HeldPipe,
    Holding,
    News,
    Order,
    Ping,
    Pong,
    Shutdown,
    Unsupported,
)

log = structlog.get_logger("engine")

HELLO_WITHIN_S = 5.0
PING_EVERY_S = 2.0
UNWELL_AFTER = 3
"""With so many pings in a row without a pong the engine is not ready."""
DEAD_AFTER = 8
"""With so many it is given up.  Counted, not timed: our own pause is no proof."""
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 5.0
STEADY_AFTER_S = 5.0
"""After a connection that held so long, the next one is tried at once."""
MOST_ORDERS = 100_000
"""Orders kept while the engine is away; more are dropped and counted."""
MOST_NEWS = 10_000
"""News not yet taken; with more we stop reading, and the engine drops statistics."""
READ_BYTES = 1 << 16

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class EngineLost(Exception):
    """The engine is away; the text says why."""


class Door(Protocol):
    """How the engine is reached; whoever has started it knows."""

    async def connect(self) -> Streams:
        """Open a connection, also by starting an engine.  Or `EngineLost`."""
        ...

    def give_up(self) -> None:
        """Make room for another engine: this one does not respond."""
        ...


@dataclass(slots=True)
class Tally:
    """What has been counted since the start."""

    connections: int = 0
    orders: int = 0
    orders_dropped: int = 0
    news: int = 0
    news_unknown: int = 0
    unsupported: int = 0


class EngineSocket:
    """The port `Engine`; `run` keeps the conversation going."""

    def __init__(self, door: Door, *, build: str, fence: int) -> None:
        self.tally = Tally()
        self._door = door
        self._hello = ControlHello(PROTOCOL, build, fence)
        self._kept: deque[Order] = deque()
        self._writer: asyncio.StreamWriter | None = None
        self._news: deque[News] = deque()
        self._arrived, self._room = asyncio.Event(), asyncio.Event()
        self._room.set()
        self._first: asyncio.Future[None] | None = None
        self._held: list[HeldPipe] = []
        self._engine: EngineHello | None = None
        self._trouble = "The media engine has not been reached yet."
        self._pings = self._unanswered = self._restarts = 0
        self._pid: int | None = None
        self._end = asyncio.Event()
        self._fenced = False

    # ------------------------------------------------------------ the port

    def submit(self, orders: Sequence[Order]) -> None:
        """Write the orders, or keep them while the engine is away."""
        self.tally.orders += len(orders)
        if self._writer is not None:
            for order in orders:
                self._write(self._writer, order)
            return
        fitting = orders[: MOST_ORDERS - len(self._kept)]
        self._kept.extend(fitting)
        if dropped := len(orders) - len(fitting):
            self.tally.orders_dropped += dropped
            log.error("orders dropped, the engine is away", orders=dropped)

    async def news(self) -> Sequence[News]:
        """Wait for, and take, everything that happened since last asked."""
        await self._arrived.wait()
        taken = tuple(self._news)
        self._news.clear()
        self._arrived.clear()
        self._room.set()
        return taken

    def counts(self) -> dict[str, int]:
        """Give what has been counted since the start, by name."""
        return asdict(self.tally)

    @property
    def state(self) -> EngineState:
        """How the engine is doing."""
        hello, text = self._engine, self._trouble
        ready = self._writer is not None and hello is not None
        if ready and self._unanswered >= UNWELL_AFTER:
            ready = False
            text = f"The media engine left {self._unanswered} pings unanswered."
        elif ready and hello is not None:
            text = f"Media engine {hello.engine} ({hello.build}) works."
        return EngineState(
            ready=ready,
            text=text,
            engine=None if hello is None else hello.engine,
            epoch=None if hello is None else hello.epoch,
            restarts=self._restarts,
            pid=None if self._writer is None else self._pid,
        )

    # ------------------------------------------------------------ its life

    async def run(self) -> None:
        """Connect, and connect again, until cancelled, fenced or shut down.

        The first connection has to succeed, or this raises `EngineLost`.
        """
        loop = asyncio.get_running_loop()
        delay = FIRST_DELAY_S
        while not self._end.is_set():
            began = loop.time()
            try:
                await self._live()
            except (EngineLost, BadFrame, OSError) as error:
                self._trouble = f"The media engine is away: {error}."
            if self._end.is_set():
                return
            if self._engine is None:
                raise EngineLost(self._trouble)
            log.error("engine lost", why=self._trouble)
            if loop.time() - began > STEADY_AFTER_S:
                delay = FIRST_DELAY_S
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY_S)

    async def greeted(self) -> None:
        """Wait until an engine has said hello for the first time."""
        if self._engine is None:
            self._first = self._first or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._first)

    @property
    def is_fenced(self) -> bool:
        """Whether a newer control plane has the engine now."""
        return self._fenced

    def shut_down(self) -> None:
        """Tell the engine to close every pipe and exit; `run` ends with it."""
        self._end.set()
        if self._writer is not None:
            self._write(self._writer, Shutdown())

    # --------------------------------------------------- one conversation

    async def _live(self) -> None:
        reader, writer = await self._door.connect()
        bodies = Bodies()
        try:
            writer.write(frame(self._hello))
            async with asyncio.timeout(HELLO_WITHIN_S):
                first: list[News] = []
                while not first:
                    first = await self._read(reader, bodies)
            self._greet(first[0])
            self._pid = _process_behind(writer)
            self._writer = writer
            for order in self._kept:
                self._write(writer, order)
            self._kept.clear()
            self._take(first)
            self._ping(writer)
            while True:
                self._take(await self._read(reader, bodies))
                if len(self._news) >= MOST_NEWS:
                    self._room.clear()
                await self._room.wait()
        except TimeoutError:
            self._door.give_up()
            raise EngineLost(f"no hello within {HELLO_WITHIN_S:.0f} s") from None
        finally:
            self._writer = None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader, bodies: Bodies) -> list[News]:
        data = await reader.read(READ_BYTES)
        if not data:
            raise EngineLost("it has closed the connection")
        known, unknown = news(bodies.feed(data))
        self.tally.news += len(known)
        if unknown:
            self.tally.news_unknown += unknown
            log.warning("news not understood", count=unknown)
        return known

    def _greet(self, hello: News) -> None:
        if isinstance(hello, Fenced):
            self._fence(hello)
        if not isinstance(hello, EngineHello):
            raise EngineLost("its first word was no hello")
        if hello.protocol.partition(".")[0] != PROTOCOL.partition(".")[0]:
            raise EngineLost(
                f"it speaks protocol {hello.protocol}, we speak {PROTOCOL}"
            )
        if self._engine is not None and self._engine.epoch != hello.epoch:
            self._restarts += 1
        self.tally.connections += 1
        self._held = []
        self._engine = hello
        self._trouble = "The media engine is away."
        self._unanswered = 0
        log.info("engine connected", engine=hello.engine, epoch=hello.epoch)
        if self._first is not None and not self._first.done():
            self._first.set_result(None)

    def _take(self, told: Sequence[News]) -> None:
        for it in told:
            match it:
                case Pong():
                    self._unanswered = 0
                case Unsupported():
                    self.tally.unsupported += 1
                    log.error("order not understood", order=it.order, why=it.text)
                case Holding(pipes, more):
                    self._held += pipes
                    if not more:
                        self._keep(Holding(self._held))
                        self._held = []
                case Fenced():
                    self._fence(it)
                case _:
                    self._keep(it)

    def _fence(self, told: Fenced) -> NoReturn:
        self._fenced = True
        self._end.set()
        self._keep(told)
        raise EngineLost(told.text)

    def _keep(self, it: News) -> None:
        self._news.append(it)
        self._arrived.set()

    def _write(self, writer: asyncio.StreamWriter, order: Order) -> None:
        try:
            writer.write(frame(order))
        except FrameTooLong as error:
            self.tally.orders_dropped += 1
            log.error("order dropped", why=str(error))  # noqa: TRY400

    def _ping(self, writer: asyncio.StreamWriter) -> None:
        """Ask whether all shards live, now and every `PING_EVERY_S`."""
        if self._writer is not writer:
            return
        if self._unanswered >= DEAD_AFTER:
            log.error("engine given up", unanswered=self._unanswered)
            self._door.give_up()
            writer.transport.abort()
            return
        if self._room.is_set():
            self._unanswered += 1
            self._pings += 1
            self._write(writer, Ping(self._pings))
        asyncio.get_running_loop().call_later(PING_EVERY_S, self._ping, writer)


def _process_behind(writer: asyncio.StreamWriter) -> int | None:
    """Say who is at the other end, if the socket knows (unix(7), SO_PEERCRED)."""
    connection = writer.get_extra_info("socket")
    if connection is None or connection.family != socket.AF_UNIX:
        return None
    size = struct.calcsize("3i")
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    pid, _, _ = struct.unpack("3i", raw)
    return int(pid) or None
