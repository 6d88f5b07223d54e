"""Both clocks: the machine's, and the one that stands still."""

from __future__ import annotations

import asyncio
import time

from ringway.adapters.clock_manual import ManualClock
from ringway.adapters.clock_system import SystemClock


async def test_the_systems_clock_tells_the_time_and_keeps_order() -> None:
    clock = SystemClock()
    assert abs(clock.now() - time.time_ns() // 1000) < 1_000_000
    called: list[str] = []
    done = asyncio.Event()
    now = clock.now()
    clock.at(now + 20_000, done.set)
    clock.at(now + 10_000, lambda: called.append("later"))
    clock.at(now - 10_000, lambda: called.append("past"))
    clock.at(now, lambda: called.append("cancelled")).cancel()
    assert called == []
    await done.wait()
    assert called == ["past", "later"]
    assert clock.now() >= now + 19_000


def test_a_clock_that_stands_still_moves_when_told() -> None:
    clock = ManualClock(100)
    called: list[tuple[str, int]] = []

    def note(name: str) -> None:
        called.append((name, clock.now()))

    def first() -> None:
        note("first")
        clock.at(125, lambda: note("between"))

    clock.at(130, lambda: note("second"))
    clock.at(120, first)
    clock.at(110, lambda: note("never")).cancel()
    clock.move(19)
    assert called == []
    clock.move(100)
    assert called == [("first", 120), ("between", 125), ("second", 130)]
    assert clock.now() == 219
