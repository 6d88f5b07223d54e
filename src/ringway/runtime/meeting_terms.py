"""What applications ask for with a meeting, and with a call they bring into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ringway.domain import bridge_messages as bridge
from ringway.domain.bridge_state import DEFAULT_ROLE, PROPAGATION, Guest, Propagation
from ringway.domain.causes import Cause, Refused
from ringway.domain.leg_state import Leg
from ringway.domain.values import (
    MAX_DURATION,
    BridgeId,
    Direction,
    Owner,
    RecordingTerms,
    Role,
)
from ringway.ports.event_log import Text
from ringway.runtime.application import Beginning


@dataclass(frozen=True, slots=True)
class MeetingTerms:
    """What an application asks for when it begins a dialog or a conference."""

    name: str | None = None
    """Of a conference; its id if None."""
    max_duration: int = MAX_DURATION
    """Microseconds."""
    recording: RecordingTerms | None = None
    recording_data: Mapping[str, str] = field(default_factory=dict, repr=False)
    propagation: Propagation = PROPAGATION
    """Of a dialog."""
    id: BridgeId | None = None
    """Asked for again with the same one, it is the same meeting."""


TERMS: Final = MeetingTerms()


@dataclass(frozen=True, slots=True)
class Entrance:
    """How a call comes into a conference."""

    role: Role = DEFAULT_ROLE
    early: bool = False
    """With its early media, before somebody has answered; only for outbound calls."""
    ringback: bool = False
    """The others want a tone meanwhile; kept as asked for."""


ENTRANCE: Final = Entrance()


@dataclass(frozen=True, slots=True)
class Asked:
    """The command that begins a meeting, and the texts that go with it."""

    create: bridge.Create
    texts: tuple[Text, ...]

    def seating(self, *seats: bridge.Seating) -> Asked:
        """Ask for these seats as well."""
        create = replace(self.create, seats=(*self.create.seats, *seats))
        return Asked(create, self.texts)


def owner_of(leg: Leg) -> Owner:
    """Give the application that has the call."""
    assert leg.owner is not None, "the desk gives the calls of applications"
    return leg.owner


def seat_of(leg: Leg, entrance: Entrance = ENTRANCE) -> bridge.Seating:
    """Keep a seat for a call that is there."""
    guest = Guest(leg.endpoint, leg.wishes.participant_events)
    return bridge.Seating(leg.id, guest, entrance.role, entrance.early)


def seating_of(beginning: Beginning, entrance: Entrance) -> bridge.Seating:
    """Keep a seat for a call that begins with it."""
    create = beginning.create
    guest = Guest(create.endpoint)
    return bridge.Seating(create.id, guest, entrance.role, entrance.early, create)


def check(entrance: Entrance, leg: Leg | None = None) -> None:
    """Refuse an entrance that contradicts itself, or the call."""
    if entrance.early and entrance.ringback:
        text = "Connecting on early media and generating ringback exclude each other."
        raise Refused(Cause.INVALID_REQUEST, text)
    if entrance.early and leg is not None and leg.direction is Direction.INBOUND:
        text = "Only outbound calls are connected on early media."
        raise Refused(Cause.INVALID_REQUEST, text)
