"""What `docs/operations.md` says can be done, can be; its metrics are the real ones."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ringway.app.metrics import media
from ringway.app.metrics.declared import PREFIX
from tests.app.test_serving import until
from tests.browser.relayed import Host, hosted
from tests.browser.server import RINGWAY
from tests.operations.meeting import two

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text()
ALERTS = (ROOT / "contrib" / "prometheus" / "alerts.yml").read_text()
SNIPPETS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with hosted(tmp_path / "data", "--log-format", "json") as it:
        yield it


def names(text: str) -> set[str]:
    """Give the names of all families, as the page has them."""
    return {
        f"{it.name}_total" if it.type == "counter" else it.name
        for it in text_string_to_metric_families(text)
    }


async def test_the_commands_and_the_table_over_a_real_call(
    host: Host, tmp_path: Path
) -> None:
    async with two(host) as there:
        await there.call()
        call = there.bob.call
        await there.hang_up()
        await asyncio.to_thread(
            until,
            lambda: (
                "ringway_media_pipes_opened_total 2.0" in host.server.get("/metrics")[1]
            ),
        )
    real = names((await asyncio.to_thread(host.server.get, "/metrics"))[1])
    told = set(re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.MULTILINE))
    listed = {it for it in told if it.startswith((PREFIX, "process_"))}
    assert listed - real == set(), "on the page, and not told"
    assert real - listed == set(), "told, and not on the page"
    said = await asyncio.to_thread(run_all, host, call, tmp_path)
    assert '"ready":true' in said
    assert 'ringway_calls{state="ESTABLISHED"}' in said
    assert "SUCCESS" in said
    for event in ("call begun", "call established", "call ended"):
        # Both parties': the trace is the same.
        assert said.count(f'"event":"{event}"') == 2
    assert "|leg|Established" in said
    assert "A support bundle of Ringway" in said
    assert "\nok\n" in said
    assert re.search(r"in use .* first$", said, re.MULTILINE), "the restored keys"


def run_all(host: Host, call: str, folder: Path) -> str:
    """Run every snippet in turn, in one folder, as a careful shell would."""
    server = host.server
    environ = {
        **os.environ,
        "PATH": f"{RINGWAY.parent}:{os.environ['PATH']}",
        "RINGWAY_DATA": str(server.data),
        "RINGWAY_URL": server.url,
        "RINGWAY_KEY": server.key,
        "RINGWAY_LOG": str(server.log),
        "RINGWAY_SOURCES": str(ROOT),
        "CALL": call,
    }
    assert len(SNIPPETS) >= 7
    said = []
    for snippet in SNIPPETS:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", snippet],
            cwd=folder,
            env=environ,
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, snippet + done.stdout + done.stderr
        said.append(done.stdout)
    return "\n".join(said)


def test_every_alert_has_a_row() -> None:
    alerts = set(re.findall(r"- alert: (\w+)", ALERTS))
    rows = re.findall(r"^\| ((?:`Ringway\w+`(?:, )?)+) \|", PAGE, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert told == alerts


def test_every_counter_of_the_engine_has_a_sentence() -> None:
    source = (ROOT / "crates/media-core/src/counters.rs").read_text()
    shard = set(re.findall(r'^    \w+ = "(\w+)",', source, re.MULTILINE))
    assert len(shard) > 40
    drops, rest = media.split(dict.fromkeys(shard, 0))
    assert len(drops) + len(rest) == len(shard)
    assert set(rest) <= set(media.COUNTERS)
