"""A camera for QR codes that are drawn in a terminal."""

from __future__ import annotations

import re

import zxingcpp

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
