"""Properties of events about recordings."""

from __future__ import annotations

from ringway.public.models.enums import RecordingType
from ringway.public.models.event_recordings import (
    EventCallRecording,
    EventConferenceRecording,
    EventDialogRecording,
)
from ringway.public.models.scalars import Int32, Moment, Texts, Wire


class CallRecordingStartedProperties(Wire, kw_only=True):
    """Properties of CALL_RECORDING_STARTED."""

    recording_type: RecordingType | None = None
    file_id: str | None = None
    max_duration: Int32 | None = None
    max_silence: Int32 | None = None
    beep: bool | None = None
    file_prefix: str | None = None
    custom_data: Texts | None = None


class CallRecordingFailedProperties(Wire, kw_only=True):
    """Properties of CALL_RECORDING_FAILED."""

    reason: str | None = None
    recording_custom_data: Texts | None = None
    file_id: str | None = None


class CallRecordingReadyProperties(Wire, kw_only=True):
    """Properties of CALL_RECORDING_READY."""

    recording: EventCallRecording | None = None


class CallRecordingStoppedProperties(Wire, kw_only=True):
    """Properties of CALL_RECORDING_STOPPED."""

    start_time: Moment | None = None
    end_time: Moment | None = None
    file_id: str | None = None


class RecordingStartedProperties(Wire, kw_only=True):
    """Properties of CONFERENCE_RECORDING_STARTED, DIALOG_RECORDING_STARTED."""

    recording_type: RecordingType | None = None
    composition: bool | None = None
    file_prefix: str | None = None
    custom_data: Texts | None = None


class RecordingFailedProperties(Wire, kw_only=True):
    """Properties of CONFERENCE_RECORDING_FAILED and others."""

    reason: str | None = None
    recording_custom_data: Texts | None = None


class ConferenceRecordingReadyProperties(Wire, kw_only=True):
    """Properties of CONFERENCE_RECORDING_READY."""

    recording: EventConferenceRecording | None = None


class ConferenceRecordingStoppedProperties(Wire, kw_only=True):
    """Properties of CONFERENCE_RECORDING_STOPPED."""

    start_time: Moment | None = None
    end_time: Moment | None = None


class ConferenceCompositionFailedProperties(Wire, kw_only=True):
    """Properties of CONFERENCE_COMPOSITION_FAILED."""

    reason: str | None = None


class ConferenceCompositionFinishedProperties(Wire, kw_only=True):
    """Properties of CONFERENCE_COMPOSITION_FINISHED."""

    recording: EventConferenceRecording | None = None


class DialogRecordingReadyProperties(Wire, kw_only=True):
    """Properties of DIALOG_RECORDING_READY."""

    recording: EventDialogRecording | None = None


class DialogRecordingStoppedProperties(Wire, kw_only=True):
    """Properties of DIALOG_RECORDING_STOPPED."""

    start_time: Moment | None = None
    end_time: Moment | None = None


class DialogCompositionFailedProperties(Wire, kw_only=True):
    """Properties of DIALOG_COMPOSITION_FAILED."""

    reason: str | None = None


class DialogCompositionFinishedProperties(Wire, kw_only=True):
    """Properties of DIALOG_COMPOSITION_FINISHED."""

    recording: EventDialogRecording | None = None
