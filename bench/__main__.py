"""`python -m bench [PART …]`: measure, print a table, write JSON."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog

from bench import (
    call,
    following,
    hooks,
    house,
    join,
    loss,
    memory,
    packets,
    recovery,
    rest,
    storage,
)
from bench.figures import Figure, machine, table
from bench.peers import measuring as peers
from bench.peers.rows import ROWS

PARTS: dict[str, Callable[[], Sequence[Figure]]] = {
    "packets": packets.measure,
    "pipes": packets.pipes,
    "log": lambda: (*storage.measure(), *following.measure()),
    "house": house.measure,
    "rest": rest.measure,
    "hooks": hooks.measure,
    "join": join.measure,
    "memory": memory.measure,
    "call": call.measure,
    "recovery": recovery.measure,
    "loss": loss.measure,
}


def main() -> None:
    """Measure the parts that are asked for, or all."""
    parser = argparse.ArgumentParser(prog="scripts/bench")
    known = [*PARTS, "peers"]
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(known))
    _add_peers(parser.add_argument_group("peers").add_argument)
    given = parser.parse_args()
    parts = given.parts or known
    if unknown := [part for part in parts if part not in known]:
        parser.error(
            f"no such part: {', '.join(unknown)}; there are {', '.join(known)}"
        )
    try:
        plan = peers.planned(
            given.row,
            quick=given.quick,
            rounds=given.rounds,
            into=given.into,
            more=given.more,
        )
    except ValueError as error:
        parser.error(str(error))
    measures: dict[str, Callable[[], Sequence[Figure]]] = {
        **PARTS,
        "peers": partial(peers.measure, plan),
    }
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)
    storage.RESULTS.mkdir(exist_ok=True)
    began, on = datetime.now(UTC), machine()
    figures: list[Figure] = []
    for part in parts:
        sys.stderr.write(f"measuring: {part}\n")
        figures += measures[part]()
    report = {
        "at": began.isoformat(timespec="seconds"),
        "machine": on,
        "figures": [figure.report() for figure in figures],
    }
    path = storage.RESULTS / f"{began:%Y-%m-%dT%H-%M-%SZ}.json"
    path.write_text(json.dumps(report, indent=1) + "\n")
    where = f"{on['cpu']}, {on['cores']} cores, load {on['load']:.1f} before"
    kept = f"All values: bench/results/{path.name}"
    sys.stdout.write(f"{where}\n\n{table(figures)}\n\n{kept}\n")


def _add_peers(add: Callable[..., object]) -> None:
    """Say which rows to measure, and how long."""
    names = ", ".join(row.name for row in ROWS)
    text = f"only this row, again for others: {names}"
    add("--row", action="append", default=[], metavar="ROW", help=text)
    add("--quick", action="store_true", help="one round of two seconds of each")
    add("--rounds", type=int, metavar="N", help="so many of each (3)")
    add("--more", action="store_true", help="add rounds to those that are kept")
    text = "keep what was measured here (bench/results/peers.json)"
    add("--into", type=Path, default=peers.KEPT, metavar="FILE", help=text)


if __name__ == "__main__":
    main()
