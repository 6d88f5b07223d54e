"""Recordings of the WebRTC API: none are made yet, so the list is empty."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import NoReturn

from ringway.public.models.queries import DEFAULT_SIZE
from ringway.public.models.webrtc import WebrtcRecordingPageResponse
from ringway.public.pages import page_info
from ringway.rest.calls.door import Asked, Handler
from ringway.rest.errors import ApiError


def webrtc_recording_handlers() -> Mapping[str, Handler]:
    """Make the handlers."""

    async def listed(asked: Asked) -> WebrtcRecordingPageResponse:
        # The reference lets 0 be asked for, and no page have it.
        size = asked.query.size or DEFAULT_SIZE
        return WebrtcRecordingPageResponse(
            results=[], page_info=page_info(asked.query.page, size, 0)
        )

    async def none(asked: Asked) -> NoReturn:
        raise ApiError(
            HTTPStatus.NOT_FOUND, f"There is no recording {asked.path['id']!r}."
        )

    return {
        "get-webrtc-recordings": listed,
        "delete-webrtc-recording-by-id": none,
        "download-webrtc-recording-by-id": none,
    }
