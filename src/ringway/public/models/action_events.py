"""Properties of events about actions on a call."""

from __future__ import annotations

from ringway.public.models.event_enums import (
    ActionType,
    MachineMessageDetectionResult,
    ResultType,
    TerminationReason,
)
from ringway.public.models.scalars import Int64, Moment, Texts, Wire


class ErrorProperties(Wire, kw_only=True):
    """Properties of ERROR."""

    action_type: ActionType | None = None
    error_code: str | None = None
    error_details: str | None = None


class PlayProperties(Wire, kw_only=True):
    """Properties of PLAY_FINISHED."""

    duration: Int64 | None = None
    played_completely: bool | None = None
    captured_dtmf: str | None = None
    custom_data: Texts | None = None


class SayProperties(Wire, kw_only=True):
    """Properties of SAY_FINISHED."""

    duration: Int64 | None = None
    played_completely: bool | None = None
    captured_dtmf: str | None = None
    custom_data: Texts | None = None


class MachineDetectionFailedProperties(Wire, kw_only=True):
    """Properties of MACHINE_DETECTION_FAILED."""

    reason: str | None = None
    custom_data: Texts | None = None


class MachineMessageDetectionFinishedProperties(Wire, kw_only=True):
    """Properties of MACHINE_MESSAGE_DETECTION_FINISHED."""

    detection_result: MachineMessageDetectionResult | None = None
    custom_data: Texts | None = None


class MachineMessageDetectionFailedProperties(Wire, kw_only=True):
    """Properties of MACHINE_MESSAGE_DETECTION_FAILED."""

    reason: str | None = None
    custom_data: Texts | None = None


class MediaStreamStartedProperties(Wire, kw_only=True):
    """Properties of MEDIA_STREAM_STARTED."""

    config_id: str | None = None
    stream_id: str | None = None


class MediaStreamFinishedProperties(Wire, kw_only=True):
    """Properties of MEDIA_STREAM_FINISHED."""

    config_id: str | None = None
    stream_id: str | None = None
    reason: str | None = None


class MediaStreamFailedProperties(Wire, kw_only=True):
    """Properties of MEDIA_STREAM_FAILED."""

    config_id: str | None = None
    stream_id: str | None = None
    reason: str | None = None


class SpeechCaptureProperties(Wire, kw_only=True):
    """Properties of SPEECH_CAPTURED."""

    full_text: str | None = None
    matched_key_phrase: str | None = None
    confidence: float | None = None
    termination_reason: TerminationReason | None = None


class PlayedContentProperties(Wire, kw_only=True):
    """How much of a prompt was played; milliseconds."""

    duration: Int64 | None = None
    played_completely: bool | None = None


class DtmfProperties(Wire, kw_only=True):
    """Properties of DTMF_CAPTURED."""

    dtmf: str | None = None
    timeout: bool | None = None
    custom_data: Texts | None = None
    played_content_properties: PlayedContentProperties | None = None


class TranscriptionResult(Wire, kw_only=True):
    """A piece of a transcript."""

    type: ResultType | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None
    text: str | None = None
    confidence: float | None = None


class TranscriptionProperties(Wire, kw_only=True):
    """Properties of TRANSCRIPTION."""

    results: list[TranscriptionResult] | None = None
