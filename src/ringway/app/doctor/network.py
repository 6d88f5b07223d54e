"""Checks of the network: ports, advertised addresses, what browsers demand."""

from __future__ import annotations

import ipaddress
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any, Final

from ringway.app.doctor.findings import Finding, fail, ok, warn
from ringway.app.doctor.stun import NoResponse, mapped_address
from ringway.app.listening import look_for_media, web_sockets
from ringway.app.stops import Stop
from ringway.settings import (
    Advertised,
    BadSetting,
    Listen,
    Settings,
    advertised_addresses,
)

ASKED_FOR_S: Final = 3.0
_straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks without the proxy that variables may name: it is this machine."""


def web_port(listen: Listen, name: str) -> Finding:
    """Look whether `serve` could have its port of HTTP, or HTTPS; no server runs."""
    try:
        for it in web_sockets(listen, name):
            it.close()
    except Stop as stop:
        advice = f"Give another one with --{name.lower()} HOST:PORT."
        return fail(f"{name} port", stop.text, advice)
    return ok(f"{name} port", f"{listen}/tcp is free.")


def server(url: str, pid: int) -> Finding:
    """Ask the running server how it is."""
    request = f"{url}/readyz"
    try:
        with _straight.open(request, timeout=ASKED_FOR_S) as response:
            response.read()
    except urllib.error.HTTPError as error:
        return fail(
            "Server",
            f"Process {pid} is not ready: {_trouble(error.read())}",
            "Its log says more; `ringway doctor` again when that is mended.",
        )
    except (OSError, ValueError) as error:
        return warn(
            "Server",
            f"Process {pid} serves this folder, but not at {url}: {error}.",
            "Give `doctor` the settings that the server was started with.",
        )
    return ok("Server", f"Process {pid} is ready at {url}.")


def _trouble(body: bytes) -> str:
    try:
        checks: dict[str, Any] = json.loads(body)["checks"]
        return " ".join(it["text"] for it in checks.values() if not it["works"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return "it does not say why."


def media_ports(media: Listen, shards: int, engine: int | None) -> Finding:
    """Look whether the engine could have its ports; or has them, in that process."""
    last = media.port + shards - 1
    ports = f"{media}" if shards == 1 else f"{media} to {last}"
    if engine is not None:
        return ok("Media ports", f"The engine (process {engine}) has them: {ports}.")
    try:
        look_for_media(media, shards)
    except Stop as stop:
        return fail("Media ports", stop.text, "Give another one with --media IP:PORT.")
    return ok("Media ports", f"{ports} UDP and TCP are free.")


def addresses(settings: Settings, found: Sequence[Advertised]) -> Finding:
    """Judge whether those who can reach HTTP can reach media as well."""
    told = ", ".join(it.address for it in found)
    name = "Addresses"
    if settings.is_for_this_machine:
        return ok(name, f"HTTP is for this machine; media is advertised on {told}.")
    parsed = [_ip(it.address) for it in found]
    if all(it.is_loopback for it in parsed):
        return fail(
            name,
            f"Media is advertised on {told} only, which nobody else can reach.",
            "Give the address that clients reach with --advertise IP.",
        )
    if not any(it.is_global for it in parsed):
        return warn(
            name,
            f"Media is advertised on {told}: reached from the same network only.",
            "For everybody else give the public address with --advertise IP; "
            "`ringway doctor --stun HOST:PORT` shows it.",
        )
    return ok(name, f"Media is advertised on {told}.")


def advertised(settings: Settings) -> tuple[Finding, Sequence[Advertised]]:
    """Follow the rule of `serve`, and judge what comes of it."""
    try:
        found = advertised_addresses(settings)
    except BadSetting as error:
        return fail("Addresses", str(error), "Clients need one: --advertise IP."), ()
    return addresses(settings, found), found


def seen_from_outside(stun: Listen, found: Sequence[Advertised]) -> Finding:
    """Compare the address that a STUN server sees with those advertised."""
    name = "From outside"
    try:
        address = mapped_address(stun)
    except NoResponse as error:
        return warn(
            name,
            f"{stun} did not say how it sees this machine: {error}.",
            "Ask another STUN server, or let UDP out of the firewall.",
        )
    if any(_ip(it.address) == ipaddress.ip_address(address) for it in found):
        return ok(name, f"{stun} sees {address}, which is advertised.")
    return warn(
        name,
        f"{stun} sees {address}, which is not advertised.",
        f"Give --advertise {address}, and let the router pass the media ports on.",
    )


def secure_pages(settings: Settings) -> Finding:
    """Judge whether browsers will give pages a microphone (Secure Contexts)."""
    name = "Secure pages"
    if settings.tls is not None:
        return ok(name, f"Pages come by https from {settings.https}.")
    if settings.http.is_loopback and settings.public_url is None:
        return ok(name, "Pages come from this machine, which browsers trust.")
    if settings.public_url is not None and settings.public_url.startswith("https:"):
        return ok(name, f"Pages come from {settings.public_url}.")
    return warn(
        name,
        "Browsers give camera and microphone to pages by https only.",
        "Give --tls; or put a server with TLS before it, and give --public-url.",
    )


def _ip(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Read IP, IP:PORT or [IP]:PORT."""
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return ipaddress.ip_address(address.rpartition(":")[0].strip("[]"))
