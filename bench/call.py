"""How long a call takes from the caller's first word until both sides talk.

Two aiortc peers on loopback, a real server and its engine.  The peers are Python and
have work of their own in it: their part of ICE and DTLS is in these figures.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import uvloop
from tests.browser.server import Server, running
from tests.peers.party import party

from bench.figures import Figure
from bench.storage import RESULTS

RUNS = 7
MILLISECONDS = 1000


def measure() -> Sequence[Figure]:
    """One server; each run is a call of two who have just come."""
    seen: dict[str, list[float]] = {}
    with (
        tempfile.TemporaryDirectory(dir=RESULTS) as folder,
        running(Path(folder) / "data") as server,
    ):
        for number in range(RUNS):
            for name, value in uvloop.run(_call(server, number)).items():
                seen.setdefault(name, []).append(value)
    return [Figure(name, "ms", values) for name, values in seen.items()]


async def _call(server: Server, number: int) -> Mapping[str, float]:
    anna, bert = f"anna-{number}", f"bert-{number}"
    async with (
        party(server, bert, "--tone", "440") as callee,
        party(server, anna, "--tone", "440", "--call", bert) as caller,
    ):
        called = (await caller.wait_for("called"))["at"]
        incoming = (await callee.wait_for("incoming"))["at"]
        accepted = (await callee.wait_for("accepted"))["at"]
        established = max(
            [(await each.wait_for("established"))["at"] for each in (caller, callee)]
        )
        await caller.say("hangup")
        return {
            "set-up: call to incoming": (incoming - called) * MILLISECONDS,
            "set-up: accept to both established": (established - accepted)
            * MILLISECONDS,
            "set-up: call to both established": (established - called) * MILLISECONDS,
        }
