"""What time it is, and being called when it is later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Appointment(Protocol):
    """A call that will come."""

    def cancel(self) -> None:
        """Don't call; harmless when it has been."""
        ...


class Clock(Protocol):
    """The time of the day, and appointments by it."""

    def now(self) -> int:
        """Microseconds since 1970, UTC; may be set by people, so it can jump."""
        ...

    def at(self, when: int, call: Callable[[], None]) -> Appointment:
        """Call once it is that late; soon if it already is, never at once."""
        ...
