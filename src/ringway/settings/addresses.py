"""Which addresses media is advertised on, and why those."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
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
    for text, interface in machine():
        address = ipaddress.ip_address(text.partition("%")[0])
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
