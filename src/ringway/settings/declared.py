"""Every setting there is: its names, its kind, its default, what it is for.

The command line, the variables, the file and the page `docs/configuration.md` are
all made from this list.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Final, TypeAlias

from ringway.settings.values import HTTP, HTTPS, MEDIA

Value: TypeAlias = str | int | bool | Path | tuple[str, ...] | None
"""What a setting can be; None: not given."""

PREFIX: Final = "RINGWAY_"
FILE: Final = "ringway.toml"
CONFIG: Final = "config"
"""Names the file; so it is no setting itself, and not in there."""


class Kind(Enum):
    """What a setting holds, and how a person writes it."""

    TEXT = auto()
    LIST = auto()
    FLAG = auto()
    NUMBER = auto()
    PATH = auto()


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set."""

    name: str
    """The key in the file."""
    kind: Kind
    help: str
    """One line for a person."""
    default: Value = None
    otherwise: str = ""
    """What holds when nothing is given and the default is no constant."""
    choices: tuple[str, ...] = ()

    @property
    def option(self) -> str:
        """Its name on the command line."""
        return option_of(self.name)

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return variable_of(self.name)

    @property
    def usual(self) -> str:
        """The default, for a person."""
        return self.otherwise or str(self.default)


def option_of(name: str) -> str:
    """Say how the setting is called on the command line."""
    return "--" + name.replace("_", "-")


def variable_of(name: str) -> str:
    """Say how the setting is called in the environment."""
    return PREFIX + name.upper()


SETTINGS: Final = (
    Setting("data", Kind.PATH, "Folder where everything is kept.", Path("data")),
    Setting("http", Kind.TEXT, "HOST:PORT for pages, SDK and API.", HTTP),
    Setting(
        "tls",
        Kind.TEXT,
        "Serve HTTPS as well: self-signed, or two files as CERTIFICATE,KEY.",
        otherwise="no HTTPS",
    ),
    Setting("https", Kind.TEXT, "HOST:PORT for HTTPS, with --tls.", HTTPS),
    Setting("media", Kind.TEXT, "IP:PORT for media, UDP and TCP.", MEDIA),
    Setting(
        "advertise",
        Kind.LIST,
        "Addresses clients send media to: IP, or IP:PORT behind a NAT.",
        otherwise="those of this machine",
    ),
    Setting(
        "public_url",
        Kind.TEXT,
        "https://HOST as browsers reach this server; goes into tokens.",
        otherwise="none",
    ),
    Setting(
        "demo",
        Kind.FLAG,
        "Serve the demo and give its visitors tokens.",
        otherwise="only when HTTP is for this machine",
    ),
    Setting(
        "trusted_proxy",
        Kind.LIST,
        "Proxies whose X-Forwarded-For is believed: addresses or networks.",
        otherwise="none",
    ),
    Setting(
        "origin",
        Kind.LIST,
        "Pages that may signal, as https://HOST.",
        otherwise="all",
    ),
    Setting(
        "egress_allow",
        Kind.LIST,
        "Networks that webhooks may lead to although they are not public.",
        otherwise="none",
    ),
    Setting(
        "engine",
        Kind.PATH,
        "The media engine's program.",
        otherwise="the one that came with Ringway",
    ),
    Setting(
        "shards",
        Kind.NUMBER,
        "Threads that move packets, each on the next media port.",
        1,
    ),
    Setting(
        "grace",
        Kind.NUMBER,
        "Seconds the media engine goes on when this program vanishes.",
        60,
    ),
    Setting(
        "rate_limits",
        Kind.NUMBER,
        "How many times the API's declared rates an account may ask; 0: no limit.",
        1,
    ),
    Setting(
        "history_days",
        Kind.NUMBER,
        "Days for which ended calls of applications are listed.",
        5,
    ),
    Setting(
        "log_format",
        Kind.TEXT,
        "How the log is written; auto: for people in a terminal, else JSON.",
        "auto",
        choices=("auto", "console", "json"),
    ),
    Setting(
        "log_level",
        Kind.TEXT,
        "The least that is worth a line in the log.",
        "info",
        choices=("debug", "info", "warning", "error"),
    ),
    Setting(
        "otlp_endpoint",
        Kind.TEXT,
        "Where traces go, by OTLP over HTTP, as http://HOST:4318.",
        otherwise="what OTEL_EXPORTER_OTLP_ENDPOINT says, or nowhere",
    ),
)
BY_NAME: Final = {setting.name: setting for setting in SETTINGS}
