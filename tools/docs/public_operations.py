"""What each operation of the public APIs does here, for `docs/compatibility.md`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from unittest.mock import Mock

from ringway.app.doors import doors_of
from ringway.public.operations import OPERATIONS
from ringway.public.operations.provisioning import PROVISIONING
from ringway.public.operations.row import Operation
from ringway.public.operations.webrtc import WEBRTC, WEBRTC_RECORDINGS

ALL: Final = (*OPERATIONS, *WEBRTC, *WEBRTC_RECORDINGS, *PROVISIONING)
WORKS: Final = "works"
MISSING: Final = "not there"

_EVENT: Final = "is checked, and fails as an event: `FEATURE_UNAVAILABLE`"
_PLAYED: Final = "stored, no effect until sound is played"
_STREAMED: Final = "stored, no effect until sound is streamed"
_PHONES: Final = "stored, no effect until there are telephones"
_RECORDED: Final = "empty until calls are recorded"
_PUSHED: Final = "stored, no effect until there are SDKs for telephones"
_CAPTURED: Final = "works; nothing is taken until an SDK captures pictures"
_TRANSFER: Final = "refused until telephones can ask for a transfer"
_NOTHING_RUNS: Final = "refused: nothing runs that it could stop"
_DIALED: Final = "works; calls to telephones end with `FEATURE_UNAVAILABLE`"

FAMILIES: Final[Mapping[str, str]] = {
    "/calls/1/files": _PLAYED,
    "/calls/1/media-stream-configs": _STREAMED,
    "/calls/1/sip-trunks/service-addresses/countries": WORKS,
    "/calls/1/sip-trunks": _PHONES,
    "/calls/1/recordings": _RECORDED,
    "/calls/1/bulks": _DIALED,
    "/webrtc/1/webrtc-push-config": _PUSHED,
    "/webrtc/1/files": _CAPTURED,
    "/webrtc/1/recordings": _RECORDED,
}
"""Families whose operations do not have their whole effect yet."""
ENDINGS: Final[Mapping[str, str]] = {
    "/play": _EVENT,
    "/say": _EVENT,
    "/send-dtmf": _EVENT,
    "/capture/dtmf": _EVENT,
    "/capture/speech": _EVENT,
    "/start-transcription": _EVENT,
    "/start-recording": _EVENT,
    "/start-media-stream": _EVENT,
    "/stop-play": _NOTHING_RUNS,
    "/stop-transcription": _NOTHING_RUNS,
    "/stop-recording": _NOTHING_RUNS,
    "/stop-media-stream": _NOTHING_RUNS,
    "/transfer/accept": _TRANSFER,
    "/transfer/reject": _TRANSFER,
}
"""What is asked of a call, dialog or conference and can not be done yet."""


def state_of(operation: Operation, there: frozenset[str]) -> str:
    """Say how far an operation is."""
    if operation.id not in there:
        return MISSING
    for begins, state in FAMILIES.items():
        if operation.path.startswith(begins):
            return state
    for ending, state in ENDINGS.items():
        if operation.path.endswith(ending) and operation.method == "POST":
            return state
    return WORKS


def handled() -> frozenset[str]:
    """Give the operations that have a handler; none of them is asked anything."""
    doors = doors_of(*(Mock() for _ in range(doors_of.__code__.co_argcount)))
    return frozenset(it.id for door in doors for it in door.operations)


def made() -> str:
    """Write the table."""
    there = handled()
    return (
        "## Operations\n\nWhat is asked for wrongly is refused everywhere, in the "
        "envelope of the API and with the name of each wrong field.\n\n"
        "| operation | here |\n| --- | --- |\n" + "".join(_rows(there))
    )


def _rows(there: frozenset[str]) -> Iterator[str]:
    for it in ALL:
        yield f"| `{it.method} {it.path}` | {state_of(it, there)} |\n"
