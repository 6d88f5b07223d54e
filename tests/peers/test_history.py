"""Hundreds of calls at random, against a server that is killed again and again."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from ringway.domain.bridge_state import Bridge
from ringway.domain.effects import Kind
from ringway.domain.leg_state import Leg
from ringway.domain.values import AccountId
from ringway.ports.event_log import Entry, Stream
from ringway.rtc import messages as wire
from ringway.runtime.codec import decode
from ringway.runtime.machines import MACHINES
from tests.app.test_serving import until
from tests.browser.relayed import Host, hosted
from tests.headless import Look, Media, Person, arriving, people

PEOPLE = 16
ROOMS = ("attic", "cellar", "garden")
LIVES = 5
"""How often the server is killed."""
FEWEST_CALLS = 200
OVER_WITHIN_S = 90.0
"""A leg whose device stays away ends after a minute."""


class Story:
    """What everybody does, until it has been enough."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.calls = 0
        self.enough = asyncio.Event()

    async def pause(self, longest_s: float) -> None:
        """Let some time pass, as people do."""
        await asyncio.sleep(self.dice.random() * longest_s)

    async def live(self, person: Person, others: list[str]) -> None:
        """Join, call, fall silent and hang up, again and again."""
        while not self.enough.is_set():
            await person.at_rest()
            self.calls += 1
            if self.dice.random() < 0.7:
                await person.begin_to_join(self.dice.choice(ROOMS))
            else:
                await person.dial(self.dice.choice(others))
            await self.pause(1.2)
            for _ in range(self.dice.randrange(3)):
                await self.upset(person)
                await self.pause(0.4)
            await person.give_up()
        await person.at_rest()

    async def upset(self, person: Person) -> None:
        match self.dice.randrange(3):
            case 0:
                await person.drop()
            case 1:
                await person.say(wire.Mute(person.call, self.dice.random() < 0.5))
            case _:
                await person.say(wire.Quality(person.call, self.dice.randrange(1, 6)))


@pytest.mark.parametrize("seed", [7])
async def test_every_call_has_one_life_and_one_end(tmp_path: Path, seed: int) -> None:
    story, data = Story(seed), tmp_path / "data"
    with hosted(data, shards=2) as host:
        async with people() as media, AsyncExitStack() as stack:
            crowd = [await guest(stack, host, media, n) for n in range(PEOPLE)]
            names = [it.look.identity for it in crowd]
            async with asyncio.TaskGroup() as lives:
                for it in crowd:
                    others = [n for n in names if n != it.look.identity]
                    lives.create_task(story.live(it, others))
                for _ in range(LIVES):
                    await story.pause(8)
                    await asyncio.to_thread(host.kill)
                    await asyncio.to_thread(host.start)
                while story.calls < FEWEST_CALLS:
                    await story.pause(1)
                story.enough.set()
            assert sum(it.resumed for it in crowd) > LIVES
            told: dict[str, wire.Ended] = {}
            for it in crowd:
                ends = [m for m in it.heard if isinstance(m, wire.Ended)]
                ins = [m.call for m in it.heard if isinstance(m, wire.RoomJoined)]
                for once in ([m.call for m in ends], ins):
                    assert len(once) == len(set(once)), "it was told twice"
                told |= {m.call: m for m in ends}
        await asyncio.to_thread(until, lambda: no_live_streams(data), OVER_WITHIN_S)
        await asyncio.to_thread(until, lambda: holds_nothing(host))
    check_history(data, told)


async def guest(stack: AsyncExitStack, host: Host, media: Media, number: int) -> Person:
    identity = f"guest-{number}"
    url, token = host.server.url, host.server.token(identity)
    it = Look(identity, {"MICROPHONE": "520"})
    return await stack.enter_async_context(arriving(media, url, token, it))


def rows(data: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{data}/ringway.db?mode=ro", uri=True)) as log:
        return log.execute(query).fetchall()


def no_live_streams(data: Path) -> bool:
    return rows(data, "select count(*) from live_streams") == [(0,)]


def holds_nothing(host: Host) -> bool:
    """No pipe without a leg is left in the engine, nor any bridge."""
    _, told = host.server.get("/metrics")
    return all(f"ringway_media_{it} 0.0" in told for it in ("pipes", "bridges"))


def check_history(data: Path, told: Mapping[str, wire.Ended]) -> None:
    """Every stream is whole; much has happened, and every call has its row."""
    lives = lives_of(data)
    assert sum(kind == "leg" for kind, _ in lives) >= FEWEST_CALLS
    check_lives(lives, told)
    types = Counter(e.type for entries in lives.values() for e in entries)
    assert types["Established"] > FEWEST_CALLS // 4, types
    assert types["Joined"] > FEWEST_CALLS // 4, types
    assert types["DeviceBack"] > LIVES, types
    kept = dict(rows(data, "select id, ended_at is not null from calls"))
    assert set(kept) == {stream for kind, stream in lives if kind == "leg"}
    assert all(kept.values())


Lives = Mapping[tuple[str, str], list[Entry]]
"""What happened, in order, by kind and id."""


def lives_of(data: Path) -> Lives:
    """Read the log."""
    lives: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    query = (
        "select account_id, stream_kind, stream_id, stream_version, type, type_version,"
        " at_us, trace_id, payload, ends from events order by position"
    )
    for account, kind, stream, version, name, number, at, trace, payload, ends in rows(
        data, query
    ):
        of = Stream(AccountId(account), kind, stream)
        entry = Entry(of, version, name, number, at, trace, payload, bool(ends))
        lives[kind, stream].append(entry)
    return lives


def check_lives(lives: Lives, told: Mapping[str, wire.Ended]) -> None:
    """Every stream is whole: legal moves in order, and one end, as it was told."""
    states: dict[tuple[str, str], Any] = {}
    for (kind, stream), entries in lives.items():
        assert [e.version for e in entries] == list(range(1, len(entries) + 1))
        assert [e.ends for e in entries] == [False] * (len(entries) - 1) + [True]
        assert sorted(e.at_us for e in entries) == [e.at_us for e in entries]
        state: Any = None
        for entry in entries:
            state = MACHINES[Kind(kind)].evolve(state, decode(entry))
        assert state.over
        states[kind, stream] = state
    for state in states.values():
        match state:
            case Bridge():
                assert state.members == (), "a closed bridge has nobody in it"
            case Leg():
                assert state.bridge is None
                heard, end = told.get(state.id), decode(lives["leg", state.id][-1])
                if heard is not None:
                    assert heard.code.name == end.cause.name
                    assert (heard.at, heard.duration) == (end.at // 1000, end.duration)
            case _:
                pass
