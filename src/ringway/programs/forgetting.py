"""Forgets calls and meetings of applications that ended long ago: not the log.

A little at a time, so that no call waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog

from ringway.domain.values import SECOND
from ringway.ports.calls import Calls
from ringway.ports.clock import Appointment, Clock
from ringway.ports.storage import StorageUnavailable

log = structlog.get_logger("retention")

HISTORY_DAYS: Final = 5
"""How long what has ended is in the histories (`api/calls-api.md` section 2.1)."""
DAY: Final = 24 * 3600 * SECOND
LOOK_TIME: Final = 3600 * SECOND
"""How often it is looked for what is too old."""
BITE: Final = 200
"""Rows that are deleted in one transaction."""

Start = Callable[[Coroutine[Any, Any, None], str], object]
"""Begins work that nobody waits for; the name is for logs."""


class Forgetting:
    """Looks when it is opened, and every `LOOK_TIME` after that."""

    def __init__(
        self, calls: Calls, clock: Clock, start: Start, days: int = HISTORY_DAYS
    ) -> None:
        self._calls, self._clock, self._start = calls, clock, start
        self._kept = days * DAY
        self._next: Appointment | None = None

    def open(self) -> None:
        """Begin to look."""
        self._look_again()

    def close(self) -> None:
        """Come no more."""
        if self._next is not None:
            self._next.cancel()

    def _look_again(self) -> None:
        self._next = self._clock.at(self._clock.now() + LOOK_TIME, self._look_again)
        self._start(self._look(), "forget old calls")

    async def _look(self) -> None:
        before = self._clock.now() - self._kept
        try:
            while await self._calls.forget(before, BITE) == BITE:
                pass
        except StorageUnavailable as error:
            log.warning("old calls were not forgotten", trouble=error.trouble)
