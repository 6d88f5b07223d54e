"""Meetings that are forgotten when the process ends: for tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ringway.domain.values import AccountId, BridgeId
from ringway.ports.meetings import MeetingKey, MeetingRow, WantedMeetings
from ringway.ports.pages import MAX_SIZE, Page, check_page


class MemoryMeetings:
    """Keeps meetings in a dictionary."""

    def __init__(self) -> None:
        self._rows: dict[MeetingKey, MeetingRow] = {}

    def put(self, rows: Sequence[MeetingRow]) -> None:
        """Write rows; whoever writes calls does it with them."""
        self._rows.update({row.key: row for row in rows})

    async def known(
        self, keys: Collection[MeetingKey]
    ) -> Mapping[MeetingKey, MeetingRow]:
        """Give those that are in here."""
        return {key: self._rows[key] for key in keys if key in self._rows}

    async def read(self, account: AccountId, meeting: BridgeId) -> MeetingRow | None:
        """Give the meeting if the account has it."""
        return self._rows.get((account, meeting))

    async def history(
        self,
        account: AccountId,
        wanted: WantedMeetings,
        *,
        page: int = 0,
        size: int = MAX_SIZE,
    ) -> Page[MeetingRow]:
        """Give a page of the account's meetings that have ended."""
        check_page(page, size)
        found = [
            row
            for row in self._rows.values()
            if row.account == account and row.ended_at is not None and wanted.has(row)
        ]
        found.sort(key=lambda row: (row.created_at, row.id), reverse=True)
        return Page(tuple(found[page * size : (page + 1) * size]), len(found))

    def forget(self, before: int, most: int) -> int:
        """Forget those that ended before the moment; give how many went."""
        old = [
            key
            for key, row in self._rows.items()
            if row.ended_at is not None and row.ended_at < before
        ][:most]
        for key in old:
            del self._rows[key]
        return len(old)
