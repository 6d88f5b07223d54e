"""How many viewers a server holds, until latency or loss is too high."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from loadgen.bench import Setting, opened
from loadgen.measure import Measurement
from loadgen.workloads import Workload


@dataclass(frozen=True)
class Limits:
    """What a rung must keep to be held."""

    p99_ms: float
    loss_percent: float

    def broken_by(self, rung: Measurement) -> str | None:
        """Say which limit a rung exceeds."""
        if rung.latency_ms and rung.latency_ms.p99 > self.p99_ms:
            return f"p99 is {rung.latency_ms.p99:.1f} ms"
        if rung.loss_percent > self.loss_percent:
            return f"loss is {rung.loss_percent:.2f} %"
        return None


@dataclass(frozen=True)
class LadderResult:
    """The rungs climbed, of which the last may be the one that broke."""

    held: Measurement | None
    rungs: list[Measurement]
    ended_by: str
    invalid: list[str]


async def climb(
    setting: Setting,
    workload: Callable[[int], Workload],
    viewers: range,
    limits: Limits,
) -> LadderResult:
    """Raise the viewers of one room step by step."""
    rungs: list[Measurement] = []
    held = None
    first = workload(viewers.start)
    async with opened(first.adapted(setting), first.kind) as bench:
        for count in viewers:
            rung = await replace(first, viewers=count).apply(bench)
            rungs.append(rung)
            print(_line(rung), file=sys.stderr, flush=True)
            broken = limits.broken_by(rung)
            if rung.invalid:
                return LadderResult(held, rungs, "an invalid rung", rung.invalid)
            if broken:
                return LadderResult(held, rungs, broken, [])
            held = rung
    return LadderResult(held, rungs, "the end of the ladder", [])


def _line(rung: Measurement) -> str:
    p99 = f"p99 {rung.latency_ms.p99:.1f} ms" if rung.latency_ms else ""
    rate = f"{rung.packets_per_second / 1000:.1f} kpps, server {rung.server_cpu_percent:.0f} %"
    return f"{rung.viewers} viewers: {rate}, {p99}, loss {rung.loss_percent:.2f} %"
