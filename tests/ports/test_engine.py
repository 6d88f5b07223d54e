"""What every engine does: the one in memory, and the process behind its socket."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from ringway.adapters.engine_memory import EngineMemory
from ringway.adapters.engine_process import EngineProcess
from ringway.adapters.engine_socket import EngineSocket
from ringway.ports import engine_messages as wire
from ringway.ports.engine import Engine
from tests.browser.server import free_port
from tests.ports.engine_program import engine_program

N = TypeVar("N", bound=wire.Frame)
PATIENCE_S = 10.0

AUDIO = """m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:Zt7p
a=ice-pwd:4a0jYVmoWc6Jr2rXoLq0N1dE
a=ice-options:trickle
a=fingerprint:sha-256 1F:2E:3D:4C:5B:6A:79:88:97:A6:B5:C4:D3:E2:F1:00:1F:2E:3D:4C:5B:6A:79:88:97:A6:B5:C4:D3:E2:F1:00
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=msid:- tone
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=ssrc:1001 cname:house
"""
VIDEO = """m=video 9 UDP/TLS/RTP/SAVPF 96 97
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:Zt7p
a=ice-pwd:4a0jYVmoWc6Jr2rXoLq0N1dE
a=ice-options:trickle
a=fingerprint:sha-256 1F:2E:3D:4C:5B:6A:79:88:97:A6:B5:C4:D3:E2:F1:00:1F:2E:3D:4C:5B:6A:79:88:97:A6:B5:C4:D3:E2:F1:00
a=setup:actpass
a=mid:1
a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=msid:- colour
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtcp-fb:96 transport-cc
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=ssrc-group:FID 2001 2002
a=ssrc:2001 cname:house
a=ssrc:2002 cname:house
"""


def description(*sections: str) -> str:
    mids = " ".join(str(index) for index in range(len(sections)))
    head = (
        "v=0\no=- 4611731400430051336 2 IN IP4 127.0.0.1\ns=-\nt=0 0\n"
        f"a=group:BUNDLE {mids}\na=msid-semantic: WMS\n"
    )
    return (head + "".join(sections)).replace("\n", "\r\n")


VOICE = [wire.Sending("0", "MICROPHONE")]
BOTH = [*VOICE, wire.Sending("1", "CAMERA")]


def voice(pipe: str, generation: int = 1) -> wire.OpenPipe:
    return wire.OpenPipe(pipe, generation, description(AUDIO), VOICE)


def picture(pipe: str) -> wire.OpenPipe:
    return wire.OpenPipe(pipe, 1, description(AUDIO, VIDEO), BOTH)


class Ear:
    """Hears the news in order, and keeps what was not asked for yet."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._kept: deque[wire.News] = deque()

    async def next(self, kind: type[N], **fields: object) -> N:
        """Give the first news of this type and content; forget those before it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                while self._kept:
                    news = self._kept.popleft()
                    if isinstance(news, kind) and all(
                        getattr(news, name) == value for name, value in fields.items()
                    ):
                        return news
                self._kept.extend(await self.engine.news())

    async def events(self, count: int) -> list[wire.News]:
        """Give so many news that are not about load, whatever they are."""
        heard: list[wire.News] = []
        async with asyncio.timeout(PATIENCE_S):
            while len(heard) < count:
                while not self._kept:
                    self._kept.extend(await self.engine.news())
                news = self._kept.popleft()
                if not isinstance(news, wire.Load):
                    heard.append(news)
        return heard

    async def none_but(self, end: wire.Order, kind: type[N]) -> list[wire.News]:
        """Give an order; give the news until the one that it causes."""
        self.engine.submit([end])
        heard: list[wire.News] = []
        async with asyncio.timeout(PATIENCE_S):
            while True:
                while self._kept:
                    heard.append(self._kept.popleft())
                    if isinstance(heard[-1], kind):
                        return heard[:-1]
                self._kept.extend(await self.engine.news())


class Rig:
    """An engine that can be reached again, as after a restart of ours."""

    def __init__(self, again: Callable[[], Awaitable[Ear]]) -> None:
        self.again = again


@asynccontextmanager
async def memory(_: Path) -> AsyncIterator[Rig]:
    engine = EngineMemory(connects=False)
    first = True

    async def again() -> Ear:
        nonlocal first
        if not first:
            engine.reconnect()
        first = False
        return Ear(engine)

    yield Rig(again)


@asynccontextmanager
async def process(folder: Path, *addresses: str) -> AsyncIterator[Rig]:
    host = "0.0.0.0" if addresses else "127.0.0.1"
    advertised = addresses or [host]
    arguments = [
        *("--media", f"{host}:{free_port(socket.SOCK_DGRAM)}"),
        *(word for address in advertised for word in ("--advertise", address)),
        *("--grace", "30", "--log", "warning"),
    ]
    door = EngineProcess(engine_program(), arguments, folder / "engine.sock")
    fence = 0
    running: list[tuple[EngineSocket, asyncio.Task[None]]] = []

    async def again() -> Ear:
        nonlocal fence
        fence += 1
        engine = EngineSocket(door, build="test", fence=fence)
        task = asyncio.create_task(engine.run())
        running.append((engine, task))
        async with asyncio.timeout(PATIENCE_S):
            await engine.greeted()
        return Ear(engine)

    yield Rig(again)
    newest, _ = running[-1]
    newest.shut_down()
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(task for _, task in running), return_exceptions=True)
    await door.end(PATIENCE_S)


@pytest.fixture(params=[memory, process], ids=["memory", "process"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(request.param(tmp_path))


async def test_it_says_hello_and_what_it_holds(rig: Rig) -> None:
    ear = await rig.again()
    hello = await ear.next(wire.EngineHello)
    assert hello.protocol == wire.PROTOCOL
    assert (await ear.next(wire.Holding)).pipes == []
    state = ear.engine.state
    assert state.ready
    assert (state.engine, state.epoch) == (hello.engine, hello.epoch)


async def test_an_offer_is_answered_section_by_section(rig: Rig) -> None:
    ear = await rig.again()
    ear.engine.submit([picture("p")])
    answered = await ear.next(wire.Answered, pipe="p")
    assert answered.generation == 1
    assert answered.answer.startswith("v=0\r\n")
    assert [(s.mid, s.sends, s.receives) for s in answered.sections] == [
        ("0", "MICROPHONE", None),
        ("1", "CAMERA", None),
    ]


async def test_an_opening_told_again_is_answered_again(rig: Rig) -> None:
    ear = await rig.again()
    ear.engine.submit([voice("p")])
    answered = await ear.next(wire.Answered)
    ear.engine.submit([voice("p"), voice("p", 0), voice("q")])
    first, second = await ear.events(2)
    assert first == answered
    assert isinstance(second, wire.Answered)
    assert second.pipe == "q"


async def test_an_opening_told_again_after_the_end_is_told_the_end(rig: Rig) -> None:
    ear = await rig.again()
    ear.engine.submit([voice("p"), wire.ClosePipe("p", 1)])
    closed = await ear.next(wire.PipeClosed, pipe="p")
    ear.engine.submit([voice("p")])
    assert await ear.next(wire.PipeClosed) == closed


@pytest.mark.parametrize("offer", ["", "nonsense", "v=0\r\n", "v=0\r\nm=audio\r\n"])
async def test_a_bad_offer_closes_the_pipe(rig: Rig, offer: str) -> None:
    ear = await rig.again()
    ear.engine.submit([wire.OpenPipe("p", 1, offer, VOICE)])
    closed = await ear.next(wire.PipeClosed, pipe="p")
    assert closed.reason == "BAD_OFFER"
    assert closed.text


async def test_a_source_in_no_section_is_a_bad_offer(rig: Rig) -> None:
    ear = await rig.again()
    ear.engine.submit([wire.OpenPipe("p", 1, description(AUDIO), BOTH)])
    assert (await ear.next(wire.PipeClosed, pipe="p")).reason == "BAD_OFFER"


async def test_a_pipe_is_closed_once(rig: Rig) -> None:
    ear = await rig.again()
    ear.engine.submit([voice("p"), wire.ClosePipe("p", 1)])
    assert (await ear.next(wire.PipeClosed, pipe="p")).reason == "ORDERED"
    ear.engine.submit([wire.ClosePipe("p", 1), wire.ClosePipe("unknown", 1)])
    assert await ear.none_but(voice("q"), wire.Answered) == []


async def test_an_older_generation_does_not_close_a_newer_pipe(rig: Rig) -> None:
    ear = await rig.again()
    ear.engine.submit([voice("p", 2), wire.ClosePipe("p", 1)])
    await ear.next(wire.Answered, generation=2)
    heard = await ear.none_but(wire.ClosePipe("p", 2), wire.PipeClosed)
    assert heard == []


async def test_members_of_a_bridge_are_told_whom_they_receive(rig: Rig) -> None:
    ear = await rig.again()
    ear.engine.submit([picture("p"), picture("q")])
    await ear.next(wire.Answered, pipe="q")
    ear.engine.submit([wire.Attach("p", "b"), wire.Attach("q", "b")])
    heard: dict[str, list[tuple[str, wire.Received | None]]] = {}
    while len(heard) < 2:
        mapped = await ear.next(wire.Mapped)
        received = [(s.mid, s.receives) for s in mapped.sections]
        heard[mapped.pipe] = received
    for one, other in (("p", "q"), ("q", "p")):
        assert heard[one] == [
            ("0", wire.Received(other, "MICROPHONE")),
            ("1", wire.Received(other, "CAMERA")),
        ]


async def test_who_leaves_a_bridge_is_received_no_more(rig: Rig) -> None:
    ear = await rig.again()
    ear.engine.submit([voice("p"), voice("q")])
    ear.engine.submit([wire.Attach("p", "b"), wire.Attach("q", "b")])
    await ear.next(wire.Mapped, pipe="p")
    ear.engine.submit([wire.Detach("q")])
    while (await ear.next(wire.Mapped, pipe="p")).sections[0].receives is not None:
        pass


async def test_more_is_offered_when_a_client_wants_to_send_more(rig: Rig) -> None:
    ear = await rig.again()
    ear.engine.submit([voice("p")])
    await ear.next(wire.Answered)
    ear.engine.submit([wire.Renegotiate("p", 1, ["CAMERA"])])
    offered = await ear.next(wire.Offered, pipe="p")
    assert offered.negotiation == 1
    assert [s.sends for s in offered.sections] == ["MICROPHONE", "CAMERA"]


async def test_ends_are_repeated_until_they_are_acknowledged(rig: Rig) -> None:
    ear = await rig.again()
    epoch = (await ear.next(wire.EngineHello)).epoch
    ear.engine.submit([voice("p"), wire.ClosePipe("p", 1)])
    ear.engine.submit([voice("q"), wire.ClosePipe("q", 1)])
    first = await ear.next(wire.PipeClosed, pipe="p")
    second = await ear.next(wire.PipeClosed, pipe="q")
    assert second.number > first.number
    ear.engine.submit([wire.Acknowledge(epoch, first.number), voice("r")])
    await ear.next(wire.Answered, pipe="r")
    again = await rig.again()
    assert (await again.next(wire.EngineHello)).epoch == epoch
    held = (await again.next(wire.Holding)).pipes
    assert [(it.pipe, it.generation, it.connected) for it in held] == [("r", 1, False)]
    assert await again.next(wire.PipeClosed) == second


ANSWER = description(AUDIO).replace("a=setup:actpass", "a=setup:active")
"""What the client of `voice` says to an offer of one section."""


async def test_who_connects_late_is_told_how_each_pipe_is(rig: Rig) -> None:
    ear = await rig.again()
    epoch = (await ear.next(wire.EngineHello)).epoch
    ear.engine.submit([voice("p")])
    answered = await ear.next(wire.Answered)
    ear.engine.submit([wire.RestartIce("p", 1)])
    offered = await ear.next(wire.Offered)
    ear.engine.submit([voice("q"), wire.ClosePipe("q", 1)])
    closed = await ear.next(wire.PipeClosed)
    ear = await rig.again()
    await ear.next(wire.Holding)
    assert await ear.events(3) == [answered, offered, closed]
    ear.engine.submit([wire.Acknowledge(epoch, closed.number)])
    ear.engine.submit([wire.AnswerPipe("p", 1, 1, ANSWER)])
    ear.engine.submit([wire.Attach("p", "b"), voice("r"), wire.Attach("r", "b")])
    mapped = await ear.next(wire.Mapped, pipe="p")
    assert [s.receives for s in mapped.sections] == [wire.Received("r", "MICROPHONE")]
    ear.engine.submit([wire.ClosePipe("r", 1)])
    await ear.next(wire.PipeClosed)
    mapped = await ear.next(wire.Mapped, pipe="p")
    ear = await rig.again()
    held = (await ear.next(wire.Holding)).pipes
    assert held == [wire.HeldPipe("p", 1, "b", connected=False)]
    assert (await ear.events(2)) == [answered, mapped]


async def test_what_an_answered_offer_said_is_told_as_a_mapping(rig: Rig) -> None:
    ear = await rig.again()
    ear.engine.submit([voice("p")])
    answered = await ear.next(wire.Answered)
    ear.engine.submit([wire.RestartIce("p", 1)])
    offered = await ear.next(wire.Offered)
    ear.engine.submit([wire.AnswerPipe("p", 1, 1, ANSWER), voice("q")])
    await ear.next(wire.Answered, pipe="q")
    ear.engine.submit([wire.ClosePipe("q", 1)])
    await ear.next(wire.PipeClosed)
    ear = await rig.again()
    await ear.next(wire.Holding)
    mapped = wire.Mapped(offered.number, "p", 1, offered.sections)
    assert (await ear.events(2)) == [answered, mapped]


async def test_restarts_of_ice_are_one_offer_until_it_is_answered(rig: Rig) -> None:
    ear = await rig.again()
    ear.engine.submit([voice("p"), *[wire.RestartIce("p", n) for n in (0, 1, 1, 2)]])
    assert (await ear.next(wire.Offered)).negotiation == 1
    ear.engine.submit([wire.RestartIce("p", 1), wire.AnswerPipe("p", 1, 1, ANSWER)])
    assert await ear.none_but(voice("q"), wire.Answered) == []
    ear.engine.submit([wire.RestartIce("p", 1)])
    assert (await ear.next(wire.Offered)).negotiation == 2


async def test_a_newer_pipe_takes_the_place_of_the_older(rig: Rig) -> None:
    ear = await rig.again()
    ear.engine.submit([voice("p"), voice("q")])
    ear.engine.submit([wire.Attach("p", "b"), wire.Attach("q", "b")])
    await ear.next(wire.Mapped, pipe="q")
    ear.engine.submit([voice("p", 2), voice("p", 1)])
    closed = await ear.next(wire.PipeClosed)
    assert (closed.pipe, closed.generation, closed.reason) == ("p", 1, "ORDERED")
    mapped = await ear.next(wire.Mapped, pipe="p", generation=2)
    assert mapped.sections[0].receives == wire.Received("q", "MICROPHONE")
    ear = await rig.again()
    held = {it.pipe: it for it in (await ear.next(wire.Holding)).pipes}
    assert held["p"] == wire.HeldPipe("p", 2, "b", connected=False)
    told = [it for it in await ear.events(5) if isinstance(it, wire.Mapped)]
    received = {it.pipe: it.sections[0].receives for it in told}
    assert received == {
        "p": wire.Received("q", "MICROPHONE"),
        "q": wire.Received("p", "MICROPHONE"),
    }


async def test_who_only_receives_is_not_received_and_the_other_way_round(
    rig: Rig,
) -> None:
    ear = await rig.again()
    ear.engine.submit([voice("p"), voice("q")])
    ear.engine.submit([wire.Attach("p", "b", "SEND"), wire.Attach("q", "b", "RECEIVE")])
    mapped = await ear.next(wire.Mapped)
    assert mapped.pipe == "q"
    assert mapped.sections[0].receives == wire.Received("p", "MICROPHONE")
    ear.engine.submit([wire.Attach("p", "b"), wire.Attach("q", "b")])
    mapped = await ear.next(wire.Mapped)
    assert mapped.pipe == "p"
    assert mapped.sections[0].receives == wire.Received("q", "MICROPHONE")
    ear.engine.submit([wire.Attach("q", "b", "SEND")])
    mapped = await ear.next(wire.Mapped)
    assert (mapped.pipe, mapped.sections[0].receives) == ("q", None)


async def test_who_may_hear_whom_is_told_in_one_order_and_holds_at_once(
    rig: Rig,
) -> None:
    ear = await rig.again()
    ear.engine.submit([voice("p"), voice("q")])
    ear.engine.submit([wire.Attach("p", "b", heard_by=[]), wire.Attach("q", "b")])
    mapped = await ear.next(wire.Mapped)
    assert (mapped.pipe, mapped.sections[0].receives) == (
        "p",
        wire.Received("q", "MICROPHONE"),
    )
    for order, receives in [
        (wire.Attach("p", "b", heard_by=["r", "q"]), wire.Received("p", "MICROPHONE")),
        (wire.Attach("p", "b", heard_by=["r"], seen_by=["q"]), None),
        (wire.Attach("p", "b", seen_by=[]), wire.Received("p", "MICROPHONE")),
        (wire.Attach("q", "b", deaf=True), None),
        (wire.Attach("q", "b", blind=True), wire.Received("p", "MICROPHONE")),
    ]:
        ear.engine.submit([order])
        mapped = await ear.next(wire.Mapped)
        assert (mapped.pipe, mapped.sections[0].receives) == ("q", receives)
        if isinstance(ear.engine, EngineMemory):
            received = set() if receives is None else {("p", "MICROPHONE")}
            assert ear.engine.received("q") == received


async def test_an_interruption_is_held_until_it_is_over(tmp_path: Path) -> None:
    """Only the one in memory can be interrupted at will."""
    async with memory(tmp_path) as rig:
        ear = await rig.again()
        engine = ear.engine
        assert isinstance(engine, EngineMemory)
        engine.submit([voice("p")])
        for tell, held in [(engine.interrupt, True), (engine.restore, False)]:
            tell("p")
            ear = await rig.again()
            while (news := (await ear.events(1))[0]) != wire.Holding(
                [wire.HeldPipe("p", 1, None, connected=False, interrupted=held)]
            ):
                assert not isinstance(news, wire.Holding) or len(news.pipes) == 0


async def test_a_pipe_without_a_client_is_given_up(tmp_path: Path) -> None:
    """Only the real one has a clock: 15 s, so that it is tested once."""
    async with process(tmp_path) as rig:
        ear = await rig.again()
        ear.engine.submit([voice("p")])
        await ear.next(wire.Answered)
        async with asyncio.timeout(30):
            told: wire.PipeClosed | None = None
            while told is None:
                for news in await ear.engine.news():
                    told = news if isinstance(news, wire.PipeClosed) else told
        assert told.reason == "NOT_CONNECTED"
