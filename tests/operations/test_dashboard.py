"""Every query of the dashboard and the alerts, run by Prometheus over a real call."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ringway.rtc import messages as wire
from tests.browser.relayed import Host, hosted
from tests.browser.server import free_port
from tests.operations.meeting import two

CONTRIB = Path(__file__).parents[2] / "contrib"
ALERTS = CONTRIB / "prometheus" / "alerts.yml"
DASHBOARD = json.loads((CONTRIB / "grafana" / "ringway.json").read_text())
PATIENCE_S = 60.0
LOOK_EVERY_S = 0.5
EMPTY_WHEN_WELL = (
    "ringway_signalling_rejected_total",
    "ringway_trace_spans_dropped_total",
)
"""Counters by reason that nothing here gives a reason for."""


def queries() -> list[str]:
    """Give all queries of all panels, as Grafana would send them."""
    found = [
        target["expr"]
        for panel in DASHBOARD["panels"]
        for target in panel.get("targets", ())
    ]
    found += [it["expr"] for it in DASHBOARD["annotations"]["list"]]
    return [
        it.replace("$__rate_interval", "30s").replace("$instance", ".*") for it in found
    ]


class Prometheus:
    """A running one."""

    def __init__(self, url: str) -> None:
        self._url = url

    def get(self, path: str, **query: str) -> Any:
        """Ask its API; what it refuses is an error that says why."""
        url = f"{self._url}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error

    def has(self, query: str) -> bool:
        """Whether the query gives anything."""
        return bool(self.get("query", query=query)["result"])

    def ready(self) -> bool:
        """Whether it can be asked."""
        try:
            with urllib.request.urlopen(f"{self._url}/-/ready") as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError):
            return False


@contextmanager
def prometheus(folder: Path, target: str) -> Iterator[Prometheus]:
    """Start one that scrapes the target every second, and end it."""
    config = folder / "prometheus.yml"
    config.write_text(
        json.dumps(
            {
                "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                "rule_files": [str(ALERTS)],
                "scrape_configs": [
                    {"job_name": "any", "static_configs": [{"targets": [target]}]}
                ],
            }
        )
    )
    address = f"127.0.0.1:{free_port()}"
    log = folder / "prometheus.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={config}",
                f"--storage.tsdb.path={folder / 'tsdb'}",
                f"--web.listen-address={address}",
            ],
            stdout=out,
            stderr=out,
        )
    it = Prometheus(f"http://{address}")
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not it.ready():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            _wait(process)
        yield it
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with hosted(tmp_path / "data", shards=2) as it:
        yield it


def target_of(host: Host) -> str:
    return urllib.parse.urlsplit(host.server.url).netloc


async def until_all_have_data(asked: Prometheus, wanted: list[str]) -> None:
    """Ask again and again for those that have none yet."""
    missing = wanted
    try:
        async with asyncio.timeout(PATIENCE_S):
            while missing:
                missing = [
                    it for it in missing if not await asyncio.to_thread(asked.has, it)
                ]
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        raise AssertionError("no data:\n" + "\n".join(missing)) from None


async def test_every_query_has_data_during_calls(host: Host, tmp_path: Path) -> None:
    with prometheus(tmp_path, target_of(host)) as asked:
        async with two(host) as there:
            await there.call()
            await there.ada.say(wire.Quality(call=there.ada.call, level=2))
            await there.ada.say(wire.Hangup(call=str(uuid.uuid4())))
            await there.ada.drop()
            await there.ada.until(lambda: there.ada.resumed > 0, "a new socket")
            # Two reports of a pipe make a share of loss.
            await until_all_have_data(
                asked, ["sum(ringway_media_loss_ratio_count) > 1", "ringway_rooms"]
            )
            await there.hang_up()
            await there.ada.join("lounge")
            await there.bob.join("lounge")
            status, _ = await asyncio.to_thread(host.server.get, "/no-such-page")
            assert status == 404
            every = queries()
            wanted = [
                it
                for it in every
                if not any(name in it for name in EMPTY_WHEN_WELL)
                and not it.startswith("changes(")
            ]
            assert len(wanted) > 60
            await until_all_have_data(asked, wanted)
            for it in set(every) - set(wanted):
                await asyncio.to_thread(asked.has, it)
        await _check_alerts(asked)


async def _check_alerts(asked: Prometheus) -> None:
    """All can be evaluated, over metrics that there are, and none fires."""
    text = ALERTS.read_text()
    named = set(re.findall(r"\b(?:ringway|process)_[a-z_]+\b", text))
    there = set(await asyncio.to_thread(asked.get, "label/__name__/values"))
    assert len(named) > 12
    assert named <= there
    [group] = (await asyncio.to_thread(asked.get, "rules"))["groups"]
    assert len(group["rules"]) == text.count("- alert: ")
    for rule in group["rules"]:
        assert rule["health"] == "ok", rule["lastError"]
        assert rule["state"] == "inactive", rule["name"]


async def test_a_lost_engine_is_alarming(host: Host, tmp_path: Path) -> None:
    with prometheus(tmp_path, target_of(host)) as asked:
        await until_all_have_data(asked, ["ringway_engine_restarts_total"])
        host.kill_engine()
        firing = 'ALERTS{alertname="RingwayEngineRestarts", alertstate="firing"}'
        await until_all_have_data(asked, [firing])


def test_the_rules_are_rules() -> None:
    done = subprocess.run(
        ["promtool", "check", "rules", ALERTS],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_panel_says_what_it_shows() -> None:
    panels = [it for it in DASHBOARD["panels"] if it["type"] != "row"]
    rows = [it["title"] for it in DASHBOARD["panels"] if it["type"] == "row"]
    assert rows[0] == "Is it healthy?"
    assert {"Calls", "Quality", "Engine", "Control plane", "HTTP"} <= set(rows)
    assert len({it["id"] for it in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    taken: set[tuple[int, int]] = set()
    for it in DASHBOARD["panels"]:
        place = it["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, it["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
    for it in panels:
        assert it["description"].endswith("."), it["title"]
        assert it["fieldConfig"]["defaults"]["unit"]
        assert it["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        for target in it["targets"]:
            assert '{instance=~"$instance"' in target["expr"], it["title"]
