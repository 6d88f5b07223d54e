"""Follows the log and keeps the read model of calls: behind the calls' backs.

Rows and cursor are written together, so a crash neither loses nor doubles an
event.  What is appended is gathered first: few transactions, and no call waits.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from ringway.domain.effects import Kind
from ringway.domain.values import SECOND, LegId
from ringway.ports.calls import Batch, Calls
from ringway.ports.clock import Appointment, Clock
from ringway.ports.event_log import EventLog
from ringway.ports.storage import StorageUnavailable
from ringway.runtime.actor import RETRY
from ringway.runtime.call_rows import project
from ringway.runtime.codec import decode
from ringway.runtime.tasks import Tasks

log = structlog.get_logger(__name__)

BATCH: Final = 500
"""Events that are applied in one transaction: some milliseconds."""
GATHER_TIME: Final = SECOND // 4
"""How long events are gathered before they are applied."""


class CallFollower:
    """The one who writes to `Calls`."""

    def __init__(self, event_log: EventLog, calls: Calls, clock: Clock) -> None:
        self.tasks = Tasks()
        self._log, self._calls, self._clock = event_log, calls, clock
        self._newest = 0
        self._applied = 0
        self._doubtful = True
        """The cursor must be looked at first."""
        self._open = True
        self._turn = asyncio.Lock()
        self._due: Appointment | None = None

    @property
    def lag(self) -> int:
        """Events in the log that are not in the read model yet."""
        return max(0, self._newest - self._applied)

    @property
    def newest(self) -> int:
        """The position of the newest event, as far as we heard of it."""
        return self._newest

    async def open(self) -> None:
        """Look where log and cursor stand, and begin to catch up."""
        self._newest = max(self._newest, await self._log.last_position())
        await self._look()
        if self.lag:
            self._come_back(0)

    def appended(self, position: int) -> None:
        """Hear that the log has grown."""
        self._newest = max(self._newest, position)
        self._come_back(GATHER_TIME)

    async def catch_up(self) -> None:
        """Apply all that is in the log now.  Or `StorageUnavailable`."""
        async with self._turn:
            try:
                while await self.apply_some():
                    pass
            except StorageUnavailable:
                self._doubtful = True  # it may have been written all the same
                raise

    async def close(self) -> None:
        """Stop following; what is missing is applied after the next start."""
        self._open = False
        if self._due is not None:
            self._due.cancel()
        await self.tasks.cancel()

    def _come_back(self, later: int) -> None:
        if self._open and self._due is None:
            self._due = self._clock.at(self._clock.now() + later, self._start)

    def _start(self) -> None:
        self.tasks.start(self._follow(), "follow the log for calls")

    async def _follow(self) -> None:
        # An event that can not be read leaves `_due` as it is: it would be the same
        # the next time, and the lag that grows shows it.
        try:
            await self.catch_up()
        except StorageUnavailable as error:
            log.warning("calls not written", trouble=error.trouble, text=error.text)
            self._due = None
            self._come_back(RETRY)
            return
        self._due = None
        if self.lag:
            self._come_back(GATHER_TIME)

    async def apply_some(self) -> bool:
        """Apply one batch; False if the log has no more.  Or `StorageUnavailable`.

        For one caller at a time: `catch_up` sees to that.
        """
        if self._doubtful:
            await self._look()
        after = self._applied
        recorded = await self._log.read_after(after, BATCH)
        if not recorded:
            return False
        last = recorded[-1].position
        legs = [r for r in recorded if r.entry.stream.kind == Kind.LEG]
        keys = {(r.entry.stream.account, LegId(r.entry.stream.id)) for r in legs}
        # Nobody else writes rows, and `apply` refuses when the cursor has moved: so
        # what is read here is still so when it is written.
        calls = dict(await self._calls.known(keys))
        for each in legs:
            key = each.entry.stream.account, LegId(each.entry.stream.id)
            event = decode(each.entry)
            calls[key] = project(calls.get(key), each.position, event)
        done = await self._calls.apply(Batch(after, last, tuple(calls.values())))
        self._newest = max(self._newest, last)
        if done:
            self._applied = last
        else:
            self._doubtful = True
        return True

    async def _look(self) -> None:
        self._applied = await self._calls.position()
        self._doubtful = False
