"""Options that commands share, made from the declaration of the settings."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import Parameter

from ringway.cli.running import WRONG_USAGE, fail
from ringway.settings import BadSetting, Layers, gather
from ringway.settings.declared import BY_NAME, CONFIG, FILE, Kind, variable_of


def setting_option(name: str, metavar: str) -> Parameter:
    """Make the option of a setting, by its declaration."""
    setting = BY_NAME[name]
    return Parameter(
        help=f"{setting.help} [{setting.variable}]",
        show_default=lambda _: setting.usual,
        metavar=metavar,
        consume_multiple=setting.kind is Kind.LIST or None,
        negative=None if setting.kind is Kind.FLAG else (),
    )


def _usual_file(_: object) -> str:
    return f"{FILE} here, or in the data folder"


def _every_account(_: object) -> str:
    return "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where a command finds what is kept."""

    data: Annotated[Path | None, setting_option("data", "FOLDER")] = None
    config: Annotated[
        Path | None,
        Parameter(
            help=f"TOML file of settings. [{variable_of(CONFIG)}]",
            show_default=_usual_file,
            metavar="FILE",
        ),
    ] = None

    def layers(self) -> Layers:
        """Give what is in force.  What is wrong ends the program."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        try:
            return gather(given, os.environ, Path.cwd())
        except FileNotFoundError:
            fail("The working folder is not there any more.")
        except BadSetting as error:
            fail(str(error), WRONG_USAGE)

    def folder(self) -> Path:
        """Give the data folder.  What is wrong ends the program."""
        return self.layers().data


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing(Where):
    """Where the keys are that sign tokens, and what goes into them."""

    public_url: Annotated[str | None, setting_option("public_url", "URL")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything(Where):
    """Every setting of `serve`."""

    http: Annotated[str | None, setting_option("http", "HOST:PORT")] = None
    tls: Annotated[str | None, setting_option("tls", "WHICH")] = None
    https: Annotated[str | None, setting_option("https", "HOST:PORT")] = None
    media: Annotated[str | None, setting_option("media", "IP:PORT")] = None
    advertise: Annotated[tuple[str, ...] | None, setting_option("advertise", "IP")] = (
        None
    )
    public_url: Annotated[str | None, setting_option("public_url", "URL")] = None
    demo: Annotated[bool | None, setting_option("demo", "")] = None
    trusted_proxy: Annotated[
        tuple[str, ...] | None, setting_option("trusted_proxy", "NETWORK")
    ] = None
    origin: Annotated[tuple[str, ...] | None, setting_option("origin", "URL")] = None
    egress_allow: Annotated[
        tuple[str, ...] | None, setting_option("egress_allow", "NETWORK")
    ] = None
    engine: Annotated[Path | None, setting_option("engine", "PROGRAM")] = None
    shards: Annotated[int | None, setting_option("shards", "N")] = None
    grace: Annotated[int | None, setting_option("grace", "SECONDS")] = None
    rate_limits: Annotated[int | None, setting_option("rate_limits", "N")] = None
    history_days: Annotated[int | None, setting_option("history_days", "DAYS")] = None
    log_format: Annotated[
        Literal["auto", "console", "json"] | None,
        setting_option("log_format", "FORMAT"),
    ] = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"] | None,
        setting_option("log_level", "LEVEL"),
    ] = None
    otlp_endpoint: Annotated[str | None, setting_option("otlp_endpoint", "URL")] = None


NOWHERE: Final = Where()
NO_ISSUER: Final = Issuing()
NOTHING: Final = Everything()

InFolder = Annotated[Where, Parameter(name="*")]
WithSettings = Annotated[Everything, Parameter(name="*")]
AsJson = Annotated[
    bool,
    Parameter(
        name="--json", negative=(), show_default=False, help="Print JSON for programs."
    ),
]
Account = Annotated[
    str | None,
    Parameter(
        help="`main`, or `demo` for the demo page.",
        show_default=_every_account,
        metavar="ACCOUNT",
    ),
]
NO_SERVER: Final = "No server runs here: this is how it was when the last one stopped."
