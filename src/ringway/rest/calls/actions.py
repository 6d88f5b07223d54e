"""Actions on a call: accepted here, and what comes of them is told by an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ringway.domain.actions import Action, ActionKind
from ringway.domain.leg_requests import Act
from ringway.public.models.actions import (
    FilePlayContent,
    PlayContent,
    RecordingPlayContent,
    UrlPlayContent,
)
from ringway.public.models.parts import ActionResponse
from ringway.rest.calls.calls import PENDING, call_of
from ringway.rest.calls.door import Asked, Handler
from ringway.rest.errors import bad_request
from ringway.runtime.application import Desk

Detail = Callable[[Any], str]


def played(content: PlayContent | None) -> str:
    """Say what is played, as far as it has a name."""
    match content:
        case FilePlayContent(file_id=file) | RecordingPlayContent(file_id=file):
            return file
        case UrlPlayContent(file_url=url):
            return url
        case _:
            return ""


def _nothing(_: object) -> str:
    return ""


def _streamed(body: Any) -> str:
    audio = body.media_stream.audio_properties
    if audio is None:
        field = "mediaStream.audioProperties"
        raise bad_request("Some fields are not valid.", **{field: "is required"})
    return str(audio.media_stream_config_id)


def _given(member: str) -> Detail:
    """Look whether a member is there without which there is nothing to do."""

    def look(body: object) -> str:
        if getattr(body, member) is None:
            raise bad_request("Some fields are not valid.", **{member: "is required"})
        return ""

    return look


ACTIONS: Final[Mapping[str, tuple[ActionKind, Detail]]] = {
    "call-play-file": (ActionKind.PLAY, lambda body: played(body.content)),
    "call-stop-playing-file": (ActionKind.STOP_PLAY, _nothing),
    "call-say-text": (ActionKind.SAY, _nothing),
    "call-send-dtmf": (ActionKind.SEND_DTMF, _nothing),
    "call-capture-dtmf": (ActionKind.CAPTURE_DTMF, _nothing),
    "call-capture-speech": (ActionKind.CAPTURE_SPEECH, _nothing),
    "call-start-transcription": (
        ActionKind.CALL_TRANSCRIPTION,
        _given("transcription"),
    ),
    "call-stop-transcription": (ActionKind.STOP_TRANSCRIPTION, _nothing),
    "call-start-recording": (ActionKind.RECORDING, _given("recording")),
    "call-stop-recording": (ActionKind.STOP_RECORDING, _nothing),
    "start-media-stream": (ActionKind.MEDIA_STREAM, _streamed),
    "stop-media-stream": (ActionKind.STOP_MEDIA_STREAM, _nothing),
}
"""What each operation asks of a call, and what of its body is about something."""


def custom_data_of(body: Any) -> Mapping[str, str] | None:
    """Give the data that an action leaves on its call; a recording's is its own."""
    found: Mapping[str, str] | None = getattr(body, "custom_data", None)
    return found


def action_handlers(desk: Desk) -> Mapping[str, Handler]:
    """Make the handlers of actions on `/calls/1/calls/{callId}`."""

    def act(kind: ActionKind, detail: Detail) -> Handler:
        async def handler(asked: Asked) -> ActionResponse:
            body = asked.body
            request = Act(Action(kind, detail="" if body is None else detail(body)))
            data = custom_data_of(body)
            await desk.command(asked.account, call_of(asked), request, data)
            return PENDING

        return handler

    return {name: act(*row) for name, row in ACTIONS.items()}
