"""The page of figures says what was measured, and nothing else."""

import xml.etree.ElementTree as ET

from bench.peers.kept import read
from tools.performance import page, plot
from tools.performance.files import PEERS, written

from tests.bench.results import measured, result

REMEDY = "run `make generate` and commit what changed"
WINDOW_S = 4.9
PROFILE = {
    "workload": "panel 5 → 80",
    "cpu_us_per_packet": 2.0,
    "packets_per_second": 79_800.0,
    "samples": {"kernel: sending": 750, "crypto (AES-GCM)": 250},
}


def test_the_page_follows_from_what_was_measured() -> None:
    for path, text in written().items():
        assert path.read_text(encoding="utf-8") == text, REMEDY


def test_nothing_on_the_page_was_measured_in_a_hurry() -> None:
    results = [run.result for row in read(PEERS).values() for run in row.runs]
    assert all(it.get("seconds", WINDOW_S) >= WINDOW_S for it in results)


def test_a_bar_that_is_missed_is_said_twice() -> None:
    rows = {"panel-80": measured(Ringway=[result(4)], Janus=[result(10)])}
    text = page.render(rows, PROFILE)
    assert "| ≤ 0.35 | 0.40 | **not reached** |" in text
    said = "panel 5 → 80, CPU per packet, Ringway / Janus: 0.40; the bar is ≤ 0.35."
    assert said in text


def test_a_busy_machine_is_told() -> None:
    notes = ["others used 40% of the server's core: latencies suffer"]
    rows = {"panel-320": measured(Ringway=[result(), result(notes=notes)])}
    assert "In 1 of 2 runs others used" in page.render(rows, PROFILE)


def test_an_invalid_run_is_told() -> None:
    rows = {"panel-320": measured(Ringway=[result(invalid=["the farm was late"])])}
    assert "* panel 5 → 320, 320,000 packets/s: Ringway: the farm was late\n" in (
        page.render(rows, PROFILE)
    )


def test_the_profile_is_in_shares_and_in_microseconds() -> None:
    text = page.render({}, PROFILE)
    assert "| kernel: sending | 75.0 % | 1.500 |" in text


def test_the_picture_has_a_bar_for_each_side() -> None:
    rows = {"panel-80": measured(Ringway=[result(2)], Janus=[result(10)])}
    drawn = ET.fromstring(plot.render(rows))
    bars = drawn.findall("{http://www.w3.org/2000/svg}rect")
    assert [bar.get("class") for bar in bars] == ["ours", "theirs"]
    assert [bar.get("width") for bar in bars] == ["80.0", "400.0"]
