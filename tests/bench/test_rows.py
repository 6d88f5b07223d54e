"""Every bar can be reached, and can be missed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from bench.peers.kept import Measured, read, write
from bench.peers.measuring import planned
from bench.peers.rows import ROWS, Check

from tests.bench.results import measured, result

JOINS = {"invalid": [], "idle": {"p50_ms": 14.0}, "loaded": {"p50_ms": 30.0}}
HEALTH = {"latency_ms": {"p99": 3.0}, "loss_percent": 0.0}
CALM = {"baseline": HEALTH, "invalid": []}


def checks(name: str, it: Measured) -> Sequence[Check]:
    (row,) = [row for row in ROWS if row.name == name]
    return row.checks(it)


def holds(name: str, it: Measured) -> list[bool]:
    return [check.holds for check in checks(name, it)]


def test_a_ratio_is_taken_within_a_round() -> None:
    it = measured(Ringway=[result(2), result(4)], Janus=[result(8), result(10)])
    ratio, loss = checks("panel-80", it)
    assert ratio.figure == "0.33 (0.25 to 0.40)"
    assert ratio.holds
    assert loss.holds


def test_a_ratio_above_its_bar_is_missed() -> None:
    it = measured(Ringway=[result(4)], Janus=[result(10)])
    assert holds("panel-80", it) == [False, True]


def test_one_lost_packet_in_one_run_is_a_loss() -> None:
    one = [result(), result(loss_percent=0.001)]
    it = measured(Ringway=one, Janus=[result(8), result(8)])
    assert holds("panel-80", it) == [True, False]


@pytest.mark.parametrize(("p99", "held"), [(15.0, True), (15.1, False)])
def test_two_shards_serve_a_webinar_sooner_than_one_has_to(
    p99: float, held: bool
) -> None:
    it = measured(Ringway=[result(latency_ms={"p99": p99})])
    assert holds("webinar-1200-shards", it) == [held, True]
    assert holds("webinar-1200", it) == [True, True]


@pytest.mark.parametrize(
    ("lost", "came", "held"), [(200, 198, True), (200, 197, False)]
)
def test_repair(lost: int, came: int, held: bool) -> None:
    repair = {"repaired_by_rtx": came, "repaired_plainly": 0, "nacked": lost}
    one = result(repair=repair, key_requests=5, hasty_key_requests=0)
    assert holds("repair", measured(Ringway=[one])) == [held, True]


def test_a_hasty_request_for_a_key_frame_is_told() -> None:
    repair = {"repaired_by_rtx": 9, "repaired_plainly": 0, "nacked": 9}
    one = result(repair=repair, key_requests=5, hasty_key_requests=1)
    _, asked = checks("repair", measured(Ringway=[one]))
    assert (asked.figure, asked.holds) == ("1, of 5", False)


def test_memory_is_in_thousands_of_bytes() -> None:
    (check,) = checks("memory", measured(Ringway=[result(memory_kib_per_viewer=100)]))
    assert check.figure == "102 kB"


def test_an_invalid_run_does_not_stand() -> None:
    it = measured(Ringway=[result(invalid=["2 clients lost their connection"])])
    assert holds("panel-320", it) == [False]
    assert it.doubts == ["Ringway: 2 clients lost their connection"]


def test_joins_have_a_bar_each() -> None:
    assert holds("join", measured(Ringway=[JOINS])) == [True, True]
    slow = {**JOINS, "loaded": {"p50_ms": 41.0}}
    assert holds("join", measured(Ringway=[slow])) == [True, False]


@pytest.mark.parametrize(
    ("verdict", "held"),
    [
        ({"attack": "junk", "passed": True, "still_forwards": True}, True),
        ({"attack": "junk", "passed": False, "still_forwards": True}, False),
        ({"attack": "junk", "passed": True, "still_forwards": False}, False),
    ],
)
def test_attacks(verdict: Mapping[str, Any], held: bool) -> None:
    assert holds("attack", measured(Ringway=[{"verdicts": [verdict]}])) == [held]


def test_nobody_else_may_notice() -> None:
    calm = {"name": "killed", "health": HEALTH, "gave_up": True}
    told = {**calm, "health": {**HEALTH, "loss_percent": 0.1}, "gave_up": False}
    assert holds("adverse", measured(Ringway=[{**CALM, "incidents": [calm]}])) == [True]
    it = measured(Ringway=[{**CALM, "incidents": [told]}])
    assert holds("adverse", it) == [False, False]


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    rows = {"panel-80": measured(Ringway=[result(2)], Janus=[result(8)])}
    write(tmp_path / "new" / "kept.json", rows)
    assert read(tmp_path / "new" / "kept.json") == rows
    assert read(tmp_path / "other.json") == {}


def test_only_attacks_have_no_doubts() -> None:
    assert measured(Ringway=[{"verdicts": []}]).doubts == []
    assert measured(Ringway=[{"invalid": ["late"]}]).doubts == ["Ringway: late"]


def test_rows_are_chosen_by_name(tmp_path: Path) -> None:
    def plan(*names: str) -> list[str]:
        it = planned(names, quick=True, rounds=None, into=tmp_path, more=False)
        assert (it.rounds, it.seconds) == (1, 2)
        return [row.name for row in it.rows]

    assert plan("join", "memory") == ["join", "memory"]
    assert plan() == [row.name for row in ROWS]
    with pytest.raises(ValueError, match=r"no such row: golf; there are panel-80, "):
        plan("golf")
