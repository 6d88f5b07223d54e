"""`python -m bench [PART …]`: measure, print a table, write JSON."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog

from bench import call, house, loss, memory, packets, recovery, storage
from bench.figures import Figure, machine, table

PARTS: dict[str, Callable[[], Sequence[Figure]]] = {
    "packets": packets.measure,
    "pipes": packets.pipes,
    "log": storage.measure,
    "house": house.measure,
    "memory": memory.measure,
    "call": call.measure,
    "recovery": recovery.measure,
    "loss": loss.measure,
}


def main() -> None:
    """Measure the parts that are asked for, or all."""
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parts = parser.parse_args().parts or list(PARTS)
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(
            f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}"
        )
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)
    storage.RESULTS.mkdir(exist_ok=True)
    began, on = datetime.now(UTC), machine()
    figures: list[Figure] = []
    for part in parts:
        sys.stderr.write(f"measuring: {part}\n")
        figures += PARTS[part]()
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


if __name__ == "__main__":
    main()
