"""How help looks: two columns without a frame, and no wider than 80."""

from __future__ import annotations

import textwrap
from typing import Any, Final

from cyclopts.help import HelpEntry, HelpPanel
from rich.console import Console, ConsoleOptions
from rich.text import Text

WIDTH: Final = 80
NAMES: Final = 26
"""Cells of the names and the blanks around them; longer ones get their own line."""


class Plain:
    """Writes a list of commands or options (cyclopts' HelpFormatter)."""

    def __call__(
        self, console: Console, options: ConsoleOptions, panel: HelpPanel
    ) -> None:
        """Write one list."""
        if not panel.entries:
            return
        title = "Options" if str(panel.title) == "Parameters" else str(panel.title)
        _write(console, Text(f"\n{title}", "bold"))
        for entry in panel.entries:
            _entry(console, entry)

    def render_usage(
        self, console: Console, options: ConsoleOptions, usage: Any
    ) -> None:
        """Write how the command is called."""
        if usage:
            text = str(usage).strip()
            said = text if text.startswith("Usage:") else f"Usage: {text}"
            _write(console, Text(said))

    def render_description(
        self, console: Console, options: ConsoleOptions, description: Any
    ) -> None:
        """Write what the command is for."""
        with console.capture() as capture:
            console.print(description, width=WIDTH)
        _write(console, Text(f"\n{capture.get().strip()}"))


def _entry(console: Console, entry: HelpEntry) -> None:
    names = "  " + ", ".join(entry.display_labels_with_metavar)
    with console.capture() as capture:
        console.print(entry.description, width=1000)
    said = " ".join(capture.get().split())
    if entry.env_var:
        said += f" [{', '.join(entry.env_var)}]"
    if entry.choices:
        said += f" One of {', '.join(entry.choices)}."
    if entry.required:
        said += " [required]"
    elif entry.default is not None:
        said += f" [default: {entry.default}]"
    lines = textwrap.wrap(said, WIDTH - NAMES, break_on_hyphens=False) or [""]
    if len(names) > NAMES - 2:
        _write(console, Text(names))
    else:
        _write(console, Text(f"{names:{NAMES}}{lines.pop(0)}"))
    for line in lines:
        _write(console, Text(" " * NAMES + line))


def _write(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True, highlight=False)
