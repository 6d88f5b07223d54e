"""The page of figures: what is to be reached, what was, and how to see it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from bench.peers.kept import Measured
from bench.peers.rows import ROWS, US, Check, Row, span

CHECKED = ("workload", "what", "bar", "figure", "")
MEASURED = (
    *("workload", "side", "runs", "packets/s", "µs a packet"),
    *("p50, ms", "p99, ms", "lost, %", "clients' core, %"),
)
JOINED = (
    *("side", "idle: p50, ms", "p95", "panel 5 → 80: p50, ms", "p95"),
    "CPU of a join, ms",
)
PROFILED = ("what", "share", "µs of a packet")
SEEN = 0.001
"""Less of all samples is not told."""
TEMPLATE = Path(__file__).with_suffix(".md")
PROFILE = TEMPLATE.with_name("profile.md")


def render(rows: Mapping[str, Measured], profile: Mapping[str, Any] | None) -> str:
    """Write the page; without a profile, if none has been kept."""
    measured = [(row, rows[row.name]) for row in ROWS if row.name in rows]
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        machines="\n".join(_machines(rows.values())),
        checks=_table(CHECKED, list(_checks(measured))),
        missed="".join(_missed(measured)),
        values=_table(MEASURED, list(_values(measured))),
        joins=_table(JOINED, list(_joins(rows))),
        profile="" if profile is None else _profile(profile),
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _machines(rows: Iterable[Measured]) -> Iterator[str]:
    """Say on what, and when."""
    seen: dict[tuple[str, ...], list[str]] = {}
    for it in rows:
        on = it.machine
        key = (str(on["cpu"]), str(on["cores"]), str(on["kernel"]))
        seen.setdefault(key, []).append(it.at)
    for (cpu, cores, kernel), times in seen.items():
        first, last = min(times)[:16], max(times)[:16]
        when = first if first == last else f"{first} to {last}"
        yield f"{cpu}, {cores} cores, Linux {kernel}; {when} UTC."


def _checks(measured: Sequence[tuple[Row, Measured]]) -> Iterator[Sequence[str]]:
    for row, it in measured:
        for check in row.checks(it):
            verdict = "holds" if check.holds else "**not reached**"
            if it.doubts and check.holds:
                verdict = "holds in doubt"
            yield row.title, check.what, check.bar, check.figure, verdict


def _missed(measured: Sequence[tuple[Row, Measured]]) -> Iterator[str]:
    missed = [
        (row, check)
        for row, it in measured
        for check in row.checks(it)
        if not check.holds
    ]
    doubted = [(row, text) for row, it in measured for text in dict.fromkeys(it.doubts)]
    busy, runs = _busy(measured)
    if busy:
        yield f"In {busy} of {runs} runs others used more than a tenth of the server's "
        yield "core, which latencies and joins suffer from.\n\n"
    if missed:
        yield "Not reached:\n\n"
        yield "".join(map(_in_words, missed)) + "\n"
    if doubted:
        yield "In doubt, because the generator calls runs invalid:\n\n"
        yield "".join(f"* {row.title}: {text}\n" for row, text in doubted) + "\n"


def _busy(measured: Sequence[tuple[Row, Measured]]) -> tuple[int, int]:
    """Count runs that other work on the machine has disturbed, and all."""
    runs = [run.result.get("notes", ()) for _, it in measured for run in it.runs]
    busy = [notes for notes in runs if any("others used" in text for text in notes)]
    return len(busy), len(runs)


def _in_words(missed: tuple[Row, Check]) -> str:
    row, check = missed
    return f"* {row.title}, {check.what}: {check.figure}; the bar is {check.bar}.\n"


def _values(measured: Sequence[tuple[Row, Measured]]) -> Iterator[Sequence[str]]:
    for row, it in measured:
        for side in row.sides:
            results = it.of(side.name)
            if not results or US not in results[0]:
                continue
            yield (
                row.title,
                side.name,
                str(len(results)),
                f"{it.median(side.name, 'packets_per_second'):,.0f}",
                span(it.values(side.name, US)),
                span(it.values(side.name, "latency_ms", "p50")),
                span(it.values(side.name, "latency_ms", "p99"), 1),
                span(it.values(side.name, "loss_percent"), 3),
                f"{it.median(side.name, 'farm_cpu_percent'):.0f}",
            )


def _joins(rows: Mapping[str, Measured]) -> Iterator[Sequence[str]]:
    it = rows.get("join")
    if it is None:
        return
    for side in ("Ringway", "Janus"):
        times = [
            span(it.values(side, kind, figure), 1)
            for kind in ("idle", "loaded")
            for figure in ("p50_ms", "p95_ms")
        ]
        yield (side, *times, span(it.values(side, "idle", "cpu_ms_per_join"), 1))


def _profile(profile: Mapping[str, Any]) -> str:
    return Template(PROFILE.read_text(encoding="utf-8")).substitute(
        workload=profile["workload"],
        packets=f"{profile['packets_per_second']:,.0f}",
        us=f"{profile['cpu_us_per_packet']:.2f}",
        profile=_table(PROFILED, list(_shares(profile))),
    )


def _shares(profile: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    every = sum(profile["samples"].values())
    us = profile["cpu_us_per_packet"]
    for what, count in profile["samples"].items():
        share = count / every
        if share >= SEEN:
            yield what, f"{100 * share:.1f} %", f"{us * share:.3f}"
