"""The packages that are bundled into the SDK and the pages, as npm has locked them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tools.licences.parts import Part, Unknown, texts_in

NEEDS: Final = ("dependencies", "optionalDependencies", "peerDependencies")
"""Not devDependencies: what only builds is not inside."""


def packages(root: Path) -> Sequence[Part]:
    """List all that a workspace needs in a browser.  Or `Unknown`."""
    locked: Mapping[str, Any] = json.loads((root / "package-lock.json").read_text())[
        "packages"
    ]
    found = {it for it, entry in locked.items() if it.startswith("web/") and _ours(it)}
    ahead = sorted(found)
    while ahead:
        for it in _needed(locked, ahead.pop()):
            if it not in found:
                found.add(it)
                ahead.append(it)
    return [_part(root, it, locked[it]) for it in sorted(found) if not _ours(it)]


def _ours(path: str) -> bool:
    return "node_modules" not in path.split("/")


def _needed(locked: Mapping[str, Any], path: str) -> Iterator[str]:
    entry = locked[path]
    optional = {
        *entry.get("optionalDependencies", ()),
        *(
            name
            for name, meta in entry.get("peerDependenciesMeta", {}).items()
            if meta.get("optional")
        ),
    }
    for name in {name for kind in NEEDS for name in entry.get(kind, ())}:
        found = _resolved(locked, path, name)
        if found is not None:
            yield found
        elif name not in optional:
            raise Unknown(f"package-lock.json lacks {name}: run `npm install`.")


def _resolved(locked: Mapping[str, Any], path: str, name: str) -> str | None:
    """Find a package as Node does: in the nearest folder that has it."""
    parts = path.split("/")
    for n in range(len(parts), -1, -1):
        if parts[n - 1 : n] == ["node_modules"]:
            continue
        it = "/".join((*parts[:n], "node_modules", name))
        if it in locked:
            entry = locked[it]
            return str(entry["resolved"]) if entry.get("link") else it
    return None


def _part(root: Path, path: str, entry: Mapping[str, Any]) -> Part:
    name = path.rpartition("node_modules/")[2]
    if not entry.get("license"):
        raise Unknown(f"The package {name} names no licence: take another.")
    texts = texts_in(root / path)
    return Part(name, entry["version"], str(entry["license"]), texts)
