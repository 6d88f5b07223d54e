"""Reads bodies and parameters into models, and names every member that is wrong.

What is right is read in one step.  Only what is not is looked at member by member:
members by the names of older clients get today's, a null where nothing has to be
stands for nothing, and all that is left is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec import inspect

from ringway.public.models.scalars import A_TIME, Clash, Wire
from ringway.public.moments import given_time

Fields = dict[str, list[str]]
"""Sentences by member, as ``endpoint.identity`` or ``items[2].from``."""
MOST_NAMED: Final = 12
"""Names of a list that a sentence tells."""
MOST_WRONG: Final = 100
"""Members that are named; whoever is wrong more often reads the reference."""
_WHOLE: Final = re.compile(r"-?\d{1,18}")
_TIMES: Final = "date-time"
_BOOLEANS: Final[Mapping[str, bool]] = {"true": True, "false": False}


class Unreadable(Exception):
    """The text is no JSON, or no object."""


class Wrong(Exception):
    """Members that are missing or not as they have to be."""

    def __init__(self, fields: Fields) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class Reader:
    """Reads one model, or one of several that `type` tells apart."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._decoder = msgspec.json.Decoder(model)
        self._info = inspect.type_info(model)

    def body(self, text: bytes) -> Any:
        """Read a JSON object.  Or `Unreadable`, `Wrong`."""
        try:
            try:
                return self._decoder.decode(text)
            except msgspec.ValidationError:
                given = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise Unreadable("The body is no JSON.") from None
        return self._checked(given)

    def parameters(self, pairs: Iterable[tuple[str, str]]) -> Any:
        """Read what a query has; of one that is no list, the last.  Or `Wrong`."""
        assert isinstance(self._info, inspect.StructType)
        kinds = {it.encode_name: _bare(it.type) for it in self._info.fields}
        read: dict[str, Any] = {}
        for name, text in pairs:
            kind = kinds.get(name)
            if isinstance(kind, inspect.ListType):
                read.setdefault(name, []).append(_typed(kind.item_type, text))
            elif kind is not None:
                read[name] = _typed(kind, text)
        try:
            return msgspec.convert(read, self._model)
        except msgspec.ValidationError:
            return self._checked(read)

    def _checked(self, given: object) -> Any:
        if not isinstance(given, dict):
            raise Unreadable("The body is no JSON object.")
        wrong: Fields = {}
        mended = _look(self._info, given, "", wrong)
        if wrong:
            raise Wrong(wrong)
        try:
            return msgspec.convert(mended, self._model)
        except msgspec.ValidationError as error:
            raise Wrong(_clash(error)) from None


def _clash(error: msgspec.ValidationError) -> Fields:
    """Say what is wrong with members that are right alone."""
    text, _, where = str(error).partition(" - at `$")
    path = where.rstrip("`").lstrip(".")
    if isinstance(error.__cause__, Clash):
        clash = error.__cause__
        return {_below(path, clash.member): [clash.sentence]}
    return {path: [text]}


def _below(path: str, member: str) -> str:
    return f"{path}.{member}" if path else member


def _bare(info: inspect.Type) -> inspect.Type:
    """Give what a member is when it is there."""
    if isinstance(info, inspect.UnionType):
        some = [it for it in info.types if not isinstance(it, inspect.NoneType)]
        if len(some) == 1:
            return some[0]
    return info


def _timed(info: inspect.Metadata) -> bool:
    return (info.extra_json_schema or {}).get("format") == _TIMES


def _typed(info: inspect.Type, text: str) -> object:
    """Read a parameter as what it is to be; what it can not be is left as it is."""
    if isinstance(info, inspect.Metadata):
        # A + that was not encoded has become a blank.
        if _timed(info):
            return text.strip().replace(" ", "+")
        return _typed(info.type, text)
    if isinstance(info, inspect.IntType) and _WHOLE.fullmatch(text):
        return int(text)
    if isinstance(info, inspect.BoolType):
        return _BOOLEANS.get(text.lower(), text)
    return text


def _look(info: inspect.Type, value: Any, path: str, wrong: Fields) -> Any:
    """Give the value as it can be read, and note what is wrong with it."""
    if len(wrong) >= MOST_WRONG:
        return value
    bare = _bare(info)
    if isinstance(bare, inspect.Metadata) and not _timed(bare):
        bare = _bare(bare.type)
    match bare:
        case inspect.UnionType(types):
            return _one_of(types, value, path, wrong)
        case inspect.StructType():
            return _object(bare, value, path, wrong)
        case inspect.ListType(item_type=item) if isinstance(value, list):
            looked = [
                _look(item, it, f"{path}[{at}]", wrong) for at, it in enumerate(value)
            ]
            if _reads(bare, looked, shallow=True):
                return looked
        case inspect.DictType(value_type=kind) if isinstance(value, dict):
            return {
                name: _look(kind, it, _below(path, name), wrong)
                for name, it in value.items()
            }
        case _ if _reads(bare, value):
            return value
        case _:
            pass
    wrong[path] = [_sentence(bare)]
    return value


def _one_of(types: Any, value: Any, path: str, wrong: Fields) -> Any:
    """Look at a value by the shape that its `type` names."""
    shapes = {
        it.tag: it
        for it in types
        if isinstance(it, inspect.StructType) and isinstance(it.tag, str)
    }
    if not isinstance(value, dict):
        wrong[path] = ["is an object"]
        return value
    tag = value.get("type")
    if isinstance(tag, str) and tag in shapes:
        return _object(shapes[tag], value, path, wrong)
    needed = "is required: one of" if tag is None else "is one of"
    wrong[_below(path, "type")] = [f"{needed} {', '.join(shapes)}"]
    return value


def _object(info: inspect.StructType, value: Any, path: str, wrong: Fields) -> Any:
    if not isinstance(value, dict):
        wrong[path] = ["is an object"]
        return value
    if isinstance(info.tag, str) and value.get("type", info.tag) != info.tag:
        wrong[_below(path, "type")] = [f"is {info.tag}"]
        return value
    model = info.cls
    assert issubclass(model, Wire)
    given = dict(value)
    for older, name in model.OLDER.items():
        if given.get(name) is None and older in given:
            given[name] = given.pop(older)
    for it in info.fields:
        name, at = it.encode_name, _below(path, it.encode_name)
        if given.get(name) is not None:
            given[name] = _look(it.type, given[name], at, wrong)
        elif it.required:
            wrong[at] = ["is required"]
        else:
            given.pop(name, None)
    return given


def _reads(info: inspect.Type, value: object, *, shallow: bool = False) -> bool:
    """Say whether the value is as it has to be; `shallow`: a list, by its length."""
    match info:
        case inspect.ListType(min_length=least, max_length=most) if shallow:
            assert isinstance(value, list)
            return (least or 0) <= len(value) and (most is None or len(value) <= most)
        case inspect.Metadata(type=inner):
            return _reads(inner, value) and (
                not _timed(info) or given_time(str(value)) is not None
            )
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.EnumType(cls=names):
            return isinstance(value, str) and value in {it.value for it in names}
        case inspect.IntType(ge=least, le=most):
            whole = isinstance(value, int) and not isinstance(value, bool)
            whole = whole or (isinstance(value, float) and value.is_integer())
            return whole and _within(value, least, most)
        case inspect.FloatType(ge=least, le=most):
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            return number and _within(value, least, most)
        case inspect.StrType(min_length=least, max_length=most, pattern=pattern):
            return (
                isinstance(value, str)
                and _within(len(value), least, most)
                and (pattern is None or re.search(pattern, value) is not None)
            )
        case _:
            return False


def _within(value: Any, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _sentence(info: inspect.Type) -> str:
    """Say what such a member is, so that it reads on from its name."""
    match info:
        case inspect.Metadata(type=inner):
            return A_TIME if _timed(info) else _sentence(inner)
        case inspect.BoolType():
            return "is true or false"
        case inspect.EnumType(cls=names):
            told = [it.value for it in names]
            more = ", …" if len(told) > MOST_NAMED else ""
            return f"is one of {', '.join(told[:MOST_NAMED])}{more}"
        case inspect.IntType(ge=least, le=most):
            return f"is a whole number from {least} to {most}"
        case inspect.FloatType(ge=least, le=most):
            bounds = "" if most is None else f" from {least:g} to {most:g}"
            return f"is a number{bounds}"
        case inspect.StrType(min_length=least, max_length=most, pattern=pattern):
            length = f" of {least or 0} to {most} characters" if most else ""
            shape = f" that matches {pattern}" if pattern else ""
            return f"is a text{length}{shape}"
        case inspect.ListType(min_length=least):
            return f"is a list with at least {least} entries" if least else "is a list"
        case _:
            return "is an object whose members are texts"
