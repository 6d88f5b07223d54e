"""Calls and meetings as they are answered: read, and written for customers."""

from __future__ import annotations

from http import HTTPStatus

from ringway.domain.values import AccountId, BridgeId, LegId, Meeting
from ringway.ports.calls import Call as Row
from ringway.ports.calls import WantedCalls
from ringway.ports.meetings import MeetingRow, WantedMeetings
from ringway.ports.pages import MAX_PAGE, Page
from ringway.public import render
from ringway.public.models.calls import Call, CallLog, CallLogPage, CallPage
from ringway.public.models.conferences import Conference, ConferenceLogResponse
from ringway.public.models.dialogs import DialogLogResponse, DialogResponse
from ringway.public.models.parts import PageInfo
from ringway.public.models.queries import PageQuery
from ringway.rest.errors import ApiError
from ringway.runtime.application import NoSuchCall, NoSuchMeeting
from ringway.runtime.reading import Reading


def missing(text: str) -> ApiError:
    """Say that there is no such thing, in this account at least."""
    return ApiError(HTTPStatus.NOT_FOUND, text)


def paging(query: PageQuery, total: int) -> PageInfo:
    """Say which page of how many this is."""
    return render.paging(query.page, query.size, total)


class Records:
    """Answers about calls and meetings; each may raise `StorageUnavailable`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    # ---------------------------------------------------------------- calls

    async def live_call(self, account: AccountId, call: LegId) -> Call:
        """Give a call that is not over.  Or `NoSuchCall`."""
        row = self._reading.call(account, call)
        if row is None:
            raise NoSuchCall(call)
        return await self._call(account, row)

    async def call(self, account: AccountId, call: LegId) -> Call:
        """Give a call that was there a moment ago, live or just over."""
        row = await self._row(account, call)
        if row is None:
            raise NoSuchCall(call)
        return await self._call(account, row)

    async def live_calls(
        self, account: AccountId, wanted: WantedCalls, query: PageQuery
    ) -> CallPage:
        """Give a page of calls that are not over."""
        page = self._reading.calls(account, wanted, _number(query), query.size)
        texts = await self._reading.texts(account, page.rows)
        results = [render.call(row, texts) for row in page.rows]
        return CallPage(results=results, paging=paging(query, page.total))

    async def call_log(self, account: AccountId, call: LegId) -> CallLog:
        """Give a call that is over.  Or `ApiError` 404."""
        row = await self._reading.past_call(account, call)
        if row is None:
            raise missing(f"There is no call {call!r} that is over.")
        return render.call_log(row, await self._reading.texts(account, [row]))

    async def call_logs(
        self, account: AccountId, wanted: WantedCalls, query: PageQuery
    ) -> CallLogPage:
        """Give a page of calls that are over."""
        number = _number(query)
        page = await self._reading.past_calls(account, wanted, number, query.size)
        texts = await self._reading.texts(account, page.rows)
        results = [render.call_log(row, texts) for row in page.rows]
        return CallLogPage(results=results, paging=paging(query, page.total))

    async def _row(self, account: AccountId, call: LegId) -> Row | None:
        live = self._reading.call(account, call)
        return live or await self._reading.past_call(account, call)

    async def _call(self, account: AccountId, row: Row) -> Call:
        if row.custom_data is None:
            return render.call(row)
        return render.call(row, await self._reading.texts(account, [row]))

    # ------------------------------------------------------------- meetings

    def live_meetings(
        self, account: AccountId, wanted: WantedMeetings, query: PageQuery
    ) -> Page[MeetingRow]:
        """Give a page of meetings that are not over."""
        return self._reading.meetings(account, wanted, _number(query), query.size)

    async def past_meetings(
        self, account: AccountId, wanted: WantedMeetings, query: PageQuery
    ) -> Page[MeetingRow]:
        """Give a page of meetings that are over."""
        number = _number(query)
        return await self._reading.past_meetings(account, wanted, number, query.size)

    async def conference(self, account: AccountId, meeting: BridgeId) -> Conference:
        """Give a conference that was there a moment ago, live or just over."""
        return render.conference(await self._meeting(account, meeting))

    async def dialog(self, account: AccountId, meeting: BridgeId) -> DialogResponse:
        """Give a dialog that was there a moment ago, with its two calls."""
        return await self.written_dialog(await self._meeting(account, meeting))

    async def written_dialog(self, row: MeetingRow) -> DialogResponse:
        """Write a dialog with its two calls."""
        parent, child = [
            None if leg is None else await self._row(row.account, leg)
            for leg in (row.parent, row.child)
        ]
        texts = await self._reading.texts(row.account, (parent, child))
        return render.dialog(row, parent, child, texts)

    async def conference_log(
        self, account: AccountId, meeting: BridgeId
    ) -> ConferenceLogResponse:
        """Give a conference that is over.  Or `ApiError` 404."""
        row = await self._past(account, meeting, Meeting.CONFERENCE)
        return render.conference_log(row)

    async def dialog_log(
        self, account: AccountId, meeting: BridgeId
    ) -> DialogLogResponse:
        """Give a dialog that is over.  Or `ApiError` 404."""
        return render.dialog_log(await self._past(account, meeting, Meeting.DIALOG))

    async def _meeting(self, account: AccountId, meeting: BridgeId) -> MeetingRow:
        row = self._reading.meeting(account, meeting)
        row = row or await self._reading.past_meeting(account, meeting)
        if row is None:
            raise NoSuchMeeting(meeting)
        return row

    async def _past(
        self, account: AccountId, meeting: BridgeId, kind: Meeting
    ) -> MeetingRow:
        row = await self._reading.past_meeting(account, meeting)
        if row is None or row.kind is not kind:
            what = kind.value.lower()
            raise missing(f"There is no {what} {meeting!r} that is over.")
        return row


def _number(query: PageQuery) -> int:
    """Give the page to read: no list is so long that those behind it differ."""
    return min(query.page, MAX_PAGE)
