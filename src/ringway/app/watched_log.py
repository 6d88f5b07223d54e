"""The event log, with a watch on it: how fast, and whether it works at all."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import structlog

from ringway.domain.values import AccountId, TextKey
from ringway.ports.event_log import Entry, EventLog, Recorded, Stream, Text
from ringway.ports.storage import StorageUnavailable

log = structlog.get_logger("log")

FRESH_S: Final = 2.0
"""A commit that recent shows that the log works."""
TRIED_WITHIN_S: Final = 2.0
READINESS: Final = "readiness"
"""The cursor that is moved to see whether writing works."""


class WatchedLog:
    """The port `EventLog`, around another one."""

    def __init__(
        self,
        inner: EventLog,
        observe: Callable[[float], None],
        appended: Callable[[int], None],
    ) -> None:
        """Watch `inner`; `appended` hears the position of the newest event."""
        self.failures: Counter[str] = Counter()
        """Failed writes since the start, by trouble."""
        self.trouble: str | None = None
        """What was wrong when it was last written; None: nothing."""
        self._inner = inner
        self._observe = observe
        self._appended = appended
        self._worked_at = -FRESH_S
        self._trying = asyncio.Lock()

    async def works(self) -> str | None:
        """Say what is wrong, by writing if nobody has done so just now."""
        async with self._trying:
            if time.monotonic() - self._worked_at > FRESH_S:
                await self._try()
        return self.trouble

    async def _try(self) -> None:
        try:
            async with asyncio.timeout(TRIED_WITHIN_S):
                await self.move_cursor(READINESS, int(time.time()))
        except StorageUnavailable:
            return  # it is remembered
        except TimeoutError:
            self.trouble = f"The log can not be written within {TRIED_WITHIN_S:.0f} s."

    async def append(
        self, entries: Sequence[Entry], texts: Sequence[Text] = ()
    ) -> tuple[int, ...]:
        """Log all of it, or nothing."""
        began = time.perf_counter()
        try:
            positions = await self._inner.append(entries, texts)
        except StorageUnavailable as error:
            self._failed(error)
            raise
        self._observe(time.perf_counter() - began)
        self._worked()
        if positions:
            self._appended(positions[-1])
        return positions

    async def move_cursor(self, consumer: str, position: int) -> None:
        """Remember how far the consumer has come."""
        try:
            await self._inner.move_cursor(consumer, position)
        except StorageUnavailable as error:
            self._failed(error)
            raise
        self._worked()

    def _failed(self, error: StorageUnavailable) -> None:
        self.failures[error.trouble] += 1
        if self.trouble is None:
            log.error("log can not be written", trouble=error.trouble, text=error.text)
        self.trouble = error.text

    def _worked(self) -> None:
        if self.trouble is not None:
            log.info("log can be written again")
        self.trouble = None
        self._worked_at = time.monotonic()

    async def read_stream(self, stream: Stream, after: int = 0) -> tuple[Recorded, ...]:
        """Give what happened in the stream after that version."""
        return await self._inner.read_stream(stream, after)

    async def read_after(self, position: int, limit: int) -> tuple[Recorded, ...]:
        """Give at most `limit` events of all streams after the position."""
        return await self._inner.read_after(position, limit)

    async def live_streams(self) -> tuple[Stream, ...]:
        """Give the streams that have not ended."""
        return await self._inner.live_streams()

    async def last_position(self) -> int:
        """Give the position of the newest event."""
        return await self._inner.last_position()

    async def cursor(self, consumer: str) -> int:
        """Give how far the consumer has come."""
        return await self._inner.cursor(consumer)

    async def text(self, account: AccountId, key: TextKey) -> str | None:
        """Give the text, or None."""
        return await self._inner.text(account, key)

    async def texts(
        self, account: AccountId, keys: Collection[TextKey]
    ) -> Mapping[TextKey, str]:
        """Give those of the texts that are there."""
        return await self._inner.texts(account, keys)

    async def erase_text(self, account: AccountId, key: TextKey) -> bool:
        """Erase the text."""
        return await self._inner.erase_text(account, key)
