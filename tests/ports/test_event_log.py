"""The event log: what every adapter promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringway.adapters.event_log_memory import MemoryEventLog
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.event_log import SqlEventLog
from ringway.domain.values import AccountId, TextKey
from ringway.ports.event_log import Entry, EventLog, Stream, Text, VersionConflict

MAIN, OTHER = AccountId("main"), AccountId("other")


def stream(name: str = "s", account: AccountId = MAIN, kind: str = "leg") -> Stream:
    return Stream(account, kind, name)


def entry(version: int, of: Stream | None = None, *, ends: bool = False) -> Entry:
    return Entry(
        of or stream(), version, "Rang", 1, 1_000_000 + version, "t", b'{"x":1}', ends
    )


@pytest.fixture(params=["memory", "sqlite"])
async def log(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[EventLog]:
    if request.param == "memory":
        yield MemoryEventLog()
        return
    database = await Database.open(tmp_path)
    sql = SqlEventLog(database)
    yield sql
    await sql.close()
    await database.close()


async def test_what_was_appended_is_read_as_it_was(log: EventLog) -> None:
    said = Entry(
        stream(), 1, "Created", 3, 1_763_717_000_123_456, "trace", b"\0\xff", ends=True
    )
    (position,) = await log.append([said])
    (read,) = await log.read_stream(stream())
    assert (read.position, read.entry) == (position, said)
    assert await log.read_after(0, 10) == (read,)
    assert await log.last_position() == position


async def test_nothing_is_in_a_new_log(log: EventLog) -> None:
    assert await log.read_after(0, 10) == ()
    assert await log.read_stream(stream()) == ()
    assert await log.last_position() == 0
    assert await log.live_streams() == ()


async def test_nothing_can_be_appended(log: EventLog) -> None:
    assert await log.append([]) == ()
    assert await log.last_position() == 0


async def test_positions_grow_over_all_streams(log: EventLog) -> None:
    a, b = stream("a"), stream("b", OTHER, "bridge")
    first = await log.append([entry(1, a), entry(1, b), entry(2, a)])
    second = await log.append([entry(2, b)])
    positions = [*first, *second]
    assert positions == sorted(set(positions))
    everything = await log.read_after(0, 10)
    assert [(r.position, r.entry) for r in everything] == list(
        zip(
            positions,
            [entry(1, a), entry(1, b), entry(2, a), entry(2, b)],
            strict=True,
        )
    )


@pytest.mark.parametrize("version", [-1, 0, 1, 2, 4])
async def test_only_the_next_version_is_taken(log: EventLog, version: int) -> None:
    await log.append([entry(1), entry(2)])
    with pytest.raises(VersionConflict) as conflict:
        await log.append([entry(version)])
    assert (conflict.value.stream, conflict.value.version) == (stream(), version)
    await log.append([entry(3)])
    assert [r.entry.version for r in await log.read_stream(stream())] == [1, 2, 3]


@pytest.mark.parametrize(
    "stranger", [stream(account=OTHER), stream(kind="bridge")], ids=["account", "kind"]
)
async def test_the_id_of_a_stream_is_taken_for_everybody(
    log: EventLog, stranger: Stream
) -> None:
    await log.append([entry(1)])
    for version in (1, 2):
        with pytest.raises(VersionConflict):
            await log.append([entry(version, stranger)])
    assert await log.read_stream(stranger) == ()
    assert len(await log.read_stream(stream())) == 1


async def test_a_conflict_leaves_nothing_of_its_append(log: EventLog) -> None:
    await log.append([entry(1)])
    with pytest.raises(VersionConflict):
        await log.append(
            [entry(2), entry(1, stream("new")), entry(2, stream("new")), entry(2)],
            [Text(MAIN, TextKey("k"), "never said")],
        )
    assert [r.entry for r in await log.read_after(0, 10)] == [entry(1)]
    assert await log.live_streams() == (stream(),)
    assert await log.text(MAIN, TextKey("k")) is None


async def test_a_stream_can_be_read_from_a_version_on(log: EventLog) -> None:
    await log.append([entry(1), entry(2), entry(3)])
    versions = [r.entry.version for r in await log.read_stream(stream(), after=1)]
    assert versions == [2, 3]
    assert await log.read_stream(stream(), after=3) == ()


async def test_the_log_is_read_in_pages(log: EventLog) -> None:
    await log.append([entry(version) for version in range(1, 8)])
    read: list[int] = []
    position = 0
    while page := await log.read_after(position, 3):
        assert len(page) <= 3
        read += [r.entry.version for r in page]
        position = page[-1].position
    assert read == [1, 2, 3, 4, 5, 6, 7]


async def test_live_streams_are_those_that_have_not_ended(log: EventLog) -> None:
    a, b, c = stream("c"), stream("b", OTHER), stream("a", kind="fork")
    await log.append([entry(1, a)])
    await log.append([entry(1, b), entry(1, c)])
    assert await log.live_streams() == (a, b, c)
    await log.append([entry(2, b, ends=True)])
    assert await log.live_streams() == (a, c)
    await log.append([entry(1, stream("short")), entry(2, stream("short"), ends=True)])
    await log.append([entry(1, stream("shortest"), ends=True)])
    assert await log.live_streams() == (a, c)


async def test_what_comes_after_the_end_does_not_make_it_live(log: EventLog) -> None:
    await log.append([entry(1), entry(2, ends=True)])
    await log.append([entry(3)])
    assert await log.live_streams() == ()
    assert len(await log.read_stream(stream())) == 3


async def test_a_cursor_never_goes_back(log: EventLog) -> None:
    assert await log.cursor("effects") == 0
    await log.move_cursor("effects", 7)
    await log.move_cursor("effects", 3)
    await log.move_cursor("hooks", 1)
    assert (await log.cursor("effects"), await log.cursor("hooks")) == (7, 1)


async def test_texts_are_beside_the_log_and_can_be_erased(log: EventLog) -> None:
    key, more = TextKey("k"), TextKey("more")
    await log.append([entry(1)], [Text(MAIN, key, "grüß 👋"), Text(MAIN, more, "")])
    assert await log.text(MAIN, key) == "grüß 👋"
    assert await log.text(MAIN, more) == ""
    await log.append([], [Text(MAIN, key, "other words")])
    assert await log.text(MAIN, key) == "other words"
    unknown = TextKey("unknown")
    some = {key: "other words", more: ""}
    assert await log.texts(MAIN, [key, more, unknown]) == some
    assert await log.texts(OTHER, [key, more]) == await log.texts(MAIN, []) == {}
    assert await log.erase_text(MAIN, key)
    assert not await log.erase_text(MAIN, key)
    assert await log.text(MAIN, key) is None
    assert len(await log.read_stream(stream())) == 1


async def test_texts_belong_to_an_account(log: EventLog) -> None:
    await log.append([], [Text(MAIN, TextKey("k"), "mine")])
    assert await log.text(OTHER, TextKey("k")) is None
    assert not await log.erase_text(OTHER, TextKey("k"))
    assert await log.text(MAIN, TextKey("k")) == "mine"


async def test_of_many_with_the_same_version_one_wins(log: EventLog) -> None:
    results = await asyncio.gather(
        *(log.append([entry(1)]) for _ in range(50)), return_exceptions=True
    )
    won = [result for result in results if isinstance(result, tuple)]
    lost = [result for result in results if isinstance(result, VersionConflict)]
    assert (len(won), len(lost)) == (1, 49)


async def test_many_at_once_keep_the_order_of_each_stream(log: EventLog) -> None:
    async def live(name: str) -> list[int]:
        positions: list[int] = []
        for version in range(1, 6):
            positions += await log.append([entry(version, stream(name))])
        return positions

    lives = await asyncio.gather(*(live(f"s{number}") for number in range(200)))
    everything = await log.read_after(0, 2000)
    assert len({r.position for r in everything}) == len(everything) == 1000
    for number, positions in enumerate(lives):
        assert positions == sorted(positions)
        read = await log.read_stream(stream(f"s{number}"))
        assert [r.position for r in read] == positions


_names = st.sampled_from(["a", "b", "c"])
_streams = st.builds(
    stream, _names, st.sampled_from([MAIN, OTHER]), st.sampled_from(["leg", "fork"])
)
_appends = st.lists(
    st.builds(
        lambda of, version, ends: entry(version, of, ends=ends),
        _streams,
        st.integers(1, 4),
        st.booleans(),
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_appends, min_size=1, max_size=4), max_size=8))
def test_all_adapters_do_the_same(rounds: list[list[list[Entry]]]) -> None:
    """Random appends, some of them at once, end the same way in both."""

    async def outcome(log: EventLog) -> object:
        answers = [
            type(answer) if isinstance(answer, Exception) else len(answer)
            for asked in rounds
            for answer in await asyncio.gather(
                *(log.append(entries) for entries in asked), return_exceptions=True
            )
            if not isinstance(answer, BaseException) or isinstance(answer, Exception)
        ]
        recorded = await log.read_after(0, 1000)
        return answers, [r.entry for r in recorded], await log.live_streams()

    async def both() -> None:
        with TemporaryDirectory() as folder:
            database = await Database.open(Path(folder))
            try:
                sql = await outcome(SqlEventLog(database))
            finally:
                await database.close()
        assert sql == await outcome(MemoryEventLog())

    asyncio.run(both())
