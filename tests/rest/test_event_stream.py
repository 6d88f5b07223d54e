"""The event stream: order, going on after a break, who is cut, who is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from ringway.domain.values import AccountId, ConfigurationId
from ringway.ports.outbox import PublicEvent
from ringway.rest import event_stream
from ringway.rest.event_stream import KEEP_ALIVE, MAX_OF_ACCOUNT, PATH
from tests.app.whole import PATIENCE_S, Whole, whole
from tests.hooks.model import World


@dataclass(slots=True)
class Stream:
    """One client, spoken to as ASGI does."""

    it: Whole
    parts: asyncio.Queue[Mapping[str, Any]] = field(default_factory=asyncio.Queue)
    from_client: asyncio.Queue[Mapping[str, Any]] = field(default_factory=asyncio.Queue)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    async def begin(self, query: str = "", **headers: str) -> int:
        """Ask; give the status."""
        self.reads.set()
        pairs = {"authorization": f"App {self.it.key.secret}", **headers}
        scope: Any = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": PATH,
            "raw_path": PATH.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [
                (k.replace("_", "-").encode(), v.encode()) for k, v in pairs.items()
            ],
            "client": ("192.0.2.7", 40000),
            "server": ("ringway.test", 80),
            "state": {},
        }
        self.from_client.put_nowait(
            {"type": "http.request", "body": b"", "more_body": False}
        )

        async def send(message: Any) -> None:
            await self.reads.wait()
            self.parts.put_nowait(message)

        app: Any = self.it.app
        self.task = asyncio.create_task(app(scope, self.from_client.get, send))
        status: int = (await self.part())["status"]
        return status

    async def part(self) -> Mapping[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            return await self.parts.get()

    async def text(self) -> str:
        text: bytes = (await self.part())["body"]
        return text.decode()

    async def leave(self) -> None:
        self.from_client.put_nowait({"type": "http.disconnect"})
        await self.ended()

    async def ended(self) -> None:
        assert self.task is not None
        async with asyncio.timeout(PATIENCE_S):
            await self.task


@asynccontextmanager
async def streaming() -> AsyncIterator[tuple[Whole, World]]:
    async with whole() as it:
        yield it, World()


def tell(it: Whole, *events: PublicEvent) -> None:
    outbox: Any = it.ringway.ports.outbox
    outbox.put(events)
    it.ringway.hooks.tail.grown()


async def test_events_come_as_they_happen() -> None:
    async with streaming() as (it, world):
        tell(it, world.event())
        stream = Stream(it)
        assert await stream.begin() == 200
        assert await stream.text() == ": these are events\n\n"
        second = world.event()
        tell(it, second)
        assert await stream.text() == f"id: 2-0\ndata: {second.payload.decode()}\n\n"
        theirs, third = world.event(account=AccountId("demo")), world.event()
        tell(it, theirs, third)
        assert (await stream.text()).startswith("id: 4-0\n"), "others are not ours"
        await stream.leave()
        assert len(it.ringway.hooks.stream) == 0


async def test_who_comes_back_misses_nothing() -> None:
    async with streaming() as (it, world):
        events = [world.event() for _ in range(4)]
        tell(it, *events)
        stream = Stream(it)
        await stream.begin(last_event_id="2-0")
        await stream.text()
        ids = [line for line in (await stream.text()).split("\n") if "id:" in line]
        assert ids == ["id: 3-0", "id: 4-0"]
        await stream.leave()


async def test_one_configuration_is_asked_for() -> None:
    async with streaming() as (it, world):
        stream = Stream(it)
        await stream.begin("callsConfigurationId=c2")
        await stream.text()
        tell(it, world.event(), world.event(configuration=ConfigurationId("c2")))
        assert (await stream.text()).startswith("id: 2-0\n")
        await stream.leave()


async def test_when_nothing_happens_a_comment_says_so() -> None:
    async with streaming() as (it, _):
        stream = Stream(it)
        await stream.begin()
        await stream.text()
        for _ in range(3):
            await asyncio.sleep(0)
            it.clock.move(KEEP_ALIVE)
            assert await stream.text() == ":\n\n"
        await stream.leave()


async def test_who_does_not_read_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "SENT_WITHIN_S", 0.05)
    async with streaming() as (it, world):
        stream = Stream(it)
        await stream.begin()
        await stream.text()
        stream.reads.clear()
        tell(it, world.event())
        await stream.ended()
        assert (it.ringway.hooks.stream.cut, len(it.ringway.hooks.stream)) == (1, 0)


async def test_a_stream_ends_with_the_house() -> None:
    async with streaming() as (it, _):
        stream = Stream(it)
        await stream.begin()
        await stream.text()
    await stream.ended()
    assert (await stream.part())["more_body"] is False


async def test_an_account_has_so_many_and_no_more() -> None:
    async with streaming() as (it, _):
        streams = [Stream(it) for _ in range(MAX_OF_ACCOUNT)]
        for stream in streams:
            assert await stream.begin() == 200
        last = Stream(it)
        assert await last.begin() == 429
        await streams[0].leave()
        again = Stream(it)
        assert await again.begin() == 200
        for stream in (*streams[1:], again):
            await stream.leave()


@pytest.mark.parametrize("mark", ["", "1", "a-b", "1-0-0", "9" * 30 + "-0"])
async def test_a_place_that_is_none_is_refused(mark: str) -> None:
    async with streaming() as (it, _):
        assert await Stream(it).begin(last_event_id=mark) == 400


async def test_without_a_key_there_is_no_stream() -> None:
    async with streaming() as (it, _):
        assert await Stream(it).begin(authorization="App wrong") == 401
        assert (await it.http.post(PATH)).status_code == 405
        long = "callsConfigurationId=" + "a" * 129
        assert await Stream(it).begin(long) == 400
