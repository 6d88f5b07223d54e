"""One part of what we ship that others have made, and the texts of its licence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_NAMES: Final = re.compile(
    r"(licen[cs]es?|copying|copyright|notice|unlicense)([-_.].*)?", re.IGNORECASE
)
_OTHER_KINDS: Final = frozenset({".html", ".js", ".rs"})


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A crate, a package or a font that is inside."""

    name: str
    version: str
    licence: str
    """Its SPDX expression."""
    texts: Sequence[str]
    """Of its licence, as it came with them; may be none."""


class Unknown(Exception):
    """It can not be said what is inside; the text says what to do."""


def texts_in(folder: Path) -> Sequence[str]:
    """Read the licences of what was unpacked in a folder."""
    return tuple(
        path.read_text(errors="replace").strip()
        for path in sorted((*folder.glob("*"), *folder.glob("LICENSES/*")))
        if path.is_file()
        and (path.parent != folder or _NAMES.fullmatch(path.name))
        and path.suffix not in _OTHER_KINDS
    )
