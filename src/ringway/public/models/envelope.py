"""An event as it is posted: who it is about, when it was, what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ringway.public.models.action_events import (
    DtmfProperties,
    ErrorProperties,
    MachineDetectionFailedProperties,
    MachineMessageDetectionFailedProperties,
    MachineMessageDetectionFinishedProperties,
    MediaStreamFailedProperties,
    MediaStreamFinishedProperties,
    MediaStreamStartedProperties,
    PlayProperties,
    SayProperties,
    SpeechCaptureProperties,
    TranscriptionProperties,
)
from ringway.public.models.calls import MachineDetectionProperties
from ringway.public.models.event_enums import EventType
from ringway.public.models.events import (
    ApplicationTransferFailedProperties,
    ApplicationTransferFinishedProperties,
    ApplicationTransferRequestedProperties,
    CallLogProperties,
    CallProperties,
    CallWithErrorCodeProperties,
    ConferenceProperties,
    ConferenceWithErrorCodeProperties,
    DialogCreatedProperties,
    DialogProperties,
    DialogTransferRequestedProperties,
    DialogWithErrorCodeProperties,
    ParticipantProperties,
    ParticipantWithReasonProperties,
    RetryProperties,
)
from ringway.public.models.parts import MediaProperties, Platform
from ringway.public.models.recording_events import (
    CallRecordingFailedProperties,
    CallRecordingReadyProperties,
    CallRecordingStartedProperties,
    CallRecordingStoppedProperties,
    ConferenceCompositionFailedProperties,
    ConferenceCompositionFinishedProperties,
    ConferenceRecordingReadyProperties,
    ConferenceRecordingStoppedProperties,
    DialogCompositionFailedProperties,
    DialogCompositionFinishedProperties,
    DialogRecordingReadyProperties,
    DialogRecordingStoppedProperties,
    RecordingFailedProperties,
    RecordingStartedProperties,
)
from ringway.public.models.scalars import Id, Moment, Wire


class Event(Wire, kw_only=True):
    """One POST to a subscriber: a single object."""

    type: EventType
    call_id: Id | None = None
    conference_id: Id | None = None
    dialog_id: Id | None = None
    bulk_id: str | None = None
    calls_configuration_id: str | None = None
    platform: Platform | None = None
    timestamp: Moment
    properties: Wire | None = None
    """As `PROPERTIES` has it for the type."""
    retry_properties: RetryProperties | None = None
    """Of CALL_STARTED alone."""


PROPERTIES: Final[Mapping[EventType, type[Wire] | None]] = {
    EventType.CALL_RECEIVED: CallProperties,
    EventType.CALL_STARTED: CallProperties,
    EventType.CALL_RINGING: CallProperties,
    EventType.CALL_PRE_ESTABLISHED: CallProperties,
    EventType.CALL_ESTABLISHED: CallProperties,
    EventType.CALL_FINISHED: CallWithErrorCodeProperties,
    EventType.CALL_FAILED: CallWithErrorCodeProperties,
    EventType.CALL_MEDIA_CHANGED: MediaProperties,
    EventType.CALL_DISCONNECTED: CallProperties,
    EventType.CALL_RECONNECTED: CallProperties,
    EventType.CALL_RECORDING_STARTED: CallRecordingStartedProperties,
    EventType.CALL_RECORDING_STOPPED: CallRecordingStoppedProperties,
    EventType.CALL_RECORDING_FAILED: CallRecordingFailedProperties,
    EventType.CALL_RECORDING_READY: CallRecordingReadyProperties,
    EventType.CALL_RECORDING_DELETED: None,
    EventType.PLAY_FINISHED: PlayProperties,
    EventType.SAY_FINISHED: SayProperties,
    EventType.DTMF_CAPTURED: DtmfProperties,
    EventType.SPEECH_CAPTURED: SpeechCaptureProperties,
    EventType.TRANSCRIPTION: TranscriptionProperties,
    EventType.MACHINE_DETECTION_FINISHED: MachineDetectionProperties,
    EventType.MACHINE_DETECTION_FAILED: MachineDetectionFailedProperties,
    EventType.MACHINE_MESSAGE_DETECTION_FINISHED: MachineMessageDetectionFinishedProperties,  # noqa: E501 -- two names of the reference
    EventType.MACHINE_MESSAGE_DETECTION_FAILED: MachineMessageDetectionFailedProperties,
    EventType.MEDIA_STREAM_STARTED: MediaStreamStartedProperties,
    EventType.MEDIA_STREAM_FINISHED: MediaStreamFinishedProperties,
    EventType.MEDIA_STREAM_FAILED: MediaStreamFailedProperties,
    EventType.APPLICATION_TRANSFER_REQUESTED: ApplicationTransferRequestedProperties,
    EventType.APPLICATION_TRANSFER_FINISHED: ApplicationTransferFinishedProperties,
    EventType.APPLICATION_TRANSFER_FAILED: ApplicationTransferFailedProperties,
    EventType.ERROR: ErrorProperties,
    EventType.CONFERENCE_CREATED: ConferenceProperties,
    EventType.CONFERENCE_FINISHED: ConferenceWithErrorCodeProperties,
    EventType.CONFERENCE_RECORDING_STARTED: RecordingStartedProperties,
    EventType.CONFERENCE_RECORDING_STOPPED: ConferenceRecordingStoppedProperties,
    EventType.CONFERENCE_RECORDING_FAILED: RecordingFailedProperties,
    EventType.CONFERENCE_RECORDING_READY: ConferenceRecordingReadyProperties,
    EventType.CONFERENCE_RECORDING_DELETED: None,
    EventType.CONFERENCE_COMPOSITION_FINISHED: ConferenceCompositionFinishedProperties,
    EventType.CONFERENCE_COMPOSITION_FAILED: ConferenceCompositionFailedProperties,
    EventType.PARTICIPANT_JOINING: ParticipantProperties,
    EventType.PARTICIPANT_JOINED: ParticipantProperties,
    EventType.PARTICIPANT_JOIN_FAILED: ParticipantWithReasonProperties,
    EventType.PARTICIPANT_REMOVED: ParticipantWithReasonProperties,
    EventType.PARTICIPANT_MEDIA_CHANGED: MediaProperties,
    EventType.PARTICIPANT_STARTED_TALKING: None,
    EventType.PARTICIPANT_STOPPED_TALKING: None,
    EventType.PARTICIPANT_ROLE_CHANGED: ParticipantProperties,
    EventType.PARTICIPANT_ROLE_CHANGE_FAILED: ParticipantWithReasonProperties,
    EventType.PARTICIPANT_RECORDING_FAILED: RecordingFailedProperties,
    EventType.DIALOG_CREATED: DialogCreatedProperties,
    EventType.DIALOG_ESTABLISHED: DialogProperties,
    EventType.DIALOG_FINISHED: DialogWithErrorCodeProperties,
    EventType.DIALOG_FAILED: DialogWithErrorCodeProperties,
    EventType.DIALOG_RECORDING_STARTED: RecordingStartedProperties,
    EventType.DIALOG_RECORDING_STOPPED: DialogRecordingStoppedProperties,
    EventType.DIALOG_RECORDING_FAILED: RecordingFailedProperties,
    EventType.DIALOG_RECORDING_READY: DialogRecordingReadyProperties,
    EventType.DIALOG_RECORDING_DELETED: None,
    EventType.DIALOG_COMPOSITION_FINISHED: DialogCompositionFinishedProperties,
    EventType.DIALOG_COMPOSITION_FAILED: DialogCompositionFailedProperties,
    EventType.DIALOG_TRANSFER_REQUESTED: DialogTransferRequestedProperties,
    EventType.DIALOG_TRANSFER_FINISHED: None,
    EventType.DIALOG_TRANSFER_FAILED: None,
    EventType.BULK_CALL_STATUS: CallLogProperties,
}
"""What an event of each type says; None: nothing beside whom it is about."""
