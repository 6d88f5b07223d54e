"""An outbox that is forgotten when the process ends: for tests."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from ringway.domain.values import AccountId, ConfigurationId
from ringway.ports.outbox import BEGINNING, Mark, PublicEvent, in_order


class MemoryOutbox:
    """Keeps events in a list."""

    def __init__(self) -> None:
        self._events: list[PublicEvent] = []
        self._last = BEGINNING

    def put(self, events: Sequence[PublicEvent]) -> None:
        """Add events; the follower calls it when it moves its cursor."""
        assert in_order(events)
        assert not events or events[0].mark > self._last
        self._events += events
        self._last = events[-1].mark if events else self._last

    async def last(self) -> Mark:
        return self._last

    async def read_after(self, mark: Mark, limit: int) -> tuple[PublicEvent, ...]:
        first = bisect_right(self._events, mark, key=lambda it: it.mark)
        return tuple(self._events[first : first + limit])

    async def read_of(
        self,
        account: AccountId,
        after: Mark,
        limit: int,
        configuration: ConfigurationId | None = None,
    ) -> tuple[PublicEvent, ...]:
        found = [
            it
            for it in await self.read_after(after, len(self._events))
            if it.account == account and configuration in (None, it.configuration)
        ]
        return tuple(found[:limit])

    async def newest(
        self,
        account: AccountId,
        limit: int,
        configuration: ConfigurationId | None = None,
    ) -> tuple[PublicEvent, ...]:
        every = len(self._events)
        return (await self.read_of(account, BEGINNING, every, configuration))[-limit:]

    async def read_subject(
        self, account: AccountId, subject: str, after: Mark, limit: int
    ) -> tuple[PublicEvent, ...]:
        found = [
            it
            for it in await self.read_after(after, len(self._events))
            if (it.account, it.subject) == (account, subject)
        ]
        return tuple(found[:limit])

    async def forget_before(self, at: int, limit: int) -> int:
        count = 0
        while count < min(limit, len(self._events)) and self._events[count].at < at:
            count += 1
        del self._events[:count]
        return count
