"""Checks of what is installed and kept: settings, folder, database, engine, pages."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ringway.app.built import engine_program, front
from ringway.app.doctor.findings import Finding, fail, ok, warn
from ringway.app.folder import PRIVATE
from ringway.app.stops import Stop
from ringway.settings import Settings

HELP_WITHIN_S: Final = 10.0


def variables(unknown: Mapping[str, str]) -> Finding:
    """Judge variables that look like settings; `unknown` has the nearest of each."""
    if not unknown:
        return ok("Variables", "Each RINGWAY_ variable is a setting.")
    name, near = next(iter(unknown.items()))
    others = "" if len(unknown) == 1 else f", nor are {len(unknown) - 1} others"
    hint = f"Did you mean {near}?" if near else "`ringway config` shows all of them."
    return warn("Variables", f"{name} is no setting{others}.", hint)


def folder(data: Path) -> Finding:
    """Look whether the data folder is ours, private and can be written."""
    name = "Data folder"
    elsewhere = "Give another folder with --data, or another user to run as."
    try:
        if not data.exists():
            parent = next(it for it in data.parents if it.exists())
            if parent.is_dir() and os.access(parent, os.W_OK | os.X_OK):
                return ok(name, f"{data} is made at the first start.")
            return fail(name, f"{data} can not be made in {parent}.", elsewhere)
        if not data.is_dir():
            return fail(name, f"{data} is no folder.", elsewhere)
        there = data.stat()
        if there.st_uid != os.geteuid():
            return fail(name, f"{data} belongs to another user.", elsewhere)
        if not os.access(data, os.W_OK | os.X_OK):
            return fail(name, f"{data} can not be written.", elsewhere)
    except OSError as error:
        return fail(name, f"{data} can not be used: {error.strerror}.", elsewhere)
    if stat.S_IMODE(there.st_mode) != PRIVATE:
        return warn(
            name,
            f"{data} is open to other users: it holds keys.",
            f"`ringway serve` closes it at its start, or: chmod 700 {data}",
        )
    return ok(name, f"{data} is private and can be written.")


def database(trouble: str | None, file: Path) -> Finding:
    """Judge what came of opening the database; None: it could be opened, or is new."""
    if trouble is not None:
        return fail(
            "Database",
            trouble,
            "Put a copy of the data folder back, or take a version that can read it.",
        )
    if not file.exists():
        return ok("Database", "There is none yet: the first start makes it.")
    return ok("Database", f"It can be read and has {file.stat().st_size >> 10} KiB.")


def engine(program: Path | None) -> Finding:
    """Look whether the media engine's program is there and runs here."""
    name = "Engine"
    advice = (
        "Install Ringway anew, as it is for this machine (in its sources: "
        "`make build`), or give --engine PROGRAM."
    )
    try:
        path = engine_program(program)
    except Stop as stop:
        return fail(name, stop.text, advice)
    try:
        done = subprocess.run(  # noqa: S603 -- our own program, or the operator's
            [path, "--help"],
            capture_output=True,
            check=False,
            timeout=HELP_WITHIN_S,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        return fail(name, f"{path} can not be started: {error.strerror}.", advice)
    except subprocess.TimeoutExpired:
        return fail(name, f"{path} says nothing within {HELP_WITHIN_S:.0f} s.", advice)
    if done.returncode != 0 or not done.stdout.startswith(b"ringway-media"):
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        why = said or f"exit code {done.returncode}"
        return fail(name, f"{path} is no media engine for this machine: {why}.", advice)
    return ok(name, f"{path} runs here.")


def pages(settings: Settings) -> Finding:
    """Look whether what browsers load is there."""
    there = front(settings)
    missing = [it for it in (there.sdk, there.demo_page) if isinstance(it, str)]
    if missing:
        advice = "Install Ringway anew, or run `make build` in its sources."
        return warn("Pages", missing[0], advice)
    return ok("Pages", "The SDK and the demo page are built.")
