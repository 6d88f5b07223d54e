"""The settings as one value, checked once, when the program starts."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

HTTP = "127.0.0.1:8080"
HTTPS = "0.0.0.0:8443"
SELF_SIGNED: Literal["self-signed"] = "self-signed"
MEDIA = "0.0.0.0:3478"
MAX_SHARDS = 64
MAX_GRACE_S = 3600
MAX_HISTORY_DAYS = 3650
MAX_ADVERTISED = 16
MAX_RATE_LIMITS = 1000

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
LogFormat = Literal["auto", "console", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]


class BadSetting(Exception):
    """A setting that can not be used; the text is a sentence for the operator.

    With a `setting` the sentence begins with its name: as an option, unless it is
    `said_of` the place where it was given.
    """

    def __init__(self, text: str, setting: str = "") -> None:
        option = "--" + setting.replace("_", "-")
        super().__init__(f"{option} {text}" if setting else text)
        self.setting = setting
        self._text = text

    def said_of(self, called: str) -> BadSetting:
        """Say the same with another name of the setting."""
        return BadSetting(f"{called} {self._text}")


@dataclass(frozen=True, slots=True)
class Listen:
    """A host (name or address, no brackets) and a port to listen on."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only programs on this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def is_wildcard(self) -> bool:
        """Whether it is every address of this machine."""
        try:
            return ipaddress.ip_address(self.host).is_unspecified
        except ValueError:
            return False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """A certificate with those above it, and its key, in PEM; absolute paths."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Settings:
    """What `ringway serve` works with."""

    data: Path
    """Everything that is kept; absolute."""
    http: Listen
    media: Listen
    advertise: tuple[str, ...]
    """Media addresses that were given (IP, IP:PORT, [IP]:PORT); empty: find them."""
    public_url: str | None
    """``https://host[:port]`` without a path, as browsers see us; goes into tokens."""
    demo: bool
    origins: tuple[str, ...]
    """Origins that may signal, as browsers write them; empty: every one."""
    engine: Path | None
    """The program to run as the engine; None: the one that was built with us."""
    shards: int
    grace_s: int
    """How long the engine goes on without us."""
    history_days: int
    """For how long ended calls and meetings of applications are listed."""
    log_format: LogFormat
    log_level: LogLevel
    otlp_endpoint: str | None
    """``http[s]://host[:port][/path]`` of a collector of traces."""
    tls: CertificateFiles | Literal["self-signed"] | None
    """The certificate of HTTPS; None: there is no HTTPS."""
    https: Listen
    """Where HTTPS listens, if it does."""
    trusted_proxies: tuple[Network, ...]
    """Whose word counts about where a request comes from."""
    egress_allow: tuple[Network, ...]
    """What customers' URLs may lead to although it is not public."""
    rate_limits: int = 1
    """What the declared rates of the API are multiplied by; 0: there are none."""

    @property
    def is_for_this_machine(self) -> bool:
        """Whether no other machine can reach pages and API directly."""
        return self.http.is_loopback and (self.tls is None or self.https.is_loopback)

    @property
    def url(self) -> str:
        """Where a person on this machine looks."""
        host = self.http.host
        if self.http.is_wildcard or self.http.is_loopback:
            host = "localhost"
        return f"http://{Listen(host, self.http.port)}"


def settings_from(
    *,
    data: Path,
    http: str,
    media: str,
    advertise: Sequence[str] = (),
    public_url: str | None = None,
    demo: bool | None = None,
    origins: Sequence[str] = (),
    engine: Path | None = None,
    shards: int = 1,
    grace_s: int = 60,
    history_days: int = 5,
    log_format: LogFormat = "auto",
    log_level: LogLevel = "info",
    otlp_endpoint: str | None = None,
    tls: str | None = None,
    https: str = HTTPS,
    trusted_proxies: Sequence[str] = (),
    rate_limits: int = 1,
    egress_allow: Sequence[str] = (),
) -> Settings:
    """Check what was given.  Or `BadSetting`."""
    listen = listen_of("http", http)
    if not 1 <= shards <= MAX_SHARDS:
        raise BadSetting(f"is from 1 to {MAX_SHARDS}, not {shards}.", "shards")
    if not 0 <= grace_s <= MAX_GRACE_S:
        raise BadSetting(f"is from 0 to {MAX_GRACE_S} seconds, not {grace_s}.", "grace")
    if not 0 <= rate_limits <= MAX_RATE_LIMITS:
        raise BadSetting(
            f"is from 0 to {MAX_RATE_LIMITS}, not {rate_limits}.", "rate_limits"
        )
    if not 1 <= history_days <= MAX_HISTORY_DAYS:
        text = f"is from 1 to {MAX_HISTORY_DAYS} days, not {history_days}."
        raise BadSetting(text, "history_days")
    media_listen = listen_of("media", media)
    try:
        ipaddress.ip_address(media_listen.host)
    except ValueError as error:
        raise BadSetting(
            f"takes an IP address and a port, not {media!r}.", "media"
        ) from error
    if media_listen.port + shards - 1 > 65535:  # noqa: PLR2004 -- the last port
        raise BadSetting("leaves too few ports for that many shards.", "media")
    return Settings(
        data=data.absolute(),
        http=listen,
        media=media_listen,
        advertise=_advertise(advertise),
        public_url=None if public_url is None else _origin("public_url", public_url),
        demo=listen.is_loopback if demo is None else demo,
        origins=tuple(_origin("origin", origin) for origin in origins),
        engine=engine,
        shards=shards,
        grace_s=grace_s,
        history_days=history_days,
        log_format=log_format,
        log_level=log_level,
        otlp_endpoint=None if otlp_endpoint is None else _collector(otlp_endpoint),
        tls=None if tls is None else _tls(tls),
        https=listen_of("https", https),
        rate_limits=rate_limits,
        trusted_proxies=_networks("trusted_proxy", trusted_proxies),
        egress_allow=_networks("egress_allow", egress_allow),
    )


def _tls(text: str) -> CertificateFiles | Literal["self-signed"]:
    if text == SELF_SIGNED:
        return SELF_SIGNED
    certificate, comma, key = (part.strip() for part in text.partition(","))
    if not (certificate and comma and key) or "," in key:
        raise BadSetting(
            f"takes {SELF_SIGNED}, or CERTIFICATE,KEY: two files with one comma "
            f"between them, not {text!r}.",
            "tls",
        )
    return CertificateFiles(_file(certificate), _file(key))


def _file(text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:  # nobody of that name
        return Path(text).absolute()


def _networks(setting: str, texts: Sequence[str]) -> tuple[Network, ...]:
    return tuple(_network(setting, text) for text in texts)


def _network(setting: str, text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise BadSetting(
            f"takes an address, or a network as 10.0.0.0/8, not {text!r}.", setting
        ) from error


def listen_of(setting: str, text: str) -> Listen:
    """Read HOST:PORT or [IPv6]:PORT.  Or `BadSetting`."""
    host, port = _host_and_port(text)
    if not host or port is None:
        raise BadSetting(
            f"takes HOST:PORT with a port from 1 to 65535, not {text!r}.", setting
        )
    return Listen(host, port)


def _host_and_port(text: str) -> tuple[str, int | None]:
    """Split ``host:port`` or ``[v6]:port``; the port is None if absent or bad."""
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket:
            return "", None
        port = rest.removeprefix(":") if rest.startswith(":") else ""
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        host, port = text, ""
    if port.isascii() and port.isdigit() and 1 <= int(port) <= 65535:  # noqa: PLR2004
        return host, int(port)
    return host, None


def _advertise(given: Sequence[str]) -> tuple[str, ...]:
    texts = [part for text in given for part in text.replace(",", " ").split()]
    if len(texts) > MAX_ADVERTISED:
        raise BadSetting(f"takes at most {MAX_ADVERTISED} addresses.", "advertise")
    for text in texts:
        if not _can_be_advertised(text):
            raise BadSetting(
                f"takes an IP address, or one with a port, not {text!r}.", "advertise"
            )
    return tuple(dict.fromkeys(texts))


def _can_be_advertised(text: str) -> bool:
    host, port = _host_and_port(text)
    try:
        address = ipaddress.ip_address(text if port is None else host)
    except ValueError:
        return False
    return not (address.is_unspecified or address.is_multicast)


def _collector(text: str) -> str:
    """``http[s]://host[:port][/path]``; what it wants to be told goes into headers."""
    origin, slash, path = text, "", ""
    scheme, two, rest = text.partition("://")
    if two:
        host, slash, path = rest.partition("/")
        origin = f"{scheme}://{host}"
    if "?" in path or "#" in path:
        raise BadSetting(
            "takes no query: use OTEL_EXPORTER_OTLP_HEADERS.", "otlp_endpoint"
        )
    return _origin("otlp_endpoint", origin) + (slash + path).rstrip("/")


def _origin(setting: str, text: str) -> str:
    """``scheme://host[:port]``, lower case, without the scheme's own port."""
    # A name and a password before an @ are repeated to nobody.
    said = text if "@" not in text else "…@" + text.rpartition("@")[2]
    wrong = BadSetting(f"takes https://HOST[:PORT] or http://…, not {said!r}.", setting)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise wrong from None
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.path not in {"", "/"}
        or parts.query
        or parts.fragment
        or parts.username is not None
    ):
        raise wrong
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{host}" + ("" if port in {None, usual} else f":{port}")
