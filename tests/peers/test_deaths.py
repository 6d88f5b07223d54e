"""Processes die under a call with real media: every leg ends once, and says why."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ringway.domain.leg_state import LOST_TIME, RESUME_TIME
from ringway.domain.values import SECOND
from tests.app.test_serving import PATIENCE_S, Served, metrics_with, served, until
from tests.browser.server import Server
from tests.peers.party import Party, party

BACK_WITHIN_S = 10
# A call is over when its party was heard last, which is a packet or two before its end.
SILENCE = SECOND // 10
MINUTE_S = RESUME_TIME / SECOND


@asynccontextmanager
async def talking(it: Served) -> AsyncIterator[tuple[Party, Party]]:
    """Two in a call, who hear each other."""
    key = json.loads((it.data / "first-key.json").read_text())["secret"]
    server = Server(it.url, it.data, key, it.process, it.out)
    async with (
        party(server, "bert", "--tone", "1000") as callee,
        party(server, "anna", "--tone", "440", "--call", "bert") as caller,
    ):
        await caller.wait_for("established")
        await callee.wait_for("established")
        await caller.hears(1000)
        await callee.hears(440)
        yield caller, callee


def ends(data: Path) -> list[tuple[int, dict[str, Any]]]:
    """Give when each leg ended and how, and check that none ended twice."""
    with sqlite3.connect(f"file:{data / 'ringway.db'}?mode=ro", uri=True) as log:
        rows = log.execute(
            "select stream_id, at_us, payload from events"
            " where stream_kind = 'leg' and ends order by position"
        ).fetchall()
        living = log.execute("select count(*) from live_streams").fetchone()[0]
    log.close()
    assert len({each for each, _, _ in rows}) == len(rows) == 2, rows
    assert living == 0
    return [(at, json.loads(payload)) for _, at, payload in rows]


def now_us() -> int:
    return time.time_ns() // 1000


@contextmanager
def stopped(process: int) -> Iterator[None]:
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def engine_says(it: Served) -> tuple[int, str]:
    status, told = it.get("/readyz")
    return status, json.loads(told)["checks"]["engine"]["text"]


async def how_it_ended(who: Party) -> str:
    while (told := await who.next())["event"] != "ended":
        pass
    return str(told["code"])


async def test_a_killed_server_is_awaited_and_then_its_call_ends_once(
    tmp_path: Path,
) -> None:
    """These clients do not resume, so nobody comes back within the minute."""
    data = tmp_path / "data"
    with ExitStack() as stack:
        first = stack.enter_context(served(data))
        async with talking(first):
            await metrics_with(first, "ringway_media_pipes 2.0")
            engine, killed_at = first.engine(), now_us()
            first.stop(signal.SIGKILL)
        with served(data, http=first.http, media=first.media) as second:
            assert second.engine() == engine
            await metrics_with(second, "ringway_signalling_lines_away 2.0")
            await metrics_with(second, "ringway_media_pipes 0.0", MINUTE_S + PATIENCE_S)
            for at, how in ends(data):
                assert how["cause"] in {"NETWORK_ERROR", "NORMAL_HANGUP"}
                assert killed_at - SILENCE <= how["at"] <= at <= now_us()
                lasted = (how["at"] - how["established_at"]) // SECOND
                assert how["duration"] == lasted
        assert len(ends(data)) == 2


async def test_a_killed_engine_ends_its_call_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(data) as it:
        async with talking(it) as both:
            engine, killed_at = it.engine(), now_us()
            os.kill(engine, signal.SIGKILL)
            seen: list[tuple[int, str]] = []

            def is_away() -> bool:
                seen.append(engine_says(it))
                return seen[-1][0] == 503

            await asyncio.to_thread(until, is_away)
            assert "away" in seen[-1][1]
            assert now_us() - killed_at < 2 * SECOND
            await asyncio.to_thread(until, it.ready)
            assert now_us() - killed_at < BACK_WITHIN_S * SECOND
            assert it.engine() != engine
            codes = [await how_it_ended(who) for who in both]
            assert codes == ["MEDIA_ERROR"] * 2
        for at, how in ends(data):
            assert how["cause"] == "MEDIA_ERROR"
            assert LOST_TIME <= at - killed_at < LOST_TIME + 10 * SECOND
            assert 0 <= how["at"] - killed_at < 3 * SECOND, "it was over at once"


async def test_a_stopped_engine_is_seen(tmp_path: Path) -> None:
    with served(tmp_path / "data") as it:
        with stopped(it.engine()):
            await asyncio.to_thread(until, lambda: not it.ready())
            assert "pings unanswered" in engine_says(it)[1]
        await asyncio.to_thread(until, it.ready)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_clean_stop_tells_both(tmp_path: Path, number: signal.Signals) -> None:
    data = tmp_path / "data"
    with served(data) as it:
        async with talking(it) as both:
            began = time.monotonic()
            it.process.send_signal(number)
            codes = [await how_it_ended(who) for who in both]
            assert codes == ["SERVICE_UNAVAILABLE"] * 2
            assert await asyncio.to_thread(it.process.wait, PATIENCE_S) == 0
            assert time.monotonic() - began < 3
    assert {how["cause"] for _, how in ends(data)} == {"SERVICE_UNAVAILABLE"}
