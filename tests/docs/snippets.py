"""Every example of every page: where it is, what it is, and who runs it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md")),
        *(ROOT / name for name in ("ARCHITECTURE.md", "web/rtc/README.md")),
    ]
)
FENCE = re.compile(
    r"(?:^<!-- (?P<how>not run|held by): (?P<why>[^\n]+) -->\n+)?"
    r"^```(?P<language>[^\n]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
MARK = re.compile(r"^<!-- (?:not run|held by)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Snippet:
    """One fenced example."""

    page: str
    """From the root of the repository."""
    line: int
    language: str
    text: str
    not_run: str | None
    """Why a test can not run it."""
    held_by: str | None
    """The test that does, `path` or `path::name`."""

    @property
    def name(self) -> str:
        """What a test calls it."""
        return f"{self.page}:{self.line}"


def snippets_of(page: str, text: str) -> Iterator[Snippet]:
    """Give the examples of a page, in order."""
    for found in FENCE.finditer(text):
        why = found["why"]
        yield Snippet(
            page,
            text.count("\n", 0, found.start("text")),
            found["language"].strip(),
            found["text"],
            why if found["how"] == "not run" else None,
            why if found["how"] == "held by" else None,
        )


def all_snippets() -> list[Snippet]:
    """Give those of all pages."""
    return [
        snippet
        for path in PAGES
        for snippet in snippets_of(str(path.relative_to(ROOT)), path.read_text())
    ]
