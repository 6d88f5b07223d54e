"""The newest public events, read once for all who bring them to somebody.

Who is close behind reads from memory; who is far behind, or comes back, from the
outbox.  Nobody looks whether there is more: they are told.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from ringway.domain.values import AccountId, ConfigurationId
from ringway.ports.outbox import BEGINNING, MAX_READ, Mark, Outbox, PublicEvent

KEPT_EVENTS: Final = 2000
"""Events in memory, the newest; and at most…"""
KEPT_BYTES: Final = 8 << 20
"""… bytes of them."""


class Stretch(NamedTuple):
    """What an account was told in a stretch of the outbox."""

    events: Sequence[PublicEvent]
    until: Mark
    """Where the stretch ends: there may be no event of the account there."""


class Tail:
    """The end of an outbox."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._events: list[PublicEvent] = []
        self._bytes = 0
        self._after = BEGINNING
        """The events in memory are all that come after it."""
        self._end = BEGINNING
        self._grown = True
        self._reading = asyncio.Lock()
        self._listeners: dict[object, Callable[[], None]] = {}

    @property
    def end(self) -> Mark:
        """The newest place that was read."""
        return self._end

    async def open(self) -> None:
        """Begin at the end; what came before stays in the outbox."""
        self._after = self._end = await self._outbox.last()

    async def newest(self) -> Mark:
        """Give the place of the newest event.  Or `StorageUnavailable`."""
        await self._read()
        return self._end

    def grown(self) -> None:
        """Hear that there is more, and tell everybody who listens."""
        self._grown = True
        for wake in tuple(self._listeners.values()):
            wake()

    def listen(self, who: object, wake: Callable[[], None]) -> None:
        """Call whenever there is more, until `leave`."""
        self._listeners[who] = wake

    def leave(self, who: object) -> None:
        """Call no longer."""
        self._listeners.pop(who, None)

    async def after(
        self,
        account: AccountId,
        mark: Mark,
        limit: int,
        configuration: ConfigurationId | None = None,
    ) -> Stretch:
        """Give the account's next events after the place, at most `limit`."""
        await self._read()
        end = self._end
        if mark < self._after:
            found = await self._outbox.read_of(account, mark, limit, configuration)
            if len(found) == limit:
                return Stretch(found, found[-1].mark)
            return Stretch(found, max(mark, end, *(it.mark for it in found[-1:])))
        first = bisect_right(self._events, mark, key=lambda it: it.mark)
        events: list[PublicEvent] = []
        for event in self._events[first:]:
            if event.account == account and configuration in (
                None,
                event.configuration,
            ):
                events.append(event)
            if len(events) == limit:
                return Stretch(events, event.mark)
        return Stretch(events, max(mark, end))

    async def _read(self) -> None:
        async with self._reading:
            while self._grown:
                self._grown = False
                try:
                    found = await self._outbox.read_after(self._end, MAX_READ)
                except BaseException:
                    self._grown = True
                    raise
                self._keep(found)
                self._grown = self._grown or len(found) == MAX_READ

    def _keep(self, found: Sequence[PublicEvent]) -> None:
        if not found:
            return
        self._events += found
        self._bytes += sum(len(it.payload) for it in found)
        self._end = found[-1].mark
        gone = 0
        while len(self._events) - gone > KEPT_EVENTS or self._bytes > KEPT_BYTES:
            self._bytes -= len(self._events[gone].payload)
            self._after = self._events[gone].mark
            gone += 1
        del self._events[:gone]


class Reader:
    """Reads what an account is told, from a place on, and waits for more."""

    def __init__(
        self,
        tail: Tail,
        account: AccountId,
        mark: Mark,
        configuration: ConfigurationId | None = None,
    ) -> None:
        """Begin after the place; `close` it in the end."""
        self._tail, self._account = tail, account
        self._mark, self._configuration = mark, configuration
        self._wake = asyncio.Event()
        tail.listen(self, self.poke)

    def poke(self) -> None:
        """Let who waits look again."""
        self._wake.set()

    async def next(self, limit: int) -> Sequence[PublicEvent]:
        """Give the next events; after a poke, also none.  Or `StorageUnavailable`."""
        self._wake.clear()
        stretch = await self._read(limit)
        if not stretch:
            await self._wake.wait()
            self._wake.clear()
            stretch = await self._read(limit)
        if stretch:
            self._wake.set()  # there may be more
        return stretch

    async def _read(self, limit: int) -> Sequence[PublicEvent]:
        stretch = await self._tail.after(
            self._account, self._mark, limit, self._configuration
        )
        self._mark = stretch.until
        return stretch.events

    def close(self) -> None:
        """Wait for nothing more."""
        self._tail.leave(self)
