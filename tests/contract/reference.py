"""The reference, transcribed to data: operations, models, enums, events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def load(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text())


OPERATIONS: list[dict[str, Any]] = load("operations")
MODELS: dict[str, dict[str, Any]] = {**load("models"), **load("event-models")}
ENUMS: dict[str, dict[str, Any]] = {**load("enums"), **load("event-enums")}
EVENTS: dict[str, dict[str, Any]] = load("events")
ENVELOPE: dict[str, dict[str, Any]] = load("envelope")

MORE_MEMBERS = {
    ("UrlPlayContent", "cacheDuration"),
    ("MediaStreamingConfigRequest", "audioEncoding"),
    ("ConferenceBroadcastWebrtcTextRequest", "message"),
    ("DialogBroadcastWebrtcTextRequest", "message"),
}
"""What older clients send beside the newest reference."""
MORE_NAMES = {
    "TtsLanguage": {"epo", "es-gl"},
    "RecordingLocation": {"HONG_KONG_1", "JOHANNESBURG_1"},
}
"""Names that only older clients know."""
STRICTER: dict[str, dict[str, float]] = {
    "channelLimit": {"minimum": 1},
    "connectTimeout": {"minimum": 1},
    "maxDuration": {"minimum": 1},
    "messageDetectionTimeout": {"minimum": 0},
    "speechRate": {"minimum": 0.5, "maximum": 2},
    "hour": {"minimum": 0, "maximum": 23},
    "minute": {"minimum": 0, "maximum": 59},
    "offset": {"minimum": 0},
    "digitTimeout": {"minimum": 1},
    "loopCount": {"minimum": 1},
    "maxAttempts": {"minimum": 1},
    "maxCalls": {"minimum": 1},
    "maxLength": {"minimum": 1},
    "maxSilence": {"minimum": 1},
    "maxWaitPeriod": {"minimum": 1},
    "minWaitPeriod": {"minimum": 1},
    "timeout": {"minimum": 1},
    "validityPeriod": {"minimum": 1},
}
"""Bounds that requests have by their meaning; the reference has no number there."""


def members(name: str) -> dict[str, dict[str, Any]]:
    """Give the members of a model, with those of the one it extends."""
    model = MODELS[name]
    inherited = members(model["extends"]) if "extends" in model else {}
    return {**inherited, **model["fields"]}
