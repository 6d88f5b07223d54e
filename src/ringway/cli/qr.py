"""QR codes (ISO/IEC 18004) for a terminal: two modules in each cell."""

from __future__ import annotations

import os
import shutil
import sys
from itertools import zip_longest
from typing import Final

BLACK_ON_WHITE: Final = "\x1b[38;5;16;48;5;231m"
"""Whatever the colours of the terminal are: not every camera reads an inverse code."""
AS_BEFORE: Final = "\x1b[0m"
CELLS: Final = {
    (False, False): " ",
    (True, False): "▀",
    (False, True): "▄",
    (True, True): "█",
}
"""By the upper and the lower module; true is dark."""


def qr_code(text: str) -> list[str]:
    """Draw the code of an ASCII text; each line has the same number of cells."""
    import segno  # noqa: PLC0415 -- only who looks at a terminal needs it

    code = segno.make_qr(text, error="l")
    rows = [[bool(module) for module in row] for row in code.matrix_iter()]
    empty = [False] * len(rows[0])
    return [
        "".join(CELLS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip_longest(rows[::2], rows[1::2], fillvalue=empty)
    ]


def for_terminal(text: str) -> str | None:
    """Draw it in colours that cameras read; None where there is no room for it."""
    if not is_terminal():
        return None
    lines, size = qr_code(text), shutil.get_terminal_size()
    if len(lines[0]) > size.columns:
        return None
    return "\n".join(f"{BLACK_ON_WHITE}{line}{AS_BEFORE}" for line in lines)


def is_terminal() -> bool:
    """Say whether a person looks at what is printed, and sees its signs."""
    try:
        "▀".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
