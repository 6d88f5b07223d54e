"""How often one address may ask."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from math import ceil
from typing import Final

from ringway.rest.errors import ApiError

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
        self._per_s, self._burst, self._text, self._now = per_s, burst, text, now
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> None:
        """Count a request.  Or `ApiError` 429 with Retry-After."""
        now, level = self._now(), self._level(address)
        taken = level >= 1
        self._levels.pop(network(address), None)
        self._levels[network(address)] = (level - 1 if taken else level, now)
        if len(self._levels) > MOST_ADDRESSES:
            self._levels.popitem(last=False)
        if not taken:
            raise self._refusal(level)

    def look(self, address: str) -> None:
        """Say nothing, and count nothing, if a request could be taken.  Or 429."""
        if (level := self._level(address)) < 1:
            raise self._refusal(level)

    def _level(self, address: str) -> float:
        level, at = self._levels.get(network(address), (float(self._burst), 0.0))
        return min(self._burst, level + (self._now() - at) * self._per_s)

    def _refusal(self, level: float) -> ApiError:
        return ApiError(
            HTTPStatus.TOO_MANY_REQUESTS,
            self._text,
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
