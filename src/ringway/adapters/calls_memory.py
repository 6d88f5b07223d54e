"""Calls that are forgotten when the process ends: for tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ringway.domain.leg_state import CallState
from ringway.domain.values import AccountId, LegId
from ringway.ports.calls import MAX_SIZE, Batch, Call, CallKey, check_page


class MemoryCalls:
    """Keeps calls in a dictionary."""

    def __init__(self) -> None:
        self._calls: dict[CallKey, Call] = {}
        self._position = 0

    async def position(self) -> int:
        """Give the position up to which events are in here."""
        return self._position

    async def apply(self, batch: Batch) -> bool:
        """Write calls and position, all of it or nothing."""
        if batch.after != self._position:
            return False
        self._calls.update({call.key: call for call in batch.calls})
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
        found = [
            call
            for call in self._calls.values()
            if call.account == account and state in (None, call.state)
        ]
        found.sort(key=lambda call: (call.created_at, call.id), reverse=True)
        return tuple(found[page * size : (page + 1) * size])
