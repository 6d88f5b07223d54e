"""The built files, read once: they are few, small, and never change in a run."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".mp3": "audio/mpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ts": "text/plain",
    ".txt": "text/plain",
    ".wav": "audio/wav",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""The framework adds the charset to texts."""
OTHER: Final = "application/octet-stream"
LEAST_ZIPPED: Final = 1024
"""Bytes of a text for which compression is worth a header."""
_HASHED = re.compile(r"-[A-Za-z0-9_-]{8}\.[a-z0-9.]+$")
"""As the page builder writes names that change with the content, in `assets`."""


@dataclass(frozen=True, slots=True)
class File:
    """One built file."""

    content: bytes
    zipped: bytes | None
    """The same by gzip (RFC 1952), where that is less."""
    type: str
    etag: str
    is_hashed: bool
    """Its name changes with its content: it may be kept for ever."""


class NotBuilt(Exception):
    """A folder of built files is missing; the text is a sentence for a person."""


def read_built(folder: Path, entry: str) -> Mapping[str, File]:
    """Read all files below a folder, keyed by path; or `NotBuilt` without `entry`."""
    files = {
        path.relative_to(folder).as_posix(): _read(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    if entry not in files:
        raise NotBuilt(f"{folder.name}/{entry} has not been built: run `make build`.")
    return files


def _read(path: Path) -> File:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:32]
    type_ = TYPES.get(path.suffix, OTHER)
    is_text = type_.startswith("text/") or type_.endswith(("json", "xml"))
    zips = is_text and len(content) >= LEAST_ZIPPED
    return File(
        content,
        gzip.compress(content, mtime=0) if zips else None,
        type_,
        f'"{digest}"',
        path.parent.name == "assets" and _HASHED.search(path.name) is not None,
    )
