"""A clock that stands still until it is moved: for tests."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

START = 1_700_000_000_000_000


@dataclass(order=True, slots=True)
class _Appointment:
    when: int
    number: int
    call: Callable[[], None] | None = field(compare=False)

    def cancel(self) -> None:
        self.call = None


class ManualClock:
    """Time as the test wants it."""

    def __init__(self, now: int = START) -> None:
        self._now = now
        self._numbers = count()
        self._calendar: list[_Appointment] = []

    def now(self) -> int:
        """Microseconds since 1970, UTC."""
        return self._now

    def at(self, when: int, call: Callable[[], None]) -> _Appointment:
        """Call once the clock is moved that far."""
        appointment = _Appointment(when, next(self._numbers), call)
        heapq.heappush(self._calendar, appointment)
        return appointment

    def due(self) -> int:
        """Count the appointments that will come."""
        return sum(it.call is not None for it in self._calendar)

    def move(self, microseconds: int) -> None:
        """Let time pass; calls come in order, each at its time."""
        end = self._now + microseconds
        while self._calendar and self._calendar[0].when <= end:
            due = heapq.heappop(self._calendar)
            self._now = max(self._now, due.when)
            if due.call is not None:
                due.call()
        self._now = end
