"""What a check has found: one value, with one sentence of advice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """How bad it is."""

    OK = "OK"
    WARN = "WARN"
    """It works, but not for everybody, or not for long."""
    FAIL = "FAIL"
    """`serve` would not start, or calls would not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    name: str
    state: State
    found: str
    """A sentence."""
    advice: str = ""
    """A sentence; empty only when all is well."""


def ok(name: str, found: str) -> Finding:
    """Say that all is well."""
    return Finding(name, State.OK, found)


def warn(name: str, found: str, advice: str) -> Finding:
    """Say that it works, but not for everybody, or not for long."""
    return Finding(name, State.WARN, found, advice)


def fail(name: str, found: str, advice: str) -> Finding:
    """Say that it does not work."""
    return Finding(name, State.FAIL, found, advice)
