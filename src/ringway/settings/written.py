"""Settings as people write them, in variables and in a TOML file, to values."""

from __future__ import annotations

import difflib
import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ringway.settings.declared import (
    BY_NAME,
    CONFIG,
    PREFIX,
    Kind,
    Setting,
    Value,
    variable_of,
)
from ringway.settings.values import BadSetting

MAX_FILE: Final = 64 * 1024
"""Bytes of a file of settings."""
YES: Final = frozenset({"1", "true", "yes", "on"})
NO: Final = frozenset({"0", "false", "no", "off"})
KEY: Final = "key"
"""The variable with an API key is no setting: it is never shown."""


def from_variables(environ: Mapping[str, str]) -> dict[str, Value]:
    """Read the variables of settings.  Or `BadSetting`.  An empty one is not given."""
    return {
        setting.name: _from_text(setting, text)
        for setting in BY_NAME.values()
        if (text := environ.get(setting.variable, "").strip())
    }


def unknown_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Give the variables of our prefix that are none, each with the nearest one.

    An empty text where none is near.  They may be somebody else's, so they are no
    fault; their values are nobody's business.
    """
    known = [setting.variable for setting in BY_NAME.values()]
    known += [variable_of(CONFIG), variable_of(KEY)]
    found = sorted(n for n in environ if n.startswith(PREFIX) and n not in known)
    return {name: _nearest(name, known) for name in found}


def _from_text(setting: Setting, text: str) -> Value:
    match setting.kind:
        case Kind.LIST:
            return _listed(text)
        case Kind.FLAG:
            if text.lower() not in YES | NO:
                raise BadSetting(f"is true or false, not {text!r}.", setting.name)
            return text.lower() in YES
        case Kind.NUMBER:
            digits = text.removeprefix("-")
            if not (digits.isascii() and digits.isdigit() and len(digits) < 10):  # noqa: PLR2004
                raise BadSetting(f"is a whole number, not {text!r}.", setting.name)
            return int(text)
        case Kind.PATH:
            return _home(Path(text))
        case Kind.TEXT:
            return _chosen(setting, text)


def read_file(path: Path) -> dict[str, Value]:
    """Read a file of settings.  Or `BadSetting`.

    A path in it counts from the file's own folder.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        raise BadSetting(f"{path} can not be read: {error.strerror}.") from error
    if len(content) > MAX_FILE:
        raise BadSetting(f"{path} has more than {MAX_FILE} bytes.")
    try:
        given = tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        raise BadSetting(f"{path} is not written in UTF-8.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadSetting(f"{path} is no TOML: {error}.") from error
    return {name: _from_file(path, name, value) for name, value in given.items()}


def look_whose(path: Path) -> None:
    """See that a file that was found, not named, is ours to obey.  Or `BadSetting`.

    It can name a program to run: so it must belong to us or to root, and nobody
    else may write it.
    """
    there = path.stat()
    if there.st_uid not in {0, os.geteuid()}:
        raise BadSetting(
            f"{path} belongs to another user: name it with --config to use it."
        )
    if there.st_mode & stat.S_IWOTH:
        raise BadSetting(f"{path} can be written by everybody: chmod o-w {path}.")


def _from_file(path: Path, name: str, value: Any) -> Value:
    setting = BY_NAME.get(name)
    if setting is None:
        near = _nearest(name.replace("-", "_").lower(), list(BY_NAME))
        hint = f": did you mean {near!r}?" if near else "."
        raise BadSetting(f"{path} has {name!r}, which is no setting{hint}")
    match setting.kind:
        case Kind.LIST if isinstance(value, str):
            return _listed(value)
        case Kind.LIST if isinstance(value, list):
            if all(isinstance(each, str) for each in value):
                return tuple(value)
        case Kind.FLAG if isinstance(value, bool):
            return value
        case Kind.NUMBER if type(value) is int:
            return value
        case Kind.PATH if isinstance(value, str) and value:
            return path.absolute().parent / _home(Path(value))
        case Kind.TEXT if isinstance(value, str):
            return _chosen(setting, value)
    raise BadSetting(f"is {_KINDS[setting.kind]}, not {value!r}.", setting.name)


_KINDS: Final = {
    Kind.TEXT: 'a text in "quotes"',
    Kind.LIST: 'a list of texts, as ["…", "…"]',
    Kind.FLAG: "true or false",
    Kind.NUMBER: "a whole number",
    Kind.PATH: 'a path in "quotes"',
}


def _chosen(setting: Setting, text: str) -> str:
    if setting.choices and text not in setting.choices:
        choices = ", ".join(setting.choices)
        raise BadSetting(f"is one of {choices}, not {text!r}.", setting.name)
    return text


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # nobody of that name
        return path


def _nearest(name: str, known: list[str]) -> str:
    return next(iter(difflib.get_close_matches(name, known, 1, 0.7)), "")
