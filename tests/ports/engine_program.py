"""Where the engine's program is: built by this checkout, or built now."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

import ringway

ROOT = Path(__file__).parents[2]
BUILT = Path(ringway.__file__).with_name("built") / "ringway-media"


@functools.cache
def engine_program() -> Path:
    """Give RINGWAY_ENGINE, or what `make build` left, or what cargo builds."""
    if given := os.environ.get("RINGWAY_ENGINE"):
        return Path(given)
    if BUILT.exists():
        return BUILT
    subprocess.run(
        ["cargo", "build", "--quiet", "--locked", "-p", "media"], cwd=ROOT, check=True
    )
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "debug" / "ringway-media"
