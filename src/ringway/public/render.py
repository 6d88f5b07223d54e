"""Rows of calls and meetings as the API writes them: pure.

One truth: what an event says of a call, and what a live `GET` says of it, are both
made here from the same row.
"""

from __future__ import annotations

from typing import Final

from ringway.domain.bridge_messages import ended_by
from ringway.domain.causes import Cause
from ringway.domain.values import (
    Endpoint,
    EndpointType,
    Look,
    Meeting,
    Owner,
    Restraint,
    Role,
    RoleType,
    TextKey,
)
from ringway.ports.calls import Call
from ringway.ports.meetings import MeetingRow, Participant, ParticipantState
from ringway.public.models import calls as call_models
from ringway.public.models import conferences as conference_models
from ringway.public.models import dialogs as dialog_models
from ringway.public.models import endpoints, enums, parts
from ringway.public.models.events import EventDialog
from ringway.public.moments import public_time
from ringway.runtime.changes import Texts

NO_TEXTS: Final[Texts] = {}


def call(row: Call, texts: Texts = NO_TEXTS) -> call_models.Call:
    """Write a call as it is now."""
    owner = row.owner
    return call_models.Call(
        id=row.id,
        endpoint=_party(row),
        from_=row.caller,
        to=row.callee,
        direction=enums.CallDirection[row.direction],
        state=enums.CallState[row.state],
        media=media(row.look, row.restraint),
        start_time=public_time(row.created_at),
        answer_time=moment(row.answered_at),
        end_time=moment(row.ended_at),
        parent_call_id=row.parent,
        ring_duration=row.ring_duration,
        calls_configuration_id=None if owner is None else owner.configuration,
        platform=platform(owner),
        conference_id=row.bridge if row.meeting is Meeting.CONFERENCE else None,
        custom_data=custom_data(row.custom_data, texts),
        dialog_id=row.bridge if row.meeting is Meeting.DIALOG else None,
        external_id=row.terms.external_id,
    )


def call_log(row: Call, texts: Texts = NO_TEXTS) -> call_models.CallLog:
    """Write a call that has ended."""
    source = row.source
    return call_models.CallLog(
        call_id=row.id,
        endpoint=_party(row),
        from_=row.caller,
        to=row.callee,
        direction=enums.CallDirection[row.direction],
        state=enums.CallState[row.state],
        start_time=public_time(row.created_at),
        answer_time=moment(row.answered_at),
        end_time=moment(row.ended_at),
        parent_call_id=row.parent,
        ring_duration=row.ring_duration,
        calls_configuration_ids=_once(row.owners),
        platform=platform(row.owner),
        conference_ids=list(row.conferences),
        duration=row.duration,
        has_camera_video=row.had_camera,
        has_screenshare_video=row.had_screen,
        error_code=error_code(row.cause),
        custom_data=custom_data(row.custom_data, texts),
        dialog_id=row.dialogs[-1] if row.dialogs else None,
        hangup_source=None if source is None else enums.HangupSource[source],
        external_id=row.terms.external_id,
    )


def conference(row: MeetingRow) -> conference_models.Conference:
    """Write a conference with who is there; one that is over, with who was last."""
    over = row.ended_at is not None
    return conference_models.Conference(
        id=row.id,
        name=row.name,
        participants=[
            participant(stay)
            for stay in row.participants
            if over or stay.state is not ParticipantState.LEFT
        ],
        calls_configuration_id=row.owner.configuration,
        platform=platform(row.owner),
    )


def conference_log(row: MeetingRow) -> conference_models.ConferenceLogResponse:
    """Write a conference that has ended."""
    return conference_models.ConferenceLogResponse(
        conference_id=row.id,
        name=row.name,
        platform=platform(row.owner),
        start_time=public_time(row.created_at),
        end_time=moment(row.ended_at),
        duration=row.duration,
        sessions=[
            conference_models.ParticipantSession(
                call_id=stay.leg,
                join_time=moment(stay.joined_at),
                leave_time=moment(stay.left_at),
            )
            for stay in row.participants
            if stay.joined_at is not None
        ],
        error_code=error_code(row.cause),
    )


def dialog(
    row: MeetingRow,
    parent: Call | None,
    child: Call | None,
    texts: Texts = NO_TEXTS,
) -> dialog_models.DialogResponse:
    """Write a dialog with its two calls."""
    return dialog_models.DialogResponse(
        id=row.id,
        calls_configuration_id=row.owner.configuration,
        platform=platform(row.owner),
        state=enums.DialogState[row.state],
        start_time=public_time(row.created_at),
        establish_time=moment(row.established_at),
        end_time=moment(row.ended_at),
        parent_call=None if parent is None else call(parent, texts),
        child_call=None if child is None else call(child, texts),
    )


def event_dialog(
    row: MeetingRow,
    parent: Call | None,
    child: Call | None,
    texts: Texts = NO_TEXTS,
) -> EventDialog:
    """Write a dialog as events have it: its tags are beside the rest."""
    return EventDialog(
        id=row.id,
        calls_configuration_id=row.owner.configuration,
        application_id=row.owner.application,
        entity_id=row.owner.entity,
        state=enums.DialogState[row.state],
        start_time=public_time(row.created_at),
        establish_time=moment(row.established_at),
        end_time=moment(row.ended_at),
        parent_call=None if parent is None else call(parent, texts),
        child_call=None if child is None else call(child, texts),
    )


def dialog_log(row: MeetingRow) -> dialog_models.DialogLogResponse:
    """Write a dialog that has ended."""
    return dialog_models.DialogLogResponse(
        dialog_id=row.id,
        calls_configuration_id=row.owner.configuration,
        platform=platform(row.owner),
        state=enums.DialogState[row.state],
        start_time=public_time(row.created_at),
        establish_time=moment(row.established_at),
        end_time=moment(row.ended_at),
        parent_call_id=row.parent,
        child_call_id=row.child,
        duration=row.duration,
        error_code=error_code(row.cause),
        hangup_source=hangup_source(row),
    )


def participant(stay: Participant) -> conference_models.Participant:
    """Write one stay of a call in a conference."""
    assert stay.endpoint is not None, "applications seat parties by their endpoint"
    return conference_models.Participant(
        call_id=stay.leg,
        endpoint=endpoint(stay.endpoint),
        state=enums.ParticipantState[stay.state],
        join_time=moment(stay.joined_at),
        leave_time=moment(stay.left_at),
        media=media(stay.look, stay.restraint),
        role=role(stay.role),
    )


def role(given: Role) -> conference_models.Role:
    """Write what a participant may do."""
    match given.type:
        case RoleType.DEFAULT:
            return conference_models.DefaultRole()
        case RoleType.ADVISOR:
            return conference_models.AdvisorRole(advise=list(given.advised))
        case RoleType.MONITOR:
            return conference_models.MonitorRole()
        case RoleType.LISTENER:
            return conference_models.ListenerRole()
        case RoleType.AUDITOR:
            return conference_models.AuditorRole()


def media(look: Look, restraint: Restraint) -> parts.MediaProperties:
    """Write what a party shows, and what its application keeps it from."""
    return parts.MediaProperties(
        audio=parts.AudioMediaProperties(
            muted=restraint.muted, user_muted=look.muted, deaf=restraint.deaf
        ),
        video=parts.VideoMediaProperties(
            camera=look.camera, screen_share=look.screen, blind=restraint.blind
        ),
    )


def endpoint(
    given: Endpoint, headers: tuple[tuple[str, str], ...] = ()
) -> endpoints.CallEndpoint:
    """Write the party of a call."""
    match given.type:
        case EndpointType.WEBRTC:
            return endpoints.WebRtcEndpoint(
                identity=given.address, display_name=given.display_name
            )
        case EndpointType.PHONE:
            return endpoints.PhoneEndpoint(phone_number=given.address)
        case EndpointType.SIP:
            return endpoints.SipEndpoint(
                username=given.address,
                sip_trunk_id=given.via or "",
                custom_headers=dict(headers) or None,
            )
        case EndpointType.VIBER:
            return endpoints.ViberEndpoint(phone_number=given.address)
        case EndpointType.WHATSAPP:
            return endpoints.WhatsAppEndpoint(phone_number=given.address)
        case EndpointType.WEBSOCKET:
            return endpoints.WebsocketEndpoint(
                websocket_endpoint_config_id=given.via or "",
                identifier=given.address or None,
            )
        case EndpointType.ROOM | EndpointType.APPLICATION:
            raise AssertionError("a party is somebody who can be called")


def hangup_source(row: MeetingRow) -> enums.DialogHangupSource | None:
    """Say who has ended a dialog; None while nobody has."""
    if row.source is None:
        return None
    who = ended_by(row.source, row.ended_by, row.child)
    return enums.DialogHangupSource[who]


def error_code(cause: Cause | None) -> parts.ErrorCodeInfo | None:
    """Write why something has ended."""
    if cause is None:
        return None
    return parts.ErrorCodeInfo(
        id=cause.id, name=cause.value, description=cause.description
    )


def platform(owner: Owner | None) -> parts.Platform | None:
    """Write the tags of a customer; None if there are none."""
    if owner is None or owner.application is owner.entity is None:
        return None
    return parts.Platform(entity_id=owner.entity, application_id=owner.application)


def paging(page: int, size: int, total: int) -> parts.PageInfo:
    """Write which page of a list this is."""
    return parts.PageInfo(
        page=page, size=size, total_pages=-(-total // size), total_results=total
    )


def custom_data(key: TextKey | None, texts: Texts) -> dict[str, str] | None:
    """Write custom data; None if there is none, or it was erased."""
    found = None if key is None else texts.get(key)
    return None if found is None else dict(found)


def moment(at: int | None) -> str | None:
    """Write a point in time, if there is one."""
    return None if at is None else public_time(at)


def _party(row: Call) -> endpoints.CallEndpoint:
    return endpoint(row.endpoint, row.terms.headers)


def _once(owners: tuple[Owner, ...]) -> list[str]:
    return list(dict.fromkeys(owner.configuration for owner in owners))
