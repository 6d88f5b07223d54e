"""How long joining a room takes, and whether that depends on how many are there.

Those who join only listen, and are told of nobody.  *in the house*: the real exchange,
machines and log, over an engine that connects every pipe at once.  *from the socket*:
a real server and engine on one core, and clients on the other with a description but
without media; they are done with a join when they have the answer to their offer and
know whom they will hear.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import uvloop
from tests.browser.server import RINGWAY, Server, running
from tests.ports.test_engine import AUDIO, description
from websockets.asyncio.client import ClientConnection, connect

from bench.figures import Figure
from bench.house import ACCOUNT, Phone, Phones
from bench.storage import RESULTS, event_log
from ringway.adapters.clock_system import SystemClock
from ringway.domain.values import AccountId, ConfigurationId, LegId, Way
from ringway.ports import engine_messages as engine
from ringway.ports.engine import EngineState
from ringway.ports.event_log import EventLog
from ringway.ports.lines import SayRoomJoined
from ringway.programs.routing import Routing
from ringway.rtc import messages as wire
from ringway.runtime.exchange import Exchange, Proposal
from ringway.runtime.house import House
from ringway.runtime.news import Newsroom
from ringway.runtime.views import Views

IN_THE_HOUSE = (1, 80, 1_000, 3_000)
FROM_THE_SOCKET = (1, 80, 1_000)
"""How many are there already."""
JOINS = 60
AT_ONCE = 20
"""Members that come at the same time while nothing is measured."""
SEATS = 10_000
HEAR = description(
    AUDIO.replace("a=sendrecv", "a=recvonly")
    .replace("a=msid:- tone\n", "")
    .replace("a=ssrc:1001 cname:house\n", "")
)
LISTENER = Proposal(HEAR, [], way=Way.RECEIVE, participant_events=False)
DECODER = msgspec.json.Decoder(wire.FromHouse)


def measure() -> Sequence[Figure]:
    """Fill a house, or a server, for each number of members."""
    figures = []
    for present in IN_THE_HOUSE:
        filled, took = uvloop.run(_in_a_house(present))
        where = f"in the house, {present:,} there"
        figures.append(Figure(f"join, {where}", "ms", took))
        figures.append(Figure(f"joins one by one, {where} at last", "1/s", [filled]))
    for present in FROM_THE_SOCKET:
        name = f"join, from the socket, {present:,} there"
        figures.append(Figure(name, "ms", _from_the_socket(present)))
    return figures


# ------------------------------------------------------------- in the house


class _Engine:
    """The port `Engine`: every pipe connects at once, and nothing else happens."""

    def __init__(self) -> None:
        self._news: asyncio.Queue[engine.News] = asyncio.Queue()

    def submit(self, orders: Sequence[engine.Order]) -> None:
        """Take the orders."""
        for it in orders:
            if isinstance(it, engine.OpenPipe):
                who, number = it.pipe, it.generation
                self._news.put_nowait(engine.Answered(0, who, number, HEAR, []))
                self._news.put_nowait(engine.Connected(0, who, number, "", ""))

    async def news(self) -> Sequence[engine.News]:
        """Give the next."""
        return [await self._news.get()]

    @property
    def state(self) -> EngineState:
        """It always works."""
        return EngineState(ready=True, text="")


async def _in_a_house(present: int) -> tuple[float, list[float]]:
    """Give joins a second while it is filled, and then the time of some more, in ms."""
    async with event_log() as log:
        return await _joined(log, present)


async def _joined(log: EventLog, present: int) -> tuple[float, list[float]]:
    lines, views = Phones(), Views()
    house = House(
        log=log,
        clock=SystemClock(),
        engine=_Engine(),
        lines=lines,
        views=views,
        router=Routing(lines, views, _known, _room_size, _configured).route,
    )
    hearing = asyncio.create_task(Newsroom(house).run())
    exchange = Exchange(house)
    phones = [lines.connect(f"ear-{number}") for number in range(present + JOINS)]
    began = time.perf_counter()
    for phone in phones[:present]:
        await _join(exchange, phone)
    filled = present / (time.perf_counter() - began)
    took = [await _join(exchange, phone) for phone in phones[present:]]
    hearing.cancel()
    await asyncio.wait({hearing})
    room = views.room(ACCOUNT, "hall")
    if house.tasks.faults or room is None or room.size != len(phones):
        raise RuntimeError("Not everybody is in the room.")
    await house.tasks.cancel()
    return filled, took


async def _join(exchange: Exchange, phone: Phone) -> float:
    """Give the ms until the phone hears that it is in."""
    began = time.perf_counter()
    leg = LegId(str(uuid.uuid4()))
    await exchange.join(phone.device, leg, "hall", LISTENER)
    await phone.until(SayRoomJoined)
    return 1000 * (time.perf_counter() - began)


async def _configured(account: AccountId, configuration: ConfigurationId) -> bool:
    return True


async def _known(account: AccountId, identity: str) -> bool:
    return True


async def _room_size(account: AccountId) -> int:
    return SEATS


# --------------------------------------------------------- from the socket


def _from_the_socket(present: int) -> list[float]:
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        data = Path(folder) / "data"
        os.sched_setaffinity(0, {cores[0]})
        try:
            with running(data, "--shards", "1") as server:
                os.sched_setaffinity(0, {cores[-1]})
                subprocess.run(  # noqa: S603
                    [
                        *(RINGWAY, "account", "set", "--data", data),
                        *("--max-room-size", str(SEATS)),
                    ],
                    check=True,
                    capture_output=True,
                )
                return uvloop.run(_let_join(server, present))
        finally:
            os.sched_setaffinity(0, cores)


async def _let_join(server: Server, present: int) -> list[float]:
    url = server.url.replace("http", "ws", 1) + wire.PATH
    tokens = [server.token(f"client-{n}") for n in range(present + JOINS)]
    async with AsyncExitStack() as stack:
        await _let_in(stack, url, tokens[0], speaks=True)
        for start in range(1, present, AT_ONCE):
            async with asyncio.TaskGroup() as group:
                for token in tokens[start : min(start + AT_ONCE, present)]:
                    group.create_task(_let_in(stack, url, token))
        took = [await _let_in(stack, url, token) for token in tokens[present:]]
        told = await asyncio.to_thread(server.get, "/metrics")
        there = re.search(r"^ringway_room_participants (\S+)", told[1], re.MULTILINE)
        if there is None or float(there[1]) != len(tokens):
            raise RuntimeError("Not everybody is in the room any more.")
        return took


async def _let_in(
    stack: AsyncExitStack, url: str, token: str, *, speaks: bool = False
) -> float:
    """Give the ms from opening the socket to knowing what comes over the pipe."""
    began = time.perf_counter()
    socket = await connect(url, compression=None)
    stack.push_async_callback(socket.close)
    await _say(socket, wire.Connect(wire.PROTOCOL, token))
    await _until(socket, wire.Connected)
    join = wire.Join(
        call=str(uuid.uuid4()),
        room="hall",
        offer=description(AUDIO) if speaks else HEAR,
        sending=[wire.Sending("0", "MICROPHONE")] if speaks else [],
        way="SEND" if speaks else "RECEIVE",
        participant_events=speaks,
        n=1,
    )
    await _say(socket, join)
    await _until(socket, wire.PipeAnswer)
    if not speaks:
        await _until(socket, wire.Sections, wire.Offer)
    return 1000 * (time.perf_counter() - began)


async def _say(socket: ClientConnection, message: wire.Message) -> None:
    await socket.send(msgspec.json.encode(message).decode())


async def _until(socket: ClientConnection, *kinds: type[wire.Message]) -> None:
    while not isinstance(heard := DECODER.decode(await socket.recv()), kinds):
        if isinstance(heard, wire.Rejected | wire.Refused | wire.Ended):
            text = f"The server has not let a client in: {heard}"
            raise RuntimeError(text)  # noqa: TRY004  # the type tells what was said
