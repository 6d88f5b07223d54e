"""What an event of the log has changed, for who tells customers of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from ringway.domain import bridge_messages, leg_events
from ringway.domain.values import AccountId, LegId, TextKey
from ringway.ports.calls import Call
from ringway.ports.meetings import MeetingRow
from ringway.ports.outbox import PublicEvent

Texts: TypeAlias = Mapping[TextKey, Mapping[str, str]]
"""Custom data by its key; what was erased is not in here."""


def read_text(text: str) -> dict[str, str]:
    """Read custom data as the side table keeps it: JSON, names to values."""
    return msgspec.json.decode(text, type=dict[str, str])


@dataclass(frozen=True, slots=True)
class Moment:
    """Where in the log something happened."""

    account: AccountId
    position: int
    at: int
    """Microseconds since 1970, UTC."""
    trace: str
    texts: Texts = field(default_factory=dict, repr=False, compare=False)
    """Those that customers are told with it."""


@dataclass(frozen=True, slots=True)
class CallChange:
    """Something happened to a leg."""

    moment: Moment
    event: leg_events.Event
    before: Call | None
    after: Call


@dataclass(frozen=True, slots=True)
class MeetingChange:
    """Something happened to a dialog or conference of an application."""

    moment: Moment
    event: bridge_messages.Event
    before: MeetingRow | None
    after: MeetingRow
    calls: Mapping[LegId, Call]
    """Parent and child of a dialog, as they are at that moment."""


Change: TypeAlias = CallChange | MeetingChange
Publish: TypeAlias = Callable[[Change], Iterable[PublicEvent]]
"""Says what customers are told of a change, in order."""


def nothing(_: Change) -> Iterable[PublicEvent]:
    """Tell customers nothing."""
    return ()
