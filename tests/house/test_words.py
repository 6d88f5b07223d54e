"""Words that the house does not use, in names and in texts."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRACKED = [
    Path(name)
    for name in subprocess.run(
        ["git", "-C", str(ROOT), "ls-files"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    if (ROOT / name).is_file()
]
CODE = [
    path
    for path in TRACKED
    if path.suffix in {".py", ".rs", ".ts", ".mjs"} and "generated" not in path.parts
]
VAGUE = re.compile(
    r"(^|_|-)(session|manager|helper|util|utils|service|base)s?$", re.IGNORECASE
)
UNFINISHED = re.compile(
    "|".join(
        [r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"unimplemen" + "ted!", "to" + r"do!\("]
    )
)


@pytest.mark.parametrize("path", CODE, ids=str)
def test_a_file_is_named_after_one_idea(path: Path) -> None:
    assert not VAGUE.search(path.stem)


@pytest.mark.parametrize("path", CODE, ids=str)
def test_nothing_says_that_it_is_unfinished(path: Path) -> None:
    assert not UNFINISHED.search((ROOT / path).read_text())


def test_unsafe_is_only_where_sockets_are() -> None:
    found = {
        path.parts[1]
        for path in CODE
        if path.suffix == ".rs"
        and re.search(
            r"^\s*(pub )?unsafe |[^_]unsafe \{", (ROOT / path).read_text(), re.MULTILINE
        )
    }
    assert found <= {"media-io"}
