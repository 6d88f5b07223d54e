"""Follows the log: rows of calls and meetings, and what customers are told.

Behind the calls' backs.  Rows, public events and cursor are written together, so a
crash neither loses nor doubles an event.  What is appended is gathered first: few
transactions, and no call waits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

import structlog

from ringway.domain.values import SECOND, AccountId
from ringway.ports.calls import Batch, Call, CallKey, Calls
from ringway.ports.clock import Appointment, Clock
from ringway.ports.event_log import EventLog
from ringway.ports.meetings import MeetingKey, MeetingRow, Meetings
from ringway.ports.outbox import PublicEvent
from ringway.ports.storage import StorageUnavailable
from ringway.runtime import call_fold
from ringway.runtime.actor import RETRY
from ringway.runtime.changes import Change, Publish, Texts, nothing, read_text
from ringway.runtime.tasks import Tasks

log = structlog.get_logger(__name__)

BATCH: Final = 200
"""Events that are applied in one transaction: they are rendered in 10 ms."""
GATHER_TIME: Final = SECOND // 100
"""How long events are gathered before they are applied."""
MAX_ASIDES: Final = 1000
"""Events that are not in the log and wait to be published; one more is dropped."""

Aside = Callable[[int, int], PublicEvent]
"""Makes an event that is not in the log, of this position and index."""


class CallFollower:
    """The one who writes to `Calls`, `Meetings` and the outbox."""

    def __init__(
        self,
        event_log: EventLog,
        calls: Calls,
        meetings: Meetings,
        clock: Clock,
        *,
        publish: Publish = nothing,
    ) -> None:
        """Follow the log, and tell customers what `publish` says."""
        self.tasks = Tasks()
        self.written: Callable[[], None] = lambda: None
        """Hears that there are new public events in the outbox."""
        self._log, self._calls, self._meetings = event_log, calls, meetings
        self._clock, self._publish = clock, publish
        self._newest = 0
        self._applied = 0
        self._doubtful = True
        """The cursor must be looked at first."""
        self._live_calls: dict[CallKey, Call] = {}
        self._live_meetings: dict[MeetingKey, MeetingRow] = {}
        """Rows that were read or written: nobody else writes them."""
        self._asides: deque[tuple[int, Aside]] = deque()
        self._index = 0
        """The last one that was given to an aside."""
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
        if self.lag or self._asides:
            self._come_back(GATHER_TIME)

    def aside(self, make: Aside) -> None:
        """Publish what is not in the log, behind all that is in there now.

        At its best: it is lost when the process dies first, or too many wait.
        """
        if len(self._asides) < MAX_ASIDES:
            self._asides.append((self._newest, make))
            self._come_back(GATHER_TIME)

    async def apply_some(self) -> bool:
        """Apply one batch; False if the log has no more.  Or `StorageUnavailable`.

        For one caller at a time: `catch_up` sees to that.
        """
        if self._doubtful:
            await self._look()
        after = self._applied
        recorded = await self._log.read_after(after, BATCH)
        last = recorded[-1].position if recorded else after
        asides = [make for since, make in self._asides if since <= last]
        if not recorded and not asides:
            return False
        stretch = call_fold.read(recorded)
        fold = await self._known(stretch)
        changes = fold.apply(stretch)
        texts = await self._texts(changes)
        published = [
            event
            for change in changes
            for event in self._publish(
                call_fold.with_texts(change, texts.get(change.moment.account, {}))
            )
        ]
        published += (make(last, self._next_index()) for make in asides)
        newer = [it for it in fold.calls.values() if it.position > after]
        meetings = [it for it in fold.meetings.values() if it.position > after]
        done = await self._calls.apply(Batch(after, last, newer, meetings, published))
        self._newest = max(self._newest, last)
        if not done:
            self._doubtful = True
            return True
        self._applied = last
        self._remember(fold)
        for _ in asides:
            self._asides.popleft()
        if published:
            self.written()
        return True

    def _next_index(self) -> int:
        """Give an index behind all others of its position, also after a restart."""
        self._index = max(self._index + 1, self._clock.now())
        return self._index

    async def _known(self, stretch: list[call_fold.Happened]) -> call_fold.Fold:
        """Give the rows as they are before the stretch.

        Nobody else writes rows, and `apply` refuses when the cursor has moved: so
        what is remembered, or read here, is still so when it is written.
        """
        wanted = call_fold.meetings_needed(stretch)
        meetings = {
            key: row
            for key in wanted
            if (row := self._live_meetings.get(key)) is not None
        }
        meetings.update(await self._meetings.known(wanted - meetings.keys()))
        needed = call_fold.calls_needed(stretch) | call_fold.parties(meetings.values())
        calls = {
            key: call
            for key in needed
            if (call := self._live_calls.get(key)) is not None
        }
        calls.update(await self._calls.known(needed - calls.keys()))
        return call_fold.Fold(calls, meetings)

    def _remember(self, fold: call_fold.Fold) -> None:
        for call in fold.calls.values():
            if call.ended_at is None:
                self._live_calls[call.key] = call
            else:
                self._live_calls.pop(call.key, None)
        for row in fold.meetings.values():
            if row.ended_at is None:
                self._live_meetings[row.key] = row
            else:
                self._live_meetings.pop(row.key, None)

    async def _texts(self, changes: list[Change]) -> Mapping[AccountId, Texts]:
        found = {}
        for account, keys in call_fold.texts_needed(changes).items():
            texts = await self._log.texts(account, keys)
            found[account] = {key: read_text(text) for key, text in texts.items()}
        return found

    async def _look(self) -> None:
        self._live_calls.clear()
        self._live_meetings.clear()
        self._applied = await self._calls.position()
        self._doubtful = False
