"""The crates that are linked into the engine, as cargo resolves them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.licences.parts import Part, Unknown, texts_in

ENGINE = "media"


def crates(root: Path) -> Sequence[Part]:
    """List them, without our own, and Rust's own library.  Or `Unknown`."""
    metadata = json.loads(_said(root, "cargo", "metadata", *_for_this_machine(root)))
    packages = {it["id"]: it for it in metadata["packages"]}
    return (
        *(
            Part(it["name"], it["version"], _licence(it), _texts(it))
            for it in map(packages.__getitem__, _linked(metadata, packages))
            if it["source"] is not None
        ),
        _library(root),
    )


def _for_this_machine(root: Path) -> Sequence[str]:
    platform = _version(root)["host"]
    return ("--format-version=1", "--locked", f"--filter-platform={platform}")


def _linked(
    metadata: Mapping[str, Any], packages: Mapping[str, Mapping[str, Any]]
) -> Sequence[str]:
    """Follow what the engine needs while it runs; a macro's needs end with it."""
    needs = {it["id"]: it["deps"] for it in metadata["resolve"]["nodes"]}
    [first] = (id_ for id_, it in packages.items() if it["name"] == ENGINE)
    found, ahead = {first}, [first]
    while ahead:
        for need in needs[ahead.pop()]:
            it = need["pkg"]
            is_linked = any(kind["kind"] is None for kind in need["dep_kinds"])
            if is_linked and it not in found and not _is_macro(packages[it]):
                found.add(it)
                ahead.append(it)
    return sorted(found)


def _is_macro(package: Mapping[str, Any]) -> bool:
    return any("proc-macro" in target["kind"] for target in package["targets"])


def _licence(package: Mapping[str, Any]) -> str:
    if not package["license"]:
        raise Unknown(f"The crate {package['name']} names no licence: take another.")
    return str(package["license"])


def _texts(package: Mapping[str, Any]) -> Sequence[str]:
    return texts_in(Path(package["manifest_path"]).parent)


def _library(root: Path) -> Part:
    terms = "MIT OR Apache-2.0"  # COPYRIGHT in the compiler's sources
    return Part("Rust standard library", _version(root)["release"], terms, ())


def _version(root: Path) -> Mapping[str, str]:
    lines = (line.partition(": ") for line in _said(root, "rustc", "-vV").splitlines())
    return {name: value for name, _, value in lines}


def _said(root: Path, *command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 -- the compiler's own programs
            command, cwd=root, check=True, capture_output=True, text=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        why = getattr(error, "stderr", None) or error
        raise Unknown(f"{command[0]} does not say which crates there are: {why}") from (
            error
        )
    return done.stdout
