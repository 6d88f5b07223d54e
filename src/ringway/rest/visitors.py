"""Where a request comes from: which address, and whether from this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from litestar import Request

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

PASSED_ON: Final = ("forwarded", "via", "x-real-ip")
"""Headers of proxies, beside all that begin with ``x-forwarded-``."""


def address_of(request: Request[Any, Any, Any], trusted: Sequence[Network]) -> str:
    """Say who asks: the peer, or whom a trusted proxy names in X-Forwarded-For.

    Each proxy adds the address that it sees on the right; so they are read from
    there, up to the first one that is not trusted.  What is left of it anybody can
    have written.
    """
    peer = request.client.host if request.client else ""
    hops = ",".join(request.headers.getall("x-forwarded-for", [])).split(",")
    for hop in reversed(hops):
        address = _address(peer)
        if address is None or not any(address in network for network in trusted):
            break
        further = _address(hop.strip())
        if further is None:
            break
        peer = str(further)
    return peer


def comes_from_this_machine(request: Request[Any, Any, Any]) -> bool:
    """Whether nobody stands between us and a program on this machine.

    The name in Host has to be this machine's too: a page that a browser here has
    loaded can give its own name our address (DNS rebinding).
    """
    if request.client is None or not _is_loopback(request.client.host):
        return False
    if any(
        name in PASSED_ON or name.startswith("x-forwarded-") for name in request.headers
    ):
        return False
    name = request.url.hostname or ""
    return name == "localhost" or _is_loopback(name)


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return address is not None and address.is_loopback


def _address(text: str) -> Address | None:
    """Read an address; IPv4 inside IPv6 is IPv4."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
