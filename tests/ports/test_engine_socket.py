"""The conversation with an engine that misbehaves, or goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringway.adapters import engine_socket
from ringway.adapters.engine_frames import (
    BadFrame,
    Bodies,
    FrameTooLong,
    frame,
    news,
    order,
)
from ringway.adapters.engine_socket import EngineLost, EngineSocket, Streams
from ringway.ports import engine_messages as wire

PATIENCE_S = 5.0
HELLO = wire.EngineHello(wire.PROTOCOL, "scripted", "e", 1, 1)
EMPTY = wire.Holding([])


class Peer:
    """The engine's end of one connection."""

    def __init__(self, streams: Streams) -> None:
        self.reader, self.writer = streams
        self._bodies = Bodies()
        self._orders: list[wire.Order] = []

    def tell(self, *told: wire.News) -> None:
        for it in told:
            self.writer.write(frame(it))

    async def next(self) -> wire.Order:
        async with asyncio.timeout(PATIENCE_S):
            while not self._orders:
                data = await self.reader.read(65536)
                assert data, "the control plane has closed the connection"
                self._orders += [order(body) for body in self._bodies.feed(data)]
        return self._orders.pop(0)

    async def next_but_pings(self) -> wire.Order:
        while isinstance(it := await self.next(), wire.Ping):
            pass
        return it

    async def gone(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while await self.reader.read(65536):
                pass


class Script:
    """A door whose other side the test plays."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.peers: asyncio.Queue[Peer] = asyncio.Queue()
        self.given_up = 0

    async def connect(self) -> Streams:
        try:
            return await asyncio.open_unix_connection(self.path)
        except OSError as error:
            raise EngineLost("nobody is there") from error

    def give_up(self) -> None:
        self.given_up += 1

    async def peer(self) -> Peer:
        async with asyncio.timeout(PATIENCE_S):
            return await self.peers.get()


@pytest.fixture
async def script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Script]:
    monkeypatch.setattr(engine_socket, "FIRST_DELAY_S", 0.001)
    monkeypatch.setattr(engine_socket, "LONGEST_DELAY_S", 0.001)
    it = Script(tmp_path / "socket")

    writers: list[asyncio.StreamWriter] = []

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        it.peers.put_nowait(Peer((reader, writer)))

    server = await asyncio.start_unix_server(met, it.path)
    yield it
    server.close()
    for writer in writers:
        writer.close()
    await asyncio.gather(
        *(writer.wait_closed() for writer in writers), return_exceptions=True
    )


class Started:
    """The adapter at work."""

    def __init__(self, script: Script) -> None:
        self.engine = EngineSocket(script, build="test", fence=7)
        self.task = asyncio.create_task(self.engine.run())

    async def ended(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self.task

    async def news(self) -> Sequence[wire.News]:
        async with asyncio.timeout(PATIENCE_S):
            return await self.engine.news()

    async def becomes(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not true():  # noqa: ASYNC110 -- nobody tells
                await asyncio.sleep(0)


@pytest.fixture
async def started(script: Script) -> AsyncIterator[Started]:
    it = Started(script)
    yield it
    it.task.cancel()
    await asyncio.gather(it.task, return_exceptions=True)


async def met(script: Script, *told: wire.News) -> Peer:
    peer = await script.peer()
    hello = await peer.next()
    assert hello == wire.ControlHello(wire.PROTOCOL, "test", 7)
    peer.tell(*told)
    return peer


async def test_orders_go_out_and_news_come_in(script: Script, started: Started) -> None:
    before = started.engine.state
    peer = await met(script, HELLO, EMPTY)
    assert await started.news() == (HELLO, EMPTY)
    assert (before.ready, started.engine.state.ready) == (False, True)
    attach = wire.Attach("p", "b")
    started.engine.submit([attach])
    assert await peer.next_but_pings() == attach


async def test_orders_are_kept_while_it_is_away(
    script: Script, started: Started
) -> None:
    kept = [wire.Detach(str(number)) for number in range(3)]
    started.engine.submit(kept)
    peer = await met(script, HELLO, EMPTY)
    assert [await peer.next_but_pings() for _ in kept] == kept
    peer.writer.close()
    again = await met(script, HELLO, EMPTY)
    await started.becomes(lambda: started.engine.tally.connections == 2)
    started.engine.submit(kept)
    assert [await again.next_but_pings() for _ in kept] == kept
    assert started.engine.state.restarts == 0


async def test_there_is_an_end_to_keeping(
    monkeypatch: pytest.MonkeyPatch, started: Started
) -> None:
    monkeypatch.setattr(engine_socket, "MOST_ORDERS", 2)
    started.engine.submit([wire.Detach("p")] * 3)
    started.engine.submit([wire.Detach("p")])
    assert started.engine.tally.orders_dropped == 2


async def test_another_engine_is_a_restart(script: Script, started: Started) -> None:
    first = await met(script, HELLO, EMPTY)
    await started.news()
    first.writer.close()
    await started.becomes(lambda: not started.engine.state.ready)
    second = msgspec.structs.replace(HELLO, epoch=2)
    await met(script, second, EMPTY)
    assert await started.news() == (second, EMPTY)
    assert started.engine.state.restarts == 1
    assert started.engine.state.epoch == 2


async def test_a_long_holding_is_put_together(script: Script, started: Started) -> None:
    pipes = [wire.HeldPipe(str(n), 1, None, connected=False) for n in range(3)]
    await met(
        script, HELLO, wire.Holding(pipes[:2], more=True), wire.Holding(pipes[2:])
    )
    heard: list[wire.News] = []
    while len(heard) < 2:
        heard += await started.news()
    assert heard == [HELLO, wire.Holding(pipes)]


async def test_a_fenced_control_plane_stops(script: Script, started: Started) -> None:
    told = wire.Fenced("A newer one is here.")
    await met(script, HELLO, EMPTY, told)
    await started.ended()
    assert started.engine.is_fenced
    assert (await started.news())[-1] == told
    assert not started.engine.state.ready


@pytest.mark.parametrize(
    "first",
    [
        msgspec.structs.replace(HELLO, protocol="2.0"),
        wire.Pong(1, 1),
    ],
)
async def test_an_engine_of_another_kind_is_told_of(
    script: Script, started: Started, first: wire.News
) -> None:
    await met(script, first)
    with pytest.raises(EngineLost):
        await started.ended()
    assert "away" in started.engine.state.text


async def test_a_silent_engine_is_given_up(
    monkeypatch: pytest.MonkeyPatch, script: Script, started: Started
) -> None:
    monkeypatch.setattr(engine_socket, "PING_EVERY_S", 0.005)
    peer = await met(script, HELLO, EMPTY)
    await started.becomes(lambda: started.engine.state.ready)
    await started.becomes(lambda: not started.engine.state.ready)
    assert "unanswered" in started.engine.state.text
    await peer.gone()
    assert script.given_up == 1


async def test_an_engine_that_answers_pings_is_kept(
    monkeypatch: pytest.MonkeyPatch, script: Script, started: Started
) -> None:
    monkeypatch.setattr(engine_socket, "PING_EVERY_S", 0.001)
    peer = await met(script, HELLO, EMPTY)
    for number in range(1, 3 * engine_socket.DEAD_AFTER):
        ping = await peer.next()
        assert ping == wire.Ping(number)
        peer.tell(wire.Pong(number, number))
    assert started.engine.state.ready


async def test_no_hello_is_no_engine(
    monkeypatch: pytest.MonkeyPatch, script: Script, started: Started
) -> None:
    monkeypatch.setattr(engine_socket, "HELLO_WITHIN_S", 0.01)
    await script.peer()
    with pytest.raises(EngineLost, match="no hello"):
        await started.ended()
    assert script.given_up == 1


async def test_a_broken_frame_ends_the_connection_only(
    script: Script, started: Started
) -> None:
    peer = await met(script, HELLO, EMPTY)
    await started.becomes(lambda: started.engine.state.ready)
    peer.writer.write(b"\xff\xff\xff\xff")
    await peer.gone()
    await met(script, HELLO, EMPTY)
    await started.becomes(lambda: started.engine.tally.connections == 2)


async def test_news_we_do_not_know_are_passed_over(
    script: Script, started: Started
) -> None:
    peer = await met(script, HELLO, EMPTY)
    for body in (b"\x80", b"\xc1", msgspec.msgpack.encode({"t": "later", "x": 1})):
        peer.writer.write(len(body).to_bytes(4, "big") + body)
    pong = msgspec.msgpack.encode({"t": "fenced", "text": "x", "new field": 3})
    peer.writer.write(len(pong).to_bytes(4, "big") + pong)
    await started.ended()
    assert started.engine.tally.news_unknown == 3


async def test_an_order_too_long_for_a_frame_is_dropped(
    script: Script, started: Started
) -> None:
    peer = await met(script, HELLO, EMPTY)
    await started.becomes(lambda: started.engine.state.ready)
    too_long = wire.OpenPipe("p", 1, "x" * wire.MAX_FRAME, [])
    started.engine.submit([too_long, wire.Detach("p")])
    assert await peer.next_but_pings() == wire.Detach("p")
    assert started.engine.tally.orders_dropped == 1


async def test_news_nobody_takes_stop_the_reading(
    monkeypatch: pytest.MonkeyPatch, script: Script, started: Started
) -> None:
    monkeypatch.setattr(engine_socket, "MOST_NEWS", 4)
    monkeypatch.setattr(engine_socket, "READ_BYTES", 64)
    peer = await met(script, HELLO, EMPTY)
    told = [wire.Mapped(number, "p", 1, []) for number in range(1, 100)]
    peer.tell(*told)
    heard: list[wire.News] = []
    while len(heard) < len(told) + 2:
        some = await started.news()
        assert len(some) <= 4 + 4
        heard += some
    assert heard == [HELLO, EMPTY, *told]


async def test_shutting_down_is_said(script: Script, started: Started) -> None:
    peer = await met(script, HELLO, EMPTY)
    await started.becomes(lambda: started.engine.state.ready)
    started.engine.shut_down()
    assert await peer.next_but_pings() == wire.Shutdown()
    peer.writer.close()
    await started.ended()


# ---------------------------------------------------------------- frames


@given(
    bodies=st.lists(st.binary(max_size=300), max_size=20),
    cuts=st.lists(st.integers(1, 50), min_size=1),
)
def test_frames_survive_any_cut(bodies: list[bytes], cuts: list[int]) -> None:
    data = b"".join(len(body).to_bytes(4, "big") + body for body in bodies)
    reader, turn = Bodies(), 0
    out: list[bytes] = []
    while data:
        size = cuts[turn % len(cuts)]
        out += reader.feed(data[:size])
        data, turn = data[size:], turn + 1
    assert out == bodies


@given(data=st.binary(max_size=400))
def test_any_bytes_are_bodies_or_a_broken_frame(data: bytes) -> None:
    try:
        bodies = Bodies().feed(data)
    except BadFrame:
        return
    known, unknown = news(bodies)
    assert len(known) + unknown == len(bodies)


def test_a_frame_has_a_greatest_length() -> None:
    with pytest.raises(FrameTooLong):
        frame(wire.Fenced("x" * wire.MAX_FRAME))
    with pytest.raises(BadFrame):
        Bodies().feed((wire.MAX_FRAME + 1).to_bytes(4, "big"))
