"""Of each type of public event: when it arises, or with what it will.

`docs/events.md` is made from this; a test walks through all that arise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ringway.public.models.event_enums import EventType

RECORDING: Final = "recording"
SPEECH: Final = "speech"
STREAMING: Final = "media streams"
TONES: Final = "digits"
TRANSFERS: Final = "SIP"


@dataclass(frozen=True, slots=True)
class Arising:
    """What makes an event."""

    when: str
    """Completes *Arises when …*."""
    until: str = ""
    """The capability it comes with; empty: it arises now."""


ARISES: Final[Mapping[EventType, Arising]] = {
    EventType.CALL_RECEIVED: Arising("somebody calls the application"),
    EventType.CALL_STARTED: Arising("the application's call has begun"),
    EventType.CALL_RINGING: Arising("the far end rings, or is let hear that it does"),
    EventType.CALL_PRE_ESTABLISHED: Arising("media flows before the answer"),
    EventType.CALL_ESTABLISHED: Arising("the call is answered and its media flows"),
    EventType.CALL_FINISHED: Arising("a call ends that was established"),
    EventType.CALL_FAILED: Arising("a call ends that was never established"),
    EventType.CALL_MEDIA_CHANGED: Arising(
        "a party mutes itself, or its camera or screen goes on or off"
    ),
    EventType.CALL_DISCONNECTED: Arising("a party's connection or media is lost"),
    EventType.CALL_RECONNECTED: Arising("connection and media are both back"),
    EventType.CALL_RECORDING_STARTED: Arising("a call is being recorded", RECORDING),
    EventType.CALL_RECORDING_STOPPED: Arising("its recording has ended", RECORDING),
    EventType.CALL_RECORDING_FAILED: Arising("what was to be recorded cannot be"),
    EventType.CALL_RECORDING_READY: Arising("the files are there", RECORDING),
    EventType.CALL_RECORDING_DELETED: Arising("the files were deleted", RECORDING),
    EventType.PLAY_FINISHED: Arising("sound was played to its end", SPEECH),
    EventType.SAY_FINISHED: Arising("a text was spoken to its end", SPEECH),
    EventType.DTMF_CAPTURED: Arising("digits were collected", TONES),
    EventType.SPEECH_CAPTURED: Arising("speech was recognized", SPEECH),
    EventType.TRANSCRIPTION: Arising("a piece of a transcript is there", SPEECH),
    EventType.MACHINE_DETECTION_FINISHED: Arising(
        "it is known who has answered, a person or a machine", SPEECH
    ),
    EventType.MACHINE_DETECTION_FAILED: Arising("that cannot be found out"),
    EventType.MACHINE_MESSAGE_DETECTION_FINISHED: Arising(
        "the end of a greeting was found", SPEECH
    ),
    EventType.MACHINE_MESSAGE_DETECTION_FAILED: Arising("it cannot be found"),
    EventType.MEDIA_STREAM_STARTED: Arising("media is being streamed", STREAMING),
    EventType.MEDIA_STREAM_FINISHED: Arising("a stream has ended", STREAMING),
    EventType.MEDIA_STREAM_FAILED: Arising("media cannot be streamed"),
    EventType.APPLICATION_TRANSFER_REQUESTED: Arising(
        "a call is offered to another application, which is told"
    ),
    EventType.APPLICATION_TRANSFER_FINISHED: Arising("it was taken; both are told"),
    EventType.APPLICATION_TRANSFER_FAILED: Arising(
        "it was refused, too late, or the call has ended; both are told"
    ),
    EventType.ERROR: Arising("an action has failed after it was accepted"),
    EventType.CONFERENCE_CREATED: Arising("a conference has begun"),
    EventType.CONFERENCE_FINISHED: Arising("a conference is over"),
    EventType.CONFERENCE_RECORDING_STARTED: Arising("it is being recorded", RECORDING),
    EventType.CONFERENCE_RECORDING_STOPPED: Arising(
        "its recording has ended", RECORDING
    ),
    EventType.CONFERENCE_RECORDING_FAILED: Arising("it cannot be recorded"),
    EventType.CONFERENCE_RECORDING_READY: Arising("the files are there", RECORDING),
    EventType.CONFERENCE_RECORDING_DELETED: Arising(
        "the files were deleted", RECORDING
    ),
    EventType.CONFERENCE_COMPOSITION_FINISHED: Arising("one file is there", RECORDING),
    EventType.CONFERENCE_COMPOSITION_FAILED: Arising(
        "its files cannot be composed", RECORDING
    ),
    EventType.PARTICIPANT_JOINING: Arising("a call has a seat in a conference"),
    EventType.PARTICIPANT_JOINED: Arising("it is in, and heard as its role allows"),
    EventType.PARTICIPANT_JOIN_FAILED: Arising("it never came so far"),
    EventType.PARTICIPANT_REMOVED: Arising("it has left, or was removed"),
    EventType.PARTICIPANT_MEDIA_CHANGED: Arising(
        "what a participant shows has changed, or what the application keeps it from"
    ),
    EventType.PARTICIPANT_STARTED_TALKING: Arising("a participant begins to talk"),
    EventType.PARTICIPANT_STOPPED_TALKING: Arising("it has stopped"),
    EventType.PARTICIPANT_ROLE_CHANGED: Arising("a participant has another role"),
    EventType.PARTICIPANT_ROLE_CHANGE_FAILED: Arising(
        "a role cannot be given that was accepted: here the request is refused instead",
        "never",
    ),
    EventType.PARTICIPANT_RECORDING_FAILED: Arising(
        "one participant cannot be recorded", RECORDING
    ),
    EventType.DIALOG_CREATED: Arising("a dialog has begun"),
    EventType.DIALOG_ESTABLISHED: Arising("both calls are in it, for the first time"),
    EventType.DIALOG_FINISHED: Arising("a dialog ends that was established"),
    EventType.DIALOG_FAILED: Arising("a dialog ends that never was"),
    EventType.DIALOG_RECORDING_STARTED: Arising("it is being recorded", RECORDING),
    EventType.DIALOG_RECORDING_STOPPED: Arising("its recording has ended", RECORDING),
    EventType.DIALOG_RECORDING_FAILED: Arising("it cannot be recorded"),
    EventType.DIALOG_RECORDING_READY: Arising("the files are there", RECORDING),
    EventType.DIALOG_RECORDING_DELETED: Arising("the files were deleted", RECORDING),
    EventType.DIALOG_COMPOSITION_FINISHED: Arising("one file is there", RECORDING),
    EventType.DIALOG_COMPOSITION_FAILED: Arising(
        "its files cannot be composed", RECORDING
    ),
    EventType.DIALOG_TRANSFER_REQUESTED: Arising(
        "a party asks to be connected to somebody else", TRANSFERS
    ),
    EventType.DIALOG_TRANSFER_FINISHED: Arising("it was", TRANSFERS),
    EventType.DIALOG_TRANSFER_FAILED: Arising("it was not", TRANSFERS),
    EventType.BULK_CALL_STATUS: Arising("a call of a bulk is over"),
}
