"""Token buckets: so much at once, and so much in the long run."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from typing import Generic, TypeVar

K = TypeVar("K")


class Buckets(Generic[K]):
    """A bucket for each key, full at first; only the last used are remembered."""

    def __init__(self, most: int, now: Callable[[], float] = time.monotonic) -> None:
        """`most` are remembered: who was quiet longest is forgotten first."""
        self._most, self._now = most, now
        self._levels: OrderedDict[K, tuple[float, float]] = OrderedDict()

    def take(self, key: K, per_s: float, burst: float) -> int | None:
        """Take one; or say in how many whole seconds there is one, at least 1."""
        now, level = self._now(), self._level(key, per_s, burst)
        taken = level >= 1
        self._levels.pop(key, None)
        self._levels[key] = (level - 1 if taken else level, now)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return None if taken else _wait(level, per_s)

    def look(self, key: K, per_s: float, burst: float) -> int | None:
        """Say what `take` would, and take nothing."""
        level = self._level(key, per_s, burst)
        return None if level >= 1 else _wait(level, per_s)

    def _level(self, key: K, per_s: float, burst: float) -> float:
        level, at = self._levels.get(key, (float(burst), 0.0))
        return min(burst, level + (self._now() - at) * per_s)


def _wait(level: float, per_s: float) -> int:
    return max(1, ceil((1 - level) / per_s))
