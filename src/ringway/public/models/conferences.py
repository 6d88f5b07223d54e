"""Conferences on the wire, their participants and roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, TypeAlias

from msgspec import Meta

from ringway.public.models.actions import PlayContent, VoicePreferences
from ringway.public.models.calls import ActionCallRequest, Call
from ringway.public.models.endpoints import CallEndpoint
from ringway.public.models.enums import ParticipantState
from ringway.public.models.languages import TtsLanguage
from ringway.public.models.parts import (
    ErrorCodeInfo,
    MediaProperties,
    PageInfo,
    Platform,
)
from ringway.public.models.recordings import (
    CallRecording,
    ConferenceRecordingRequest,
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


class ActionConferenceRequest(Wire, kw_only=True):
    """A conference that comes with its calls; seconds."""

    name: str | None = None
    recording: ConferenceRecordingRequest | None = None
    max_duration: Annotated[int, Meta(ge=1, le=MAX_INT32)] = 28800


class ConnectRequest(Wire, kw_only=True):
    """Calls to put into one conference."""

    call_ids: Annotated[list[str], Meta(extra_json_schema={"uniqueItems": True})]
    conference_request: ActionConferenceRequest | None = None

    def __post_init__(self) -> None:
        if len(set(self.call_ids)) < len(self.call_ids):
            raise Clash("callIds", "names a call twice")


class ConferenceRequest(Wire, kw_only=True):
    """A conference to open, and who owns it; seconds."""

    OLDER: ClassVar[Mapping[str, str]] = {"applicationId": "callsConfigurationId"}

    name: str | None = None
    recording: ConferenceRecordingRequest | None = None
    max_duration: Annotated[int, Meta(ge=1, le=MAX_INT32)] = 28800
    calls_configuration_id: str
    platform: Platform | None = None


class DefaultRole(Wire, kw_only=True, tag_field="type", tag="DEFAULT"):
    """Heard by everybody, hears everybody."""


class AdvisorRole(Wire, kw_only=True, tag_field="type", tag="ADVISOR"):
    """Hears everybody, is heard by these calls alone."""

    advise: list[str]


class MonitorRole(Wire, kw_only=True, tag_field="type", tag="MONITOR"):
    """Hears everybody, is heard by nobody."""


class ListenerRole(Wire, kw_only=True, tag_field="type", tag="LISTENER"):
    """Hears everybody, is heard by nobody."""


class AuditorRole(Wire, kw_only=True, tag_field="type", tag="AUDITOR"):
    """Hears everybody, is heard and seen by nobody, and not named to anybody."""


Role: TypeAlias = DefaultRole | AdvisorRole | MonitorRole | ListenerRole | AuditorRole
"""What a participant may hear, and who hears it."""


class Participant(Wire, kw_only=True):
    """A call in a conference."""

    call_id: Id | None = None
    endpoint: CallEndpoint
    state: ParticipantState | None = None
    join_time: Moment | None = None
    leave_time: Moment | None = None
    media: MediaProperties | None = None
    role: Role | None = None


class Conference(Wire, kw_only=True):
    """A conference that is live."""

    id: Id | None = None
    name: str | None = None
    participants: list[Participant] | None = None
    calls_configuration_id: str | None = None
    platform: Platform | None = None


class ConferencePage(Wire, kw_only=True):
    """A page of results: conference."""

    results: list[Conference] | None = None
    paging: PageInfo | None = None


class ConferenceAndCall(Wire, kw_only=True):
    """A conference, and the call that was added to it."""

    conference: Conference | None = None
    call: Call | None = None


class RingbackGeneration(Wire, kw_only=True):
    """A ringing tone of the house instead of the far end's."""

    enabled: bool = False


class ConnectWithNewCallRequest(Wire, kw_only=True):
    """A call to place and to put into a conference with another."""

    call_request: ActionCallRequest
    connect_on_early_media: bool = False
    ringback_generation: RingbackGeneration | None = None
    conference_request: ActionConferenceRequest | None = None

    def __post_init__(self) -> None:
        ringback = self.ringback_generation
        if self.connect_on_early_media and ringback is not None and ringback.enabled:
            raise Clash(
                "ringbackGeneration",
                "can not be used together with connectOnEarlyMedia",
            )


class AddNewCallRequest(Wire, kw_only=True):
    """A call to place and to add to a conference."""

    call_request: ActionCallRequest
    connect_on_early_media: bool = False
    ringback_generation: RingbackGeneration | None = None
    role: Role | None = None

    def __post_init__(self) -> None:
        ringback = self.ringback_generation
        if self.connect_on_early_media and ringback is not None and ringback.enabled:
            raise Clash(
                "ringbackGeneration",
                "can not be used together with connectOnEarlyMedia",
            )


class AddExistingCallRequest(Wire, kw_only=True):
    """How a call is added to a conference."""

    connect_on_early_media: bool = False
    ringback_generation: RingbackGeneration | None = None
    role: Role | None = None
    custom_data: Texts | None = None

    def __post_init__(self) -> None:
        ringback = self.ringback_generation
        if self.connect_on_early_media and ringback is not None and ringback.enabled:
            raise Clash(
                "ringbackGeneration",
                "can not be used together with connectOnEarlyMedia",
            )


class UpdateRequest(Wire, kw_only=True):
    """What every participant may do."""

    muted: bool | None = None
    deaf: bool | None = None
    blind: bool | None = None


class UpdateCallRequest(Wire, kw_only=True):
    """What a participant may do, and in which role."""

    muted: bool | None = None
    deaf: bool | None = None
    blind: bool | None = None
    role: Role | None = None


class ConferencePlayRequest(Wire, kw_only=True):
    """A sound to play to a conference."""

    loop_count: Annotated[int, Meta(ge=1, le=MAX_INT32)] | None = None
    content: PlayContent


class ConferenceSayRequest(Wire, kw_only=True):
    """A text to speak to a conference; SSML is one."""

    text: str
    language: TtsLanguage
    speech_rate: Annotated[float, Meta(ge=0.5, le=2)] | None = None
    loop_count: Annotated[int, Meta(ge=1, le=MAX_INT32)] | None = None
    preferences: VoicePreferences | None = None


class ConferenceSendMessageRequest(Wire, kw_only=True):
    """A text for everybody in a conference."""

    OLDER: ClassVar[Mapping[str, str]] = {"text": "message"}

    message: str


class ConferenceBroadcastWebrtcTextRequest(Wire, kw_only=True):
    """A text for everybody in a conference, in the older shape."""

    text: str | None = None
    message: str | None = None


class ParticipantSession(Wire, kw_only=True):
    """One stay of a call in a conference."""

    call_id: Id | None = None
    join_time: Moment | None = None
    leave_time: Moment | None = None


class ConferenceRecordingLog(Wire, kw_only=True):
    """What a conference has left in files."""

    composed_files: list[RecordingFile] | None = None
    call_recordings: list[CallRecording] | None = None


class ConferenceLogResponse(Wire, kw_only=True):
    """A conference that is over; the duration in seconds."""

    conference_id: Id | None = None
    name: str | None = None
    platform: Platform | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None
    duration: Int64 | None = None
    sessions: list[ParticipantSession] | None = None
    recording: ConferenceRecordingLog | None = None
    error_code: ErrorCodeInfo | None = None


class ConferenceLogPage(Wire, kw_only=True):
    """A page of results: conference log."""

    results: list[ConferenceLogResponse] | None = None
    paging: PageInfo | None = None
