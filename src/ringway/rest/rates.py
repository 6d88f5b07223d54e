"""How often one address may ask."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from math import ceil
from typing import Any, Final

from litestar import Request

from ringway.rest.errors import ApiError

MOST_ADDRESSES: Final = 10_000
"""Remembered at once; the one that was quiet longest is forgotten first."""
IPV6_SITE: Final = 64
"""Bits: whoever has one address of such a network has all of them."""


class Rates:
    """A token bucket for each address: `burst` at once, `per_s` in the long run."""

    def __init__(
        self, per_s: float, burst: int, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_s, self._burst, self._now = per_s, burst, now
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, request: Request[Any, Any, Any]) -> None:
        """Count a request.  Or `ApiError` 429 with Retry-After."""
        address = network(request.client.host if request.client else "")
        now = self._now()
        level, at = self._levels.pop(address, (float(self._burst), now))
        level = min(self._burst, level + (now - at) * self._per_s)
        taken = level >= 1
        self._levels[address] = (level - 1 if taken else level, now)
        if len(self._levels) > MOST_ADDRESSES:
            self._levels.popitem(last=False)
        if not taken:
            raise ApiError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "Too many requests from this address.",
                headers={"Retry-After": str(ceil((1 - level) / self._per_s))},
            )


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
