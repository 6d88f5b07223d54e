"""Which addresses a customer's URL may lead to: public ones, and what is allowed.

The registries of special addresses (IANA, RFC 6890 and its updates), and what
clouds answer their machines on.  An address that carries an IPv4 address inside is
judged as that, or refused where somebody else would take it out.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Final, TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_REFUSED_V4: Final = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # behind a provider's NAT, and a cloud's metadata
            "127.0.0.0/8",
            "168.63.129.16/32",  # a cloud's own host, though the address is public
            "169.254.0.0/16",  # link-local, and most clouds' metadata
            "172.16.0.0/12",
            "192.0.0.0/24",  # protocols, and a cloud's metadata
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_PUBLIC_V6: Final = ipaddress.IPv6Network("2000::/3")
"""All that is given out; so `::1`, fc00::/7, fe80::/10, ff00::/8 and NAT64 are not."""
_REFUSED_V6: Final = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # protocols; Teredo carries an IPv4 address
            "2001:db8::/32",
            "2002::/16",  # 6to4 carries an IPv4 address
            "3fff::/20",
        ),
    )
)


def may_be_reached(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """Say whether a customer's URL may lead there; `allowed` goes before all else."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in it for it in allowed):
        return True
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in it for it in _REFUSED_V4)
    if address.scope_id is not None or address not in _PUBLIC_V6:
        return False
    return not any(address in it for it in _REFUSED_V6)
