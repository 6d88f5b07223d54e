"""The workloads, and what is to be reached in each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.peers.kept import Measured

GCM = ("--srtp", "SRTP_AEAD_AES_128_GCM")
US = "cpu_us_per_packet"
P99 = ("latency_ms", "p99")
KB_PER_KIB = 1.024


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is to be reached, and what came of it."""

    what: str
    bar: str
    figure: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One of those that are measured in turns."""

    name: str
    driver: str
    command: Sequence[str]
    """Of the load generator, without driver and duration."""
    rounds: int | None = None
    """At most so many; None: as many as all."""
    shards: int = 1
    """Of Ringway."""


@dataclass(frozen=True, slots=True)
class Row:
    """A workload: who carries it, and what is to be reached."""

    name: str
    title: str
    sides: Sequence[Side]
    checks: Callable[[Measured], Sequence[Check]]


def span(values: Sequence[float], digits: int = 2) -> str:
    """Write the median, and the least and the most if they differ."""
    least, middle, most = (
        f"{value:,.{digits}f}" for value in (min(values), median(values), max(values))
    )
    return middle if least == most else f"{middle} ({least} to {most})"


def at_most(
    what: str, values: Sequence[float], bar: float, unit: str, digits: int = 2
) -> Check:
    """Hold the median against a bar."""
    told = f"{span(values, digits)} {unit}".rstrip()
    return Check(what, f"≤ {bar:g} {unit}".rstrip(), told, median(values) <= bar)


def ratio(measured: Measured, a: str, b: str, *path: str) -> list[float]:
    """Divide what a and b have in each round."""
    pairs = zip(measured.values(a, *path), measured.values(b, *path), strict=False)
    return [one / other for one, other in pairs]


def no_loss(measured: Measured, side: str) -> Check:
    """Nothing may be lost, in any run."""
    lost = measured.values(side, "loss_percent")
    return Check("loss", "none", f"{span(lost, 3)} %", max(lost) == 0)


def stands(measured: Measured, side: str) -> Check:
    """Hold every run to be one that can be believed: nobody has lost the connection."""
    doubts = [text for it in measured.of(side) for text in it["invalid"]]
    return Check("every run is valid", "yes", "; ".join(doubts) or "yes", not doubts)


def _panel_80(it: Measured) -> Sequence[Check]:
    what = "CPU per packet, Ringway / Janus"
    return [
        at_most(what, ratio(it, "Ringway", "Janus", US), 0.35, ""),
        no_loss(it, "Ringway"),
    ]


def _panel_160(it: Measured) -> Sequence[Check]:
    what = "CPU per packet, 160 viewers / 80"
    more = ratio(it, "Ringway", "Ringway at 80", US)
    return [
        at_most(what, more, 1, ""),
        at_most("p99 through the server", it.values("Ringway", *P99), 5, "ms"),
        no_loss(it, "Ringway"),
    ]


def _panel_280(it: Measured) -> Sequence[Check]:
    joins = it.values("Ringway, joins", "loaded", "max_ms")
    return [
        stands(it, "Ringway"),
        at_most("the slowest of the joins", joins, 1000, "ms", 0),
    ]


def _panel_320(it: Measured) -> Sequence[Check]:
    return [stands(it, "Ringway")]


def _webinar(it: Measured) -> Sequence[Check]:
    p99 = it.values("Ringway", *P99)
    return [at_most("p99 through the server", p99, 25, "ms"), no_loss(it, "Ringway")]


def _webinar_on_two(it: Measured) -> Sequence[Check]:
    p99 = it.values("Ringway", *P99)
    return [at_most("p99 through the server", p99, 15, "ms"), no_loss(it, "Ringway")]


def _speaker_1000(it: Measured) -> Sequence[Check]:
    what = "CPU per packet, Ringway / Janus"
    return [at_most(what, ratio(it, "Ringway", "Janus", US), 0.25, "")]


def _speaker_3000(it: Measured) -> Sequence[Check]:
    return [no_loss(it, "Ringway"), stands(it, "Ringway")]


def _join(it: Measured) -> Sequence[Check]:
    idle = it.values("Ringway", "idle", "p50_ms")
    loaded = it.values("Ringway", "loaded", "p50_ms")
    return [
        at_most("p50, idle", idle, 15, "ms", 1),
        at_most("p50, under the panel", loaded, 40, "ms", 1),
    ]


def _memory(it: Measured) -> Sequence[Check]:
    kib = it.values("Ringway", "memory_kib_per_viewer")
    kb = [KB_PER_KIB * value for value in kib]
    return [at_most("memory of a viewer of ten tracks", kb, 150, "kB", 0)]


def _repair(it: Measured) -> Sequence[Check]:
    shares = [_repaired(each["repair"]) for each in it.of("Ringway")]
    hasty = it.values("Ringway", "hasty_key_requests")
    asked = f"{max(hasty):.0f}, of {span(it.values('Ringway', 'key_requests'), 0)}"
    return [
        Check("repaired", "≥ 99 %", f"{span(shares)} %", median(shares) >= 99),  # noqa: PLR2004
        Check("requests for a key frame within 500 ms", "0", asked, not any(hasty)),
    ]


def _repaired(repair: dict[str, float]) -> float:
    came = repair["repaired_by_rtx"] + repair["repaired_plainly"]
    return 100 * came / max(1, repair["nacked"])


def _attack(it: Measured) -> Sequence[Check]:
    verdicts = [each for result in it.of("Ringway") for each in result["verdicts"]]
    broken = [
        each["attack"]
        for each in verdicts
        if not each["passed"] or not each["still_forwards"]
    ]
    figure = "; ".join(broken) or f"all {len(verdicts)}"
    return [Check("attacks withstood", "all", figure, not broken)]


def _adverse(it: Measured) -> Sequence[Check]:
    checks = []
    for result in it.of("Ringway"):
        calm = result["baseline"]["latency_ms"]["p99"]
        for incident in result["incidents"]:
            health, name = incident["health"], incident["name"]
            p99, lost = health["latency_ms"]["p99"], health["loss_percent"]
            figure = f"loss {lost:.3f} %, p99 {p99:.1f} ms, in calm {calm:.1f} ms"
            checks.append(Check(name, "no loss to the others", figure, lost == 0))
            if not incident["gave_up"]:
                text = "the server goes on sending to who is gone"
                checks.append(Check(name, "given up", text, holds=False))
    return checks


def _both(*command: str) -> Sequence[Side]:
    return [Side("Ringway", "ringway", command), Side("Janus", "janus", command)]


def _ringway(*command: str, name: str = "Ringway") -> Side:
    return Side(name, "ringway", command)


PANEL = ("panel", "--publishers", "5", "--viewers")

ROWS: Sequence[Row] = (
    Row("panel-80", "panel 5 → 80", _both(*PANEL, "80", *GCM), _panel_80),
    Row(
        "panel-160",
        "panel 5 → 160",
        [
            _ringway(*PANEL, "80", *GCM, name="Ringway at 80"),
            _ringway(*PANEL, "160", *GCM, name="Ringway"),
            Side("Janus", "janus", (*PANEL, "160", *GCM), rounds=1),
        ],
        _panel_160,
    ),
    Row(
        "panel-280",
        "panel 5 → 280, 280,000 packets/s",
        [
            _ringway(*PANEL, "280", *GCM),
            Side(
                "Ringway, joins",
                "ringway",
                ("join", "--count", "20", "--load-viewers", "280", *GCM),
                rounds=1,
            ),
        ],
        _panel_280,
    ),
    Row(
        "panel-320",
        "panel 5 → 320, 320,000 packets/s",
        [_ringway(*PANEL, "320", *GCM)],
        _panel_320,
    ),
    Row(
        "webinar-1200",
        "webinar 1 → 1,200, one shard",
        [_ringway("webinar", "--viewers", "1200", *GCM)],
        _webinar,
    ),
    Row(
        "webinar-1200-shards",
        "webinar 1 → 1,200, two shards",
        [
            Side(
                "Ringway",
                "ringway",
                ("webinar", "--viewers", "1200", "--server-cpu", "0,1", *GCM),
                shards=2,
            )
        ],
        _webinar_on_two,
    ),
    Row(
        "speaker-1000",
        "one speaker → 1,000",
        _both("speaker", "--listeners", "1000", *GCM),
        _speaker_1000,
    ),
    Row(
        "speaker-3000",
        "one speaker → 3,000",
        [_ringway("speaker", "--listeners", "3000", "--sample-every", "16", *GCM)],
        _speaker_3000,
    ),
    Row("join", "join", _both("join", "--load-viewers", "80", *GCM), _join),
    Row(
        "memory",
        "memory, panel 5 → 80 and 160",
        [_ringway(*PANEL, "160", "--memory", *GCM)],
        _memory,
    ),
    Row(
        "repair", "panel 5 → 80, 2 % lost", _both(*PANEL, "80", "--loss", "2"), _repair
    ),
    Row("attack", "attacks", [_ringway("attack")], _attack),
    Row("adverse", "adverse clients", [_ringway("adverse")], _adverse),
)
