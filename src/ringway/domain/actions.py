"""What an application may ask of a call or a meeting, besides that it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import auto, unique
from typing import Final

from ringway.domain.values import PublicName, TextKey


@unique
class ActionKind(PublicName):
    """The actions of the public API (`api/calls-api.md` sections 2.2 to 2.6)."""

    SEND_RINGING = auto()
    PLAY = auto()
    SAY = auto()
    SEND_DTMF = auto()
    CAPTURE_DTMF = auto()
    CAPTURE_SPEECH = auto()
    CALL_TRANSCRIPTION = auto()
    RECORDING = auto()
    MEDIA_STREAM = auto()
    COMPOSITION = auto()
    MACHINE_DETECTION = auto()
    STOP_PLAY = auto()
    STOP_TRANSCRIPTION = auto()
    STOP_RECORDING = auto()
    STOP_MEDIA_STREAM = auto()


@dataclass(frozen=True, slots=True)
class Action:
    """One thing asked for."""

    kind: ActionKind
    custom_data: TextKey | None = None
    """What the application wants to hear again with what comes of it."""
    detail: str = ""
    """What it is about, if anything: the id of a file or of a configuration."""


NOTHING_TO_STOP: Final[Mapping[ActionKind, str]] = {
    ActionKind.STOP_PLAY: "Nothing is being played: there is nothing to stop.",
    ActionKind.STOP_TRANSCRIPTION: "Nothing is being transcribed.",
    ActionKind.STOP_RECORDING: "Nothing is being recorded.",
    ActionKind.STOP_MEDIA_STREAM: "No media is being streamed.",
}
"""Why a stop is refused while nothing runs."""

UNAVAILABLE: Final[Mapping[ActionKind, str]] = {
    ActionKind.SEND_RINGING: "This server cannot make a ringing tone yet.",
    ActionKind.PLAY: "This server cannot play sound into calls yet.",
    ActionKind.SAY: "This server cannot speak yet.",
    ActionKind.SEND_DTMF: "This server cannot send digits yet.",
    ActionKind.CAPTURE_DTMF: "This server cannot collect digits yet.",
    ActionKind.CAPTURE_SPEECH: "This server cannot recognize speech yet.",
    ActionKind.CALL_TRANSCRIPTION: "This server cannot transcribe calls yet.",
    ActionKind.RECORDING: "This server cannot record yet.",
    ActionKind.MEDIA_STREAM: "This server cannot stream media yet.",
    ActionKind.COMPOSITION: "This server cannot compose recordings yet.",
    ActionKind.MACHINE_DETECTION: "This server cannot detect machines yet.",
}
"""What an action fails with while the capability is missing."""
