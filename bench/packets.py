"""What packets, joins and pipes cost a shard: `media-sim`'s benchmarks."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

import msgspec

from bench.figures import Figure

COMMAND = ("cargo", "bench", "--locked", "--quiet", "-p", "media-sim")


def measure() -> Sequence[Figure]:
    """Measure what forwarding one packet and what a join costs."""
    return _run("--bench", "forward", "--bench", "join")


def pipes() -> Sequence[Figure]:
    """Measure what pipes take of a shard's memory."""
    return _run("--bench", "memory")


def _run(*benches: str) -> Sequence[Figure]:
    """Build benchmarks if they have changed, and run them."""
    told = subprocess.run(  # noqa: S603
        [*COMMAND, *benches], check=True, stdout=subprocess.PIPE
    ).stdout
    return msgspec.json.Decoder(Figure).decode_lines(told)
