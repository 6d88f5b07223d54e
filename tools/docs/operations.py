"""The metrics in `docs/operations.md`, from their declaration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ringway.app.metrics import media
from ringway.app.metrics.declared import ENGINE, METRICS, PROCESS, Declared

HEAD: Final = """\
## Every metric

| metric | type | labels | what |
| --- | --- | --- | --- |
"""


def made() -> str:
    """Write what is made."""
    rows = [_row(it) for it in declared()]
    for prefix, whose in (("", "The control plane"), (ENGINE, "The engine")):
        rows += [
            f"| `{prefix}{name}` | | | {whose}: {text[0].lower()}{text[1:]} |\n"
            for name, text in PROCESS.items()
        ]
    return HEAD + "".join(rows)


def declared() -> Iterator[Declared]:
    """Give every metric of ours, also those that only the engine knows."""
    yield from METRICS
    for name in media.COUNTERS:
        yield media.counter(name)
    for name in media.GAUGES:
        found = media.gauge(name)
        assert found is not None
        yield found


def _row(it: Declared) -> str:
    labels = ", ".join(f"`{label}`" for label in it.labels)
    return f"| `{it.full_name}` | {it.kind.value} | {labels} | {it.help} |\n"
