"""Recordings: none are made yet, so lists are empty and nothing is found by an id."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NoReturn

from ringway.public.models.recordings import (
    CallRecordingPage,
    ConferenceRecordingPage,
    DialogRecordingPage,
)
from ringway.public.pages import page_info
from ringway.rest.calls.door import Asked, Handler
from ringway.rest.errors import ApiError


def recording_handlers() -> Mapping[str, Handler]:
    """Make the handlers."""

    async def of_calls(asked: Asked) -> CallRecordingPage:
        return CallRecordingPage(results=[], paging=_nothing(asked.query))

    async def of_conferences(asked: Asked) -> ConferenceRecordingPage:
        return ConferenceRecordingPage(results=[], paging=_nothing(asked.query))

    async def of_dialogs(asked: Asked) -> DialogRecordingPage:
        return DialogRecordingPage(results=[], paging=_nothing(asked.query))

    async def none(asked: Asked) -> NoReturn:
        [(name, id_)] = asked.path.items()
        raise ApiError(
            HTTPStatus.NOT_FOUND, f"There is no recording of {name} {id_!r}."
        )

    return {
        "get-calls-recordings": of_calls,
        "get-call-recordings": none,
        "delete-call-recordings": none,
        "get-conferences-recordings": of_conferences,
        "get-conference-recordings": none,
        "delete-conference-recordings": none,
        "compose-conference-recording": none,
        "get-dialogs-recordings": of_dialogs,
        "get-dialog-recordings": none,
        "delete-dialog-recordings": none,
        "compose-dialog-recording": none,
        "download-recording-file": none,
        "delete-recording-file": none,
    }


def _nothing(query: Any) -> Any:
    return page_info(query.page, query.size, 0)
