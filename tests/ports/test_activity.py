"""Connections of people: what every adapter promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ringway.adapters.activity_memory import MemoryActivity
from ringway.adapters.sql.activity import SqlActivity
from ringway.adapters.sql.database import Database
from ringway.domain.values import SECOND, AccountId, DeviceId
from ringway.ports.activity import (
    MAX_PAGE,
    MAX_SIZE,
    Activity,
    ActivityType,
    Asked,
    Connection,
    Moment,
)

MAIN, OTHER = AccountId("main"), AccountId("other")
NOON = 1_763_726_400_000_000
CAME, WENT = ActivityType.CONNECTED, ActivityType.DISCONNECTED


@pytest.fixture(params=["memory", "sqlite"])
async def activity(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Activity]:
    if request.param == "memory":
        yield MemoryActivity()
        return
    database = await Database.open(tmp_path)
    yield SqlActivity(database)
    await database.close()


def connection(
    name: str = "one",
    came: int = 0,
    went: int | None = None,
    *,
    account: AccountId = MAIN,
    identity: str = "ada",
) -> Connection:
    end = None if went is None else NOON + went * SECOND
    at = NOON + came * SECOND
    return Connection(account, DeviceId(name), identity, at, end)


def moment(name: str, kind: ActivityType, at: int) -> Moment:
    return Moment(DeviceId(name), kind, NOON + at * SECOND)


async def test_moments_come_newest_first(activity: Activity) -> None:
    await activity.put([connection("one", 0, 5), connection("two", 3)])
    page = await activity.moments(Asked(MAIN, "ada"))
    assert page.total == 3
    assert page.moments == (
        moment("one", WENT, 5),
        moment("two", CAME, 3),
        moment("one", CAME, 0),
    )


async def test_an_end_is_added_once(activity: Activity) -> None:
    await activity.put([connection("one", 0)])
    await activity.put([connection("one", 0, 5)])
    await activity.put([connection("one", 1, 9), connection("one", 1)])
    page = await activity.moments(Asked(MAIN, "ada"))
    assert page.moments == (moment("one", WENT, 5), moment("one", CAME, 0))
    await activity.put([])


async def test_what_is_asked_for(activity: Activity) -> None:
    await activity.put([connection("one", 0, 5), connection("two", 3, 9)])

    async def asked(**more: object) -> list[tuple[str, ActivityType]]:
        page = await activity.moments(Asked(MAIN, "ada", **more))  # type: ignore[arg-type]
        assert page.total == len(page.moments)
        return [(it.connection, it.type) for it in page.moments]

    since, until = NOON + 3 * SECOND, NOON + 5 * SECOND
    assert await asked(since=since, until=until) == [("one", WENT), ("two", CAME)]
    assert await asked(since=until + 1) == [("two", WENT)]
    assert await asked(until=since - 1) == [("one", CAME)]
    assert await asked(connection=DeviceId("two")) == [("two", WENT), ("two", CAME)]
    assert await asked(connection=DeviceId("three")) == []


async def test_pages_hold_together(activity: Activity) -> None:
    await activity.put([connection(f"c{n}", n, 100 + n) for n in range(7)])
    pages = [
        await activity.moments(Asked(MAIN, "ada", page=n, size=4)) for n in range(5)
    ]
    assert {page.total for page in pages} == {14}
    assert [len(page.moments) for page in pages] == [4, 4, 4, 2, 0]
    times = [it.at for page in pages for it in page.moments]
    assert times == sorted(times, reverse=True)


async def test_accounts_and_people_are_apart(activity: Activity) -> None:
    await activity.put(
        [
            connection("one"),
            connection("one", 7, account=OTHER),
            connection("two", 1, identity="bob"),
        ]
    )
    assert (await activity.moments(Asked(MAIN, "ada"))).total == 1
    page = await activity.moments(Asked(OTHER, "ada"))
    assert page.moments == (moment("one", CAME, 7),)


async def test_the_open_ones_are_given_up(activity: Activity) -> None:
    await activity.put(
        [
            connection("dead", 0),
            connection("late", 9),
            connection("done", 0, 1),
            connection("alive", 0),
        ]
    )
    assert await activity.give_up({DeviceId("alive")}, NOON + 5 * SECOND) == 2
    page = await activity.moments(Asked(MAIN, "ada"))
    ends = {it.connection: it.at for it in page.moments if it.type is WENT}
    assert ends == {
        "dead": NOON + 5 * SECOND,
        "late": NOON + 9 * SECOND,
        "done": NOON + SECOND,
    }
    assert await activity.give_up({DeviceId("alive")}, NOON + 6 * SECOND) == 0


@pytest.mark.parametrize(
    ("page", "size"), [(-1, 1), (MAX_PAGE + 1, 1), (0, 0), (0, MAX_SIZE + 1)]
)
def test_a_page_that_can_not_be(page: int, size: int) -> None:
    with pytest.raises(ValueError, match="page"):
        Asked(MAIN, "ada", page=page, size=size)
