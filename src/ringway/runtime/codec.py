"""Events to rows of the log, and back, also rows of older versions.

An event's type is its class name; its payload is the JSON of its fields.  A
change that old payloads do not survive raises the type's number in `VERSIONS`
and adds an upcaster from the former one; a sample of each stays as its test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from ringway.domain.effects import Kind
from ringway.ports.event_log import Entry
from ringway.runtime.machines import MACHINES

VERSIONS: Final[Mapping[tuple[Kind, str], int]] = {}
"""The version of each type that is not 1."""

UPCASTERS: Final[
    Mapping[tuple[Kind, str, int], Callable[[dict[str, Any]], dict[str, Any]]]
] = {}
"""From a version of a type to the next one."""

EVENTS: Final = {
    (kind, event.__name__): event
    for kind, machine in MACHINES.items()
    for event in machine.events
}

_encode = msgspec.json.Encoder().encode


class UnreadableEvent(Exception):
    """The log holds something this version of Ringway does not know."""

    def __init__(self, entry: Entry, why: str) -> None:
        what = f"{entry.stream.kind} event {entry.type} {entry.type_version}"
        super().__init__(f"{what} of {entry.stream.id} cannot be read: {why}")


def encode(kind: Kind, event: object) -> tuple[str, int, bytes]:
    """Give type, type version and payload."""
    name = type(event).__name__
    return name, VERSIONS.get((kind, name), 1), _encode(event)


def decode(
    entry: Entry,
    versions: Mapping[tuple[Kind, str], int] = VERSIONS,
    upcasters: Mapping[
        tuple[Kind, str, int], Callable[[dict[str, Any]], dict[str, Any]]
    ] = UPCASTERS,
) -> Any:
    """Give the event of a row.  Or `UnreadableEvent`."""
    try:
        kind = Kind(entry.stream.kind)
        event = EVENTS[kind, entry.type]
    except (ValueError, KeyError):
        raise UnreadableEvent(entry, "its type is unknown") from None
    current = versions.get((kind, entry.type), 1)
    if not 1 <= entry.type_version <= current:
        raise UnreadableEvent(entry, f"version {current} is the newest known")
    try:
        fields: Any = msgspec.json.decode(entry.payload)
        for version in range(entry.type_version, current):
            fields = upcasters[kind, entry.type, version](fields)
        return msgspec.convert(fields, event)
    except msgspec.MsgspecError as error:
        raise UnreadableEvent(entry, str(error)) from error
