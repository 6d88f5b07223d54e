"""What `/metrics` tells has good names, is documented, and names nobody."""

from __future__ import annotations

import asyncio
import re
import subprocess

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ringway.app.metrics.declared import METRICS, PREFIX, Kind
from ringway.ports import engine_messages as engine
from tests.app.whole import DEMO_ACCOUNT, Whole, whole

UNITS = {"seconds", "bytes", "ratio", "info", "total"}


def families(it: Whole) -> dict[str, set[str]]:
    """Give the type and the labels of each family."""
    text = it.ringway.metrics.text().decode()
    return {
        each.name: {each.type, *(key for s in each.samples for key in s.labels)}
        for each in text_string_to_metric_families(text)
    }


async def called(it: Whole) -> None:
    """Let there be a call, a room, refusals, and news of the engine."""
    ada, bob = await it.client("ada-who-shows"), await it.client("bob-who-shows")
    await it.client("eve-who-shows", DEMO_ACCOUNT)
    await it.established(ada, "bob-who-shows", bob)
    ada.say("nonsense")
    await ada.hear("malformed")
    shard = engine.ShardLoad(0, 1, 2, 3, 4, 5, 6)
    it.engine.measure(
        {"rtp_packets_received": 7, "udp_drop_too_long": 3, "Bad name": 1},
        {"pipes": 2},
        [shard],
    )
    await it.http.get("/no/such/path")
    await it.http.request("BREW", "/livez")
    ada.leave()
    await bob.hear("ended")


async def test_every_metric_is_declared_and_every_declared_one_is_told() -> None:
    async with whole() as it:
        await called(it)
        told = families(it)
    ours = {name for name in told if name.startswith(PREFIX)}
    declared = {
        it.full_name.removesuffix("_total") if it.kind is Kind.COUNTER else it.full_name
        for it in METRICS
    }
    media = {name for name in ours if name.startswith(f"{PREFIX}media_")}
    assert declared <= ours
    assert ours - declared <= media
    for each in METRICS:
        name = each.full_name
        labels = told[name.removesuffix("_total")]
        assert labels - {"le", each.kind.value} <= set(each.labels), name


async def text_of_a_call() -> bytes:
    async with whole() as it:
        await called(it)
        return it.ringway.metrics.text()


def test_names_are_as_prometheus_wants_them() -> None:
    text = asyncio.run(text_of_a_call())
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")
    for each in METRICS:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", each.name), each.name
        assert each.help.endswith("."), each.name
        if each.kind is Kind.HISTOGRAM:
            assert each.name.rpartition("_")[2] in UNITS, each.name
            assert list(each.buckets) == sorted(set(each.buckets))


async def test_no_label_says_who_it_was() -> None:
    async with whole() as it:
        await called(it)
        text = it.ringway.metrics.text().decode()
    assert 'route="none"' in text, "an unknown path is no label"
    assert 'method="OTHER"' in text
    assert "BREW" not in text
    for secret in ("who-shows", "no/such", "main", "demo"):
        rows = [line for line in text.splitlines() if line[:1] != "#"]
        assert not [row for row in rows if f'"{secret}' in row or "who-shows" in row]


async def test_drops_are_told_by_reason_and_shards_by_number() -> None:
    async with whole() as it:
        await called(it)
        text = it.ringway.metrics.text().decode().splitlines()
    for line in (
        'ringway_media_drops_total{reason="udp_too_long"} 3.0',
        "ringway_media_rtp_packets_received_total 7.0",
        'ringway_shard_bytes_sent_total{shard="0"} 4.0',
        'ringway_shard_pipes{shard="0"} 6.0',
        'ringway_bridges{kind="DIALOG"} 0.0',
        "ringway_call_ring_seconds_count 1.0",
        "ringway_call_connect_seconds_count 1.0",
        "ringway_call_duration_seconds_count 2.0",
        "ringway_engine_connect_seconds_count 2.0",
        'ringway_http_requests_total{method="GET",route="none",status="404"} 1.0',
    ):
        assert line in text, line
    assert not [line for line in text if "Bad name" in line]


def report(packets: int, lost: int) -> engine.PipeStatistics:
    """Report so many packets both ways, and so many that were lost."""
    came = engine.ReceivedStatistics(
        "MICROPHONE", "opus", packets, 0, lost, 12.0, 0, 0, 0
    )
    went = engine.SentStatistics(
        "other", "MICROPHONE", "opus", packets, 0, lost, 0, 0, 0, 0
    )
    return engine.PipeStatistics([came], [went], round_trip_ms=40.0)


async def test_reports_of_a_pipe_become_shares_of_loss() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        call, _ = await it.established(ada, "bob", bob)
        it.engine.report(call, report(100, 0))
        it.engine.report(call, report(190, 10))
        bob.leave()
        await ada.hear("ended")
        rows = it.ringway.metrics.text().decode().splitlines()
    values = dict(row.rsplit(" ", 1) for row in rows if row[:1] != "#")
    for name, count, total in (
        # Ten of a hundred did not come; ten of ninety that were sent did not arrive.
        ('media_loss_ratio{}{{direction="received"}}', 1, 0.1),
        ('media_loss_ratio{}{{direction="sent"}}', 1, 10 / 90),
        ("media_jitter_seconds{}", 2, 0.024),
        ("media_round_trip_seconds{}", 2, 0.08),
    ):
        assert float(values["ringway_" + name.format("_count")]) == count
        told = float(values["ringway_" + name.format("_sum")])
        assert told == pytest.approx(total)
