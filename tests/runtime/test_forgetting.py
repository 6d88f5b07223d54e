"""What ended long ago is forgotten, hour by hour, and nothing else."""

from __future__ import annotations

import pytest

from ringway.adapters.calls_memory import MemoryCalls
from ringway.adapters.clock_manual import ManualClock
from ringway.domain.leg_state import CallState
from ringway.domain.values import (
    AccountId,
    ConfigurationId,
    Direction,
    Endpoint,
    EndpointType,
    LegId,
    Owner,
)
from ringway.ports.calls import Batch, Call
from ringway.ports.storage import StorageUnavailable, Trouble
from ringway.programs import forgetting
from ringway.programs.forgetting import BITE, DAY, HISTORY_DAYS, LOOK_TIME, Forgetting
from ringway.runtime.tasks import Tasks

US = AccountId("us")


class Counting(MemoryCalls):
    """Counts the bites, and fails if the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.bites: list[int] = []
        self.full = False

    async def forget(self, before: int, most: int) -> int:
        if self.full:
            raise StorageUnavailable(Trouble.FULL, "The disk is full.")
        self.bites.append(await super().forget(before, most))
        return self.bites[-1]


def ended(name: str, at: int | None) -> Call:
    return Call(
        account=US,
        id=LegId(name),
        parent=None,
        direction=Direction.INBOUND,
        endpoint=Endpoint(EndpointType.WEBRTC, "red"),
        counterpart=Endpoint(EndpointType.WEBRTC, "blue"),
        state=CallState.FINISHED,
        created_at=0,
        position=1,
        ended_at=at,
        owners=(Owner(ConfigurationId("shop")),),
    )


async def test_a_call_is_forgotten_when_its_days_are_over() -> None:
    clock, calls, tasks = ManualClock(), Counting(), Tasks()
    now = clock.now()
    rows = [ended("old", now - 1), ended("new", now + 1), ended("live", None)]
    await calls.apply(Batch(0, 1, rows))
    program = Forgetting(calls, clock, tasks.start)
    program.open()
    clock.move(HISTORY_DAYS * DAY - LOOK_TIME)
    await tasks.quiet()
    assert len(await calls.list(US)) == 3
    clock.move(LOOK_TIME)
    await tasks.quiet()
    assert {it.id for it in await calls.list(US)} == {"new", "live"}
    program.close()
    clock.move(DAY)
    await tasks.quiet()
    assert {it.id for it in await calls.list(US)} == {"new", "live"}


async def test_much_is_forgotten_in_bites() -> None:
    clock, calls, tasks = ManualClock(), Counting(), Tasks()
    old = clock.now() - HISTORY_DAYS * DAY - 1
    await calls.apply(Batch(0, 1, [ended(f"{n}", old) for n in range(BITE + 1)]))
    Forgetting(calls, clock, tasks.start).open()
    await tasks.quiet()
    assert calls.bites == [BITE, 1]


@pytest.mark.parametrize("days", [1, 30])
async def test_an_operator_says_how_long(days: int) -> None:
    clock, calls, tasks = ManualClock(), Counting(), Tasks()
    edge = clock.now() - days * DAY
    await calls.apply(Batch(0, 1, [ended("in", edge), ended("out", edge - 1)]))
    Forgetting(calls, clock, tasks.start, days).open()
    await tasks.quiet()
    assert [it.id for it in await calls.list(US)] == ["in"]


async def test_a_full_disk_is_tried_again_an_hour_later() -> None:
    clock, calls, tasks = ManualClock(), Counting(), Tasks()
    old = clock.now() - HISTORY_DAYS * DAY - 1
    await calls.apply(Batch(0, 1, [ended("old", old)]))
    calls.full = True
    Forgetting(calls, clock, tasks.start).open()
    await tasks.quiet()
    assert tasks.faults == 0
    calls.full = False
    clock.move(forgetting.LOOK_TIME)
    await tasks.quiet()
    assert await calls.list(US) == ()
