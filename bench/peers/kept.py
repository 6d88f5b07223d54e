"""What was measured, as it is kept in a file: runs by row, and on what."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

Result: TypeAlias = Mapping[str, Any]
"""What the load generator has printed, as JSON."""


@dataclass(frozen=True, slots=True)
class Run:
    """One start of one server."""

    side: str
    result: Result


@dataclass(frozen=True, slots=True)
class Measured:
    """One row: its runs, in the order in which they were made."""

    at: str
    """UTC, ISO 8601: when it began."""
    machine: Mapping[str, Any]
    runs: Sequence[Run]

    def of(self, side: str) -> Sequence[Result]:
        """Give the results of one side."""
        return [run.result for run in self.runs if run.side == side]

    def values(self, side: str, *path: str) -> list[float]:
        """Give one number of each of a side's results, by the names that lead to it."""
        return [float(_at(result, path)) for result in self.of(side)]

    def median(self, side: str, *path: str) -> float:
        """Give the middle one of them."""
        return median(self.values(side, *path))

    @property
    def doubts(self) -> Sequence[str]:
        """Why runs are not to be believed."""
        told = [(run.side, text) for run in self.runs for text in doubts_of(run.result)]
        return [f"{side}: {text}" for side, text in told]


def doubts_of(result: Result) -> Sequence[str]:
    """Why a result is not to be believed; one of attacks has no figure to doubt."""
    doubts: Sequence[str] = result.get("invalid", ())
    return doubts


def _at(result: Result, path: Sequence[str]) -> Any:
    found: Any = result
    for name in path:
        found = found[name]
    return found


def read(path: Path) -> dict[str, Measured]:
    """Read a file; what is not there has nothing in it."""
    if not path.exists():
        return {}
    rows = json.loads(path.read_text())["rows"]
    return {
        name: Measured(it["at"], it["machine"], [Run(**run) for run in it["runs"]])
        for name, it in rows.items()
    }


def write(path: Path, rows: Mapping[str, Measured]) -> None:
    """Write all rows, in the order of their names."""
    told = {
        name: {
            "at": it.at,
            "machine": it.machine,
            "runs": [{"side": run.side, "result": run.result} for run in it.runs],
        }
        for name, it in sorted(rows.items())
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"rows": told}, indent=1) + "\n")
