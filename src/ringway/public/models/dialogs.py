"""Dialogs on the wire: two calls, parent and child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import Meta, field

from ringway.public.models.actions import PlayContent, VoicePreferences
from ringway.public.models.calls import Call, MachineDetectionRequest, check_caller
from ringway.public.models.conferences import RingbackGeneration
from ringway.public.models.endpoints import CallEndpoint
from ringway.public.models.enums import DialogHangupSource, DialogState
from ringway.public.models.languages import TtsLanguage
from ringway.public.models.parts import ErrorCodeInfo, PageInfo, Platform
from ringway.public.models.recordings import (
    CallRecording,
    DialogRecordingRequest,
    RecordingFile,
)
from ringway.public.models.scalars import (
    MAX_INT32,
    Clash,
    Id,
    Int64,
    Moment,
    Texts,
    Wire,
)


class DialogCallRequest(Wire, kw_only=True):
    """The other call of a dialog, to be placed; seconds."""

    endpoint: CallEndpoint | None = None
    from_: str | None = field(default=None, name="from")
    from_display_name: str | None = None
    connect_timeout: Annotated[int, Meta(ge=1, le=60)] | None = None
    machine_detection: MachineDetectionRequest | None = None
    custom_data: Texts | None = None

    def __post_init__(self) -> None:
        check_caller(self.endpoint, self.from_)


class DialogPropagationOptions(Wire, kw_only=True):
    """What of the child the parent feels."""

    child_call_hangup: bool = True
    child_call_ringing: bool = False
    ringback_generation: RingbackGeneration | None = None

    def __post_init__(self) -> None:
        ringback = self.ringback_generation
        if self.child_call_ringing and ringback is not None and ringback.enabled:
            raise Clash(
                "ringbackGeneration", "can not be used together with childCallRinging"
            )


class DialogRequest(Wire, kw_only=True):
    """A dialog to open with a call that is there; seconds."""

    parent_call_id: Id
    child_call_request: DialogCallRequest | None = None
    recording: DialogRecordingRequest | None = None
    max_duration: Annotated[int, Meta(ge=1, le=MAX_INT32)] = 28800
    propagation_options: DialogPropagationOptions | None = None


class DialogWithExistingCallsRequest(Wire, kw_only=True):
    """A dialog to open between calls that are there; seconds."""

    recording: DialogRecordingRequest | None = None
    max_duration: Annotated[int, Meta(ge=1, le=MAX_INT32)] = 28800
    propagation_options: DialogPropagationOptions | None = None


class DialogResponse(Wire, kw_only=True):
    """A dialog that is live."""

    id: Id | None = None
    calls_configuration_id: str | None = None
    platform: Platform | None = None
    state: DialogState | None = None
    start_time: Moment | None = None
    establish_time: Moment | None = None
    end_time: Moment | None = None
    parent_call: Call | None = None
    child_call: Call | None = None


class DialogPage(Wire, kw_only=True):
    """A page of results: dialog."""

    results: list[DialogResponse] | None = None
    paging: PageInfo | None = None


class DialogPlayRequest(Wire, kw_only=True):
    """A sound to play to a dialog."""

    loop_count: Annotated[int, Meta(ge=1, le=MAX_INT32)] | None = None
    content: PlayContent


class DialogSayRequest(Wire, kw_only=True):
    """A text to speak to a dialog; SSML is one."""

    text: str
    language: TtsLanguage
    speech_rate: Annotated[float, Meta(ge=0.5, le=2)] | None = None
    loop_count: Annotated[int, Meta(ge=1, le=MAX_INT32)] | None = None
    preferences: VoicePreferences | None = None


class DialogSendMessageRequest(Wire, kw_only=True):
    """A text for both parties of a dialog."""

    OLDER: ClassVar[Mapping[str, str]] = {"text": "message"}

    message: str


class DialogBroadcastWebrtcTextRequest(Wire, kw_only=True):
    """A text for both parties of a dialog, in the older shape."""

    text: str | None = None
    message: str | None = None


class DialogAcceptTransferRequest(Wire, kw_only=True):
    """The call that takes over in a dialog."""

    target_call_request: DialogCallRequest


class DialogRecordingLog(Wire, kw_only=True):
    """What a dialog has left in files."""

    composed_files: list[RecordingFile] | None = None
    call_recordings: list[CallRecording] | None = None


class DialogLogResponse(Wire, kw_only=True):
    """A dialog that is over; the duration in seconds."""

    dialog_id: Id | None = None
    calls_configuration_id: str | None = None
    platform: Platform | None = None
    state: DialogState | None = None
    start_time: Moment | None = None
    establish_time: Moment | None = None
    end_time: Moment | None = None
    parent_call_id: Id | None = None
    child_call_id: Id | None = None
    duration: Int64 | None = None
    recording: DialogRecordingLog | None = None
    error_code: ErrorCodeInfo | None = None
    hangup_source: DialogHangupSource | None = None


class DialogLogPage(Wire, kw_only=True):
    """A page of results: dialog log."""

    results: list[DialogLogResponse] | None = None
    paging: PageInfo | None = None
