"""Recordings as events tell of them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ringway.public.models.endpoints import CallEndpoint
from ringway.public.models.enums import (
    CallDirection,
    FileFormat,
    RecordingFileLocation,
    RecordingStatus,
    SftpUploadStatus,
)
from ringway.public.models.scalars import Id, Int64, Moment, Texts, Wire


class EventRecordingFile(Wire, kw_only=True):
    """A file of a recording; bytes and seconds."""

    id: str | None = None
    name: str
    file_format: FileFormat
    size: Int64 | None = None
    creation_time: Moment | None = None
    expiration_time: Moment | None = None
    duration: Int64 | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None
    location: RecordingFileLocation | None = None
    sftp_upload_status: SftpUploadStatus | None = None
    multichannel_mapping_data: Texts | None = None


class EventCallRecording(Wire, kw_only=True):
    """The recordings of a call."""

    call_id: Id | None = None
    endpoint: CallEndpoint
    direction: CallDirection | None = None
    files: list[EventRecordingFile] | None = None
    status: RecordingStatus | None = None
    reason: str | None = None
    calls_configuration_id: str | None = None
    application_id: (
        Annotated[str, Meta(extra_json_schema={"deprecated": True})] | None
    ) = None
    start_time: Moment | None = None
    end_time: Moment | None = None


class EventConferenceRecording(Wire, kw_only=True):
    """The recordings of a conference."""

    conference_id: Id | None = None
    conference_name: str | None = None
    calls_configuration_id: str | None = None
    application_id: (
        Annotated[str, Meta(extra_json_schema={"deprecated": True})] | None
    ) = None
    composed_files: list[EventRecordingFile] | None = None
    call_recordings: list[EventCallRecording] | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None


class EventDialogRecording(Wire, kw_only=True):
    """The recordings of a dialog."""

    dialog_id: str | None = None
    calls_configuration_id: str | None = None
    application_id: str | None = None
    entity_id: str | None = None
    composed_files: list[EventRecordingFile] | None = None
    call_recordings: list[EventCallRecording] | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None
