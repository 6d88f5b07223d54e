"""The WebRTC API on the wire: push configurations, captures, recordings."""

from __future__ import annotations

from enum import StrEnum, auto, unique
from typing import Annotated

from msgspec import Meta

from ringway.domain.values import PublicName
from ringway.ports.push import MAX_NAME
from ringway.public.models.enums import CallDirection, RecordingStatus
from ringway.public.models.parts import PageInfo
from ringway.public.models.queries import DEFAULT_SIZE, MAX_SIZE
from ringway.public.models.scalars import (
    MAX_INT32,
    Int64,
    Moment,
    Texts,
    Wire,
    check_times,
)

# ---------------------------------------------------- push configurations


class IosPushNotificationConfig(Wire, kw_only=True):
    """A certificate for Apple's push service: PKCS #12 in base64, its password."""

    apns_certificate_file_name: str
    apns_certificate_file_content: str
    apns_certificate_password: str | None = None


class AndroidPushNotificationConfig(Wire, kw_only=True):
    """A service account of Firebase, as the JSON that Google gives for it.

    `fcmServerKey` is what older clients send: it opens nothing any more.
    """

    private_key_json: str | None = None
    fcm_server_key: str | None = None


class PushConfigurationRequest(Wire, kw_only=True):
    """A push configuration to make or to change."""

    name: Annotated[str, Meta(max_length=MAX_NAME)] | None = None
    ios: IosPushNotificationConfig | None = None
    android: AndroidPushNotificationConfig | None = None
    application_id: Annotated[str, Meta(min_length=1, max_length=255)] | None = None


class PushConfigurationResponse(Wire, kw_only=True):
    """A push configuration; never its secrets."""

    id: str
    name: str | None = None
    android_configured: bool
    ios_configured: bool
    application_id: str | None = None


class PushConfigurationPageResponse(Wire, kw_only=True):
    """A page of results: push configuration."""

    results: list[PushConfigurationResponse]
    page_info: PageInfo


# ------------------------------------------------------------------ files


@unique
class ImageFileFormat(PublicName):
    """What a capture is; recordings have other values (`api/webrtc-api.md`)."""

    PNG = auto()
    JPEG = auto()


class FileResponse(Wire, kw_only=True):
    """A capture; bytes."""

    id: str
    name: str
    file_format: ImageFileFormat
    size: Int64
    creation_time: Moment


class FilePageResponse(Wire, kw_only=True):
    """A page of results: capture."""

    results: list[FileResponse]
    page_info: PageInfo


# ------------------------------------------------------------- recordings


@unique
class CallType(PublicName):
    """What kind of call was recorded."""

    WEBRTC_CALL = auto()
    PHONE_CALL = auto()
    VIBER_CALL = auto()
    ROOM_CALL = auto()


@unique
class WebRtcRecordingSort(PublicName):
    """By what recordings are sorted."""

    CALL_TYPE = auto()
    ROOM_NAME = auto()
    ROOM_ID = auto()
    START_TIME = auto()
    END_TIME = auto()


@unique
class SortDirection(StrEnum):
    """From which end."""

    ASC = "ASC"
    DESC = "DESC"


@unique
class ProcessedLocation(PublicName):
    """Where a file of a recording is."""

    UPLOADING = auto()
    UPLOADED = auto()
    HOSTED = auto()


@unique
class RecordingPlace(PublicName):
    """Where a recording is kept; two more than the Calls API has."""

    SAO_PAULO = auto()
    BOGOTA = auto()
    FRANKFURT = auto()
    JOHANNESBURG = auto()
    JOHANNESBURG_1 = auto()
    NEW_YORK = auto()
    PORTLAND = auto()
    MOSCOW = auto()
    SINGAPORE = auto()
    ISTANBUL = auto()
    KUALA_LUMPUR = auto()
    JAKARTA = auto()
    MUMBAI = auto()
    HONG_KONG_1 = auto()
    HONG_KONG = auto()
    RIYADH = auto()
    CHENNAI = auto()


class WebRtcRecordingFile(Wire, kw_only=True):
    """A file of a recording; bytes and seconds."""

    id: str | None = None
    name: str | None = None
    file_format: str | None = None
    size: Int64 | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None
    creation_time: Moment | None = None
    duration: Int64 | None = None
    location: ProcessedLocation | None = None
    custom_data: Texts | None = None


class WebRtcCallRecording(Wire, kw_only=True):
    """The recordings of one party."""

    call_id: str | None = None
    endpoint: str | None = None
    direction: CallDirection | None = None
    status: RecordingStatus | None = None
    reason: str | None = None
    files: list[WebRtcRecordingFile] | None = None


class WebRtcRecording(Wire, kw_only=True):
    """The recordings of a call or room."""

    composed_files: list[WebRtcRecordingFile] | None = None
    call_recordings: list[WebRtcCallRecording] | None = None


class WebrtcApplication(Wire, kw_only=True, tag_field="type", tag="WEBRTC"):
    """The call or room that was recorded."""

    id: str | None = None
    call_type: CallType | None = None
    room_name: str | None = None
    room_id: str | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None


class WebRtcRecordingResponse(Wire, kw_only=True):
    """A recording, and what of."""

    application: WebrtcApplication | None = None
    recording: WebRtcRecording | None = None


class WebrtcRecordingPageResponse(Wire, kw_only=True):
    """A page of results: recording."""

    results: list[WebRtcRecordingResponse]
    page_info: PageInfo


class WebrtcPlaceQuery(Wire, kw_only=True):
    """Where a recording is kept; here there is one place, and all names lead to it."""

    location: RecordingPlace | None = None


class WebrtcRecordingsQuery(Wire, kw_only=True):
    """Which recordings, in which order."""

    sort_by: WebRtcRecordingSort | None = None
    sort_direction: SortDirection | None = None
    call_type: CallType | None = None
    phone_number: str | None = None
    identity: str | None = None
    room_name: str | None = None
    room_id: str | None = None
    start_time_after: Moment | None = None
    start_time_before: Moment | None = None
    location: RecordingPlace | None = None
    page: Annotated[int, Meta(ge=0, le=MAX_INT32)] = 0
    size: Annotated[int, Meta(ge=0, le=MAX_SIZE)] = DEFAULT_SIZE

    def __post_init__(self) -> None:
        check_times(
            startTimeAfter=self.start_time_after,
            startTimeBefore=self.start_time_before,
        )
