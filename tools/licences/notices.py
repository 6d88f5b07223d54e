"""The text of notices: who made what is inside, and their licences, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from tools.licences.crates import crates
from tools.licences.parts import Part, Unknown
from tools.licences.spdx import is_permissive
from tools.licences.web import packages

RULE: Final = "=" * 78
STANDARD: Final = {
    "Apache-2.0": Path("LICENSE"),
    "MIT": Path("tools/licences/MIT.txt"),
}
"""The texts of licences that are the same for everybody, for who comes without."""


def notices(root: Path) -> str:
    """Write them for a checkout in which all is built.  Or `Unknown`."""
    sections = {
        "In the media engine": crates(root),
        "In the SDK and the pages": packages(root),
    }
    parts = sorted({part for some in sections.values() for part in some})
    for part in parts:
        if not is_permissive(part.licence):
            raise Unknown(
                f"{part.name} {part.version} is under {part.licence}, which is not "
                "permissive: take another, or see tools/licences/spdx.py."
            )
    lines = ["Ringway contains work of others, under these licences.", ""]
    for title, some in sections.items():
        lines += [title, "-" * len(title), *_table(some), ""]
    lines += _texts(_whose(root, parts))
    return "\n".join(lines) + "\n"


def _table(parts: Iterable[Part]) -> Sequence[str]:
    return [f"{it.name} {it.version}: {it.licence}" for it in sorted(parts)]


def _whose(root: Path, parts: Iterable[Part]) -> Mapping[str, Sequence[str]]:
    """Give each text with the names of those who come with it."""
    whose: dict[str, list[str]] = {}
    for it in parts:
        for text in it.texts or (_standard(root, it),):
            whose.setdefault(text, []).append(it.name)
    return whose


def _standard(root: Path, part: Part) -> str:
    names = part.licence.replace("/", " ").split()
    for name, path in STANDARD.items():
        if name in names:
            return (root / path).read_text().strip()
    raise Unknown(
        f"{part.name} {part.version} comes without the text of {part.licence}: take "
        "another, or see tools/licences/notices.py."
    )


def _texts(whose: Mapping[str, Sequence[str]]) -> Sequence[str]:
    lines = []
    for text, names in whose.items():
        lines += [RULE, ", ".join(dict.fromkeys(names)), RULE, "", text, ""]
    return lines
