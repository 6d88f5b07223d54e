"""What requests say, in the words of the house."""

from __future__ import annotations

from typing import assert_never

from ringway.domain.values import (
    MAX_DURATION,
    RING_TIME,
    SECOND,
    ConfigurationId,
    Endpoint,
    EndpointType,
    LegId,
    MachineDetection,
    Owner,
    Recording,
    RecordingTerms,
    Role,
    RoleType,
    Terms,
)
from ringway.public.models import bulks, calls, conferences, dialogs, endpoints
from ringway.public.models.enums import RecordingChannels
from ringway.public.models.parts import Platform
from ringway.public.models.recordings import (
    CallRecordingRequest,
    ConferenceRecordingRequest,
    DialogRecordingRequest,
)
from ringway.runtime.application import NewCall


def party(given: endpoints.CallEndpoint) -> Endpoint:
    """Say whom a call is to reach."""
    match given:
        case endpoints.WebRtcEndpoint(identity=identity, display_name=name):
            return Endpoint(EndpointType.WEBRTC, identity, name)
        case endpoints.PhoneEndpoint(phone_number=number):
            return Endpoint(EndpointType.PHONE, number)
        case endpoints.SipEndpoint(username=user, sip_trunk_id=trunk):
            return Endpoint(EndpointType.SIP, user, via=trunk)
        case endpoints.ViberEndpoint(phone_number=number):
            return Endpoint(EndpointType.VIBER, number)
        case endpoints.WhatsAppEndpoint(phone_number=number):
            return Endpoint(EndpointType.WHATSAPP, number)
        case endpoints.WebsocketEndpoint(
            websocket_endpoint_config_id=configuration, identifier=identifier
        ):
            address = identifier or ""
            return Endpoint(EndpointType.WEBSOCKET, address, via=configuration)
        case _:
            assert_never(given)


def owner(configuration: str, platform: Platform | None) -> Owner:
    """Say whose a call or a meeting is."""
    tags = platform or Platform()
    return Owner(ConfigurationId(configuration), tags.application_id, tags.entity_id)


def recording(
    given: CallRecordingRequest
    | ConferenceRecordingRequest
    | DialogRecordingRequest
    | None,
) -> RecordingTerms | None:
    """Say how something is to be recorded."""
    if given is None:
        return None
    stereo = (
        isinstance(given, CallRecordingRequest)
        and given.channels is RecordingChannels.STEREO
    )
    kind = Recording[given.recording_type]
    return RecordingTerms(kind, stereo=stereo, file_prefix=given.file_prefix)


def terms(
    given: calls.CallRequest
    | calls.ActionCallRequest
    | dialogs.DialogCallRequest
    | bulks.BulkItem,
    to: endpoints.CallEndpoint | None,
) -> Terms:
    """Say what is asked for beside whom to reach."""
    wait, detection = given.connect_timeout, given.machine_detection
    lasts, recorded, external = MAX_DURATION, None, None
    if not isinstance(given, dialogs.DialogCallRequest):
        lasts = given.max_duration * SECOND
        recorded = recording(given.recording)
    if isinstance(given, calls.CallRequest):
        external = given.external_id
    headers = to.custom_headers if isinstance(to, endpoints.SipEndpoint) else None
    return Terms(
        connect_time=RING_TIME if wait is None else wait * SECOND,
        max_duration=lasts,
        external_id=external,
        recording=recorded,
        machine_detection=None if detection is None else _detection(detection),
        headers=tuple((headers or {}).items()),
    )


def _detection(given: calls.MachineDetectionRequest) -> MachineDetection | None:
    if not given.enabled:
        return None
    return MachineDetection(given.detection_time, given.message_detection_timeout or 0)


def new_call(
    given: calls.CallRequest | calls.ActionCallRequest | dialogs.DialogCallRequest,
    to: endpoints.CallEndpoint,
    whose: Owner,
    parent: LegId | None = None,
) -> NewCall:
    """Say which call is to be placed."""
    recorded = None
    if not isinstance(given, dialogs.DialogCallRequest):
        recorded = given.recording
    return NewCall(
        endpoint=party(to),
        owner=whose,
        source=given.from_ or "",
        source_name=given.from_display_name,
        terms=terms(given, to),
        custom_data=given.custom_data or {},
        recording_data=(recorded and recorded.custom_data) or {},
        parent=parent,
    )


def role(given: conferences.Role | None) -> Role:
    """Say what a participant may do; DEFAULT if nothing is said."""
    match given:
        case None | conferences.DefaultRole():
            return Role()
        case conferences.AdvisorRole(advise=advise):
            return Role(RoleType.ADVISOR, tuple(LegId(it) for it in advise))
        case conferences.MonitorRole():
            return Role(RoleType.MONITOR)
        case conferences.ListenerRole():
            return Role(RoleType.LISTENER)
        case conferences.AuditorRole():
            return Role(RoleType.AUDITOR)
        case _:
            assert_never(given)
