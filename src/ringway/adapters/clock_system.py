"""The machine's clock, on the running event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from ringway.ports.clock import Appointment


class SystemClock:
    """Wall-clock time; appointments by the loop's timers."""

    def now(self) -> int:
        """Microseconds since 1970, UTC."""
        return time.time_ns() // 1000

    def at(self, when: int, call: Callable[[], None]) -> Appointment:
        """Call once it is that late."""
        delay = max(0, when - self.now()) / 1_000_000
        return asyncio.get_running_loop().call_later(delay, call)
