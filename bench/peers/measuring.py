"""Runs the load generator row by row, sides in turns, and keeps what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure, machine
from bench.peers.kept import Measured, Result, Run, doubts_of, read, write
from bench.peers.rows import ROWS, Row, Side
from bench.storage import RESULTS

LOADGEN = Path(__file__).parents[2] / "scripts" / "loadgen"
KEPT = RESULTS / "peers.json"
ROUNDS = 3
SECONDS = 5
QUICK_SECONDS = 2
ATTEMPTS = 3
DISTURBED = "the farm"
"""So the generator begins what it says of itself, not of the server."""
FAILED = 2
"""Exit status of the generator when there is nothing to keep."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure, and where to keep it."""

    rows: Sequence[Row] = ROWS
    rounds: int = ROUNDS
    seconds: int = SECONDS
    into: Path = KEPT
    more: bool = False
    """Add rounds to those that are kept, instead of replacing them."""


def planned(
    names: Sequence[str], *, quick: bool, rounds: int | None, into: Path, more: bool
) -> Plan:
    """Choose rows by their names; none is all.  Or `ValueError`."""
    known = {row.name: row for row in ROWS}
    if unknown := [name for name in names if name not in known]:
        there = ", ".join(known)
        raise ValueError(f"no such row: {', '.join(unknown)}; there are {there}")
    rows = [known[name] for name in names] or ROWS
    seconds = QUICK_SECONDS if quick else SECONDS
    return Plan(rows, rounds or (1 if quick else ROUNDS), seconds, into, more)


def measure(plan: Plan) -> Sequence[Figure]:
    """Measure every row, print it, and keep it at once: the next may fail."""
    figures: list[Figure] = []
    for row in plan.rows:
        before = read(plan.into).get(row.name) if plan.more else None
        at = datetime.now(UTC).isoformat(timespec="seconds")
        measured = Measured(at, machine(), [])
        if before is not None:
            measured = replace(before, runs=before.runs)
        for side, number in _turns(row, plan.rounds):
            said = f"peers: {row.name}, round {number} of {plan.rounds}: {side.name}\n"
            sys.stderr.write(said)
            run = Run(side.name, _believable(side, plan.seconds))
            measured = replace(measured, runs=[*measured.runs, run])
        write(plan.into, {**read(plan.into), row.name: measured})
        for check in row.checks(measured):
            verdict = "holds" if check.holds else "MISSED"
            told = f"{row.title}: {check.what} {check.figure}, {check.bar}: {verdict}"
            sys.stderr.write(f"peers: {told}\n")
        figures += _figures(row, measured)
    return figures


def _turns(row: Row, rounds: int) -> Iterator[tuple[Side, int]]:
    for number in range(1, rounds + 1):
        for side in row.sides:
            if side.rounds is None or number <= side.rounds:
                yield side, number


def _believable(side: Side, seconds: int) -> Result:
    """Run the generator, again when it says that it was itself disturbed."""
    result = _run(side, seconds)
    for _ in range(ATTEMPTS - 1):
        doubts = [text for text in doubts_of(result) if text.startswith(DISTURBED)]
        if not doubts:
            break
        sys.stderr.write(f"peers: once more, because {doubts[0]}\n")
        result = _run(side, seconds)
    return result


def _run(side: Side, seconds: int) -> Result:
    """Run the generator once.  Or `RuntimeError` when it could not measure."""
    options = ("--driver", side.driver, "--json", "--seconds", str(seconds))
    done = subprocess.run(  # noqa: S603
        [LOADGEN, *side.command, *options],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "RINGWAY_SHARDS": str(side.shards)},
    )
    if done.returncode >= FAILED or not done.stdout:
        raise RuntimeError(f"{side.name} could not be measured: {done.stderr}")
    result: Result = json.loads(done.stdout)
    return result


def _figures(row: Row, measured: Measured) -> Iterator[Figure]:
    for side in row.sides:
        results = measured.of(side.name)
        if results and "cpu_us_per_packet" in results[0]:
            values = measured.values(side.name, "cpu_us_per_packet")
            yield Figure(f"{row.title}: {side.name}, CPU per packet", "µs", values)
