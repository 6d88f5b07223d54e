"""`python -m tools.docs` brings every page up to date that the program knows best."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tools.docs import (
    command_line,
    compatibility,
    configuration,
    events,
    operations,
    platforms,
)

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGES: Final = {
    "command-line.md": command_line.made,
    "compatibility.md": compatibility.made,
    "configuration.md": configuration.made,
    "events.md": events.made,
    "operations.md": operations.made,
    "platforms.md": platforms.made,
}
MARK: Final = "<!-- What follows is made by `make generate`. -->\n"


def current(name: str) -> str:
    """Give the page as it has to be: what people wrote, and what is made."""
    written, mark, _ = (DOCS / name).read_text().partition(MARK)
    if not mark:
        raise ValueError(f"docs/{name} does not say where what is made begins.")
    return f"{written}{mark}\n{PAGES[name]()}"


if __name__ == "__main__":
    for page in PAGES:
        (DOCS / page).write_text(current(page))
