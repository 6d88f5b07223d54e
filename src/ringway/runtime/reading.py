"""Calls and meetings, read: live ones from the house, ended ones from rows.

What is live is told from the machines themselves, so who has just given a command
reads what came of it.  What is over is in the read model, a moment behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from ringway.domain.leg_state import CallState, Leg
from ringway.domain.values import AccountId, BridgeId, LegId, TextKey
from ringway.ports.calls import UNRESTRAINED, Call, Calls, WantedCalls
from ringway.ports.event_log import EventLog
from ringway.ports.meetings import MeetingRow, Meetings, WantedMeetings
from ringway.ports.pages import Page, check_page
from ringway.runtime.call_follower import CallFollower
from ringway.runtime.call_rows import row_of
from ringway.runtime.changes import Texts, read_text
from ringway.runtime.meeting_rows import row_of_bridge
from ringway.runtime.views import Views


class Row(Protocol):
    """What a list has."""

    @property
    def id(self) -> str: ...
    @property
    def created_at(self) -> int: ...


R = TypeVar("R", bound=Row)


class Reading:
    """Reads for one who has an account."""

    def __init__(
        self,
        views: Views,
        log: EventLog,
        calls: Calls,
        meetings: Meetings,
        follower: CallFollower,
    ) -> None:
        self._views, self._log = views, log
        self._calls, self._meetings, self._follower = calls, meetings, follower

    # ------------------------------------------------------------------ live

    def call(self, account: AccountId, call: LegId) -> Call | None:
        """Give the live call, if the account's applications have it."""
        found = self._views.leg(account, call)
        return None if found is None or found.owner is None else self._row(found)

    def calls(
        self, account: AccountId, wanted: WantedCalls, page: int, size: int
    ) -> Page[Call]:
        """Give a page of live calls, newest first.

        `ValueError` unless `check_page` likes the page.
        """
        legs = (it for it in self._views.legs(account) if it.owner is not None)
        return _page(map(self._row, legs), wanted.has, page, size)

    def meeting(self, account: AccountId, meeting: BridgeId) -> MeetingRow | None:
        """Give the live dialog or conference, if the account's applications have it."""
        found = self._views.bridge(account, meeting)
        return None if found is None else row_of_bridge(found)

    def meetings(
        self, account: AccountId, wanted: WantedMeetings, page: int, size: int
    ) -> Page[MeetingRow]:
        """Give a page of live dialogs or conferences, newest first."""
        rows = (
            row
            for bridge in self._views.bridges()
            if bridge.account == account and (row := row_of_bridge(bridge)) is not None
        )
        return _page(rows, wanted.has, page, size)

    def _row(self, leg: Leg) -> Call:
        bridge = None
        if leg.bridge is not None:
            bridge = self._views.bridge(leg.account, leg.bridge)
        member = None if bridge is None else bridge.member(leg.id)
        return row_of(leg, UNRESTRAINED if member is None else member.restraint)

    # ------------------------------------------------------------------ over

    async def past_call(self, account: AccountId, call: LegId) -> Call | None:
        """Give the ended call.  Or `StorageUnavailable`; so the others below."""
        found = await self._calls.read(account, call)
        if found is None or found.ended_at is None:
            await self._follower.catch_up()
            found = await self._calls.read(account, call)
        past = found is not None and found.ended_at is not None and found.owner
        return found if past else None

    async def how_it_ended(self, account: AccountId, call: LegId) -> CallState | None:
        """Give the state that a call has ended in; None if it never began."""
        await self._follower.catch_up()
        found = await self._calls.read(account, call)
        return None if found is None else found.state

    async def past_calls(
        self, account: AccountId, wanted: WantedCalls, page: int, size: int
    ) -> Page[Call]:
        """Give a page of ended calls, newest first.  `ValueError` as `calls`."""
        return await self._calls.history(account, wanted, page=page, size=size)

    async def past_meeting(
        self, account: AccountId, meeting: BridgeId
    ) -> MeetingRow | None:
        """Give the ended dialog or conference."""
        found = await self._meetings.read(account, meeting)
        if found is None or found.ended_at is None:
            await self._follower.catch_up()
            found = await self._meetings.read(account, meeting)
        return None if found is None or found.ended_at is None else found

    async def past_meetings(
        self, account: AccountId, wanted: WantedMeetings, page: int, size: int
    ) -> Page[MeetingRow]:
        """Give a page of ended dialogs or conferences, newest first."""
        return await self._meetings.history(account, wanted, page=page, size=size)

    # ----------------------------------------------------------------- texts

    async def texts(self, account: AccountId, calls: Iterable[Call | None]) -> Texts:
        """Give the custom data of these calls, for who writes them out."""
        keys: set[TextKey] = set()
        for call in calls:
            if call is not None and call.custom_data is not None:
                keys.add(call.custom_data)
        known = await self._log.texts(account, keys)
        return {key: read_text(text) for key, text in known.items()}


def _page(
    rows: Iterable[R], wanted: Callable[[R], bool], page: int, size: int
) -> Page[R]:
    check_page(page, size)
    found = [row for row in rows if wanted(row)]
    found.sort(key=lambda row: (row.created_at, row.id), reverse=True)
    return Page(tuple(found[page * size : (page + 1) * size]), len(found))
