"""Whether a key may do an operation, and whether its account does it too often.

Scopes and rates are the operation's row (`public/operations`): any one of its scopes
is enough, and each account has a bucket for each operation, as large as what the
reference allows in one of its units of time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from ringway.ports.catalog import ApiKey
from ringway.public.operations import Operation
from ringway.rest.buckets import Buckets
from ringway.rest.errors import ApiError, too_many

MOST_BUCKETS: Final = 50_000
"""Accounts times operations that are remembered."""


class Admission:
    """What a door asks before it lets a request in."""

    def __init__(
        self, factor: float = 1.0, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`factor` multiplies every declared rate; 0 switches them off."""
        self._factor = factor
        self._buckets: Buckets[tuple[str, str]] = Buckets(MOST_BUCKETS, now)

    def __call__(self, key: ApiKey, operation: Operation) -> None:
        """Let it pass.  Or `ApiError` 403, 429."""
        require(key, *operation.scopes)
        if not self._factor:
            return
        rate = operation.rate
        wait = self._buckets.take(
            (key.account, operation.id),
            rate.per_s * self._factor,
            max(1.0, rate.times * self._factor),
        )
        if wait is not None:
            per = "second" if rate.seconds == 1 else "minute"
            most = f"{max(1.0, rate.times * self._factor):g}"
            raise too_many(
                f"An account may do this {most} times a {per}: "
                "wait as long as Retry-After says.",
                wait,
            )


def require(key: ApiKey, *any_of: str) -> None:
    """Let a key pass that has one of these scopes.  Or `ApiError` 403."""
    if not key.may(any_of):
        raise ApiError(
            HTTPStatus.FORBIDDEN,
            f"This key may not do that: it needs the scope {' or '.join(any_of)}.",
        )
