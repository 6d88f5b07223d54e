"""What packets and pipes cost a shard: benchmarks of `media-sim`, run by cargo."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

import msgspec

from bench.figures import Figure

COMMAND = ("cargo", "bench", "--locked", "--quiet", "-p", "media-sim")


def measure() -> Sequence[Figure]:
    """Measure what forwarding one packet costs."""
    return _run("forward")


def pipes() -> Sequence[Figure]:
    """Measure what pipes take of a shard's memory."""
    return _run("memory")


def _run(name: str) -> Sequence[Figure]:
    """Build a benchmark if it has changed, and run it."""
    told = subprocess.run(  # noqa: S603
        [*COMMAND, "--bench", name], check=True, stdout=subprocess.PIPE
    ).stdout
    return msgspec.json.Decoder(Figure).decode_lines(told)
