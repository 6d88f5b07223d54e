"""Dialogs: two calls, a parent and the child that was placed for it."""

from __future__ import annotations

from collections.abc import Mapping

from ringway.domain.bridge_state import DialogState
from ringway.domain.values import BridgeId, ConfigurationId, LegId, Meeting
from ringway.ports.meetings import WantedMeetings
from ringway.public import render
from ringway.public.models.dialogs import (
    DialogLogPage,
    DialogLogResponse,
    DialogPage,
    DialogResponse,
)
from ringway.public.models.parts import ActionResponse
from ringway.public.models.queries import DialogsHistoryQuery, DialogsQuery
from ringway.public.moments import given_time
from ringway.rest.calls import words
from ringway.rest.calls.calls import PENDING
from ringway.rest.calls.door import Asked, Handler
from ringway.rest.calls.meetings import dialog_terms, meeting_actions
from ringway.rest.calls.records import Records, paging
from ringway.rest.errors import bad_request
from ringway.runtime.application import Desk
from ringway.runtime.meetings import Meetings


def _wanted(query: DialogsQuery | DialogsHistoryQuery) -> WantedMeetings:
    configuration, state = query.calls_configuration_id, query.state
    parent, child = query.parent_call_id, query.child_call_id
    after, before = query.start_time_after, None
    if isinstance(query, DialogsHistoryQuery):
        before = query.end_time_before
    return WantedMeetings(
        kind=Meeting.DIALOG,
        configuration=None if configuration is None else ConfigurationId(configuration),
        application=query.application_id,
        state=None if state is None else DialogState[state],
        parent=None if parent is None else LegId(parent),
        child=None if child is None else LegId(child),
        started_after=None if after is None else given_time(after),
        ended_before=None if before is None else given_time(before),
    )


def dialog_handlers(
    desk: Desk, meetings: Meetings, records: Records
) -> Mapping[str, Handler]:
    """Make the handlers of `/calls/1/dialogs`."""

    def find(asked: Asked) -> BridgeId:
        return meetings.dialog(asked.account, BridgeId(asked.path["dialogId"])).id

    async def create(asked: Asked) -> DialogResponse:
        body = asked.body
        parent, child = LegId(body.parent_call_id), body.child_call_request
        owner = desk.call(asked.account, parent).owner
        assert owner is not None, "the desk gives the calls of applications"
        if child is None or child.endpoint is None:
            field = "childCallRequest" + ("" if child is None else ".endpoint")
            raise bad_request("Some fields are not valid.", **{field: "is required"})
        new = words.new_call(child, child.endpoint, owner, parent)
        terms = dialog_terms(body, asked.meeting_id)
        begun, _ = await meetings.create_dialog(
            asked.account, parent, new, terms, call_id=asked.call_id
        )
        return await records.dialog(asked.account, begun.id)

    async def create_with_existing(asked: Asked) -> DialogResponse:
        parent, child = (
            LegId(asked.path[name]) for name in ("parentCallId", "childCallId")
        )
        terms = dialog_terms(asked.body, asked.meeting_id)
        begun = await meetings.create_dialog_with(asked.account, parent, child, terms)
        return await records.dialog(asked.account, begun.id)

    async def get(asked: Asked) -> DialogResponse:
        return await records.dialog(asked.account, find(asked))

    async def get_all(asked: Asked) -> DialogPage:
        query = asked.query
        page = records.live_meetings(asked.account, _wanted(query), query)
        results = [await records.written_dialog(row) for row in page.rows]
        return DialogPage(results=results, paging=paging(query, page.total))

    async def get_history(asked: Asked) -> DialogLogPage:
        query = asked.query
        page = await records.past_meetings(asked.account, _wanted(query), query)
        results = [render.dialog_log(row) for row in page.rows]
        return DialogLogPage(results=results, paging=paging(query, page.total))

    async def get_log(asked: Asked) -> DialogLogResponse:
        meeting = BridgeId(asked.path["dialogId"])
        return await records.dialog_log(asked.account, meeting)

    async def hangup(asked: Asked) -> DialogResponse:
        meeting = find(asked)
        await meetings.hangup(asked.account, meeting)
        return await records.dialog(asked.account, meeting)

    async def accept_transfer(asked: Asked) -> DialogResponse:
        meeting = find(asked)
        if asked.body.target_call_request.endpoint is None:
            field = "targetCallRequest.endpoint"
            raise bad_request("Some fields are not valid.", **{field: "is required"})
        await meetings.accept_transfer(asked.account, meeting)
        return await records.dialog(asked.account, meeting)

    async def reject_transfer(asked: Asked) -> ActionResponse:
        await meetings.reject_transfer(asked.account, find(asked))
        return PENDING

    return {
        **meeting_actions(meetings, "dialog", find),
        "get-dialogs": get_all,
        "create-dialog": create,
        "create-dialog-with-existing-calls": create_with_existing,
        "get-dialog": get,
        "get-dialogs-history": get_history,
        "get-dialog-history": get_log,
        "hangup-dialog": hangup,
        "dialog-transfer-accept": accept_transfer,
        "dialog-transfer-reject": reject_transfer,
    }
