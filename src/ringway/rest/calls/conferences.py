"""Conferences: many calls that hear and see each other, as roles allow."""

from __future__ import annotations

from collections.abc import Mapping

from ringway.domain.bridge_messages import Restrain
from ringway.domain.values import (
    BridgeId,
    ConfigurationId,
    LegId,
    Meeting,
)
from ringway.ports.meetings import WantedMeetings
from ringway.ports.shelves import Shelves
from ringway.public import render
from ringway.public.models.conferences import (
    Conference,
    ConferenceLogPage,
    ConferenceLogResponse,
    ConferencePage,
)
from ringway.public.models.parts import ActionResponse
from ringway.public.models.queries import ConferencesHistoryQuery, ConferencesQuery
from ringway.public.moments import given_time
from ringway.rest.calls import words
from ringway.rest.calls.calls import configured
from ringway.rest.calls.door import Asked, Handler
from ringway.rest.calls.meetings import DONE, conference_terms, meeting_actions
from ringway.rest.calls.records import Records, paging
from ringway.runtime.meetings import Meetings


def _wanted(query: ConferencesQuery | ConferencesHistoryQuery) -> WantedMeetings:
    configuration, call = query.calls_configuration_id, query.call_id
    after, before = query.start_time_after, None
    if isinstance(query, ConferencesHistoryQuery):
        before = query.end_time_before
    return WantedMeetings(
        kind=Meeting.CONFERENCE,
        name=query.name,
        call=None if call is None else LegId(call),
        configuration=None if configuration is None else ConfigurationId(configuration),
        application=query.application_id,
        started_after=None if after is None else given_time(after),
        ended_before=None if before is None else given_time(before),
    )


def conference_handlers(
    meetings: Meetings, records: Records, shelves: Shelves
) -> Mapping[str, Handler]:
    """Make the handlers of `/calls/1/conferences` and `/calls/1/connect`."""

    def find(asked: Asked) -> BridgeId:
        meeting = BridgeId(asked.path["conferenceId"])
        return meetings.conference(asked.account, meeting).id

    async def connect(asked: Asked) -> Conference:
        calls = [LegId(it) for it in asked.body.call_ids]
        terms = conference_terms(asked.body.conference_request, asked.meeting_id)
        begun = await meetings.connect(asked.account, calls, terms)
        return await records.conference(asked.account, begun.id)

    async def create(asked: Asked) -> Conference:
        body = asked.body
        await configured(shelves, asked, body.calls_configuration_id)
        owner = words.owner(body.calls_configuration_id, body.platform)
        terms = conference_terms(body, asked.meeting_id)
        begun = await meetings.create_conference(asked.account, owner, terms)
        return await records.conference(asked.account, begun.id)

    async def get(asked: Asked) -> Conference:
        return await records.conference(asked.account, find(asked))

    async def get_all(asked: Asked) -> ConferencePage:
        query = asked.query
        page = records.live_meetings(asked.account, _wanted(query), query)
        results = [render.conference(row) for row in page.rows]
        return ConferencePage(results=results, paging=paging(query, page.total))

    async def get_history(asked: Asked) -> ConferenceLogPage:
        query = asked.query
        page = await records.past_meetings(asked.account, _wanted(query), query)
        results = [render.conference_log(row) for row in page.rows]
        return ConferenceLogPage(results=results, paging=paging(query, page.total))

    async def get_log(asked: Asked) -> ConferenceLogResponse:
        meeting = BridgeId(asked.path["conferenceId"])
        return await records.conference_log(asked.account, meeting)

    async def update(asked: Asked) -> ActionResponse:
        body = asked.body
        restrain = Restrain(muted=body.muted, deaf=body.deaf, blind=body.blind)
        await meetings.update(asked.account, find(asked), restrain)
        return DONE

    async def hangup(asked: Asked) -> Conference:
        meeting = find(asked)
        await meetings.hangup(asked.account, meeting)
        return await records.conference(asked.account, meeting)

    return {
        **meeting_actions(meetings, "conference", find),
        "connect-calls": connect,
        "get-conferences": get_all,
        "create-conference": create,
        "get-conference": get,
        "update-conference": update,
        "get-conferences-history": get_history,
        "get-conference-history": get_log,
        "hangup-conference": hangup,
    }
