"""Whatever happens to receiver and server, nothing is lost, and order holds.

Walks of a dispatch over a receiver that takes and refuses calls as it likes, with
restarts and crashes between: hypothesis looks for the walk that breaks a promise.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any, Final, TypeAlias

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from ringway.domain.values import SECOND
from ringway.hooks.dispatch import Dispatch
from ringway.hooks.egress import Answer, Outgoing
from ringway.runtime.tail import Tail
from tests.hooks.model import PATIENCE_S, World, book, profile

SUBJECTS: Final = ("a", "b", "c")
Step: TypeAlias = tuple[str, str | int]
STEPS = st.one_of(
    st.tuples(st.just("tell"), st.sampled_from(SUBJECTS)),
    st.tuples(st.just("refuse"), st.sampled_from(SUBJECTS)),
    st.tuples(st.just("take"), st.sampled_from(SUBJECTS)),
    st.tuples(st.just("move"), st.integers(1, 1000)),
    st.tuples(st.just("run"), st.integers(0, 20)),
    st.tuples(st.just("restart"), st.just("")),
    st.tuples(st.just("crash"), st.just("")),
)


class Receiver:
    """Takes or refuses by what an event is about."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self.taken: dict[str, list[int]] = defaultdict(list)
        self.under_way: set[str] = set()

    async def send(self, it: Outgoing, method: str = "POST") -> Answer:
        event = msgspec.json.decode(it.body)
        subject, number = event["callId"], event["n"]
        assert subject not in self.under_way, "one of a subject at a time"
        self.under_way.add(subject)
        try:
            await asyncio.sleep(0)
        finally:
            self.under_way.discard(subject)
        if subject in self.refused:
            return Answer(500, {}, b"")
        self.taken[subject].append(number)
        return Answer(200, {}, b"")

    async def close_old(self) -> None:
        """There are no connections."""


class Walk:
    """One walk."""

    def __init__(self) -> None:
        self.world = World()
        self.receiver = Receiver()
        self.told: dict[str, list[int]] = defaultdict(list)

    async def begin(self) -> None:
        egress: Any = self.receiver
        self.tail = Tail(self.world.outbox)
        self.dispatch = Dispatch(
            tail=self.tail,
            outbox=self.world.outbox,
            subscriptions=self.world.subscriptions,
            deliveries=self.world.deliveries,
            egress=egress,
            clock=self.world.clock,
            random=lambda: 0.0,
        )
        await self.tail.open()
        await self.dispatch.open()

    async def end(self, *, crash: bool) -> None:
        if crash:
            self.dispatch.depot.ledger.write = _nothing  # type: ignore[method-assign]
        await self.dispatch.close()
        assert self.dispatch.tasks.faults == 0

    async def step(self, name: str, what: str | int) -> None:
        match name, what:
            case "tell", str(subject):
                event = self.world.event(subject)
                self.told[subject].append(event.position)
                self.world.outbox.put([event])
                self.tail.grown()
            case "refuse", str(subject):
                self.receiver.refused.add(subject)
            case "take", str(subject):
                self.receiver.refused.discard(subject)
            case "move", int(seconds):
                self.world.clock.move(seconds * SECOND)
            case "run", int(turns):
                for _ in range(turns):
                    await asyncio.sleep(0)
            case _:
                await self.end(crash=name == "crash")
                await self.begin()

    async def settle(self) -> None:
        """Take everything, for so long that all is tried once more."""
        self.receiver.refused.clear()
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(3):
                await self.dispatch.tasks.quiet()
                self.world.clock.move(4000 * SECOND)
            await self.dispatch.tasks.quiet()


async def _nothing() -> None:
    """Die before anything is written."""


async def walked(steps: list[Step]) -> Walk:
    it = Walk()
    await it.world.define(book(profile("http://shop.test/")))
    await it.begin()
    for name, what in steps:
        await it.step(name, what)
    await it.settle()
    await it.end(crash=False)
    return it


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_nothing_is_lost_and_nothing_overtakes(steps: list[Step]) -> None:
    it = asyncio.run(walked(steps))
    for subject, told in it.told.items():
        taken = it.receiver.taken[subject]
        assert list(dict.fromkeys(taken)) == told, "each, and first in order"
        place = {number: at for at, number in enumerate(told)}
        furthest = -1
        for number in taken:
            assert place[number] <= furthest + 1, "what repeats begins again in order"
            furthest = max(furthest, place[number])
    assert asyncio.run(it.world.deliveries.held_count()) == 0
