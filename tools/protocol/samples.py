"""Writes sample frames as Python encodes them, for the Rust side to agree with.

Two of every frame of `ringway.ports.engine_messages`: one with every field set,
and the least one, with defaults and empty lists.  A line of the file is the
frame's name, a blank and its MessagePack in hexadecimal.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import inspect as types

from ringway.ports import engine_messages

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = Path(__file__).parents[2] / "crates/media/tests/samples/frames.txt"
NUMBERS = (0, 1, 127, 128, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**53)
"""Either side of every width an integer of MessagePack can have."""


def render() -> str:
    """Render the whole file."""
    return "".join(f"{name} {frame.hex()}\n" for name, frame in _frames())


def _frames() -> Iterator[tuple[str, bytes]]:
    numbers = itertools.cycle(NUMBERS)
    union = types.type_info(engine_messages.Order | engine_messages.News)
    match union:
        case types.UnionType(types=members):
            for member in members:
                name = getattr(member, "tag", "?")
                for least in (False, True):
                    value = _value(member, name, numbers, least=least)
                    yield name, msgspec.msgpack.encode(value)
        case _:
            raise TypeError(union)


def _value(
    info: types.Type, name: str, numbers: Iterator[int], *, least: bool
) -> object:
    match info:
        case types.StructType():
            return info.cls(
                **{
                    each.name: _value(each.type, each.name, numbers, least=least)
                    for each in info.fields
                    if each.required or not least
                }
            )
        case types.StrType():
            return "" if least else f"{name} → ünï"
        case types.BoolType():
            return not least
        case types.IntType(ge=0):
            return 0 if least else next(numbers)
        case types.IntType():
            return -40_000 if least else -1
        case types.FloatType():
            return 0.0 if least else 20.25
        case types.LiteralType(values=values):
            return values[0 if least else -1]
        case types.ListType():
            count = 0 if least else 3
            return [
                _value(info.item_type, name, numbers, least=index == 1)
                for index in range(count)
            ]
        case types.DictType():
            value = _value(info.value_type, name, numbers, least=least)
            return {} if least else {f"{name}_a": value, f"{name}_b": value}
        case types.UnionType(types=(inner, types.NoneType())):
            return None if least else _value(inner, name, numbers, least=least)
        case _:
            raise TypeError(info)
