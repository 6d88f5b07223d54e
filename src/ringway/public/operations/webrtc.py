"""Operations of the WebRTC API, beside tokens and user activity."""

from __future__ import annotations

from typing import Final

from ringway.public.models.queries import PageQuery
from ringway.public.models.webrtc import (
    FilePageResponse,
    FileResponse,
    PushConfigurationPageResponse,
    PushConfigurationRequest,
    PushConfigurationResponse,
    WebrtcPlaceQuery,
    WebrtcRecordingPageResponse,
    WebRtcRecordingResponse,
    WebrtcRecordingsQuery,
)
from ringway.public.operations.row import Operation, row

_ROOT: Final = "/webrtc/1"
_WIDE: Final = "webrtc:manage"
_PUSH: Final = "webrtc:configuration:manage"
_MEDIA: Final = "webrtc:media:manage"

WEBRTC: Final[tuple[Operation, ...]] = (
    row(
        "get-push-configurations",
        "GET /webrtc-push-config",
        PushConfigurationPageResponse,
        _PUSH,
        query=PageQuery,
        errors=(400,),
        root=_ROOT,
        wide=_WIDE,
    ),
    row(
        "save-push-configuration",
        "POST /webrtc-push-config",
        PushConfigurationResponse,
        _PUSH,
        body=PushConfigurationRequest,
        errors=(400,),
        root=_ROOT,
        wide=_WIDE,
    ),
    row(
        "get-push-configuration",
        "GET /webrtc-push-config/{id}",
        PushConfigurationResponse,
        _PUSH,
        errors=(400, 404),
        root=_ROOT,
        wide=_WIDE,
    ),
    row(
        "update-push-configuration",
        "PUT /webrtc-push-config/{id}",
        PushConfigurationResponse,
        _PUSH,
        body=PushConfigurationRequest,
        errors=(400, 404),
        root=_ROOT,
        wide=_WIDE,
    ),
    row(
        "patch-push-configuration",
        "PATCH /webrtc-push-config/{id}",
        PushConfigurationResponse,
        _PUSH,
        body=PushConfigurationRequest,
        errors=(400, 404),
        root=_ROOT,
        wide=_WIDE,
    ),
    row(
        "delete-push-configuration",
        "DELETE /webrtc-push-config/{id}",
        None,
        _PUSH,
        errors=(404,),
        root=_ROOT,
        wide=_WIDE,
    ),
    row(
        "get-files",
        "GET /files",
        FilePageResponse,
        _MEDIA,
        query=PageQuery,
        errors=(400,),
        root=_ROOT,
        wide=_WIDE,
    ),
    row(
        "get-file",
        "GET /files/{id}",
        FileResponse,
        _MEDIA,
        errors=(404,),
        root=_ROOT,
        wide=_WIDE,
    ),
    row(
        "delete-file",
        "DELETE /files/{id}",
        FileResponse,
        _MEDIA,
        errors=(404,),
        root=_ROOT,
        wide=_WIDE,
    ),
    row(
        "download-file",
        "GET /files/{id}/download",
        bytes,
        _MEDIA,
        errors=(404,),
        rate="100/m",
        ranged=True,
        root=_ROOT,
        wide=_WIDE,
    ),
)
"""Their errors are in the envelope that the Calls API has."""

WEBRTC_RECORDINGS: Final[tuple[Operation, ...]] = (
    row(
        "get-webrtc-recordings",
        "GET /recordings",
        WebrtcRecordingPageResponse,
        _WIDE,
        query=WebrtcRecordingsQuery,
        errors=(400,),
        rate="10/m",
        root=_ROOT,
        wide=_WIDE,
    ),
    row(
        "delete-webrtc-recording-by-id",
        "DELETE /recordings/{id}",
        WebRtcRecordingResponse,
        _WIDE,
        query=WebrtcPlaceQuery,
        errors=(400, 404),
        rate="10/m",
        root=_ROOT,
        wide=_WIDE,
    ),
    row(
        "download-webrtc-recording-by-id",
        "GET /recordings/{id}/download",
        bytes,
        _WIDE,
        query=WebrtcPlaceQuery,
        errors=(400, 404),
        rate="10/m",
        ranged=True,
        root=_ROOT,
        wide=_WIDE,
    ),
)
"""Their errors are flat (`ringway.rest.flat_errors`)."""
