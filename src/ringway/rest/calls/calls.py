"""Calls: place them, look at them, and at those that are over."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from ringway.domain.causes import Cause, Refused
from ringway.domain.leg_requests import PickUp, PreAnswer, Release, SendRinging
from ringway.domain.leg_state import CallState
from ringway.domain.values import (
    BridgeId,
    ConfigurationId,
    Direction,
    EndpointType,
    LegId,
)
from ringway.ports.calls import WantedCalls
from ringway.ports.configurations import exists
from ringway.ports.shelves import Shelves
from ringway.public.models.calls import Call, CallLog, CallLogPage, CallPage
from ringway.public.models.enums import ActionStatus
from ringway.public.models.parts import ActionResponse
from ringway.public.models.queries import CallsQuery
from ringway.public.moments import given_time
from ringway.rest.calls import words
from ringway.rest.calls.door import Asked, Handler
from ringway.rest.calls.records import Records, missing
from ringway.runtime.application import Desk, NoSuchCall

PENDING = ActionResponse(status=ActionStatus.PENDING)
"""An action was accepted; what comes of it is told by an event."""


def call_of(asked: Asked) -> LegId:
    """Give the call that a path names."""
    return LegId(asked.path["callId"])


async def configured(shelves: Shelves, asked: Asked, configuration: str) -> None:
    """Look whether there is such a calls configuration.  Or `ApiError` 404."""
    if not await exists(shelves, asked.account, ConfigurationId(configuration)):
        raise missing(f"There is no calls configuration {configuration!r}.")


def wanted_calls(query: CallsQuery) -> WantedCalls:
    """Say which calls are asked for."""
    after = query.start_time_after
    kind, way, state = query.type, query.direction, query.status
    conference, dialog = query.conference_id, query.dialog_id
    configuration = query.calls_configuration_id
    return WantedCalls(
        type=None if kind is None else EndpointType[kind],
        configuration=None if configuration is None else ConfigurationId(configuration),
        application=query.application_id,
        caller=query.from_,
        callee=query.to,
        direction=None if way is None else Direction[way],
        state=None if state is None else CallState[state],
        started_after=None if after is None else given_time(after),
        conference=None if conference is None else BridgeId(conference),
        dialog=None if dialog is None else BridgeId(dialog),
        bulk=query.bulk_id,
    )


def call_handlers(
    desk: Desk, records: Records, shelves: Shelves
) -> Mapping[str, Handler]:
    """Make the handlers of `/calls/1/calls`."""

    async def create_call(asked: Asked) -> Call:
        body = asked.body
        await configured(shelves, asked, body.calls_configuration_id)
        parent = None if body.parent_call_id is None else LegId(body.parent_call_id)
        if parent is not None:
            desk.call(asked.account, parent)
        owner = words.owner(body.calls_configuration_id, body.platform)
        new = words.new_call(body, body.endpoint, owner, parent)
        try:
            call = await desk.create_call(asked.account, new, asked.call_id)
        except Refused:
            if asked.call_id is None:
                raise
            # The same request has begun it before, and it is over by now.
            with suppress(NoSuchCall):
                return await records.call(asked.account, asked.call_id)
            raise
        return await records.call(asked.account, call)

    async def get_call(asked: Asked) -> Call:
        return await records.live_call(asked.account, call_of(asked))

    async def get_calls(asked: Asked) -> CallPage:
        query = asked.query
        return await records.live_calls(asked.account, wanted_calls(query), query)

    async def get_calls_history(asked: Asked) -> CallLogPage:
        query = asked.query
        return await records.call_logs(asked.account, wanted_calls(query), query)

    async def get_call_history(asked: Asked) -> CallLog:
        return await records.call_log(asked.account, call_of(asked))

    async def send_ringing(asked: Asked) -> ActionResponse:
        await desk.command(asked.account, call_of(asked), SendRinging())
        return PENDING

    async def pre_answer(asked: Asked) -> ActionResponse:
        body = asked.body
        request = PreAnswer(body.ringing)
        await desk.command(asked.account, call_of(asked), request, body.custom_data)
        return PENDING

    async def answer(asked: Asked) -> ActionResponse:
        body = asked.body
        recorded = body.recording
        await desk.command(
            asked.account,
            call_of(asked),
            PickUp(recording=words.recording(recorded)),
            body.custom_data,
            None if recorded is None else recorded.custom_data,
        )
        return PENDING

    async def hangup(asked: Asked) -> Call:
        given = asked.body.error_code
        cause = None if given is None else Cause[given]
        await desk.command(asked.account, call_of(asked), Release(cause))
        return await records.call(asked.account, call_of(asked))

    async def send_message(asked: Asked) -> ActionResponse:
        desk.say_message(asked.account, [call_of(asked)], asked.body.message)
        return ActionResponse(status=ActionStatus.COMPLETED)

    return {
        "create-call": create_call,
        "get-call": get_call,
        "get-calls": get_calls,
        "get-calls-history": get_calls_history,
        "get-call-history": get_call_history,
        "send-ringing": send_ringing,
        "pre-answer-call": pre_answer,
        "answer-call": answer,
        "hangup-call": hangup,
        "call-send-message": send_message,
    }
