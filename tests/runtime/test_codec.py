"""Stored events can be read for ever: one sample of every type and version.

A sample is never changed.  A new version of a type adds one, and an upcaster; a
field that is new and has a default adds a second shape of the same version.
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from ringway.domain.effects import Kind
from ringway.domain.values import AccountId
from ringway.ports.event_log import Entry, Stream
from ringway.runtime.codec import (
    EVENTS,
    UPCASTERS,
    VERSIONS,
    UnreadableEvent,
    decode,
    encode,
)

SAMPLES = Path(__file__).parent / "samples"
FILES = sorted(SAMPLES.glob("*.json"))


def sample(path: Path) -> Entry:
    """Read ``kind.Type.version.json``, or ``kind.Type.version.shape.json``."""
    kind, name, version, *_ = path.name.split(".")
    stream = Stream(AccountId("us"), kind, "an-id")
    payload = path.read_bytes()
    return Entry(stream, 1, name, int(version), 0, "a-trace", payload)


def test_every_version_of_every_type_has_a_sample() -> None:
    wanted = {
        f"{kind}.{name}.{version}"
        for kind, name in EVENTS
        for version in range(1, VERSIONS.get((kind, name), 1) + 1)
    }
    assert {".".join(path.name.split(".")[:3]) for path in FILES} == wanted


def holds(whole: Any, part: Any) -> bool:
    """Say whether everything that is told in a part is in the whole."""
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(holds, whole, part))
    if not isinstance(part, dict):
        return bool(whole == part)
    return all(key in whole and holds(whole[key], part[key]) for key in part)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_sample_is_read_and_loses_nothing(path: Path) -> None:
    entry = sample(path)
    event = decode(entry)
    kind = Kind(entry.stream.kind)
    assert type(event) is EVENTS[kind, entry.type]
    name, version, payload = encode(kind, event)
    assert decode(replace(entry, type_version=version, payload=payload)) == event
    if version == entry.type_version:
        assert holds(json.loads(payload), json.loads(entry.payload))
    assert name == entry.type


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_sample_says_something_about_every_field(path: Path) -> None:
    """Fields left at null, false or nothing would test little."""
    entry = sample(path)
    told = json.loads(entry.payload)
    current = VERSIONS.get((Kind(entry.stream.kind), entry.type), 1)
    shapes = [it for it in FILES if it.name.startswith(f"{path.stem}.") and it != path]
    if entry.type_version == current and not shapes:
        event: Any = EVENTS[Kind(entry.stream.kind), entry.type]
        assert set(told) == {field.name for field in fields(event)}
    assert all(value is not None for value in told.values())


def test_there_is_an_upcaster_for_every_step() -> None:
    steps = {
        (kind, name, version)
        for (kind, name), current in VERSIONS.items()
        for version in range(1, current)
    }
    assert set(UPCASTERS) == steps


def test_an_older_version_is_read_through_its_upcasters() -> None:
    """Twice: first `cause` was `why`, then a field `seconds` became `duration`."""
    ended = sample(SAMPLES / "leg.Ended.1.json")
    told = json.loads(ended.payload)
    told["why"], told["seconds"] = told.pop("cause"), told.pop("duration")

    def renamed(old: str, new: str) -> Any:
        return lambda told: {**told, new: told.pop(old)}

    upcasters = {
        (Kind.LEG, "Ended", 1): renamed("why", "cause"),
        (Kind.LEG, "Ended", 2): renamed("seconds", "duration"),
    }
    oldest = replace(ended, payload=json.dumps(told).encode())
    versions = {(Kind.LEG, "Ended"): 3}
    assert decode(oldest, versions, upcasters) == decode(ended)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"type": "Vanished"}, "type is unknown"),
        ({"type_version": 2}, "newest known"),
        ({"type_version": 0}, "newest known"),
        ({"payload": b"{}"}, "missing required field"),
        ({"payload": b"nonsense"}, "JSON is malformed"),
        ({"stream": Stream(AccountId("us"), "teapot", "x")}, "type is unknown"),
    ],
)
def test_what_cannot_be_read(change: dict[str, Any], why: str) -> None:
    entry = sample(SAMPLES / "leg.Ended.1.json")
    with pytest.raises(UnreadableEvent, match=why):
        decode(replace(entry, **change))
