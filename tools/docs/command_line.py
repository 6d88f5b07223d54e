"""The commands in `docs/command-line.md`, from the help that they give."""

from __future__ import annotations

import io
from collections.abc import Iterator

from cyclopts import App
from rich.console import Console

from ringway.cli import app
from ringway.cli.layout import WIDTH


def made() -> str:
    """Write what is made."""
    return "\n".join(
        f"## `{' '.join(('ringway', *words))}`\n\n```text\n{help_of(words)}```\n"
        for words in commands(app)
    )


def commands(of: App, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Give the words of every command, in the order of their names."""
    yield before
    for name in sorted(of.resolved_commands()):
        if not name.startswith("-"):
            yield from commands(of[name], (*before, name))


def help_of(words: tuple[str, ...]) -> str:
    """Give the help of one command, as a terminal of 80 columns shows it."""
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, color_system=None, force_terminal=False)
    app.help_print(list(words), console=console)
    return (
        "\n".join(line.rstrip() for line in out.getvalue().strip().splitlines()) + "\n"
    )
