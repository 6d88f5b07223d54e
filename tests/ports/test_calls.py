"""The read model of calls: what every adapter promises."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, Select
from sqlalchemy.dialects import sqlite

from ringway.adapters.calls_memory import MemoryCalls
from ringway.adapters.sql.calls import SqlCalls
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.event_log import SqlEventLog
from ringway.domain.causes import Cause
from ringway.domain.leg_state import CallState
from ringway.domain.values import (
    AccountId,
    BridgeId,
    Direction,
    Endpoint,
    EndpointType,
    ForkId,
    LegId,
    TextKey,
)
from ringway.ports.calls import CONSUMER, MAX_PAGE, MAX_SIZE, Batch, Call, Calls

MAIN, OTHER = AccountId("main"), AccountId("other")
NOON = 1_763_726_400_000_000


@pytest.fixture(params=["memory", "sqlite"])
async def calls(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Calls]:
    if request.param == "memory":
        yield MemoryCalls()
        return
    database = await Database.open(tmp_path)
    yield SqlCalls(database)
    await database.close()


def call(
    name: str = "a",
    *,
    account: AccountId = MAIN,
    state: CallState = CallState.CALLING,
    at: int = NOON,
    position: int = 1,
) -> Call:
    return Call(
        account=account,
        id=LegId(name),
        parent=None,
        direction=Direction.INBOUND,
        endpoint=Endpoint(EndpointType.WEBRTC, "red"),
        counterpart=Endpoint(EndpointType.WEBRTC, "blue", "Bláh"),
        state=state,
        created_at=at,
        position=position,
    )


def full() -> Call:
    return replace(
        call(state=CallState.FAILED, position=9),
        parent=LegId("p"),
        direction=Direction.OUTBOUND,
        endpoint=Endpoint(EndpointType.WEBRTC, "red", "Red"),
        counterpart=Endpoint(EndpointType.WEBRTC, "blue"),
        answered_at=NOON + 1,
        established_at=NOON + 2,
        ended_at=NOON + 3_000_003,
        duration=3,
        cause=Cause.MEDIA_ERROR,
        detail="Gone.",
        bridge=BridgeId("b"),
        fork=ForkId("f"),
        custom_data=TextKey("a/custom-data"),
    )


async def put(calls: Calls, *rows: Call) -> None:
    after = await calls.position()
    assert await calls.apply(Batch(after, after + 1, rows))


@pytest.mark.parametrize("row", [call(), full()], ids=["bare", "full"])
async def test_what_was_applied_is_read_as_it_was(calls: Calls, row: Call) -> None:
    await put(calls, row)
    assert await calls.read(MAIN, row.id) == row
    assert await calls.list(MAIN) == (row,)
    assert await calls.known([row.key, (MAIN, LegId("no"))]) == {row.key: row}


async def test_nothing_is_there_at_first(calls: Calls) -> None:
    assert await calls.position() == 0
    assert await calls.read(MAIN, LegId("a")) is None
    assert await calls.list(MAIN) == ()
    assert await calls.known([]) == {}


async def test_a_row_is_replaced_as_a_whole(calls: Calls) -> None:
    await put(calls, full())
    await put(calls, call(position=12))
    assert await calls.list(MAIN) == (call(position=12),)


async def test_a_batch_without_calls_moves_the_position(calls: Calls) -> None:
    assert await calls.apply(Batch(0, 7, ()))
    assert await calls.position() == 7


@pytest.mark.parametrize("after", [0, 4, 6])
async def test_only_the_next_batch_is_taken(calls: Calls, after: int) -> None:
    assert await calls.apply(Batch(0, 5, (call(),)))
    other = (call(state=CallState.RINGING), call("b"))
    assert not await calls.apply(Batch(after, after + 9, other))
    assert await calls.position() == 5
    assert await calls.list(MAIN) == (call(),)


async def test_accounts_do_not_see_each_other(calls: Calls) -> None:
    """Not even when their calls have the same id."""
    mine, theirs = call(), call(account=OTHER, state=CallState.BUSY)
    await put(calls, mine, theirs, call("b", account=OTHER))
    assert await calls.read(MAIN, LegId("a")) == mine
    assert await calls.read(OTHER, LegId("a")) == theirs
    assert await calls.read(MAIN, LegId("b")) is None
    assert await calls.list(MAIN) == (mine,)
    assert await calls.list(MAIN, state=CallState.BUSY) == ()
    assert await calls.known([(MAIN, LegId("b"))]) == {}


async def test_pages_are_newest_first_and_meet_without_gaps(calls: Calls) -> None:
    rows = [call(f"{n}", at=NOON + n // 2) for n in range(7)]
    await put(calls, *rows)
    pages = [await calls.list(MAIN, page=n, size=3) for n in range(4)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [row for page in pages for row in page] == rows[::-1]


async def test_a_state_is_asked_for(calls: Calls) -> None:
    rows = [call(f"{n}", state=state) for n, state in enumerate(CallState)]
    await put(calls, *rows)
    for row in rows:
        assert await calls.list(MAIN, state=row.state) == (row,)


@pytest.mark.parametrize(
    ("page", "size"), [(-1, 1), (MAX_PAGE + 1, 1), (0, 0), (0, MAX_SIZE + 1)]
)
async def test_a_page_has_limits(calls: Calls, page: int, size: int) -> None:
    with pytest.raises(ValueError, match="A page has"):
        await calls.list(MAIN, page=page, size=size)


async def test_the_last_page_may_be_asked_for(calls: Calls) -> None:
    assert await calls.list(MAIN, page=MAX_PAGE, size=MAX_SIZE) == ()


async def test_a_call_is_found_by_how_its_id_begins(calls: Calls) -> None:
    one, two, three = call("ab1"), call("ab2"), call("b%_")
    await put(calls, one, two, three, call("b", account=OTHER))
    assert await calls.beginning_with(MAIN, "ab1") == (one,)
    assert await calls.beginning_with(MAIN, "ab") == (one, two)
    assert await calls.beginning_with(MAIN, "") == (one, two)
    assert await calls.beginning_with(MAIN, "b") == (three,)
    for text in ("c", "ab12", "%", "_", "A"):
        assert await calls.beginning_with(MAIN, text) == ()


async def test_in_the_database_rows_and_cursor_are_one(tmp_path: Path) -> None:
    """A row that can not be written leaves the cursor where it was."""
    database = await Database.open(tmp_path)
    calls, log = SqlCalls(database), SqlEventLog(database)
    assert await calls.apply(Batch(0, 3, (call(),)))
    bad = replace(call("c"), created_at=1 << 70)
    with pytest.raises(OverflowError):
        await calls.apply(Batch(3, 5, (call("b"), bad)))
    assert await log.cursor(CONSUMER) == await calls.position() == 3
    assert await calls.list(MAIN) == (call(),)
    await database.close()
    again = await Database.open(tmp_path)
    assert await SqlCalls(again).position() == 3
    assert await SqlCalls(again).list(MAIN) == (call(),)
    await again.close()


async def test_the_database_never_reads_all_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await Database.open(tmp_path)
    asked: list[Select[Any]] = []
    rows = database.rows

    async def noted(query: Select[Any]) -> Sequence[Row[Any]]:
        asked.append(query)
        return await rows(query)

    monkeypatch.setattr(database, "rows", noted)
    calls = SqlCalls(database)
    await calls.known([(MAIN, LegId("a")), (MAIN, LegId("b")), (OTHER, LegId("a"))])
    await calls.list(MAIN)
    await calls.list(MAIN, state=CallState.BUSY)
    await calls.beginning_with(MAIN, "a")
    assert len(asked) == 5
    with closing(sqlite3.connect(database.file)) as connection:
        for query in asked:
            text = query.compile(
                dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
            )
            plan = connection.execute(f"EXPLAIN QUERY PLAN {text}").fetchall()
            assert plan[0][3].startswith("SEARCH calls USING INDEX")
    await database.close()
