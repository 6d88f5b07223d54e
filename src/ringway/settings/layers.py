"""Which value is in force: an option's, a variable's, the file's, or the default.

The file is the one that `--config` or RINGWAY_CONFIG names; else the first of
`ringway.toml` in the working folder and `ringway.toml` in the data folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from ringway.settings.declared import (
    BY_NAME,
    CONFIG,
    FILE,
    Setting,
    Value,
    option_of,
    variable_of,
)
from ringway.settings.values import BadSetting, Settings, settings_from
from ringway.settings.written import from_variables, look_whose, read_file


class Source(Enum):
    """The kinds of places, the strongest first."""

    OPTION = "option"
    VARIABLE = "variable"
    FILE = "file"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class InForce:
    """A setting's value, and where it comes from."""

    setting: Setting
    value: Value
    source: Source
    where: str
    """The option, the variable or the file; empty for a default."""

    @property
    def called(self) -> str:
        """How the one who gave it knows it."""
        if self.source is Source.FILE:
            return f"{self.setting.name} in {self.where}"
        return self.where or self.setting.option


@dataclass(frozen=True, slots=True)
class Layers:
    """Everything that is in force."""

    values: Mapping[str, InForce]
    """By name, in the order of the declaration."""
    file: Path | None
    """The file that was read."""

    @property
    def data(self) -> Path:
        """The data folder; absolute."""
        value = self.values["data"].value
        assert isinstance(value, Path)
        return value.absolute()

    def settings(self) -> Settings:
        """Check all of it.  Or `BadSetting`, which names the place it comes from."""
        given: dict[str, Any] = {name: it.value for name, it in self.values.items()}
        given["grace_s"] = given.pop("grace")
        given["origins"] = given.pop("origin") or ()
        given["trusted_proxies"] = given.pop("trusted_proxy") or ()
        given["egress_allow"] = given["egress_allow"] or ()
        given["advertise"] = given["advertise"] or ()
        try:
            return settings_from(**given)
        except BadSetting as error:
            raise self._named(error) from None

    def _named(self, error: BadSetting) -> BadSetting:
        it = self.values.get(error.setting)
        return error if it is None else error.said_of(it.called)


def gather(
    options: Mapping[str, Value], environ: Mapping[str, str], folder: Path
) -> Layers:
    """Lay what was given over the defaults.  Or `BadSetting`.

    `options` by name, `CONFIG` among them; None is not given.  `folder` is the
    working folder.
    """
    given = {name: value for name, value in options.items() if value is not None}
    config = given.pop(CONFIG, None) or environ.get(variable_of(CONFIG)) or None
    try:
        variables = from_variables(environ)
    except BadSetting as error:
        raise error.said_of(variable_of(error.setting)) from None
    found = {
        name: InForce(setting, setting.default, Source.DEFAULT, "")
        for name, setting in BY_NAME.items()
    }
    over: list[tuple[Source, Callable[[str], str], Mapping[str, Value]]] = [
        (Source.VARIABLE, variable_of, variables),
        (Source.OPTION, option_of, given),
    ]
    for source, called, values in over:
        for name, value in values.items():
            it = found[name]
            found[name] = replace(it, value=value, source=source, where=called(name))
    path, is_in_data = _file(config, folder, found["data"].value)
    if path is None:
        return Layers(found, None)
    try:
        written = read_file(path)
    except BadSetting as error:
        named = f"{error.setting} in {path}"
        raise (error.said_of(named) if error.setting else error) from None
    if is_in_data and "data" in written:
        raise BadSetting(f"{path} can not say where the data folder is: it is in it.")
    for name, value in written.items():
        if found[name].source is Source.DEFAULT:
            found[name] = InForce(BY_NAME[name], value, Source.FILE, str(path))
    return Layers(found, path)


def _file(config: Any, folder: Path, data: Value) -> tuple[Path | None, bool]:
    """Find the file; say whether it is the data folder's."""
    if config is not None:
        return Path(config), False
    assert isinstance(data, Path)
    for path, is_in_data in ((folder / FILE, False), (folder / data / FILE, True)):
        with suppress(PermissionError):  # who uses the folder says it
            if path.is_file():
                look_whose(path)
                return path, is_in_data
    return None, False
