"""Judges licence expressions: whether what is so licensed may be shipped.

Grammar: SPDX specification 2.3, annex D; ``/`` is what crates once wrote for OR.
"""

from __future__ import annotations

import re
from typing import Final

PERMISSIVE: Final = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "OFL-1.1",
        "PSF-2.0",
        "Unicode-3.0",
        "Unlicense",
        "Zlib",
    }
)
"""All that may be passed on with no more than their notice; OFL-1.1 is for fonts."""
EXCEPTIONS: Final = frozenset({"LLVM-exception"})
"""Each only adds to what is permitted."""

_TOKEN: Final = re.compile(r"\s*([()/]|[A-Za-z0-9.+-]+)")


class NoExpression(Exception):
    """The text is no licence expression."""


def is_permissive(expression: str) -> bool:
    """Whether one of the choices it leaves is permissive.  Or `NoExpression`."""
    tokens = _tokens(expression)
    permitted = _either(tokens)
    if tokens:
        raise NoExpression(f"{expression!r} goes on after its end.")
    return permitted


def _tokens(expression: str) -> list[str]:
    found, at = [], 0
    text = expression.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise NoExpression(f"{expression!r} is no licence expression.")
        found.append("OR" if token[1] == "/" else token[1])
        at = token.end()
    return found


def _either(tokens: list[str]) -> bool:
    permitted = _all(tokens)
    while _follows(tokens, "OR"):
        permitted |= _all(tokens)
    return permitted


def _all(tokens: list[str]) -> bool:
    permitted = _one(tokens)
    while _follows(tokens, "AND"):
        permitted &= _one(tokens)
    return permitted


def _one(tokens: list[str]) -> bool:
    if _follows(tokens, "("):
        permitted = _either(tokens)
        if not _follows(tokens, ")"):
            raise NoExpression("A parenthesis is not closed.")
        return permitted
    permitted = _name(tokens) in PERMISSIVE
    if _follows(tokens, "WITH"):
        permitted &= _name(tokens) in EXCEPTIONS
    return permitted


def _name(tokens: list[str]) -> str:
    if not tokens or tokens[0] in {"(", ")", "AND", "OR", "WITH"}:
        raise NoExpression("The name of a licence is missing.")
    return tokens.pop(0)


def _follows(tokens: list[str], wanted: str) -> bool:
    if tokens[:1] != [wanted]:
        return False
    del tokens[0]
    return True
