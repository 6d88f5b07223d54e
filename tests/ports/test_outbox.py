"""The outbox: what every adapter promises."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from ringway.adapters.outbox_memory import MemoryOutbox
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.outbox import SqlOutbox, put_events
from ringway.domain.values import AccountId, ConfigurationId
from ringway.ports.outbox import BEGINNING, Mark, Outbox, PublicEvent, mark_of

MAIN, OTHER = AccountId("main"), AccountId("other")
NOON = 1_763_726_400_000_000


def event(
    position: int,
    index: int = 0,
    *,
    account: AccountId = MAIN,
    subject: str = "call-1",
    configuration: str | None = "c1",
) -> PublicEvent:
    return PublicEvent(
        account=account,
        position=position,
        index=index,
        type="CALL_RECEIVED",
        configuration=None if configuration is None else ConfigurationId(configuration),
        application="shop",
        entity=None,
        subject=subject,
        at=NOON + position,
        trace="0af7651916cd43dd8448eb211c80319c",
        payload=b'{"type":"CALL_RECEIVED"}',
    )


class Box:
    """An outbox, and how its follower writes it."""

    def __init__(self, database: Database | None) -> None:
        self._database = database
        self._memory = MemoryOutbox()
        self.reads: Outbox = self._memory if database is None else SqlOutbox(database)

    async def put(self, *events: PublicEvent) -> None:
        if self._database is None:
            self._memory.put(events)
        else:
            await self._database.write(lambda c: put_events(c, events))


@pytest.fixture(params=["memory", "sqlite"])
async def box(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Box]:
    if request.param == "memory":
        yield Box(None)
        return
    database = await Database.open(tmp_path)
    yield Box(database)
    await database.close()


async def test_nothing_is_there_at_first(box: Box) -> None:
    assert await box.reads.last() == BEGINNING
    assert await box.reads.read_after(BEGINNING, 10) == ()
    await box.put()
    assert await box.reads.last() == BEGINNING


async def test_events_are_read_as_they_were_and_in_order(box: Box) -> None:
    events = (event(3), event(3, 1), event(12, configuration=None), event(20))
    await box.put(*events[:2])
    await box.put(*events[2:])
    assert await box.reads.read_after(BEGINNING, 10) == events
    assert await box.reads.read_after(BEGINNING, 2) == events[:2]
    assert await box.reads.read_after(Mark(3, 0), 10) == events[1:]
    assert await box.reads.read_after(Mark(4, 7), 10) == events[2:]
    assert await box.reads.read_after(events[-1].mark, 10) == ()
    assert await box.reads.last() == Mark(20, 0)


async def test_an_account_sees_its_own(box: Box) -> None:
    mine, theirs = event(1), event(2, account=OTHER)
    elsewhere = event(3, configuration="c2")
    await box.put(mine, theirs, elsewhere)
    read = box.reads.read_of
    assert await read(MAIN, BEGINNING, 10) == (mine, elsewhere)
    assert await read(MAIN, mine.mark, 10) == (elsewhere,)
    assert await read(MAIN, BEGINNING, 1) == (mine,)
    assert await read(MAIN, BEGINNING, 10, ConfigurationId("c2")) == (elsewhere,)
    newest = box.reads.newest
    assert await newest(MAIN, 10) == (mine, elsewhere)
    assert await newest(MAIN, 1) == (elsewhere,)
    assert await newest(MAIN, 10, ConfigurationId("c1")) == (mine,)
    assert await read(OTHER, BEGINNING, 10) == (theirs,)
    assert await read(OTHER, BEGINNING, 10, ConfigurationId("c2")) == ()


async def test_a_subject_has_its_own_order(box: Box) -> None:
    one, two = event(1, subject="a"), event(2, subject="b")
    three, theirs = event(3, subject="a"), event(4, account=OTHER, subject="a")
    await box.put(one, two, three, theirs)
    read = box.reads.read_subject
    assert await read(MAIN, "a", BEGINNING, 10) == (one, three)
    assert await read(MAIN, "a", one.mark, 10) == (three,)
    assert await read(MAIN, "a", BEGINNING, 1) == (one,)
    assert await read(MAIN, "none", BEGINNING, 1) == ()


async def test_the_oldest_are_forgotten(box: Box) -> None:
    events = tuple(event(n) for n in range(1, 6))
    await box.put(*events)
    assert await box.reads.forget_before(NOON + 4, 2) == 2
    assert await box.reads.read_after(BEGINNING, 10) == events[2:]
    assert await box.reads.forget_before(NOON + 4, 100) == 1
    assert await box.reads.forget_before(NOON + 4, 100) == 0
    assert await box.reads.read_after(BEGINNING, 10) == events[3:]
    assert await box.reads.forget_before(NOON + 9, 100) == 2
    assert await box.reads.read_after(BEGINNING, 10) == ()


@pytest.mark.parametrize("mark", [BEGINNING, Mark(1, 0), Mark(10**15, 12)])
def test_an_id_says_the_place(mark: Mark) -> None:
    assert mark_of(str(mark)) == mark


@pytest.mark.parametrize(
    "text", ["", "1", "-", "1-", "-1", "1-2-3", "a-1", "1--1", "٣-1", "9" * 40 + "-1"]
)
def test_what_is_no_id_says_none(text: str) -> None:
    assert mark_of(text) is None


async def test_the_database_never_reads_the_whole_outbox(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    await database.close()
    plans = {
        "(position, number) > (1, 0) ORDER BY position, number": "pk_outbox|autoindex",
        "account_id = 'a' AND (position, number) > (1, 0) ORDER BY position, number": (
            "ix_outbox_account_id_position"
        ),
        "account_id = 'a' AND subject = 's' AND (position, number) > (1, 0) "
        "ORDER BY position, number": "ix_outbox_account_id_subject",
    }
    with closing(sqlite3.connect(database.file)) as connection:
        for where, index in plans.items():
            plan = connection.execute(
                f"EXPLAIN QUERY PLAN SELECT * FROM outbox WHERE {where}"
            ).fetchall()
            assert len(plan) == 1, plan
            assert plan[0][3].startswith("SEARCH outbox USING INDEX")
            assert any(part in plan[0][3] for part in index.split("|")), plan
