"""Recordings and files on the wire."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ringway.public.models.endpoints import CallEndpoint
from ringway.public.models.enums import (
    CallDirection,
    FileFormat,
    RecordingChannels,
    RecordingFileLocation,
    RecordingStatus,
    RecordingType,
    SftpUploadStatus,
)
from ringway.public.models.parts import PageInfo, Platform
from ringway.public.models.scalars import MAX_INT32, Id, Int64, Moment, Texts, Wire


class RecordingRequest(Wire, kw_only=True):
    """How a call is recorded; times in seconds."""

    recording_type: RecordingType
    max_silence: Annotated[int, Meta(ge=1, le=MAX_INT32)] | None = None
    beep: bool = False
    max_duration: Annotated[int, Meta(ge=1, le=MAX_INT32)] | None = None
    custom_data: Texts | None = None
    file_prefix: str | None = None


class RecordingStartRequest(Wire, kw_only=True):
    """A recording of a call to begin."""

    recording: RecordingRequest | None = None


class CallRecordingRequest(Wire, kw_only=True):
    """How a call is recorded from its beginning."""

    recording_type: RecordingType
    custom_data: Texts | None = None
    file_prefix: (
        Annotated[
            str, Meta(min_length=1, max_length=214, pattern=r"^[a-zA-Z0-9_\-]*$(?!\n)")
        ]
        | None
    ) = None
    channels: RecordingChannels = RecordingChannels.MONO


class ConferenceComposition(Wire, kw_only=True):
    """Whether all participants are mixed into one file."""

    enabled: bool = False


class ConferenceRecordingRequest(Wire, kw_only=True):
    """How a conference is recorded."""

    recording_type: RecordingType
    conference_composition: ConferenceComposition | None = None
    custom_data: Texts | None = None
    file_prefix: str | None = None


class DialogRecordingComposition(Wire, kw_only=True):
    """Whether both calls are mixed into one file."""

    enabled: bool = False


class DialogRecordingRequest(Wire, kw_only=True):
    """How a dialog is recorded."""

    recording_type: RecordingType
    dialog_composition: DialogRecordingComposition | None = None
    custom_data: Texts | None = None
    file_prefix: str | None = None


class RecordingFile(Wire, kw_only=True):
    """A file of a recording; bytes and seconds."""

    id: str | None = None
    name: str
    file_format: FileFormat
    size: Int64 | None = None
    creation_time: Moment | None = None
    duration: Int64 | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None
    location: RecordingFileLocation | None = None
    sftp_upload_status: SftpUploadStatus | None = None
    custom_data: Texts | None = None


class CallRecording(Wire, kw_only=True):
    """The recordings of a call."""

    call_id: Id | None = None
    endpoint: CallEndpoint
    direction: CallDirection | None = None
    files: list[RecordingFile] | None = None
    status: RecordingStatus | None = None
    reason: str | None = None
    calls_configuration_id: str | None = None
    platform: Platform | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None


class CallRecordingPage(Wire, kw_only=True):
    """A page of results: call recording."""

    results: list[CallRecording] | None = None
    paging: PageInfo | None = None


class ConferenceRecording(Wire, kw_only=True):
    """The recordings of a conference."""

    conference_id: Id | None = None
    conference_name: str | None = None
    calls_configuration_id: str | None = None
    platform: Platform | None = None
    composed_files: list[RecordingFile] | None = None
    call_recordings: list[CallRecording] | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None


class ConferenceRecordingPage(Wire, kw_only=True):
    """A page of results: conference recording."""

    results: list[ConferenceRecording] | None = None
    paging: PageInfo | None = None


class DialogRecording(Wire, kw_only=True):
    """The recordings of a dialog."""

    dialog_id: Id | None = None
    calls_configuration_id: str | None = None
    platform: Platform | None = None
    composed_files: list[RecordingFile] | None = None
    call_recordings: list[CallRecording] | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None


class DialogRecordingPage(Wire, kw_only=True):
    """A page of results: dialog recording."""

    results: list[DialogRecording] | None = None
    paging: PageInfo | None = None


class MultiChannel(Wire, kw_only=True):
    """Whether each participant has a channel in the mixed file."""

    enabled: bool


class OnDemandComposition(Wire, kw_only=True):
    """How recordings are mixed afterwards."""

    delete_call_recordings: bool = True
    multi_channel: MultiChannel | None = None


class File(Wire, kw_only=True):
    """An uploaded file; bytes and seconds."""

    id: str | None = None
    name: str
    file_format: FileFormat
    size: Int64 | None = None
    creation_time: Moment | None = None
    expiration_time: Moment | None = None
    duration: Int64 | None = None


class FilePage(Wire, kw_only=True):
    """A page of results: file."""

    results: list[File] | None = None
    paging: PageInfo | None = None
