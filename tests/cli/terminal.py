"""A person at a terminal: commands that run there, and a camera for QR codes."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import zxingcpp

from tests.browser.server import RINGWAY

SCALE = 4
"""Pixels of a module."""
HALVES = {" ": (255, 255), "▀": (0, 255), "▄": (255, 0), "█": (0, 0)}
"""Brightness of the upper and the lower half of a cell."""
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def read_qr_code(drawn: str) -> str:
    """Take a picture of what is drawn, and read it."""
    rows = []
    for line in COLOURS.sub("", drawn).strip("\n").splitlines():
        for half in (0, 1):
            row = b"".join(bytes([HALVES[cell][half]]) * SCALE for cell in line)
            rows += [row] * SCALE
    shape = [len(rows), len(rows[0])]
    picture = memoryview(b"".join(rows)).cast("B", shape=shape)
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)


@contextmanager
def terminal(
    *words: object, columns: int = 80, folder: Path
) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[str], str]]]:
    """Run a command at a terminal of so many columns, and read what it shows.

    What reads takes the text to wait for; an empty one never comes before the end.
    """
    ours, theirs = pty.openpty()
    shown = bytearray()

    def read(wanted: str) -> str:
        with suppress(OSError):  # how a terminal says that nobody writes any more
            while not wanted or wanted.encode() not in shown:
                shown.extend(os.read(ours, 65536))
        return shown.decode().replace("\r\n", "\n")

    with subprocess.Popen(
        [RINGWAY, *map(str, words)],
        stdout=theirs,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, "COLUMNS": str(columns), "TERM": "xterm-256color"},
    ) as process:
        os.close(theirs)
        try:
            yield process, read
        finally:
            os.close(ours)


def at_terminal(*words: object, columns: int, folder: Path) -> str:
    """Run a command to its end; give what it shows."""
    with terminal(*words, columns=columns, folder=folder) as (process, read):
        shown = read("")
        assert process.wait() == 0
    return shown
