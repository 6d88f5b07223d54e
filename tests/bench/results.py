"""Results as the load generator prints them, with numbers of a test's own."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.peers.kept import Measured, Run

MACHINE = {"cpu": "A Processor", "cores": 2, "kernel": "6.1", "load": 0.5}


def result(us: float = 2.0, **others: Any) -> Mapping[str, Any]:
    """One window of a panel."""
    return {
        "cpu_us_per_packet": us,
        "packets_per_second": 79_800.0,
        "latency_ms": {"p50": 0.4, "p99": 2.5},
        "loss_percent": 0.0,
        "farm_cpu_percent": 15.0,
        "seconds": 5.0,
        "notes": [],
        "invalid": [],
        **others,
    }


def measured(**sides: Sequence[Mapping[str, Any]]) -> Measured:
    """Runs of these sides, in turns."""
    rounds = zip(*sides.values(), strict=True)
    runs = [
        Run(side, it) for each in rounds for side, it in zip(sides, each, strict=True)
    ]
    return Measured("2026-01-02T03:04:05+00:00", MACHINE, runs)
