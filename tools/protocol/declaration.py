"""Reads what a declaration of wire types says beside its types.

The types come from `msgspec.inspect`; docstrings, the strings after fields and
aliases, and the comments after a literal's values only the source knows.
"""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Sentences:
    """What the source of the declaration says beside its types."""

    of_name: dict[str, str] = field(default_factory=dict)
    """By class or alias: its docstring, or the string after it."""
    of_field: dict[tuple[str, str], str] = field(default_factory=dict)
    """By class and field: the string after the field."""
    of_value: dict[tuple[str, str], str] = field(default_factory=dict)
    """By literal alias and value: the comment at the end of the value's line."""


def read(source: str) -> Sentences:
    """Collect the sentences of a module's source."""
    found = Sentences()
    lines = source.splitlines()
    body = ast.parse(source).body
    for here, after in zip(body, [*body[1:], None], strict=True):
        match here:
            case ast.ClassDef():
                found.of_name[here.name] = ast.get_docstring(here) or ""
                for name, text in _followed(here.body):
                    found.of_field[here.name, name] = text
            case ast.AnnAssign(
                target=ast.Name(id=name), value=ast.Subscript() as value
            ):
                found.of_name[name] = _string(after) or ""
                for each in ast.walk(value):
                    match each:
                        case ast.Constant(value=str(literal)):
                            comment = lines[each.lineno - 1].partition("  # ")[2]
                            found.of_value[name, literal] = _sentence(comment)
                        case _:
                            pass
            case _:
                pass
    return found


def _sentence(comment: str) -> str:
    return f"{comment[0].upper()}{comment[1:]}." if comment else ""


def _followed(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for here, after in itertools.pairwise(body):
        text = _string(after)
        match here:
            case ast.AnnAssign(target=ast.Name(id=name)) if text is not None:
                yield name, text
            case _:
                pass


def _string(statement: ast.stmt | None) -> str | None:
    match statement:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return text
        case _:
            return None
