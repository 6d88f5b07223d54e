"""What commands print: texts, JSON, tables of 80 columns, local times."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size

from ringway.public.moments import timestamp

USUAL_WIDTH: Final = 80
NARROWEST: Final = 8
"""Cells that a column keeps when a table has to be made narrower."""
GAP: Final = "  "


def say(text: str) -> None:
    """Print a text at once."""
    print(text, flush=True)  # noqa: T201


def say_json(told: object) -> None:
    """Print a value for programs, in one line."""
    say(json.dumps(told, ensure_ascii=False))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay rows out in columns, cut to the width of the terminal.

    Without a terminal the width is 80.  The widest columns give way first.
    """
    return "\n".join(_lines(heads, rows, shutil.get_terminal_size((80, 24)).columns))


def _lines(heads: Sequence[str], rows: Sequence[Sequence[str]], most: int) -> list[str]:
    clean = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(heads, *clean, strict=True)]
    room = max(most, USUAL_WIDTH) - len(GAP) * (len(heads) - 1)
    while sum(widths) > room and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return [
        GAP.join(
            _fit(cell, width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in (heads, *clean)
    ]


def _fit(text: str, width: int) -> str:
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    return set_cell_size(text, width)


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """Lay out what is known of one thing: a name and a value in each line."""
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{width}}{GAP}{printable(value)}" for name, value in rows)


def printable(text: str) -> str:
    """Replace what a terminal would obey: names come from strangers."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def local_time(at: int, now: int) -> str:
    """Write microseconds since 1970 in local time; the day if it is another one."""
    moment, today = (
        dt.datetime.fromtimestamp(t // 1_000_000).astimezone() for t in (at, now)
    )
    if moment.date() == today.date():
        return f"{moment:%H:%M:%S}"
    return f"{moment:%Y-%m-%d %H:%M}"


def utc(at: int | None) -> str | None:
    """Write a time for programs, as ``2026-01-17T19:50:38.488589Z``."""
    return None if at is None else timestamp(at)


def span(seconds: int) -> str:
    """Write a length of time as ``0:07``, ``12:34`` or ``1:02:03``."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
