"""What has ended: pages, lengths and forgetting, as every adapter promises them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Row, Select
from sqlalchemy.dialects import sqlite

from ringway.adapters.calls_memory import MemoryCalls
from ringway.adapters.meetings_memory import MemoryMeetings
from ringway.adapters.outbox_memory import MemoryOutbox
from ringway.adapters.sql.calls import SqlCalls
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.meetings import SqlMeetings
from ringway.adapters.sql.outbox import SqlOutbox
from ringway.adapters.sql.schema import totals
from ringway.domain.bridge_state import DialogState
from ringway.domain.causes import Cause
from ringway.domain.leg_state import CallState, Transfer
from ringway.domain.values import (
    AccountId,
    BridgeId,
    ConfigurationId,
    Direction,
    Endpoint,
    EndpointType,
    LegId,
    Look,
    Meeting,
    Owner,
    Recording,
    RecordingRight,
    RecordingTerms,
    Restraint,
    Role,
    RoleType,
    Source,
    Terms,
    TextKey,
)
from ringway.ports.calls import Batch, Call, Calls, WantedCalls
from ringway.ports.meetings import (
    MeetingRow,
    Meetings,
    Participant,
    ParticipantState,
    WantedMeetings,
)
from ringway.ports.outbox import BEGINNING, Outbox, PublicEvent
from ringway.ports.pages import MAX_PAGE, MAX_SIZE, Page

MAIN, OTHER = AccountId("main"), AccountId("other")
NOON = 1_763_726_400_000_000
R = TypeVar("R")
SHOP = Owner(ConfigurationId("shop"), "web", "till")
BANK = Owner(ConfigurationId("bank"))


@dataclass
class Store:
    calls: Calls
    meetings: Meetings
    outbox: Outbox

    async def put(
        self,
        *rows: Call | MeetingRow,
        published: Sequence[PublicEvent] = (),
    ) -> bool:
        after = await self.calls.position()
        return await self.calls.apply(
            Batch(
                after,
                after + 1,
                [it for it in rows if isinstance(it, Call)],
                [it for it in rows if isinstance(it, MeetingRow)],
                published,
            )
        )


def memory() -> Store:
    meetings, outbox = MemoryMeetings(), MemoryOutbox()
    return Store(MemoryCalls(meetings, outbox), meetings, outbox)


def stored(database: Database) -> Store:
    return Store(SqlCalls(database), SqlMeetings(database), SqlOutbox(database))


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield memory()
        return
    database = await Database.open(tmp_path)
    yield stored(database)
    await database.close()


@dataclass
class Kept:
    """A store for tests that hypothesis repeats: filled once, and only read."""

    store: Store
    runner: asyncio.Runner

    def run(self, asked: Coroutine[Any, Any, R]) -> R:
        return self.runner.run(asked)


STORES: dict[str, Kept] = {}


@pytest.fixture(scope="module", autouse=True)
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with asyncio.Runner() as runner:
        folder = tmp_path_factory.mktemp("kept")
        database = runner.run(Database.open(folder))
        STORES.update(
            memory=Kept(memory(), runner), sqlite=Kept(stored(database), runner)
        )
        for each in STORES.values():
            assert each.run(each.store.put(*CALLS, *MEETINGS))
        yield
        STORES.clear()
        runner.run(database.close())


def call(name: str = "a", **others: Any) -> Call:
    fields: dict[str, Any] = {
        "account": MAIN,
        "id": LegId(name),
        "parent": None,
        "direction": Direction.INBOUND,
        "endpoint": Endpoint(EndpointType.WEBRTC, "red"),
        "counterpart": Endpoint(EndpointType.APPLICATION, "shop"),
        "state": CallState.FINISHED,
        "created_at": NOON,
        "position": 1,
        "ended_at": NOON + 9,
        "cause": Cause.NORMAL_HANGUP,
        "owners": (SHOP,),
    }
    return Call(**(fields | others))


def meeting(id_: str = "m", **others: Any) -> MeetingRow:
    fields: dict[str, Any] = {
        "account": MAIN,
        "id": BridgeId(id_),
        "kind": Meeting.CONFERENCE,
        "owner": SHOP,
        "state": DialogState.FINISHED,
        "created_at": NOON,
        "position": 1,
        "ended_at": NOON + 9,
        "cause": Cause.NORMAL_HANGUP,
    }
    return MeetingRow(**(fields | others))


def stay(leg: str, seat: int = 1, position: int = 1) -> Participant:
    return Participant(LegId(leg), seat, position)


FULL = call(
    direction=Direction.OUTBOUND,
    endpoint=Endpoint(EndpointType.SIP, "desk", "Desk", "trunk"),
    owners=(BANK, SHOP),
    terms=Terms(
        external_id="order 7",
        recording=RecordingTerms(Recording.AUDIO, custom_data=TextKey("r")),
        headers=(("X-A", "b"),),
        bulk="bulk",
        retry=True,
    ),
    recording=Recording.AUDIO_AND_VIDEO,
    capability=RecordingRight.ON_DEMAND,
    look=Look(camera=True),
    restraint=Restraint(blind=True),
    had_camera=True,
    had_screen=True,
    rang_at=NOON + 1,
    source=Source.API,
    bridge=BridgeId("d"),
    meeting=Meeting.DIALOG,
    conferences=(BridgeId("m"), BridgeId("n")),
    dialogs=(BridgeId("d"),),
    transfer=Transfer("t", BANK, NOON),
)
WHOLE = meeting(
    name="All hands",
    parent=LegId("a"),
    child=LegId("b"),
    established_at=NOON + 2,
    source=Source.ENDPOINT,
    ended_by=LegId("b"),
    participants=(
        replace(
            stay("a"),
            endpoint=Endpoint(EndpointType.WEBRTC, "red", "Red"),
            state=ParticipantState.LEFT,
            look=Look(muted=True),
            role=Role(RoleType.ADVISOR, (LegId("b"),)),
            restraint=Restraint(deaf=True),
            joined_at=NOON + 1,
            left_at=NOON + 5,
        ),
        stay("b", 2),
        stay("a", 3),
    ),
)


async def test_a_row_is_read_as_it_was_written(store: Store) -> None:
    await store.put(FULL, WHOLE)
    assert await store.calls.read(MAIN, FULL.id) == FULL
    assert await store.meetings.read(MAIN, WHOLE.id) == WHOLE
    assert await store.meetings.read(OTHER, WHOLE.id) is None
    assert (await store.calls.history(MAIN, WantedCalls())).rows == (FULL,)
    wanted = WantedMeetings(kind=Meeting.CONFERENCE)
    assert (await store.meetings.history(MAIN, wanted)).rows == (WHOLE,)


async def test_only_new_stays_are_needed(store: Store) -> None:
    """A stay that has not changed keeps what was written of it."""
    await store.put(replace(WHOLE, participants=(stay("a"), stay("b", 2))))
    left = replace(stay("b", 2, position=2), left_at=NOON + 4)
    await store.put(replace(WHOLE, participants=(stay("a"), left)))
    read = await store.meetings.read(MAIN, WHOLE.id)
    assert read is not None
    assert read.participants == (stay("a"), left)


async def test_what_goes_on_and_what_is_nobodys_is_no_history(store: Store) -> None:
    live = call("b", ended_at=None, state=CallState.ESTABLISHED)
    await store.put(live, call("c", owners=()), call("d", account=OTHER))
    await store.put(meeting(ended_at=None), meeting("o", account=OTHER))
    assert await store.calls.history(MAIN, WantedCalls()) == Page((), 0)
    wanted = WantedMeetings(kind=Meeting.CONFERENCE)
    assert await store.meetings.history(MAIN, wanted) == Page((), 0)


async def test_pages_are_newest_first_and_know_the_length(store: Store) -> None:
    rows = [call(f"{n}", created_at=NOON + n // 2) for n in range(7)]
    await store.put(*rows)
    pages = [
        await store.calls.history(MAIN, WantedCalls(), page=n, size=3) for n in range(4)
    ]
    assert [len(page.rows) for page in pages] == [3, 3, 1, 0]
    assert [row for page in pages for row in page.rows] == rows[::-1]
    assert {page.total for page in pages} == {7}


async def test_an_end_is_counted_once(store: Store) -> None:
    """Also when its row is written again, or was written live before."""
    await store.put(
        call(ended_at=None, state=CallState.RINGING), meeting(ended_at=None)
    )
    for _ in range(3):
        await store.put(call(), call("b"), meeting())
    assert (await store.calls.history(MAIN, WantedCalls())).total == 2
    wanted = WantedMeetings(kind=Meeting.CONFERENCE)
    assert (await store.meetings.history(MAIN, wanted)).total == 1


@pytest.mark.parametrize(
    ("page", "size"), [(-1, 1), (MAX_PAGE + 1, 1), (0, 0), (0, MAX_SIZE + 1)]
)
async def test_a_page_has_limits(store: Store, page: int, size: int) -> None:
    with pytest.raises(ValueError, match="A page has"):
        await store.calls.history(MAIN, WantedCalls(), page=page, size=size)
    wanted = WantedMeetings(kind=Meeting.DIALOG)
    with pytest.raises(ValueError, match="A page has"):
        await store.meetings.history(MAIN, wanted, page=page, size=size)


def narrowed(**values: Sequence[object]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw up to three fields; more would leave nothing to find."""
    pairs = [(name, value) for name, some in values.items() for value in some]
    drawn = st.lists(st.sampled_from(pairs), max_size=3, unique_by=lambda it: it[0])
    return drawn.map(dict)


CALLS = [
    call("a", dialogs=(BridgeId("d"),)),
    FULL,
    call("b", owners=(BANK,), created_at=NOON + 5, state=CallState.BUSY),
    call("c", direction=Direction.OUTBOUND, conferences=(BridgeId("m"),)),
    call("d", endpoint=Endpoint(EndpointType.PHONE, "+385911"), terms=Terms(bulk="k")),
]
CALLS[1] = replace(FULL, id=LegId("f"))
MEETINGS = [
    meeting("m", name="one", participants=(stay("c"), stay("f", 2))),
    meeting("n", owner=BANK, created_at=NOON + 5, participants=(stay("f"),)),
    meeting(
        "d",
        kind=Meeting.DIALOG,
        state=DialogState.FAILED,
        parent=LegId("a"),
        child=LegId("f"),
        ended_at=NOON + 20,
        participants=(stay("a"), stay("f", 2)),
    ),
]


@given(
    narrowed(
        type=[EndpointType.WEBRTC, EndpointType.PHONE],
        configuration=[SHOP.configuration, BANK.configuration],
        application=["web", "other"],
        caller=["red", "shop"],
        callee=["desk", "shop"],
        direction=[*Direction],
        state=[CallState.FINISHED, CallState.BUSY],
        started_after=[NOON, NOON + 1],
        conference=[BridgeId("m"), BridgeId("n")],
        dialog=[BridgeId("d"), BridgeId("m")],
        bulk=["bulk", "k", "no"],
    ).map(lambda fields: WantedCalls(**fields))
)
def test_calls_are_narrowed_as_the_port_says(wanted: WantedCalls) -> None:
    """Whatever is asked together; `has` is the rule for all."""
    expected = [it for it in CALLS if wanted.has(it)]
    expected.sort(key=lambda it: (it.created_at, it.id), reverse=True)
    for one in STORES.values():
        found = one.run(one.store.calls.history(MAIN, wanted))
        assert (list(found.rows), found.total) == (expected, len(expected))


@given(
    st.sampled_from([Meeting.CONFERENCE, Meeting.DIALOG]),
    narrowed(
        name=["one", "two"],
        call=[LegId("a"), LegId("c"), LegId("f")],
        configuration=[SHOP.configuration, BANK.configuration],
        application=["web"],
        state=[DialogState.FINISHED, DialogState.FAILED],
        parent=[LegId("a"), LegId("f")],
        child=[LegId("f")],
        started_after=[NOON, NOON + 1],
        ended_before=[NOON + 10, NOON],
    ),
)
def test_meetings_are_narrowed_as_the_port_says(
    kind: Meeting, fields: dict[str, Any]
) -> None:
    wanted = WantedMeetings(kind=kind, **fields)
    expected = [it for it in MEETINGS if wanted.has(it)]
    expected.sort(key=lambda it: (it.created_at, it.id), reverse=True)
    for one in STORES.values():
        found = one.run(one.store.meetings.history(MAIN, wanted))
        assert (list(found.rows), found.total) == (expected, len(expected))


@pytest.mark.parametrize("most", [1, 2, 100])
async def test_what_is_old_is_forgotten_in_bites(store: Store, most: int) -> None:
    old = [call(f"{n}", ended_at=NOON + n) for n in range(4)]
    await store.put(*old, call("live", ended_at=None), call("people", owners=()))
    await store.put(
        meeting("old", ended_at=NOON, participants=(stay("0"),)),
        meeting("new", ended_at=NOON + 5, participants=(stay("0"),)),
        meeting("live", ended_at=None),
    )
    bites = 0
    while await store.calls.forget(NOON + 3, most) == most:
        bites += 1
    assert bites == 3 // most
    left = await store.calls.history(MAIN, WantedCalls())
    assert (left.rows, left.total) == ((old[3],), 1)
    assert await store.calls.read(MAIN, LegId("live")) is not None
    assert await store.calls.read(MAIN, LegId("people")) is not None
    assert await store.calls.forget(NOON + 100, 100) == 1
    # What people do among themselves is no history that ends.
    assert await store.calls.read(MAIN, LegId("people")) is not None
    wanted = WantedMeetings(kind=Meeting.CONFERENCE)
    assert await store.meetings.history(MAIN, wanted) == Page((), 0)
    assert await store.meetings.read(MAIN, BridgeId("live")) is not None


def event(position: int, index: int = 0) -> PublicEvent:
    return PublicEvent(
        MAIN, position, index, "T", None, None, None, "s", NOON, "t", b"{}"
    )


async def test_rows_and_public_events_are_one(store: Store) -> None:
    assert await store.put(call(), meeting(), published=[event(1), event(1, 1)])
    batch = Batch(0, 9, [call("late")], [meeting("late")], [event(9)])
    assert not await store.calls.apply(batch)
    assert await store.outbox.read_after(BEGINNING, 9) == (event(1), event(1, 1))
    assert await store.calls.read(MAIN, LegId("late")) is None
    assert await store.meetings.read(MAIN, BridgeId("late")) is None


async def test_in_the_database_nothing_is_written_by_halves(tmp_path: Path) -> None:
    """An event that can not be written takes rows and cursor with it."""
    database = await Database.open(tmp_path)
    store = stored(database)
    with pytest.raises(OverflowError):
        await store.put(call(), meeting(), published=[event(1 << 70)])
    assert await store.calls.position() == 0
    assert await store.calls.read(MAIN, LegId("a")) is None
    assert await store.meetings.read(MAIN, BridgeId("m")) is None
    with closing(sqlite3.connect(database.file)) as connection:
        assert connection.execute(f"SELECT * FROM {totals.name}").fetchall() == []
    await database.close()


async def test_the_database_never_reads_a_whole_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each question is answered by an index, whatever it is narrowed by."""
    database = await Database.open(tmp_path)
    asked: list[Select[Any]] = []
    rows = database.rows

    async def noted(query: Select[Any]) -> Sequence[Row[Any]]:
        asked.append(query)
        return await rows(query)

    store = stored(database)
    await store.put(*CALLS, *MEETINGS)
    monkeypatch.setattr(database, "rows", noted)
    for more in (
        WantedCalls(),
        WantedCalls(configuration=SHOP.configuration),
        WantedCalls(application="web"),
        WantedCalls(caller="red"),
        WantedCalls(callee="shop"),
        WantedCalls(state=CallState.FINISHED),
        WantedCalls(started_after=NOON),
        WantedCalls(conference=BridgeId("m")),
        WantedCalls(bulk="k"),
    ):
        await store.calls.history(MAIN, more)
    for name in ("name", "configuration", "application", "state", "call", "parent"):
        narrowed: dict[str, Any] = {name: "a"}
        if name == "state":
            narrowed = {"state": DialogState.FAILED}
        wanted = WantedMeetings(kind=Meeting.DIALOG, **narrowed)
        await store.meetings.history(MAIN, wanted)
    with closing(sqlite3.connect(database.file)) as connection:
        for query in asked:
            text = query.compile(
                dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
            )
            plan = connection.execute(f"EXPLAIN QUERY PLAN {text}").fetchall()
            steps = [step[3] for step in plan]
            assert not any(step.startswith("SCAN") for step in steps), (
                str(text),
                steps,
            )
            sorts = [step for step in steps if "TEMP B-TREE FOR ORDER" in step]
            few = "participants" in str(text) or "bulk_id =" in str(text)
            assert few or not sorts, (str(text), steps)
    await database.close()


async def test_lengths_are_not_counted(tmp_path: Path) -> None:
    """The usual ones are sums of rows of `totals`, and those are few."""
    database = await Database.open(tmp_path)
    await stored(database).put(*(call(f"{n}") for n in range(50)), meeting())
    with closing(sqlite3.connect(database.file)) as connection:
        [[rows, number]] = connection.execute(
            "SELECT count(*), sum(number) FROM totals"
        ).fetchall()
    assert (rows, number) == (2, 51)
    await database.close()
