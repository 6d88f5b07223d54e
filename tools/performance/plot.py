"""A picture of what a forwarded packet costs in each workload: bars, as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from bench.peers.kept import Measured
from bench.peers.rows import ROWS, US, span

LEFT, WIDTH, RIGHT = 290, 400, 170
STEP, BAR, TOP = 26, 16, 44
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 }
  .note { fill: #57606a }
  .ours { fill: #1a7f64 }
  .theirs { fill: #b8860b }
  line { stroke: #57606a }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .note { fill: #9da7b3 }
    .ours { fill: #3fb68b }
    .theirs { fill: #d9a93f }
    line { stroke: #9da7b3 }
  }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One side of one workload."""

    label: str
    microseconds: float
    told: str
    ours: bool


HEAD = """<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {wide} {high}"
  aria-label="CPU time for each forwarded packet">
<style>{style}</style>
<text class="title" x="8" y="22">{title}</text>
<line x1="{left}" y1="{top}" x2="{left}" y2="{bottom}"/>"""
ROW = """<text x="{before}" y="{middle}" text-anchor="end">{label}</text>
<rect class="{kind}" x="{left}" y="{top}" width="{long:.1f}" height="{bar}" rx="2"/>
<text class="note" x="{after:.1f}" y="{middle}">{told}</text>"""
TITLE = "CPU time for each forwarded packet, µs: median (least to most)"


def render(rows: Mapping[str, Measured]) -> str:
    """Draw it; every bar has its number beside it."""
    bars = list(_bars(rows))
    most = max((bar.microseconds for bar in bars), default=1)
    high = TOP + STEP * len(bars) + 14
    parts = [
        HEAD.format(
            wide=LEFT + WIDTH + RIGHT,
            high=high,
            style=STYLE,
            title=TITLE,
            left=LEFT,
            top=TOP - 8,
            bottom=high - 8,
        )
    ]
    for number, it in enumerate(bars):
        top, long = TOP + STEP * number, WIDTH * it.microseconds / most
        parts.append(
            ROW.format(
                before=LEFT - 8,
                middle=top + BAR - 3,
                label=escape(it.label),
                kind="ours" if it.ours else "theirs",
                left=LEFT,
                top=top,
                long=long,
                bar=BAR,
                after=LEFT + long + 8,
                told=escape(it.told),
            )
        )
    return "\n".join([*parts, "</svg>", ""])


def _bars(rows: Mapping[str, Measured]) -> Iterator[Bar]:
    for row in ROWS:
        measured = rows.get(row.name)
        if measured is None:
            continue
        for side in row.sides:
            results = measured.of(side.name)
            if results and US in results[0]:
                values = measured.values(side.name, US)
                label = f"{row.title.partition(', ')[0]}: {side.name}"
                ours = side.driver == "ringway"
                yield Bar(label, measured.median(side.name, US), span(values), ours)
