"""How often one address may ask."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from typing import Final

from ringway.rest.buckets import Buckets
from ringway.rest.errors import too_many

MOST_ADDRESSES: Final = 10_000
"""Remembered at once; the one that was quiet longest is forgotten first."""
IPV6_SITE: Final = 64
"""Bits: whoever has one address of such a network has all of them."""


class Rates:
    """A token bucket for each address: `burst` at once, `per_s` in the long run."""

    def __init__(
        self,
        per_s: float,
        burst: int,
        text: str = "Too many requests from this address.",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_s, self._burst, self._text = per_s, burst, text
        self._buckets: Buckets[str] = Buckets(MOST_ADDRESSES, now)

    def take(self, address: str) -> None:
        """Count a request.  Or `ApiError` 429 with Retry-After."""
        wait = self._buckets.take(network(address), self._per_s, self._burst)
        if wait is not None:
            raise too_many(self._text, wait)

    def look(self, address: str) -> None:
        """Say nothing, and count nothing, if a request could be taken.  Or 429."""
        wait = self._buckets.look(network(address), self._per_s, self._burst)
        if wait is not None:
            raise too_many(self._text, wait)


def network(host: str) -> str:
    """Give what counts as one address: IPv4 as it is, IPv6 by its network."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, IPV6_SITE), strict=False))
    return host
