"""Where the time goes when a panel is forwarded: samples of `perf`, sorted.

Every sample of the engine is one row of the table: what of the kernel it was in, told
by its call chain, or which crate or module of ours, told by the innermost function.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import machine
from bench.peers.measuring import LOADGEN
from bench.storage import RESULTS

KEPT = RESULTS / "profile.json"
SECONDS = 8
HERTZ = 1999
WORKLOAD = ("panel", "--publishers", "5", "--viewers", "80")
CIPHER = ("--srtp", "SRTP_AEAD_AES_128_GCM")
SIGNALLING = "control plane (Python)"

KERNEL: Sequence[tuple[str, re.Pattern[str]]] = (
    (
        "kernel: delivery on loopback, up to the receiver's filter",
        re.compile(r"__netif_receive_skb|process_backlog|net_rx_action"),
    ),
    ("kernel: sending", re.compile(r"sendmmsg|sendmsg|sendto")),
    ("kernel: receiving", re.compile(r"recvmmsg|recvmsg|recvfrom")),
    ("kernel: waiting", re.compile(r"epoll|schedule|futex")),
    ("kernel: the rest", re.compile("")),
)
"""The first that is in the chain."""

OURS: Sequence[tuple[str, re.Pattern[str]]] = (
    ("bookkeeping: media-core/{}", re.compile(r"media_core::(\w+)")),
    ("bookkeeping: {}", re.compile(r"\b(media_\w+|media)::")),
    (
        "crypto (AES-GCM)",
        re.compile(r"aws_lc|aes_|gcm|ghash|aead|CRYPTO_|EVP_|OPENSSL_"),
    ),
    ("copying and clearing", re.compile(r"memcpy|memmove|memset|memcmp")),
    ("memory", re.compile(r"malloc|calloc|realloc|free|alloc")),
    ("the clock", re.compile(r"clock_gettime|vdso|Instant|Timespec")),
    ("the rest", re.compile("")),
)
"""The first that is in the innermost function's name."""

FRAME = re.compile(r"^\s+[0-9a-f]+ (.*?) \(([^()]*)\)$")
HEAD = re.compile(r"^(\S.*?)\s+\d+")


def classify(frames: Sequence[tuple[str, str]]) -> str:
    """Say what a sample was doing: its frames as (function, file), innermost first."""
    name, file = frames[0]
    if "kernel" in file or file.startswith("["):
        if "vdso" in file:
            return "the clock"
        chain = " ".join(each for each, _ in frames)
        return next(kind for kind, it in KERNEL if it.search(chain))
    for kind, pattern in OURS:
        if found := pattern.search(name):
            return kind.format(*found.groups())
    raise AssertionError("the last pattern is in every name")


def samples(text: str) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    """Read what `perf script -F comm,pid,ip,sym,dso` prints: thread and frames."""
    thread, frames = "", list[tuple[str, str]]()
    for line in [*text.splitlines(), ""]:
        if not line.strip():
            if frames:
                yield thread, frames
            frames = []
        elif frame := FRAME.match(line):
            frames.append((frame[1], frame[2]))
        elif head := HEAD.match(line):
            thread = head[1]


def shares(text: str) -> Counter[str]:
    """Count samples by what they did; the control plane's are one row."""
    counted: Counter[str] = Counter()
    for thread, frames in samples(text):
        ours = thread.startswith(("shard", "worker", "ringway-media", "media"))
        counted[classify(frames) if ours else SIGNALLING] += 1
    return counted


def profile(into: Path) -> None:
    """Measure a panel under `perf`, and keep the shares.  Or `RuntimeError`."""
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        data = Path(folder) / "perf.data"
        record = f"perf record -q -g -F {HERTZ} -o {data} -p {{pids}} -- sleep"
        during = ("--during", f"{record} {SECONDS - 1}")
        options = ("--driver", "ringway", "--json", "--seconds", str(SECONDS))
        done = subprocess.run(  # noqa: S603
            [LOADGEN, *WORKLOAD, *CIPHER, *options, *during],
            check=False,
            stdout=subprocess.PIPE,
            text=True,
        )
        if not done.stdout:
            raise RuntimeError("The panel could not be measured under `perf`.")
        script = ("perf", "script", "-i", data, "-F", "comm,pid,ip,sym,dso")
        text = subprocess.run(  # noqa: S603
            script, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ).stdout.decode(errors="replace")
    counted = shares(text)
    if not counted:
        raise RuntimeError("`perf` has taken no sample.")
    result = json.loads(done.stdout)
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "workload": "panel 5 → 80",
        "cpu_us_per_packet": result["cpu_us_per_packet"],
        "packets_per_second": result["packets_per_second"],
        "samples": dict(counted.most_common()),
    }
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text(json.dumps(told, indent=1) + "\n")
    _print(told["cpu_us_per_packet"], counted)


def _print(microseconds: float, counted: Counter[str]) -> None:
    every = counted.total()
    for kind, count in counted.most_common():
        share = count / every
        told = f"{100 * share:5.1f} %  {share * microseconds:6.3f} µs  {kind}\n"
        sys.stdout.write(told)


def main() -> None:
    """Make a profile."""
    parser = argparse.ArgumentParser(prog="scripts/bench-profile", description=__doc__)
    text = "keep it here (bench/results/profile.json)"
    parser.add_argument("--into", type=Path, default=KEPT, metavar="FILE", help=text)
    RESULTS.mkdir(exist_ok=True)
    profile(parser.parse_args().into)


if __name__ == "__main__":
    main()
