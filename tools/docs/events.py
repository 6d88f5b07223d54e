"""The table of events: what the program says of each type."""

from __future__ import annotations

from typing import Final

from ringway.public.arising import ARISES
from ringway.public.models.envelope import PROPERTIES
from ringway.public.models.event_enums import EventType

GROUPS: Final = {
    "Calls": ("CALL_", "BULK_"),
    "Actions on calls": ("PLAY_", "SAY_", "DTMF_", "SPEECH_", "TRANSCRIPTION", "ERROR"),
    "Machines that answer": ("MACHINE_",),
    "Media streams": ("MEDIA_STREAM_",),
    "Transfers to other applications": ("APPLICATION_",),
    "Conferences": ("CONFERENCE_",),
    "Participants": ("PARTICIPANT_",),
    "Dialogs": ("DIALOG_",),
}


def made() -> str:
    """Write a table for each group of types."""
    return "\n".join(_group(name, starts) for name, starts in GROUPS.items())


def _group(name: str, starts: tuple[str, ...]) -> str:
    rows = [_row(kind) for kind in EventType if kind.startswith(starts)]
    head = ["| type | arises when | `properties` | now |", "| --- | --- | --- | --- |"]
    return "\n".join([f"## {name}", "", *head, *rows, ""])


def _row(kind: EventType) -> str:
    model, arising = PROPERTIES[kind], ARISES[kind]
    properties = "none" if model is None else f"`{model.__name__}`"
    now = f"with {arising.until}" if arising.until else "yes"
    if arising.until == "never":
        now = "no"
    return f"| `{kind}` | {arising.when} | {properties} | {now} |"
