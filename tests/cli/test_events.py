"""`ringway events`: what was told, who is told, and what became of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from ringway.adapters.sealing_aes import AesSeal
from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.deliveries import SqlDeliveries
from ringway.adapters.sql.outbox import put_events
from ringway.adapters.sql.subscriptions import SqlSubscriptions
from ringway.app.control import Control, Follow, Happened, Told
from ringway.domain.values import AccountId, ConfigurationId, LegId
from ringway.hooks.signatures import written
from ringway.ports.deliveries import Attempt, Changes, Course, Result
from ringway.ports.outbox import Mark
from tests.cli.conftest import Ringway
from tests.hooks.model import MAIN, SECRET, World, book, profile

URL = "https://shop.test/events"
CALL = "6f6f9b1e-4b1c-4d0e-9a51-0b6a5a1f2c3d"


async def fill(data: Path) -> None:
    database = await Database.open(data)
    await SqlCatalog(database).open_account(MAIN, "Main", 1)
    world = World()
    payload = msgspec.json.encode(
        {
            "type": "CALL_RECEIVED",
            "callId": CALL,
            "callsConfigurationId": "c1",
            "timestamp": "2026-01-15T11:59:30.000+0000",
        }
    )
    one = world.event(payload=payload)
    two = world.event(payload=payload, configuration=ConfigurationId("c2"))
    await database.write(lambda c: put_events(c, [one, two]))
    books = SqlSubscriptions(database, AesSeal.of(data))
    await books.edit(MAIN, lambda _: book(profile(URL)))
    attempt = Attempt(
        "course-s", Mark(1, 0), "CALL_RECEIVED", CALL, 1, 5, 7000, Result.DELIVERED, 200
    )
    gone = replace(
        attempt, mark=Mark(2, 0), result=Result.FAILED, status=None, detail="No answer."
    )
    course = Course("course-s", Mark(2, 0), 1_700_000_000_000_000, "410")
    changes = Changes([course], attempts=[attempt, gone])
    await SqlDeliveries(database).write(changes)
    await database.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    asyncio.run(fill(tmp_path))
    return tmp_path


def test_events_are_shown_oldest_first(ringway: Ringway, data: Path) -> None:
    done = ringway("events", "--data", data)
    assert (
        done.out.splitlines()
        == ["2026-01-15T11:59:30.000+0000  CALL_RECEIVED  6f6f9b1e  c1"] * 2
    )
    lines = ringway("events", "--data", data, "--json").out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["1-0", "2-0"]
    assert json.loads(lines[0])["event"]["callId"] == CALL
    done = ringway("events", "--data", data, "--of", "c2", "--json")
    assert done.json["id"] == "2-0"
    assert (
        ringway("events", "--data", data, "--last", "1", "--json").json["id"] == "2-0"
    )


def test_who_is_told_is_shown(ringway: Ringway, data: Path) -> None:
    [told] = ringway("events", "subscriptions", "--data", data, "--json").json
    assert told["subscriptionId"] == "s"
    assert (told["notifyUrl"], told["deliveredUpTo"]) == (URL, "2-0")
    assert told["stoppedWhy"] == "410"
    out = ringway("events", "subscriptions", "--data", data).out
    assert "gone since 2023" in out


def test_deliveries_are_shown_newest_first(ringway: Ringway, data: Path) -> None:
    told = ringway("events", "deliveries", "s", "--data", data, "--json").json
    assert [it["result"] for it in told] == ["FAILED", "DELIVERED"]
    assert (told[1]["status"], told[1]["tookMs"]) == (200, 7)
    out = ringway("events", "deliveries", "s", "--data", data).out
    assert "No answer." in out
    done = ringway("events", "deliveries", "t", "--data", data)
    assert "There is no subscription 't'" in done.sentence


def test_what_signs_is_shown(ringway: Ringway, data: Path) -> None:
    assert (
        ringway("events", "secret", "p", "--data", data).out == f"{written(SECRET)}\n"
    )
    told = ringway("events", "secret", "p", "--data", data, "--json").json
    assert told == {"signingSecret": written(SECRET)}
    assert "no profile" in ringway("events", "secret", "q", "--data", data).sentence


def test_what_is_not_there_is_said(
    ringway: Ringway, tmp_path: Path, data: Path
) -> None:
    empty = tmp_path / "empty"
    assert "nothing in" in ringway("events", "--data", empty).sentence
    done = ringway("events", "--data", data, "--account", "none")
    assert "no account" in done.sentence
    done = ringway("events", "--follow", "--data", data)
    assert "No server runs" in done.sentence


async def test_events_are_followed(ringway: Ringway, tmp_path: Path) -> None:
    asked: list[Follow] = []

    async def events(follow: Follow) -> AsyncIterator[Happened]:
        asked.append(follow)
        yield Happened("7-0", msgspec.Raw(b'{"type":"CALL_STARTED"}'))

    async def end(account: AccountId, call: LegId) -> None:
        raise AssertionError("nothing is ended")

    async def tell() -> Told:
        raise AssertionError("nothing is told")

    async with Control(end, tell, events).listening(tmp_path):
        words = ("events", "--follow", "--of", "c1", "--data", str(tmp_path))
        done = await asyncio.to_thread(ringway, *words)
    assert asked == [Follow("main", "c1")]
    assert done.out.strip() == "CALL_STARTED"
