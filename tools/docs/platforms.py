"""What is tested on which platform, in `docs/platforms.md`, from marks on the tests.

`@pytest.mark.cell("screen share", "Chromium")` above a test says that it fails when
a screen can not be shared between Chromiums.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PLATFORMS: Final = ("Chromium", "Firefox", "Safari", "aiortc")
FEATURES: Final = (
    "sound both ways",
    "pictures both ways",
    "a picture added during a call",
    "mute",
    "choosing devices",
    "screen share",
    "rooms",
    "calls of applications",
    "texts",
    "who is there",
    "media over TCP",
    "repair of what is lost",
    "a new path in the same call (ICE restart)",
    "a network that is gone for 15 s",
    "a media engine that dies",
    "a server that dies",
    "a page that sleeps",
    "the demo page",
    "Opus",
    "PCMU, PCMA",
    "VP8",
    "H.264",
    "AES-GCM",
    "AES-CM",
)
NOT_THERE: Final[Mapping[tuple[str, str], str]] = {
    ("H.264", "Firefox"): "not tested: Firefox fetches its encoder from the network",
    **{
        (feature, "aiortc"): "—"
        for feature in (
            *("a picture added during a call", "mute", "choosing devices"),
            *("screen share", "calls of applications", "who is there"),
            *("the demo page", "a page that sleeps"),
        )
    },
}
"""What a platform has no use for, or why a cell is empty."""


def cells() -> dict[tuple[str, str], list[str]]:
    """Find the tests of each cell.  Or `ValueError` for a mark that fits none."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for test, feature, platforms in marks(path.read_text()):
            if feature not in FEATURES or not set(platforms) <= set(PLATFORMS):
                raise ValueError(f"{path.name}::{test}: no cell for {feature!r}.")
            for platform in platforms:
                name = f"{path.relative_to(ROOT)}::{test}"
                found[feature, platform].append(name)
    return dict(found)


def marks(source: str) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Give name, feature and platforms of each mark of a module."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for it in node.decorator_list:
            if isinstance(it, ast.Call) and ast.unparse(it.func) == "pytest.mark.cell":
                feature, *platforms = (ast.literal_eval(each) for each in it.args)
                yield node.name, feature, platforms


def made() -> str:
    """Write what is made."""
    found = cells()
    head = f"| what | {' | '.join(PLATFORMS)} |\n|{' --- |' * (len(PLATFORMS) + 1)}\n"
    rows = [
        f"| {feature} | "
        + " | ".join(_cell(found, feature, each) for each in PLATFORMS)
        + " |\n"
        for feature in FEATURES
    ]
    held = [
        f"| {feature} | {platform} | {', '.join(f'`{it}`' for it in found[key])} |\n"
        for feature in FEATURES
        for platform in PLATFORMS
        if (key := (feature, platform)) in found
    ]
    return (
        f"## Features and platforms\n\n{head}{''.join(rows)}\n"
        "## Which tests those are\n\n"
        f"| what | platform | held by |\n| --- | --- | --- |\n{''.join(held)}"
    )


def _cell(
    found: Mapping[tuple[str, str], Sequence[str]], feature: str, platform: str
) -> str:
    key = (feature, platform)
    return "tested" if key in found else NOT_THERE.get(key, "not tested")
