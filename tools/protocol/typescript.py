"""Writes the SDK's TypeScript wire types from their Python declaration.

`ringway.rtc.messages`, and what it is made of, is the only place where a message
is declared; this module reads it (types by `msgspec.inspect`, sentences from its
source) and renders `web/rtc/src/generated/messages.ts`: an interface for each
message, told apart by `t`, and the two unions.
"""

from __future__ import annotations

import inspect
import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args, get_origin

from msgspec import inspect as types

from ringway.rtc import client_messages, house_messages, message_parts, messages
from tools.protocol.declaration import Sentences, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

DECLARED = (message_parts, client_messages, house_messages)
PATH = Path(__file__).parents[2] / "web/rtc/src/generated/messages.ts"
UNIONS = {
    "FromClient": "What a client says.",
    "FromHouse": "What the house says.",
}
CONSTANTS = {
    "PATH": "Where the WebSocket is, below the server's address.",
    "PROTOCOL": "major.minor",
    "MAX_TEXT": "Characters of a message.",
    "MAX_SDP": "Characters of a description.",
}
WIDTH = 110

HEAD = """\
// Signalling messages as they are on the wire; generated, don't edit.
//
// Made from `src/ringway/rtc/messages.py` by `make generate`.
"""


class UnknownTypeError(Exception):
    """The declaration uses a type that has no form in TypeScript yet."""


def render(module: ModuleType = messages) -> str:
    """Render the whole TypeScript file."""
    sentences = read("\n".join(map(inspect.getsource, DECLARED)))
    literals = {
        frozenset(get_args(value)): name
        for name, value in vars(module).items()
        if get_origin(value) is Literal
    }
    unions = {name: _members(getattr(module, name)) for name in UNIONS}
    structs: dict[str, types.StructType] = {}
    for members in unions.values():
        for member in members:
            _collect(member, structs)
    parts = [
        HEAD,
        *(_constant(name, getattr(module, name)) for name in CONSTANTS),
        *(
            _literal(name, getattr(module, name), sentences)
            for name in literals.values()
        ),
        *(
            _interface(struct, _Names(literals), sentences)
            for struct in structs.values()
        ),
        *(_union(name, members) for name, members in unions.items()),
    ]
    return "\n".join(parts)


class _Names:
    """How each type is written."""

    def __init__(self, literals: dict[frozenset[object], str]) -> None:
        self._literals = literals

    def of(self, info: types.Type) -> str:
        match info:
            case types.StrType():
                return "string"
            case types.BoolType():
                return "boolean"
            case types.IntType() | types.FloatType():
                return "number"
            case types.LiteralType(values=values):
                return self._literals.get(frozenset(values)) or _alternatives(values)
            case types.StructType():
                return info.cls.__name__
            case types.ListType():
                item = self.of(info.item_type)
                return f"readonly {f'({item})' if '|' in item else item}[]"
            case types.DictType(key_type=types.StrType()):
                return f"Readonly<Record<string, {self.of(info.value_type)}>>"
            case types.UnionType(types=(inner, types.NoneType())):
                return self.of(inner)
            case _:
                raise UnknownTypeError(info)


def _members(union: object) -> list[types.StructType]:
    info = types.type_info(union)
    if not isinstance(info, types.UnionType):
        raise UnknownTypeError(union)
    return [member for member in info.types if isinstance(member, types.StructType)]


def _collect(info: types.Type, found: dict[str, types.StructType]) -> None:
    """Add every struct that ``info`` is made of, parts before wholes."""
    match info:
        case types.StructType():
            for each in info.fields:
                _collect(each.type, found)
            found.setdefault(info.cls.__name__, info)
        case types.ListType():
            _collect(info.item_type, found)
        case types.UnionType():
            for member in info.types:
                _collect(member, found)
        case _:
            pass


def _constant(name: str, value: object) -> str:
    docs = "\n".join(_docs(CONSTANTS[name]))
    return f"{docs}\nexport const {name} = {json.dumps(value)};\n"


def _literal(name: str, literal: object, sentences: Sentences) -> str:
    values = get_args(literal)
    if not any(sentences.of_value.get((name, value)) for value in values):
        return f"export type {name} = {_alternatives(values)};\n"
    lines = [f"export type {name} ="]
    for value in values:
        docs = sentences.of_value.get((name, value))
        lines += [f"  {line}" for line in _docs(docs)] if docs else []
        lines.append(f"  | {json.dumps(value)}")
    return "\n".join(lines) + ";\n"


def _alternatives(values: tuple[object, ...]) -> str:
    return " | ".join(json.dumps(value) for value in values)


def _interface(info: types.StructType, names: _Names, sentences: Sentences) -> str:
    """Fields with a default may be absent: neither side writes a default."""
    name = info.cls.__name__
    lines = [*_docs(sentences.of_name[name]), f"export interface {name} {{"]
    if info.tag is not None:
        lines.append(f"  readonly t: {json.dumps(info.tag)};")
    for each in info.fields:
        docs = sentences.of_field.get((name, each.name))
        lines += [f"  {line}" for line in _docs(docs)] if docs else []
        optional = "" if each.required else "?"
        lines.append(f"  readonly {each.encode_name}{optional}: {names.of(each.type)};")
    return "\n".join([*lines, "}", ""])


def _union(name: str, members: list[types.StructType]) -> str:
    alternatives = "\n".join(f"  | {member.cls.__name__}" for member in members)
    docs = "\n".join(_docs(UNIONS[name]))
    return f"{docs}\nexport type {name} =\n{alternatives};\n"


def _docs(text: str) -> Iterator[str]:
    """Render a doc comment; Python's double backticks become single ones."""
    lines: list[str] = []
    for paragraph in inspect.cleandoc(text).replace("``", "`").split("\n\n"):
        lines += [""] if lines else []
        lines += textwrap.wrap(" ".join(paragraph.split()), WIDTH)
    if len(lines) == 1:
        yield f"/** {lines[0]} */"
        return
    yield "/**"
    for line in lines:
        yield f" * {line}".rstrip()
    yield " */"
