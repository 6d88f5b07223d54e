"""Participants of conferences: calls come in, change and go."""

from __future__ import annotations

from collections.abc import Mapping

from ringway.domain.bridge_messages import Restrain
from ringway.domain.values import BridgeId, LegId
from ringway.public.models.conferences import (
    AddExistingCallRequest,
    AddNewCallRequest,
    Conference,
    ConferenceAndCall,
    ConnectWithNewCallRequest,
)
from ringway.public.models.parts import ActionResponse
from ringway.rest.calls import words
from ringway.rest.calls.calls import call_of
from ringway.rest.calls.door import Asked, Handler
from ringway.rest.calls.meetings import DONE, conference_terms
from ringway.rest.calls.records import Records
from ringway.runtime.application import Desk
from ringway.runtime.meeting_terms import Entrance
from ringway.runtime.meetings import Meetings


def entrance(
    given: AddExistingCallRequest | AddNewCallRequest | ConnectWithNewCallRequest,
) -> Entrance:
    """Say how a call comes in."""
    ringback = given.ringback_generation
    role = None if isinstance(given, ConnectWithNewCallRequest) else given.role
    return Entrance(
        role=words.role(role),
        early=given.connect_on_early_media,
        ringback=ringback is not None and ringback.enabled,
    )


def participant_handlers(
    desk: Desk, meetings: Meetings, records: Records
) -> Mapping[str, Handler]:
    """Make the handlers of `…/call` below a conference, and of a call's `connect`."""

    def find(asked: Asked) -> BridgeId:
        meeting = BridgeId(asked.path["conferenceId"])
        return meetings.conference(asked.account, meeting).id

    async def connect_with_new_call(asked: Asked) -> ConferenceAndCall:
        body = asked.body
        owner = desk.call(asked.account, call_of(asked)).owner
        assert owner is not None, "the desk gives the calls of applications"
        begun, leg = await meetings.connect_with_new_call(
            asked.account,
            call_of(asked),
            words.new_call(body.call_request, body.call_request.endpoint, owner),
            conference_terms(body.conference_request, asked.meeting_id),
            entrance(body),
            call_id=asked.call_id,
        )
        return await both(asked, begun.id, leg.id)

    async def both(asked: Asked, meeting: BridgeId, call: LegId) -> ConferenceAndCall:
        return ConferenceAndCall(
            conference=await records.conference(asked.account, meeting),
            call=await records.call(asked.account, call),
        )

    async def add_new(asked: Asked) -> ConferenceAndCall:
        body, meeting = asked.body, find(asked)
        owner = meetings.conference(asked.account, meeting).owner
        assert owner is not None, "conferences are of applications"
        new = words.new_call(body.call_request, body.call_request.endpoint, owner)
        begun, leg = await meetings.add_new_call(
            asked.account, meeting, new, entrance(body), call_id=asked.call_id
        )
        return await both(asked, begun.id, leg.id)

    async def add_existing(asked: Asked) -> Conference:
        await meetings.add_call(
            asked.account,
            find(asked),
            call_of(asked),
            entrance(asked.body),
            asked.body.custom_data,
        )
        return await records.conference(asked.account, find(asked))

    async def remove(asked: Asked) -> ActionResponse:
        await meetings.remove(asked.account, find(asked), call_of(asked))
        return DONE

    async def update_call(asked: Asked) -> ActionResponse:
        body = asked.body
        restrain = Restrain(
            muted=body.muted,
            deaf=body.deaf,
            blind=body.blind,
            role=None if body.role is None else words.role(body.role),
        )
        await meetings.update_call(asked.account, find(asked), call_of(asked), restrain)
        return DONE

    return {
        "connect-with-new-call": connect_with_new_call,
        "add-new-conference-call": add_new,
        "add-existing-conference-call": add_existing,
        "remove-conference-call": remove,
        "update-conference-call": update_call,
    }
