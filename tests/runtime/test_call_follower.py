"""The read model of calls: true after every crash, and out of the calls' way."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringway.adapters.calls_memory import MemoryCalls
from ringway.adapters.meetings_memory import MemoryMeetings
from ringway.adapters.sql.calls import SqlCalls
from ringway.adapters.sql.database import Database
from ringway.domain.causes import Cause
from ringway.domain.leg_state import CallState
from ringway.domain.values import LegId
from ringway.ports.calls import Batch, Call, Calls
from ringway.ports.event_log import Entry, Stream
from ringway.ports.storage import StorageUnavailable, Trouble
from ringway.runtime import call_follower
from ringway.runtime.actor import RETRY
from ringway.runtime.call_follower import CallFollower
from tests.runtime.world import THEM, US, World, talking


class Failing(MemoryCalls):
    """Fails as often as the test says: before the commit, or after it."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: list[str] = []
        self.batches: list[Batch] = []

    async def apply(self, batch: Batch) -> bool:
        self.batches.append(batch)
        failure = self.failures.pop(0) if self.failures else ""
        if failure == "before":
            raise StorageUnavailable(Trouble.FULL, "The disk is full.")
        done = await super().apply(batch)
        if failure == "after":
            raise StorageUnavailable(Trouble.LOCKED, "Nobody knows.")
        return done


async def whole_call() -> tuple[World, LegId, LegId]:
    """A call of 90 s, answered after 3, hung up by the caller."""
    world = World()
    red = world.lines.connect("red-1", "red")
    blue = world.lines.connect("blue-1", "blue")
    caller = await world.call(red)
    await world.pass_time(3)
    callee = await world.accept(blue)
    await world.pass_time(1)
    await world.connected(caller, callee)
    await world.pass_time(90)
    await world.exchange.hangup(red, caller)
    await world.quiet()
    return world, caller, callee


def follow(world: World, calls: Calls) -> CallFollower:
    return CallFollower(world.log, calls, MemoryMeetings(), world.clock)


async def finished(calls: Calls) -> dict[LegId, Call]:
    return {call.id: call for call in await calls.list(US)}


async def test_a_whole_call_has_true_rows() -> None:
    world, caller, callee = await whole_call()
    calls = MemoryCalls()
    await follow(world, calls).catch_up()
    rows = await finished(calls)
    assert set(rows) == {caller, callee}
    end = world.clock.now()
    for row in rows.values():
        assert (row.state, row.cause) == (CallState.FINISHED, Cause.NORMAL_HANGUP)
        assert row.created_at == end - 94_000_000
        assert row.answered_at == end - 91_000_000
        assert row.established_at == end - 90_000_000
        assert (row.ended_at, row.duration) == (end, 90)
    assert rows[callee].parent == caller
    assert rows[callee].fork == rows[caller].fork is not None
    assert rows[callee].bridge == rows[caller].bridge is not None
    assert await calls.list(THEM) == ()


async def test_each_row_has_one_terminal_state_at_every_length_of_the_log() -> None:
    """Batches of one: a row never leaves the state it ended in."""
    world, *_ = await whole_call()
    calls = MemoryCalls()
    ends: dict[LegId, set[CallState]] = {}
    position = 0
    single = follow(world, calls)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(call_follower, "BATCH", 1)
        while await single.apply_some():
            position += 1
            assert await calls.position() == position
            for row in await calls.list(US):
                if row.ended_at is not None:
                    ends.setdefault(row.id, set()).add(row.state)
    assert position == await world.log.last_position()
    assert list(ends.values()) == [{CallState.FINISHED}] * 2


@pytest.mark.parametrize("batch", [1, 2, 7, 500])
async def test_a_crash_between_append_and_apply(
    batch: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is lost and nothing doubled, wherever the process died."""
    monkeypatch.setattr(call_follower, "BATCH", batch)
    world, *_ = await whole_call()
    expected = MemoryCalls()
    await follow(world, expected).catch_up()
    database = await Database.open(tmp_path)
    for _ in range(await world.log.last_position()):
        # One dies before it writes, one after its first batch.
        await follow(world, SqlCalls(database)).open()
        dies = follow(world, SqlCalls(database))
        await dies.open()
        await dies.apply_some()
        await dies.close()  # what it had planned is gone
    await database.close()
    database = await Database.open(tmp_path)
    calls = SqlCalls(database)
    restarted = follow(world, calls)
    await restarted.open()
    assert restarted.lag == 0
    assert await finished(calls) == await finished(expected)
    await database.close()


async def test_it_catches_up_at_the_start() -> None:
    world, *_ = await whole_call()
    calls = Failing()
    follower = follow(world, calls)
    await follower.open()
    assert follower.lag == await world.log.last_position()
    world.clock.move(1)
    await follower.tasks.quiet()
    assert follower.lag == 0
    assert len(await finished(calls)) == 2


async def test_what_is_appended_is_gathered() -> None:
    world = World()
    calls = Failing()
    follower = follow(world, calls)
    await follower.open()
    await talking(world)
    for position in range(1, await world.log.last_position() + 1):
        follower.appended(position)
    await follower.tasks.quiet()
    assert calls.batches == []
    world.clock.move(call_follower.GATHER_TIME)
    await follower.tasks.quiet()
    assert len(calls.batches) == 1
    assert follower.lag == 0
    states = {row.state for row in await calls.list(US)}
    assert states == {CallState.ESTABLISHED}


@pytest.mark.parametrize("failure", ["before", "after"])
async def test_a_write_that_fails_is_tried_again(failure: str) -> None:
    """Also one that was carried out although it was reported as failed."""
    world, *_ = await whole_call()
    expected, calls = MemoryCalls(), Failing()
    await follow(world, expected).catch_up()
    calls.failures = [failure]
    follower = follow(world, calls)
    await follower.open()
    world.clock.move(1)
    await follower.tasks.quiet()
    assert follower.lag == await world.log.last_position()
    world.clock.move(RETRY)
    await follower.tasks.quiet()
    assert follower.lag == 0
    assert await finished(calls) == await finished(expected)
    assert follower.tasks.faults == 0


async def test_two_followers_do_not_double() -> None:
    world, *_ = await whole_call()
    expected, calls = MemoryCalls(), Failing()
    await follow(world, expected).catch_up()
    late = follow(world, calls)
    await late.open()
    await follow(world, calls).catch_up()
    await late.catch_up()
    assert await finished(calls) == await finished(expected)
    assert len(calls.batches) == 2
    assert late.lag == 0


async def test_an_event_nobody_can_read_stops_it_visibly() -> None:
    world = World()
    calls = Failing()
    follower = follow(world, calls)
    await follower.open()
    stream = Stream(US, "leg", "x")
    (position,) = await world.log.append(
        [Entry(stream, 1, "Unheard of", 1, 1, "t", b"{}")]
    )
    for _ in range(3):
        follower.appended(position)
        world.clock.move(call_follower.GATHER_TIME)
        await follower.tasks.quiet()
    assert follower.tasks.faults == 1
    assert follower.lag == 1
    assert calls.batches == []


async def test_a_closed_follower_does_nothing_more() -> None:
    world, *_ = await whole_call()
    calls = Failing()
    follower = follow(world, calls)
    await follower.open()
    await follower.close()
    follower.appended(99)
    world.clock.move(call_follower.GATHER_TIME)
    await follower.tasks.quiet()
    assert calls.batches == []
