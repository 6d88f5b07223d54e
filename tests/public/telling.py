"""What customers are told of a log, read again and held to the reference."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from ringway.ports.calls import Call, CallKey
from ringway.ports.event_log import Recorded
from ringway.ports.meetings import MeetingKey, MeetingRow
from ringway.ports.outbox import PublicEvent
from ringway.public.events import publisher
from ringway.public.models.envelope import PROPERTIES
from ringway.public.models.event_enums import EventType
from ringway.runtime import call_fold
from ringway.runtime.call_fold import with_texts
from ringway.runtime.changes import Texts

URL = "https://api.example.test"
REFERENCE = Path(__file__).parents[1] / "contract" / "data" / "events.json"
FACTS: dict[str, Any] = json.loads(REFERENCE.read_text())
IDS = ("callId", "conferenceId", "dialogId", "bulkId")


class Teller:
    """Folds a log as the follower does, and keeps what customers are told."""

    def __init__(self, texts: Texts | None = None) -> None:
        self.texts = texts or {}
        self.calls: dict[CallKey, Call] = {}
        self.meetings: dict[MeetingKey, MeetingRow] = {}
        self.told: list[PublicEvent] = []
        self.position = 0

    def hear(self, recorded: Sequence[Recorded]) -> list[PublicEvent]:
        """Fold what is new; give what is told of it."""
        new = [it for it in recorded if it.position > self.position]
        fold = call_fold.Fold(self.calls, self.meetings)
        publish = publisher(lambda: URL)
        told = [
            event
            for change in fold.apply(call_fold.read(new))
            for event in publish(with_texts(change, self.texts))
        ]
        self.position = recorded[-1].position if recorded else self.position
        for event in told:
            check(event)
        self.told += told
        return told

    def types(self, subject: str | None = None) -> list[str]:
        return [it.type for it in self.told if subject in (None, it.subject)]


def read(event: PublicEvent) -> dict[str, Any]:
    found = json.loads(event.payload)
    assert isinstance(found, dict)
    return found


def check(event: PublicEvent) -> None:
    """Hold an event to the reference: envelope, ids and properties, nothing else."""
    told, facts = read(event), FACTS[event.type]
    assert told["type"] == event.type
    allowed = {"type", "callsConfigurationId", "platform", "timestamp", "properties"}
    assert told.keys() <= {*allowed, *IDS, *facts.get("top", ())}
    assert told["callsConfigurationId"] == event.configuration
    assert told["timestamp"].endswith("+0000")
    assert len(told["timestamp"]) == len("2026-01-15T11:59:30.000+0000")
    ids = [name for name in IDS if name in told]
    if facts["group"] == "Actions on a call":
        assert len(ids) == 1, "of a call, or of what it is in"
        assert ids[0] in facts["ids"]
    else:
        assert ids == sorted(facts["ids"], key=IDS.index)
    model = PROPERTIES[EventType(event.type)]
    assert (None if model is None else model.__name__) == facts["properties"]
    if model is None:
        assert "properties" not in told
        return
    # Reading drops what the model does not know: so it is the same when nothing is.
    properties = msgspec.convert(told["properties"], model)
    assert msgspec.to_builtins(properties) == told["properties"]
    assert told["properties"]
