"""What delivery remembers: what every adapter promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from ringway.adapters.deliveries_memory import MemoryDeliveries
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.deliveries import SqlDeliveries
from ringway.ports.deliveries import (
    MAX_ATTEMPTS,
    Attempt,
    Changes,
    Course,
    Deliveries,
    Held,
    Result,
)
from ringway.ports.outbox import Mark

COURSE = Course("a", Mark(3, -1))
HELD = Held("a", "call-1", Mark(2, 0), 1, 900)
ATTEMPT = Attempt("a", Mark(2, 1), "CALL_RECEIVED", "call-1", 1, 5, 7, Result.FAILED)


@pytest.fixture(params=["memory", "sqlite"])
async def deliveries(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Deliveries]:
    if request.param == "memory":
        yield MemoryDeliveries()
        return
    database = await Database.open(tmp_path)
    yield SqlDeliveries(database)
    await database.close()


async def test_nothing_is_there_at_first(deliveries: Deliveries) -> None:
    assert await deliveries.courses() == {}
    assert await deliveries.due("a", 10) == ()
    assert await deliveries.held_among("a", []) == frozenset()
    assert await deliveries.held_count() == 0
    assert await deliveries.attempts("a", 10) == ()


async def test_a_course_moves_and_stops(deliveries: Deliveries) -> None:
    await deliveries.write(Changes([COURSE, Course("b", Mark(0, 0))]))
    stopped = replace(COURSE, mark=Mark(9, 0), stopped_at=5, stopped_why="410")
    await deliveries.write(Changes([stopped]))
    assert await deliveries.courses() == {
        "a": stopped,
        "b": Course("b", Mark(0, 0)),
    }


async def test_what_is_held_comes_back_in_time_order(deliveries: Deliveries) -> None:
    later = replace(HELD, subject="call-0", due_at=1000)
    theirs = replace(HELD, course="b")
    await deliveries.write(Changes(held=[later, HELD, theirs]))
    assert await deliveries.due("a", 10) == (HELD, later)
    assert await deliveries.due("a", 1) == (HELD,)
    assert await deliveries.held_among("a", ["call-1", "x"]) == {"call-1"}
    assert await deliveries.held_count() == 3
    again = replace(HELD, attempts=2, due_at=2000)
    await deliveries.write(Changes(held=[again]))
    assert await deliveries.due("a", 10) == (later, again)
    await deliveries.write(Changes(released=[again.key, ("a", "none")]))
    assert await deliveries.due("a", 10) == (later,)
    assert await deliveries.due("b", 10) == (theirs,)


async def test_attempts_are_kept_newest_first(deliveries: Deliveries) -> None:
    second = replace(ATTEMPT, attempt=2, result=Result.GONE, status=410, detail="Gone.")
    await deliveries.write(Changes(attempts=[ATTEMPT, second]))
    assert await deliveries.attempts("a", 10) == (second, ATTEMPT)
    assert await deliveries.attempts("a", 1) == (second,)
    assert await deliveries.attempts("b", 1) == ()


async def test_old_attempts_make_room(deliveries: Deliveries) -> None:
    theirs = replace(ATTEMPT, course="b")
    await deliveries.write(Changes(attempts=[theirs, ATTEMPT]))
    many = [replace(ATTEMPT, attempt=n) for n in range(2, MAX_ATTEMPTS + 3)]
    await deliveries.write(Changes(attempts=many))
    kept = await deliveries.attempts("a", MAX_ATTEMPTS + 10)
    assert [it.attempt for it in kept] == [it.attempt for it in many[:0:-1]]
    assert await deliveries.attempts("b", 10) == (theirs,)


async def test_what_no_subscription_has_any_more_is_forgotten(
    deliveries: Deliveries,
) -> None:
    for course in ("a", "b", "c"):
        await deliveries.write(
            Changes(
                [replace(COURSE, id=course)],
                [replace(HELD, course=course)],
                [],
                [replace(ATTEMPT, course=course)],
            )
        )
    await deliveries.keep_only({"b", "unknown"})
    assert (await deliveries.courses()).keys() == {"b"}
    assert await deliveries.held_count() == 1
    assert await deliveries.attempts("a", 10) == ()
    assert len(await deliveries.attempts("b", 10)) == 1
