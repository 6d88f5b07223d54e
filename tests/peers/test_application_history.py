"""Calls of an application at random, against a server that is killed again and again.

`RINGWAY_HISTORY_CALLS=10000 pytest tests/peers/test_application_history.py` is the
long form.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import httpx

from ringway.domain.leg_events import Created, Ended, Established
from ringway.domain.values import SECOND
from ringway.rtc import messages as wire
from ringway.runtime.codec import decode
from tests.app.test_serving import until
from tests.browser.relayed import Host, hosted
from tests.headless import Person, people
from tests.peers.test_history import (
    OVER_WITHIN_S,
    Lives,
    check_lives,
    guest,
    holds_nothing,
    lives_of,
    no_live_streams,
    rows,
)

SHOP: Final = "shop"
PEOPLE: Final = 16
CLERKS: Final = 8
"""Who does things with the calls of the application, at the same time."""
CALLS: Final = int(os.environ.get("RINGWAY_HISTORY_CALLS", "200"))
CALLS_IN_A_LIFE: Final = 50
"""Then the server is killed."""
GONE: Final = frozenset({400, 404, 429, 503})
"""What a clerk is told who comes too late, or too often."""


class Office:
    """A customer's backend, which goes on whatever happens to the server."""

    def __init__(self, host: Host, http: httpx.AsyncClient, names: list[str]) -> None:
        self._host, self._http, self._names = host, http, names
        self._dice = random.Random(11)
        self.key = host.server.key
        self.made: set[str] = set()
        self.answered: set[str] = set()
        self.done: Counter[str] = Counter()
        self.enough = asyncio.Event()

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """Ask for something; None if the server is away, or it is too late."""
        try:
            url = f"{self._host.server.url}/calls/1{path}"
            shown = {"Authorization": f"App {self.key}"}
            answer = await self._http.request(method, url, json=body, headers=shown)
        except (httpx.HTTPError, AssertionError):
            await self.pause(0.5)
            return None
        if answer.is_success:
            return answer.json()
        assert answer.status_code in GONE, answer.text
        return None

    async def pause(self, longest_s: float) -> None:
        """Let some time pass, as programs do."""
        await asyncio.sleep(self._dice.random() * longest_s)

    async def work(self) -> None:
        """Begin calls, bring them together, and end them, again and again."""
        deeds: list[Callable[[], Awaitable[None]]] = [
            self.dial,
            self.dial,
            self.dialog,
            self.connect,
            self.answer,
        ]
        while not self.enough.is_set():
            await self._dice.choice(deeds)()
            await self.pause(0.4)

    async def call(self) -> str | None:
        made = await self.ask("POST", "/calls", self.request())
        if made is None:
            return None
        self.made.add(made["id"])
        self.done["dialled"] += 1
        return str(made["id"])

    def request(self) -> dict[str, object]:
        endpoint = {"type": "WEBRTC", "identity": self._dice.choice(self._names)}
        return {
            "endpoint": endpoint,
            "callsConfigurationId": SHOP,
            "from": SHOP,
            "connectTimeout": 10,
            "maxDuration": 20,
        }

    async def over(self, *calls: str | None) -> None:
        for call in calls:
            if call is not None:
                ended = await self.ask("POST", f"/calls/{call}/hangup", {})
                self.done["released"] += ended is not None

    async def dial(self) -> None:
        call = await self.call()
        await self.pause(1.5)
        await self.over(call)

    async def dialog(self) -> None:
        parent = await self.call()
        await self.pause(1)
        if parent is not None:
            child = {**self.request(), "callsConfigurationId": None}
            del child["callsConfigurationId"], child["maxDuration"]
            body = {"parentCallId": parent, "childCallRequest": child}
            made = await self.ask("POST", "/dialogs", body)
            if made is not None:
                self.done["dialogs"] += 1
                self.made.add(made["childCall"]["id"])
                await self.pause(1.5)
                await self.ask("POST", f"/dialogs/{made['id']}/hangup")
        await self.over(parent)

    async def connect(self) -> None:
        calls = [await self.call(), await self.call()]
        await self.pause(1)
        there = [call for call in calls if call is not None]
        made = await self.ask("POST", "/connect", {"callIds": there}) if there else None
        if made is not None:
            self.done["conferences"] += 1
            await self.pause(1)
            await self.ask("POST", f"/conferences/{made['id']}/hangup")
        await self.over(*calls)

    async def answer(self) -> None:
        found = await self.ask("GET", "/calls?direction=INBOUND&status=CALLING")
        for call in [] if found is None else found["results"]:
            picked = await self.ask("POST", f"/calls/{call['id']}/answer", {})
            if picked is not None:
                self.done["answered"] += 1
                await self.pause(1)
                await self.over(call["id"])


async def lives(person: Person, office: Office) -> None:
    """Call the application now and then, and take whatever comes."""
    while not office.enough.is_set():
        await office.pause(15)
        if not person.call or person.has(wire.Ended):
            await person.call_application(SHOP)
        await office.pause(2)
        if office.done["dropped"] < office.done["dialled"] // 10:
            office.done["dropped"] += 1
            await person.drop()


async def test_every_call_of_an_application_has_one_life_and_one_end(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    with hosted(data, shards=2) as host:
        async with people() as media, AsyncExitStack() as stack:
            http = await stack.enter_async_context(httpx.AsyncClient(timeout=10))
            crowd = [await guest(stack, host, media, n) for n in range(PEOPLE)]
            office = Office(host, http, [it.look.identity for it in crowd])
            assert await office.ask("POST", "/configurations", {"id": SHOP})
            killed = 0
            async with asyncio.TaskGroup() as group:
                for it in crowd:
                    group.create_task(lives(it, office))
                for _ in range(CLERKS):
                    group.create_task(office.work())
                while len(office.made) < CALLS:
                    await office.pause(1)
                    if len(office.made) > (killed + 1) * CALLS_IN_A_LIFE:
                        killed += 1
                        await asyncio.to_thread(host.kill)
                        await asyncio.to_thread(host.start)
                office.enough.set()
            told: dict[str, wire.Ended] = {}
            for it in crowd:
                ends = [m for m in it.heard if isinstance(m, wire.Ended)]
                assert len(ends) == len({m.call for m in ends}), "it was told twice"
                taken = {m.call for m in it.heard if isinstance(m, wire.Established)}
                told |= {m.call: m for m in ends if m.call in taken}
        await asyncio.to_thread(until, lambda: no_live_streams(data), OVER_WITHIN_S)
        await asyncio.to_thread(until, lambda: holds_nothing(host))
    print(dict(office.done))  # noqa: T201 -- shown when it fails
    assert killed >= CALLS // CALLS_IN_A_LIFE - 1
    for what in ("dialogs", "conferences", "answered", "dropped"):
        assert office.done[what] >= CALLS // 50, what
    history = lives_of(data)
    check_lives(history, told)
    ours = check_seconds(history)
    assert office.made <= ours, "what was answered 201 is in the log"
    check_events(data, ours)


def check_seconds(history: Lives) -> set[str]:
    """What is billed is what was connected; give the calls of the application."""
    ours = set()
    for (kind, stream), entries in history.items():
        if kind != "leg":
            continue
        events = [decode(each) for each in entries]
        begun, end = events[0], events[-1]
        assert isinstance(begun, Created)
        assert isinstance(end, Ended)
        ours.add(stream)
        up = [it.at for it in events if isinstance(it, Established)]
        connected = (end.at - up[0]) / SECOND if up else 0
        assert abs(end.duration - connected) <= 1, stream
        assert sum(isinstance(it, Ended) for it in events) == 1
    return ours


def check_events(data: Path, calls: set[str]) -> None:
    """Each call began once and ended once in public, in order, and no event is lost."""
    told: dict[str, list[Any]] = defaultdict(list)
    query = "select subject, type, at_us, payload from outbox order by position, number"
    for subject, kind, at, payload in rows(data, query):
        if kind.startswith("CALL_"):
            assert json.loads(payload)["callId"] == subject
            told[subject].append((kind, at))
    assert set(told) == calls
    for call, events in told.items():
        kinds = [kind for kind, _ in events]
        assert kinds[0] in ("CALL_STARTED", "CALL_RECEIVED"), call
        assert kinds[-1] in ("CALL_FINISHED", "CALL_FAILED"), call
        ends = kinds.count("CALL_FINISHED") + kinds.count("CALL_FAILED")
        assert ends == 1, call
        assert (kinds[-1] == "CALL_FINISHED") == ("CALL_ESTABLISHED" in kinds), call
        assert [at for _, at in events] == sorted(at for _, at in events), call
