"""Which files follow from which: the page and its pictures from two JSON files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from bench.peers.kept import read

from tools.performance import page, plot

DOCS = Path(__file__).parents[2] / "docs"
PEERS = DOCS / "performance" / "peers.json"
PROFILE = DOCS / "performance" / "profile.json"


def written() -> Mapping[Path, str]:
    """Give every file, with what has to be in it."""
    rows = read(PEERS)
    kept = PROFILE.read_text(encoding="utf-8") if PROFILE.exists() else "null"
    return {
        DOCS / "performance.md": page.render(rows, json.loads(kept)),
        DOCS / "performance" / "costs.svg": plot.render(rows),
    }
