"""Calls on the wire: what is asked for, what is live, what is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import Meta, field

from ringway.public.models.endpoints import CallEndpoint, ViberEndpoint
from ringway.public.models.enums import (
    CallDirection,
    CallState,
    DetectionResult,
    HangupErrorCode,
    HangupSource,
)
from ringway.public.models.parts import (
    ErrorCodeInfo,
    MediaProperties,
    PageInfo,
    Platform,
)
from ringway.public.models.recordings import CallRecordingRequest
from ringway.public.models.scalars import (
    MAX_INT32,
    Clash,
    Id,
    Int32,
    Int64,
    Moment,
    Texts,
    Wire,
)


class AnswerRequest(Wire, kw_only=True):
    """How an incoming call is answered."""

    custom_data: Texts | None = None
    recording: CallRecordingRequest | None = None


class PreAnswerRequest(Wire, kw_only=True):
    """How an incoming call is given sound before its answer."""

    ringing: bool = False
    custom_data: Texts | None = None


class HangupRequest(Wire, kw_only=True):
    """Why a call is ended; a normal end unless it says otherwise."""

    error_code: HangupErrorCode | None = None


class CallSendMessageRequest(Wire, kw_only=True):
    """A text for the party of a call."""

    OLDER: ClassVar[Mapping[str, str]] = {"text": "message"}

    message: str


def check_caller(endpoint: CallEndpoint | None, caller: str | None) -> None:
    """Raise `Clash` where a party wants a caller's number, and there is none."""
    if isinstance(endpoint, ViberEndpoint) and not caller:
        raise Clash("from", "is required to call VIBER")


class MachineDetectionRequest(Wire, kw_only=True):
    """Whether a machine has answered; times in seconds."""

    enabled: bool
    message_detection_timeout: Annotated[int, Meta(ge=0, le=60)] | None = None
    detection_time: Annotated[float, Meta(ge=1, le=5)] = 3.7

    def __post_init__(self) -> None:
        limit = self.message_detection_timeout
        if limit and self.detection_time >= limit:
            raise Clash("detectionTime", "is less than messageDetectionTimeout")


class CallRequest(Wire, kw_only=True):
    """A call to place, and who owns it; times in seconds."""

    OLDER: ClassVar[Mapping[str, str]] = {"applicationId": "callsConfigurationId"}

    endpoint: CallEndpoint
    from_: str | None = field(default=None, name="from")
    from_display_name: str | None = None
    connect_timeout: Annotated[int, Meta(ge=1, le=60)] | None = None
    recording: CallRecordingRequest | None = None
    machine_detection: MachineDetectionRequest | None = None
    max_duration: Annotated[int, Meta(ge=1, le=MAX_INT32)] = 28800
    custom_data: Texts | None = None
    calls_configuration_id: str
    platform: Platform | None = None
    parent_call_id: Id | None = None
    external_id: str | None = None

    def __post_init__(self) -> None:
        check_caller(self.endpoint, self.from_)


class ActionCallRequest(Wire, kw_only=True):
    """A call to place for a conference; times in seconds."""

    endpoint: CallEndpoint
    from_: str | None = field(default=None, name="from")
    from_display_name: str | None = None
    connect_timeout: Annotated[int, Meta(ge=1, le=60)] | None = None
    recording: CallRecordingRequest | None = None
    machine_detection: MachineDetectionRequest | None = None
    max_duration: Annotated[int, Meta(ge=1, le=MAX_INT32)] = 28800
    custom_data: Texts | None = None

    def __post_init__(self) -> None:
        check_caller(self.endpoint, self.from_)


class MachineDetectionProperties(Wire, kw_only=True):
    """Who has answered, and how sure that is (0 to 1 for each class)."""

    detection_result: DetectionResult | None = None
    confidence_rating: dict[str, float] | None = None
    custom_data: Texts | None = None


class Call(Wire, kw_only=True):
    """A call that is live."""

    id: Id | None = None
    endpoint: CallEndpoint
    from_: str | None = field(default=None, name="from")
    to: str | None = None
    direction: CallDirection | None = None
    state: CallState | None = None
    media: MediaProperties | None = None
    start_time: Moment | None = None
    answer_time: Moment | None = None
    end_time: Moment | None = None
    parent_call_id: Id | None = None
    machine_detection: MachineDetectionProperties | None = None
    ring_duration: Int32 | None = None
    calls_configuration_id: str | None = None
    platform: Platform | None = None
    conference_id: Id | None = None
    custom_data: Texts | None = None
    dialog_id: Id | None = None
    external_id: str | None = None


class CallPage(Wire, kw_only=True):
    """A page of results: call."""

    results: list[Call] | None = None
    paging: PageInfo | None = None


class CallLog(Wire, kw_only=True):
    """A call that is over; durations in seconds."""

    call_id: Id | None = None
    endpoint: CallEndpoint
    from_: str | None = field(default=None, name="from")
    to: str | None = None
    direction: CallDirection | None = None
    state: CallState | None = None
    start_time: Moment | None = None
    answer_time: Moment | None = None
    end_time: Moment | None = None
    parent_call_id: Id | None = None
    machine_detection: MachineDetectionProperties | None = None
    ring_duration: Int64 | None = None
    calls_configuration_ids: list[str] | None = None
    platform: Platform | None = None
    conference_ids: list[str] | None = None
    duration: Int64 | None = None
    has_camera_video: bool | None = None
    has_screenshare_video: bool | None = None
    error_code: ErrorCodeInfo | None = None
    custom_data: Texts | None = None
    dialog_id: Id | None = None
    sender: str | None = None
    hangup_source: HangupSource | None = None
    external_id: str | None = None


class CallLogPage(Wire, kw_only=True):
    """A page of results: call log."""

    results: list[CallLog] | None = None
    paging: PageInfo | None = None
