"""Properties of events about calls, conferences, dialogs and transfers."""

from __future__ import annotations

from ringway.public.models.calls import Call, CallLog
from ringway.public.models.conferences import Conference, Participant
from ringway.public.models.enums import DialogHangupSource, DialogState
from ringway.public.models.parts import ErrorCodeInfo
from ringway.public.models.scalars import Int32, Moment, Wire


class CallWithErrorCodeProperties(Wire, kw_only=True):
    """Properties of CALL_FINISHED, CALL_FAILED."""

    call_log: CallLog | None = None


class RetryProperties(Wire, kw_only=True):
    """Whether this call of a bulk is another attempt."""

    retry: bool | None = None


class ConferenceProperties(Wire, kw_only=True):
    """Properties of CONFERENCE_CREATED."""

    conference: Conference | None = None
    api_base_url: str | None = None


class ConferenceWithErrorCodeProperties(Wire, kw_only=True):
    """Properties of CONFERENCE_FINISHED."""

    conference: Conference | None = None
    error_code: ErrorCodeInfo | None = None


class ParticipantWithReasonProperties(Wire, kw_only=True):
    """Properties of PARTICIPANT_JOIN_FAILED and others."""

    participant: Participant | None = None
    reason: str | None = None


class ParticipantProperties(Wire, kw_only=True):
    """Properties of PARTICIPANT_JOINING and others."""

    participant: Participant | None = None


class ApplicationTransferRequestedProperties(Wire, kw_only=True):
    """Properties of APPLICATION_TRANSFER_REQUESTED."""

    source_calls_configuration_id: str | None = None
    source_application_id: str
    transfer_id: str
    call: Call
    location_id: Int32 | None = None


class ApplicationTransferFailedProperties(Wire, kw_only=True):
    """Properties of APPLICATION_TRANSFER_FAILED."""

    source_calls_configuration_id: str | None = None
    destination_calls_configuration_id: str | None = None
    source_application_id: str
    destination_application_id: str
    transfer_id: str


class ApplicationTransferFinishedProperties(Wire, kw_only=True):
    """Properties of APPLICATION_TRANSFER_FINISHED."""

    source_calls_configuration_id: str | None = None
    destination_calls_configuration_id: str | None = None
    source_application_id: str
    destination_application_id: str
    transfer_id: str
    call: Call
    location_id: Int32 | None = None


class CallLogProperties(Wire, kw_only=True):
    """Properties of BULK_CALL_STATUS."""

    call_log: CallLog | None = None


class DialogTransferRequestedProperties(Wire, kw_only=True):
    """Properties of DIALOG_TRANSFER_REQUESTED."""

    transferor_call: Call | None = None
    refer_to: str | None = None


class ForwardingInfo(Wire, kw_only=True):
    """Who has diverted a call, and why."""

    number: str | None = None
    reason: str | None = None


class CallProperties(Wire, kw_only=True):
    """Properties of CALL_RECEIVED and others."""

    call: Call | None = None
    api_base_url: str | None = None
    sender: str | None = None
    resolved_cnam: str | None = None
    forwarded_from: list[ForwardingInfo] | None = None


class EventDialog(Wire, kw_only=True):
    """A dialog."""

    id: str | None = None
    calls_configuration_id: str | None = None
    application_id: str | None = None
    entity_id: str | None = None
    state: DialogState | None = None
    start_time: Moment | None = None
    establish_time: Moment | None = None
    end_time: Moment | None = None
    parent_call: Call | None = None
    child_call: Call | None = None


class DialogCreatedProperties(Wire, kw_only=True):
    """Properties of DIALOG_CREATED."""

    dialog: EventDialog | None = None
    api_base_url: str | None = None


class DialogProperties(Wire, kw_only=True):
    """Properties of DIALOG_ESTABLISHED."""

    dialog: EventDialog | None = None


class DialogWithErrorCodeProperties(Wire, kw_only=True):
    """Properties of DIALOG_FINISHED, DIALOG_FAILED."""

    dialog: EventDialog | None = None
    error_code: ErrorCodeInfo | None = None
    hangup_source: DialogHangupSource | None = None
