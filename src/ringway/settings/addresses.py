"""Which addresses media is advertised on, and why those."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from ringway.settings.values import MAX_ADVERTISED, BadSetting, Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Advertised:
    """An address that clients are told, with the reason for a person."""

    address: str
    """IP, IP:PORT or [IP]:PORT."""
    why: str


def addresses_of_this_machine() -> Iterable[tuple[str, str]]:
    """Give (address, name of its interface) for every interface."""
    import ifaddr  # noqa: PLC0415 -- loads ctypes; only `serve` needs it

    for adapter in ifaddr.get_adapters():
        for found in adapter.ips:
            address = found.ip if isinstance(found.ip, str) else found.ip[0]
            yield address, str(adapter.nice_name)


def address_for_others() -> str | None:
    """Give this machine's address in its own network; None if it has none.

    It is the one that packets to the rest of the world would leave from: nothing is
    sent to ask for it, and other interfaces are mostly those of containers.
    """
    for family, far in (
        (socket.AF_INET, "192.0.2.1"),  # RFC 5737
        (socket.AF_INET6, "2001:db8::1"),  # RFC 3849
    ):
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            address = str(probe.getsockname()[0])
            if not ipaddress.ip_address(address).is_loopback:
                return address
    found = (ipaddress.ip_address(a) for a, _ in _plain(addresses_of_this_machine()))
    others = [it for it in found if not (it.is_loopback or it.is_link_local)]
    return str(min(others, key=lambda it: it.version)) if others else None


def _plain(found: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Take the zones off."""
    return ((address.partition("%")[0], name) for address, name in found)


def advertised_addresses(
    settings: Settings,
    machine: Callable[[], Iterable[tuple[str, str]]] = addresses_of_this_machine,
) -> tuple[Advertised, ...]:
    """Follow the rule; `BadSetting` when nothing is left.

    At most `MAX_ADVERTISED`, IPv4 before IPv6.  Given addresses are taken as they
    are.  Media that listens on one address is
    advertised there.  Else every address of this machine that is neither loopback
    nor link-local, and 127.0.0.1 when HTTP is for this machine only: then so are
    its callers, who may have no other way.
    """
    if settings.advertise:
        return tuple(Advertised(a, "given by --advertise") for a in settings.advertise)
    if not settings.media.is_wildcard:
        return (Advertised(settings.media.host, "the only one media listens on"),)
    found: dict[Address, str] = {}
    for text, interface in _plain(machine()):
        address = ipaddress.ip_address(text)
        if not (
            address.is_loopback
            or address.is_link_local
            or address.is_unspecified
            or address.is_multicast
        ):
            found.setdefault(address, f"an address of this machine ({interface})")
    if settings.http.is_loopback:
        found[ipaddress.ip_address("127.0.0.1")] = "HTTP is for this machine only"
    if not found:
        raise BadSetting(
            "This machine has no address to advertise media on: give --advertise."
        )
    in_order = sorted(found, key=lambda it: (not it.is_loopback, it.version))
    return tuple(Advertised(str(it), found[it]) for it in in_order[:MAX_ADVERTISED])
