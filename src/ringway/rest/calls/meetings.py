"""What dialogs and conferences have in common: how they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ringway.domain.actions import Action, ActionKind
from ringway.domain.bridge_state import PROPAGATION, Propagation
from ringway.domain.values import SECOND, BridgeId
from ringway.public.models.conferences import (
    ActionConferenceRequest,
    ConferenceRequest,
)
from ringway.public.models.dialogs import (
    DialogPropagationOptions,
    DialogRequest,
    DialogWithExistingCallsRequest,
)
from ringway.public.models.enums import ActionStatus
from ringway.public.models.parts import ActionResponse
from ringway.rest.calls import words
from ringway.rest.calls.actions import played
from ringway.rest.calls.calls import PENDING
from ringway.rest.calls.door import Asked, Handler
from ringway.rest.errors import bad_request
from ringway.runtime.meeting_terms import MeetingTerms
from ringway.runtime.meetings import Meetings

DONE: Final = ActionResponse(status=ActionStatus.COMPLETED)
Find = Callable[[Asked], BridgeId]
"""Gives the meeting that a path names.  Or raises what there is to say."""


def conference_terms(
    given: ActionConferenceRequest | ConferenceRequest | None,
    id_: BridgeId | None,
) -> MeetingTerms:
    """Say how a conference is to be."""
    given = given or ActionConferenceRequest()
    recorded = given.recording
    return MeetingTerms(
        name=given.name,
        max_duration=given.max_duration * SECOND,
        recording=words.recording(recorded),
        recording_data=(recorded and recorded.custom_data) or {},
        id=id_,
    )


def dialog_terms(
    given: DialogRequest | DialogWithExistingCallsRequest, id_: BridgeId | None
) -> MeetingTerms:
    """Say how a dialog is to be."""
    recorded = given.recording
    return MeetingTerms(
        max_duration=given.max_duration * SECOND,
        recording=words.recording(recorded),
        recording_data=(recorded and recorded.custom_data) or {},
        propagation=_propagation(given.propagation_options),
        id=id_,
    )


def _propagation(given: DialogPropagationOptions | None) -> Propagation:
    if given is None:
        return PROPAGATION
    ringback = given.ringback_generation
    return Propagation(
        child_hangup=given.child_call_hangup,
        child_ringing=given.child_call_ringing,
        ringback=ringback is not None and ringback.enabled,
    )


def said(body: Any) -> str:
    """Give what is to be said, by either of its names.  Or `ApiError` 400."""
    text: str | None = body.message
    if text is None:
        text = getattr(body, "text", None)
    if text is None:
        raise bad_request("A text is required, as `message` or `text`.")
    return text


def meeting_actions(meetings: Meetings, kind: str, find: Find) -> Mapping[str, Handler]:
    """Make the handlers that dialogs and conferences share, by operation."""

    def act(action: ActionKind) -> Handler:
        async def handler(asked: Asked) -> ActionResponse:
            detail = played(getattr(asked.body, "content", None))
            asked_for = Action(action, detail=detail)
            await meetings.act(asked.account, find(asked), asked_for)
            return PENDING

        return handler

    async def send_message(asked: Asked) -> ActionResponse:
        meetings.send_message(asked.account, find(asked), said(asked.body))
        return DONE

    async def broadcast(asked: Asked) -> ActionResponse:
        meetings.broadcast(asked.account, find(asked), said(asked.body))
        return DONE

    return {
        f"{kind}-play-file": act(ActionKind.PLAY),
        f"{kind}-say-text": act(ActionKind.SAY),
        f"{kind}-stop-playing-file": act(ActionKind.STOP_PLAY),
        f"{kind}-start-recording": act(ActionKind.RECORDING),
        f"{kind}-stop-recording": act(ActionKind.STOP_RECORDING),
        f"{kind}-send-message": send_message,
        f"{kind}-broadcast-webrtc-text": broadcast,
    }
