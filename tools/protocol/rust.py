"""Writes the engine's Rust wire types from their Python declaration.

`ringway.ports.engine_messages` is the only place where a message is declared;
this module reads it (types by `msgspec.inspect`, sentences from its source) and
renders `crates/media/src/generated/protocol.rs`, formatted by rustfmt.
"""

from __future__ import annotations

import inspect
import shutil
import subprocess
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args, get_origin

from msgspec import inspect as types

from ringway.ports import engine_messages
from tools.protocol.declaration import Sentences, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

PATH = Path(__file__).parents[2] / "crates/media/src/generated/protocol.rs"
UNIONS = ("Order", "News")
"""The two unions of the declaration, each an enum in Rust."""

HEAD = """\
//! Orders and news as they are on the wire; generated, don't edit.
//!
//! Made from `src/ringway/ports/engine_messages.py` by `make generate`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
"""


Literals: TypeAlias = dict[frozenset[object], str]
"""The name of each literal alias, by its values."""


class UnknownTypeError(Exception):
    """The declaration uses a type that has no form in Rust yet."""


def render(module: ModuleType = engine_messages) -> str:
    """Render the whole Rust file, formatted."""
    sentences = read(inspect.getsource(module))
    literals = {
        frozenset(get_args(value)): name
        for name, value in vars(module).items()
        if get_origin(value) is Literal
    }
    structs: dict[str, types.StructType] = {}
    unions = {name: _members(getattr(module, name)) for name in UNIONS}
    for members in unions.values():
        for member in members:
            _collect(member, structs)
    parts = [
        HEAD,
        _constant("PROTOCOL", "&str", f'"{module.PROTOCOL}"', "major.minor"),
        _constant("MAX_FRAME", "usize", f"{module.MAX_FRAME:_}", "bytes"),
        _constant("MAX_AUDIENCE", "usize", f"{module.MAX_AUDIENCE:_}", "pipes"),
        *(_enum(name, getattr(module, name), sentences) for name in literals.values()),
        *(_struct(struct, literals, sentences) for struct in structs.values()),
        *(_union(name, members) for name, members in unions.items()),
    ]
    return _format("\n".join(parts))


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


def _constant(name: str, kind: str, value: str, unit: str) -> str:
    text = name.replace("_", " ").capitalize()
    return f"/// {text}, {unit}.\npub const {name}: {kind} = {value};\n"


def _enum(name: str, literal: object, sentences: Sentences) -> str:
    lines = [
        *_docs(sentences.of_name.get(name, "")),
        "#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]",
        '#[serde(rename_all = "SCREAMING_SNAKE_CASE")]',
        f"pub enum {name} {{",
    ]
    for value in get_args(literal):
        lines += _docs(sentences.of_value.get((name, value), ""))
        lines.append(f"{''.join(part.title() for part in value.split('_'))},")
    return "\n".join([*lines, "}", ""])


def _struct(info: types.StructType, literals: Literals, sentences: Sentences) -> str:
    name = info.cls.__name__
    lines = [
        *_docs(sentences.of_name[name]),
        "#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]",
        f"pub struct {name} {{",
    ]
    for each in info.fields:
        lines += _docs(sentences.of_field.get((name, each.name), ""))
        omits = info.cls.__struct_config__.omit_defaults
        if each.default is None:
            lines.append(_serde(omits, "Option::is_none"))
        elif each.default is False:
            lines.append(_serde(omits, "std::ops::Not::not"))
        elif each.default_factory is list:
            lines.append(_serde(omits, "Vec::is_empty"))
        elif each.default == 0 and not omits:
            lines.append(_serde(omits, ""))
        elif not each.required:
            message = f"{name}.{each.name} has a default that has no form in Rust yet"
            raise UnknownTypeError(message)
        lines.append(f"pub {each.encode_name}: {_type(each.type, literals)},")
    return "\n".join([*lines, "}", ""])


def _serde(omits: bool, is_default: str) -> str:
    """Render the attribute of a field that may be absent."""
    skipped = f', skip_serializing_if = "{is_default}"' if omits else ""
    return f"#[serde(default{skipped})]"


def _type(info: types.Type, literals: Literals) -> str:
    match info:
        case types.StrType():
            return "String"
        case types.BoolType():
            return "bool"
        case types.IntType(ge=0):
            return "u64"
        case types.IntType(ge=None):
            return "i64"
        case types.FloatType():
            return "f64"
        case types.LiteralType():
            return literals[frozenset(info.values)]
        case types.StructType():
            return info.cls.__name__
        case types.ListType():
            return f"Vec<{_type(info.item_type, literals)}>"
        case types.DictType():
            key = _type(info.key_type, literals)
            return f"BTreeMap<{key}, {_type(info.value_type, literals)}>"
        case types.UnionType(types=(inner, types.NoneType())):
            return f"Option<{_type(inner, literals)}>"
        case _:
            raise UnknownTypeError(info)


def _union(name: str, members: list[types.StructType]) -> str:
    lines = [
        *_docs(f"Every frame of {name.lower()}, named by its field `t`."),
        "#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]",
        '#[serde(tag = "t")]',
        f"pub enum {name} {{",
    ]
    for member in members:
        variant = member.cls.__name__
        lines += _docs(f"See [`{variant}`].")
        lines += [f'#[serde(rename = "{member.tag}")]', f"{variant}({variant}),"]
    return "\n".join([*lines, "}", ""])


def _docs(text: str) -> Iterator[str]:
    """Render doc comments; Python's double backticks become single ones."""
    paragraphs = inspect.cleandoc(text).replace("``", "`").split("\n\n")
    for position, paragraph in enumerate(paragraphs):
        if position:
            yield "///"
        for line in textwrap.wrap(" ".join(paragraph.split()), 96):
            yield f"/// {line}"


def _format(code: str) -> str:
    rustfmt = shutil.which("rustfmt")
    if rustfmt is None:
        raise FileNotFoundError(
            "rustfmt is not installed: rustup component add rustfmt"
        )
    return subprocess.run(  # noqa: S603 - our own code through our own toolchain
        [rustfmt, "--edition", "2024"],
        input=code,
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout
