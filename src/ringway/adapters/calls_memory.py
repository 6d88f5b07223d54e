"""Calls that are forgotten when the process ends: for tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ringway.adapters.meetings_memory import MemoryMeetings
from ringway.adapters.outbox_memory import MemoryOutbox
from ringway.domain.leg_state import CallState
from ringway.domain.values import AccountId, LegId
from ringway.ports.calls import (
    MAX_SIZE,
    Batch,
    Call,
    CallKey,
    Page,
    WantedCalls,
    check_page,
)


class MemoryCalls:
    """Keeps calls in a dictionary."""

    def __init__(
        self,
        meetings: MemoryMeetings | None = None,
        outbox: MemoryOutbox | None = None,
    ) -> None:
        """Write meetings and public events to those who are given."""
        self._calls: dict[CallKey, Call] = {}
        self._position = 0
        self._meetings = meetings or MemoryMeetings()
        self._outbox = outbox or MemoryOutbox()

    async def position(self) -> int:
        """Give the position up to which events are in here."""
        return self._position

    async def apply(self, batch: Batch) -> bool:
        """Write what the batch has, all of it or nothing."""
        if batch.after != self._position:
            return False
        self._calls.update({call.key: call for call in batch.calls})
        self._meetings.put(batch.meetings)
        self._outbox.put(batch.published)
        self._position = batch.position
        return True

    async def known(self, keys: Collection[CallKey]) -> Mapping[CallKey, Call]:
        """Give those that are in here."""
        return {key: self._calls[key] for key in keys if key in self._calls}

    async def read(self, account: AccountId, leg: LegId) -> Call | None:
        """Give the call if the account has it."""
        return self._calls.get((account, leg))

    async def beginning_with(self, account: AccountId, text: str) -> tuple[Call, ...]:
        """Give the account's calls whose ids begin with the text, at most two."""
        keys = sorted(key for key in self._calls if key[0] == account)
        found = [self._calls[key] for key in keys if key[1].startswith(text)]
        return tuple(found[:2])

    async def list(
        self,
        account: AccountId,
        *,
        state: CallState | None = None,
        page: int = 0,
        size: int = MAX_SIZE,
    ) -> tuple[Call, ...]:
        """Give a page of the account's calls, newest first."""
        check_page(page, size)
        found = [it for it in self._of(account) if state in (None, it.state)]
        return tuple(found[page * size : (page + 1) * size])

    async def history(
        self,
        account: AccountId,
        wanted: WantedCalls,
        *,
        page: int = 0,
        size: int = MAX_SIZE,
    ) -> Page[Call]:
        """Give a page of ended calls of the account's applications."""
        check_page(page, size)
        ended = (it for it in self._of(account) if it.ended_at is not None)
        found = [it for it in ended if wanted.has(it)]
        return Page(tuple(found[page * size : (page + 1) * size]), len(found))

    async def forget(self, before: int, most: int) -> int:
        """Forget calls and meetings of applications that ended before the moment."""
        old = [
            key
            for key, call in self._calls.items()
            if call.owners and call.ended_at is not None and call.ended_at < before
        ][:most]
        for key in old:
            del self._calls[key]
        return max(len(old), self._meetings.forget(before, most))

    def _of(self, account: AccountId) -> tuple[Call, ...]:
        mine = [it for it in self._calls.values() if it.account == account]
        mine.sort(key=lambda it: (it.created_at, it.id), reverse=True)
        return tuple(mine)
