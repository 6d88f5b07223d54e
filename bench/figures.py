"""What was measured: values of several runs, their median and range."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ENOUGH_FOR_P95 = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured."""

    name: str
    unit: str
    runs: Sequence[float]
    """One value for each run, in the order of the runs."""

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.runs)

    @property
    def p95(self) -> float | None:
        """The one that 19 of 20 do not exceed; of fewer runs there is none."""
        if len(self.runs) < ENOUGH_FOR_P95:
            return None
        return sorted(self.runs)[math.ceil(0.95 * len(self.runs)) - 1]

    def report(self) -> Mapping[str, Any]:
        """Give everything, for programs."""
        return {
            "name": self.name,
            "unit": self.unit,
            "runs": len(self.runs),
            "median": self.median,
            "p95": self.p95,
            "least": min(self.runs),
            "most": max(self.runs),
            "values": list(self.runs),
        }


def table(figures: Iterable[Figure]) -> str:
    """Give a Markdown table: it can be read as it is, and put into a page."""
    rows: list[tuple[str, ...]] = [("figure", "median", "p95", "range", "unit", "runs")]
    for it in figures:
        span = f"{_short(min(it.runs))} to {_short(max(it.runs))}"
        p95 = "" if it.p95 is None else _short(it.p95)
        rows.append((it.name, _short(it.median), p95, span, it.unit, str(len(it.runs))))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ("-" * widths[0], *("-" * (it - 1) + ":" for it in widths[1:])))
    return "\n".join(
        "| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows
    )


def machine() -> Mapping[str, Any]:
    """Say what was measured on, and how busy it was with other things."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _short(value: float) -> str:
    """Three digits that count, or all of a whole number."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2  # noqa: PLR2004
    return f"{value:,.{digits}f}"
