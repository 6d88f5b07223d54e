from __future__ import annotations

from collections.abc import Sequence

import pytest

from ringway.adapters.event_log_memory import MemoryEventLog
from ringway.app import watched_log
from ringway.ports.catalog import DEMO_ACCOUNT
from ringway.ports.storage import StorageUnavailable, Trouble
from tests.app.whole import Whole, whole


async def scrape(it: Whole) -> list[str]:
    headers = {"Authorization": f"App {it.key.secret}"}
    response = await it.http.get("/metrics", headers=headers)
    assert response.status_code == 200
    kind = response.headers["content-type"]
    assert kind == "text/plain; version=0.0.4; charset=utf-8"
    return response.text.splitlines()


async def test_it_lives_and_is_ready() -> None:
    async with whole() as it:
        assert (await it.http.get("/livez")).status_code == 200
        ready = await it.http.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["ready"] is True
        assert set(ready.json()["checks"]) == {"engine", "log", "signalling"}


async def test_a_dead_engine_is_seen() -> None:
    async with whole() as it:
        it.engine.stop()
        ready = await it.http.get("/readyz")
        assert ready.status_code == 503
        told = ready.json()
        assert told["checks"]["engine"] == {"works": False, "text": "It was stopped."}
        assert told["checks"]["log"]["works"] is True
        assert "ringway_engine_up 0.0" in await scrape(it)


class Full(MemoryEventLog):
    full = True

    async def move_cursor(self, consumer: str, position: int) -> None:
        if self.full:
            raise StorageUnavailable(Trouble.FULL, "The disk is full.")
        await super().move_cursor(consumer, position)


async def test_a_dead_log_is_seen_and_seen_to_live_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watched_log, "FRESH_S", 0.0)
    log = Full()
    async with whole(log=log) as it:
        ready = await it.http.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["checks"]["log"]["text"] == "The disk is full."
        lines = await scrape(it)
        assert "ringway_log_up 0.0" in lines
        # Once for the sign of life at the start, once for /readyz.
        assert 'ringway_log_failures_total{trouble="FULL"} 2.0' in lines
        log.full = False
        assert (await it.http.get("/readyz")).status_code == 200
        assert "ringway_log_up 1.0" in await scrape(it)


async def test_a_house_that_closes_is_not_ready() -> None:
    async with whole() as it:
        await it.ringway.close()
        told = (await it.http.get("/readyz")).json()
        assert told["checks"]["signalling"]["works"] is False


async def test_metrics_follow_a_call() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        await it.established(ada, "bob", bob)
        ada.say("nonsense")
        await ada.hear("malformed")
        lines = await scrape(it)
        for line in (
            'ringway_calls{state="ESTABLISHED"} 2.0',
            "ringway_rooms 0.0",
            "ringway_calls_without_media 0.0",
            "ringway_signalling_lines_away 0.0",
            "ringway_calls_created_total 2.0",
            'ringway_signalling_sockets{state="connected"} 2.0',
            'ringway_signalling_received_total{type="call"} 1.0',
            'ringway_signalling_sent_total{type="established"} 2.0',
            "ringway_signalling_malformed_total 1.0",
            "ringway_engine_up 1.0",
        ):
            assert line in lines
        assert any(
            line.startswith("ringway_log_append_seconds_count") for line in lines
        )
        ada.leave()
        await bob.hear("ended")
        lines = await scrape(it)
        assert 'ringway_calls_ended_total{cause="NETWORK_ERROR"} 2.0' in lines


async def test_the_counters_of_the_engine_are_told() -> None:
    async with whole() as it:
        it.engine.measure({"rtp_packets_received": 7, "Bad name": 1}, {"pipes": 2})
        ada = await it.client("ada")
        await ada.call("nobody-here")
        await ada.hear("ended")
        lines = await scrape(it)
        assert "ringway_media_rtp_packets_received_total 7.0" in lines
        assert "ringway_media_pipes 2.0" in lines


LOCAL = {"Host": "localhost:8080"}


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", LOCAL, 200),
        ("::1", {"Host": "[::1]:8080"}, 200),
        ("::ffff:127.0.0.1", {"Host": "127.0.0.1"}, 200),
        ("192.0.2.7", LOCAL, 401),
        ("127.0.0.1", {"Host": "evil.test"}, 401),
        ("127.0.0.1", LOCAL | {"X-Forwarded-For": "127.0.0.1"}, 401),
        ("127.0.0.1", LOCAL | {"X-Forwarded-Host": "localhost"}, 401),
        ("127.0.0.1", LOCAL | {"Forwarded": "for=127.0.0.1"}, 401),
        ("127.0.0.1", LOCAL | {"Via": "1.1 proxy"}, 401),
        ("127.0.0.1", LOCAL | {"X-Real-IP": "127.0.0.1"}, 401),
    ],
)
async def test_metrics_are_for_this_machine_or_a_key(
    peer: str, headers: dict[str, str], status: int
) -> None:
    async with whole(peer=peer) as it:
        response = await it.http.get("/metrics", headers=headers)
        assert response.status_code == status


async def test_metrics_are_not_for_every_account() -> None:
    async with whole() as it:
        catalog = it.ringway.ports.catalog
        key = await catalog.create_key(DEMO_ACCOUNT, "demo", it.clock.now())
        headers = {"Authorization": f"App {key.secret}"}
        assert (await it.http.get("/metrics", headers=headers)).status_code == 403


async def test_strangers_get_pages_sdk_and_health_only() -> None:
    async with whole() as it:
        seen = {path: await status(it, path) for path in ROUTES}
        assert {path for path, code in seen.items() if code != 401} == OPEN


ROUTES: Sequence[str] = (
    *("/", "/demo", "/demo/x", "/sdk/ringway-rtc.js", "/livez", "/readyz"),
    *("/metrics", "POST /webrtc/1/token", "POST /demo/token"),
)
OPEN = set(ROUTES) - {"/metrics", "POST /webrtc/1/token"}


async def status(it: Whole, route: str) -> int:
    method, _, path = route.rpartition(" ")
    return (await it.http.request(method or "GET", path)).status_code
