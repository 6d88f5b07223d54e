"""Calls and meetings as they are answered: live ones, and those that are over.

What is live is read from the house itself, so it has every change that was answered
before.  What is over is read from rows that are made from the log a moment later; a
row that is not there yet is waited for, once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Final, TypeVar

from ringway.domain.bridge_state import Bridge
from ringway.domain.leg_state import Leg
from ringway.domain.values import AccountId, BridgeId, LegId, Meeting, TextKey
from ringway.ports import calls as rows
from ringway.ports import meetings as meeting_rows
from ringway.ports.event_log import EventLog
from ringway.ports.pages import MAX_PAGE, Page
from ringway.public import render
from ringway.public.models.calls import Call, CallLog
from ringway.public.models.conferences import Conference, ConferenceLogResponse
from ringway.public.models.dialogs import DialogLogResponse, DialogResponse
from ringway.public.models.queries import PageQuery
from ringway.rest.errors import ApiError
from ringway.runtime.application import Desk, NoSuchCall, NoSuchMeeting
from ringway.runtime.call_rows import row_of
from ringway.runtime.custom_data import data_of
from ringway.runtime.meeting_rows import row_of_bridge
from ringway.runtime.views import Views

T = TypeVar("T")
Texts = Mapping[TextKey, Mapping[str, str]]
_FREE: Final = rows.UNRESTRAINED


class Records:
    """Reads for the API; everything may raise `StorageUnavailable`."""

    def __init__(
        self,
        desk: Desk,
        views: Views,
        log: EventLog,
        calls: rows.Calls,
        meetings: meeting_rows.Meetings,
        catch_up: Callable[[], Awaitable[None]],
    ) -> None:
        """`catch_up` returns when rows have what the log has."""
        self._desk, self._views, self._log = desk, views, log
        self._calls, self._meetings, self._catch_up = calls, meetings, catch_up

    # ---------------------------------------------------------------- calls

    def row(self, leg: Leg) -> rows.Call:
        """Give a live leg as a row."""
        seated = leg.bridge and self._views.bridge(leg.account, leg.bridge)
        member = seated.member(leg.id) if seated else None
        return row_of(leg, _FREE if member is None else member.restraint)

    async def live_call(self, account: AccountId, call: LegId) -> Call:
        """Give a call that is not over.  Or `NoSuchCall`."""
        return await self._written(account, self.row(self._desk.call(account, call)))

    async def call(self, account: AccountId, call: LegId) -> Call:
        """Give a call that was there a moment ago, live or just over."""
        try:
            return await self.live_call(account, call)
        except NoSuchCall:
            found = await self._late(lambda: self._calls.read(account, call))
            if found is None:
                raise
            return await self._written(account, found)

    def live_calls(
        self, account: AccountId, wanted: rows.WantedCalls
    ) -> list[rows.Call]:
        """Give the account's live calls that are wanted, newest first."""
        found = (
            self.row(leg)
            for leg in self._views.legs(account)
            if leg.owner is not None
        )
        chosen = [row for row in found if wanted.has(row)]
        chosen.sort(key=lambda row: (row.created_at, row.id), reverse=True)
        return chosen

    async def written(
        self, account: AccountId, found: Iterable[rows.Call]
    ) -> list[Call]:
        """Write rows of live calls."""
        chosen = list(found)
        texts = await self._texts(account, chosen)
        return [render.call(row, texts) for row in chosen]

    async def call_log(self, account: AccountId, call: LegId) -> CallLog:
        """Give a call that is over.  Or `ApiError` 404."""

        async def read() -> rows.Call | None:
            row = await self._calls.read(account, call)
            ended = row is not None and row.ended_at is not None
            return row if ended else None

        row = await read()
        if row is None and self._views.leg(account, call) is None:
            row = await self._late(read)
        if row is None or row.owner is None:
            raise missing(f"There is no call {call!r} that is over.")
        texts = await self._texts(account, [row])
        return render.call_log(row, texts)

    async def call_logs(
        self, account: AccountId, wanted: rows.WantedCalls, asked: PageQuery
    ) -> tuple[list[CallLog], int]:
        """Give a page of calls that are over, and how many there are."""
        page = await self._late(
            lambda: self._calls.history(
                account, wanted, page=min(asked.page, MAX_PAGE), size=asked.size
            )
        )
        texts = await self._texts(account, page.rows)
        return [render.call_log(row, texts) for row in page.rows], page.total

    # ------------------------------------------------------------- meetings

    def live_meetings(
        self, account: AccountId, wanted: meeting_rows.WantedMeetings
    ) -> list[Bridge]:
        """Give the account's live dialogs or conferences, newest first."""
        chosen = []
        for bridge in self._views.bridges():
            if bridge.account == account and bridge.owner is not None:
                row = row_of_bridge(bridge)
                if row is not None and wanted.has(row):
                    chosen.append(bridge)
        chosen.sort(key=lambda it: (it.created_at, it.id), reverse=True)
        return chosen

    def bridge(self, account: AccountId, meeting: BridgeId, kind: Meeting) -> Bridge:
        """Give a live dialog or conference.  Or `NoSuchMeeting`."""
        found = self._desk.meeting(account, meeting)
        if found.policy.meeting is not kind:
            raise NoSuchMeeting(meeting)
        return found

    async def conference(self, account: AccountId, meeting: BridgeId) -> Conference:
        """Give a conference that was there a moment ago, live or just over."""
        return render.conference(await self._meeting(account, meeting))

    async def dialog(self, account: AccountId, meeting: BridgeId) -> DialogResponse:
        """Give a dialog that was there a moment ago, with its two calls."""
        row = await self._meeting(account, meeting)
        found = [
            None if leg is None else await self._leg_row(account, leg)
            for leg in (row.parent, row.child)
        ]
        texts = await self._texts(account, [it for it in found if it is not None])
        return render.dialog(row, *found, texts)

    async def _meeting(
        self, account: AccountId, meeting: BridgeId
    ) -> meeting_rows.MeetingRow:
        bridge = self._views.bridge(account, meeting)
        row = None if bridge is None else row_of_bridge(bridge)
        if row is None:
            row = await self._late(lambda: self._meetings.read(account, meeting))
        if row is None:
            raise NoSuchMeeting(meeting)
        return row

    async def _leg_row(self, account: AccountId, leg: LegId) -> rows.Call | None:
        live = self._views.leg(account, leg)
        return await self._calls.read(account, leg) if live is None else self.row(live)

    async def conference_log(
        self, account: AccountId, meeting: BridgeId
    ) -> ConferenceLogResponse:
        """Give a conference that is over.  Or `ApiError` 404."""
        return render.conference_log(
            await self._over(account, meeting, Meeting.CONFERENCE)
        )

    async def dialog_log(
        self, account: AccountId, meeting: BridgeId
    ) -> DialogLogResponse:
        """Give a dialog that is over.  Or `ApiError` 404."""
        return render.dialog_log(await self._over(account, meeting, Meeting.DIALOG))

    async def _over(
        self, account: AccountId, meeting: BridgeId, kind: Meeting
    ) -> meeting_rows.MeetingRow:
        async def read() -> meeting_rows.MeetingRow | None:
            row = await self._meetings.read(account, meeting)
            over = row is not None and row.ended_at is not None and row.kind is kind
            return row if over else None

        row = await read()
        if row is None and self._views.bridge(account, meeting) is None:
            row = await self._late(read)
        if row is None:
            what = kind.value.lower()
            raise missing(f"There is no {what} {meeting!r} that is over.")
        return row

    async def meeting_logs(
        self,
        account: AccountId,
        wanted: meeting_rows.WantedMeetings,
        asked: PageQuery,
    ) -> Page[meeting_rows.MeetingRow]:
        """Give a page of meetings that are over."""
        return await self._late(
            lambda: self._meetings.history(
                account, wanted, page=min(asked.page, MAX_PAGE), size=asked.size
            )
        )

    # --------------------------------------------------------------- reading

    async def _late(self, read: Callable[[], Awaitable[T]]) -> T:
        """Read rows when they have what the log has."""
        await self._catch_up()
        return await read()

    async def _written(self, account: AccountId, row: rows.Call) -> Call:
        if row.custom_data is None:
            return render.call(row)
        said = await self._desk.custom_data(account, row.custom_data)
        return render.call(row, {row.custom_data: said})

    async def _texts(self, account: AccountId, found: Iterable[rows.Call]) -> Texts:
        keys = [row.custom_data for row in found if row.custom_data is not None]
        if not keys:
            return {}
        texts = await self._log.texts(account, keys)
        return {key: data_of(text) for key, text in texts.items()}


def missing(text: str) -> ApiError:
    """Say that there is no such thing, in this account at least."""
    return ApiError(HTTPStatus.NOT_FOUND, text)


def page_of(found: list[T], asked: PageQuery) -> list[T]:
    """Give the page that is asked for of everything that was found."""
    begins = asked.page * asked.size
    return list(islice(found, begins, begins + asked.size))
