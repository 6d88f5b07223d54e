"""What a packet and a join cost a shard: benchmarks of `media-sim`, run by cargo."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

import msgspec

from bench.figures import Figure

COMMAND = ("cargo", "bench", "--locked", "--quiet", "-p", "media-sim")
BENCHES = ("--bench", "forward", "--bench", "join")


def measure() -> Sequence[Figure]:
    """Build it if it has changed, and run it."""
    told = subprocess.run(  # noqa: S603
        [*COMMAND, *BENCHES], check=True, stdout=subprocess.PIPE
    ).stdout
    return msgspec.json.Decoder(Figure).decode_lines(told)
