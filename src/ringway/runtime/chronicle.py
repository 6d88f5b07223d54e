"""The life of every call for operators: log lines, spans, how long it took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import structlog

from ringway.domain import leg_events
from ringway.domain.causes import Cause
from ringway.domain.effects import Kind
from ringway.domain.leg_state import Leg
from ringway.domain.values import SECOND, Direction, LegId
from ringway.ports import engine_messages as wire
from ringway.ports.clock import Clock
from ringway.ports.measures import Measure, Measures
from ringway.ports.spans import Attribute, Span, SpanKind, Spans, leg_span
from ringway.runtime.letters import Happened

log = structlog.get_logger("calls")

MILLISECONDS: Final = 1000
TROUBLE: Final = frozenset(
    {
        Cause.MEDIA_ERROR,
        Cause.NETWORK_ERROR,
        Cause.SERVICE_UNAVAILABLE,
        Cause.UNKNOWN,
    }
)
"""Ends that are nobody's will."""
SOUND: Final[wire.Source] = "MICROPHONE"


@dataclass(slots=True)
class _Opening:
    """A pipe that the engine was told to open."""

    generation: int
    trace: str
    at: int


@dataclass(frozen=True, slots=True)
class _Counts:
    """What one report of a pipe says of all its tracks together."""

    received: int
    lost_received: int
    sent: int
    lost_sent: int


class Chronicle:
    """Hears what happened to legs, what the engine was told, and what it said."""

    def __init__(self, clock: Clock, spans: Spans, measures: Measures) -> None:
        self.media_lost = 0
        """Times at which a leg has lost its media, since the start."""
        self.media_restored = 0
        self._clock, self._spans, self._measures = clock, spans, measures
        self._openings: dict[str, _Opening] = {}
        self._counts: dict[str, _Counts] = {}

    # ------------------------------------------------------------- the legs

    def happened(self, what: Happened) -> None:
        """Hear an event of a leg; those of other machines follow from them."""
        leg = what.after
        if what.address.kind is not Kind.LEG or not isinstance(leg, Leg):
            return
        match what.event:
            case leg_events.Created():
                self._say("call begun", what, leg, direction=leg.direction.name)
            case leg_events.Rang() if leg.direction is Direction.INBOUND:
                self._took(Measure.RINGING, leg.created_at)
            case leg_events.Established(at=at):
                self._established(what, leg, at)
            case leg_events.MediaLost():
                self.media_lost += 1
                self._say("media lost", what, leg, generation=leg.generation)
            case leg_events.MediaOpened(generation=generation) if generation > 0:
                self.media_restored += 1
                self._say("media restored", what, leg, generation=generation)
            case leg_events.Ended():
                self._ended(what, leg, what.event)
            case _:
                pass

    def _established(self, what: Happened, leg: Leg, at: int) -> None:
        setup = (at - leg.created_at) / SECOND
        self._say("call established", what, leg, after_s=round(setup, 3))
        if leg.in_room:
            self._took(Measure.JOINING, leg.created_at, at)
        elif leg.direction is Direction.INBOUND and leg.answered_at is not None:
            self._took(Measure.CONNECTING, leg.answered_at, at)

    def _ended(self, what: Happened, leg: Leg, end: leg_events.Ended) -> None:
        began = leg.established_at
        talked = None if began is None else max(0, end.at - began) / SECOND
        self._say(
            "call ended",
            what,
            leg,
            cause=end.cause.name,
            duration_s=None if talked is None else round(talked, 3),
        )
        if talked is not None:
            self._measures.observe(Measure.TALKING, talked)
        self._openings.pop(leg.id, None)
        self._counts.pop(leg.id, None)
        if self._spans.wanted:
            self._spans.record(_life(what.trace, leg, end))

    def _say(
        self, event: str, what: Happened, leg: Leg, **more: Attribute | None
    ) -> None:
        ids = {"parent": leg.parent, "fork": leg.fork, "bridge": leg.bridge}
        log.info(
            event,
            call=leg.id,
            trace=what.trace,
            account=leg.account,
            kind="room" if leg.in_room else "call",
            **{
                name: value for name, value in (ids | more).items() if value is not None
            },
        )

    def _took(self, what: Measure, since: int, until: int | None = None) -> None:
        until = self._clock.now() if until is None else until
        self._measures.observe(what, max(0, until - since) / SECOND)

    # ----------------------------------------------------------- the engine

    def ordered(self, trace: str, orders: Iterable[wire.Order]) -> None:
        """Hear what the engine is told."""
        for order in orders:
            if isinstance(order, wire.OpenPipe):
                opening = _Opening(order.generation, trace, self._clock.now())
                self._openings[order.pipe] = opening

    def heard(self, news: wire.Answered | wire.Connected | wire.PipeClosed) -> None:
        """Hear what came of it."""
        opening = self._openings.get(news.pipe)
        if opening is None or opening.generation != news.generation:
            return
        match news:
            case wire.Answered():
                self._came(opening, news.pipe, "engine answer", None)
                self._took(Measure.PIPE_ANSWER, opening.at)
            case wire.Connected():
                self._came(opening, news.pipe, "engine connect", None)
                self._took(Measure.PIPE_CONNECT, opening.at)
                del self._openings[news.pipe]
            case wire.PipeClosed(reason=reason):
                self._came(opening, news.pipe, "engine connect", reason)
                del self._openings[news.pipe]

    def _came(self, it: _Opening, pipe: str, name: str, fault: str | None) -> None:
        if not self._spans.wanted:
            return
        self._spans.record(
            Span(
                trace=it.trace,
                id=leg_span(it.trace, f"{pipe}/{name}/{it.generation}"),
                parent=leg_span(it.trace, pipe),
                name=name,
                began=it.at,
                ended=self._clock.now(),
                kind=SpanKind.CLIENT,
                attributes={
                    "ringway.call": pipe,
                    "ringway.generation": it.generation,
                },
                fault=fault,
            )
        )

    # ------------------------------------------------------------- networks

    def measured(self, leg: LegId, told: wire.PipeStatistics) -> None:
        """Hear a report of a live leg's pipe; each counts from the pipe's beginning."""
        now = _Counts(
            sum(it.packets for it in told.received),
            sum(it.lost for it in told.received),
            sum(it.packets for it in told.sent),
            sum(it.lost for it in told.sent),
        )
        before = self._counts.get(leg)
        self._counts[leg] = now
        if before is not None:
            lost = max(0, now.lost_received - before.lost_received)
            came = now.received - before.received
            # What is lost did not come; of what was sent it is a part.
            self._share(Measure.LOSS_RECEIVED, lost, came + lost)
            lost = max(0, now.lost_sent - before.lost_sent)
            self._share(Measure.LOSS_SENT, lost, now.sent - before.sent)
        for track in told.received:
            if track.source == SOUND and track.packets:
                jitter = track.jitter_ms / MILLISECONDS
                self._measures.observe(Measure.JITTER, jitter)
        if told.round_trip_ms is not None:
            round_trip = told.round_trip_ms / MILLISECONDS
            self._measures.observe(Measure.ROUND_TRIP, round_trip)

    def _share(self, what: Measure, part: int, whole: int) -> None:
        """Count a share; a pipe that carries nothing, or less than before, has none."""
        if whole > 0:
            self._measures.observe(what, min(1.0, part / whole))


def _life(trace: str, leg: Leg, end: leg_events.Ended) -> Span:
    """Give the span of a leg's whole life; a called leg's parent is the caller's."""
    attributes: dict[str, Attribute] = {
        "ringway.call": leg.id,
        "ringway.account": leg.account,
        "ringway.direction": leg.direction.name,
        "ringway.kind": "room" if leg.in_room else "call",
        "ringway.video": leg.video,
        "ringway.cause": end.cause.name,
    }
    for name, at in (
        ("answered", leg.answered_at),
        ("established", leg.established_at),
    ):
        if at is not None:
            attributes[f"ringway.{name}_after_s"] = (at - leg.created_at) / SECOND
    parent = None if leg.parent is None else leg_span(trace, leg.parent)
    return Span(
        trace=trace,
        id=leg_span(trace, leg.id),
        parent=parent,
        name="room call" if leg.in_room else "call",
        began=leg.created_at,
        ended=end.at,
        kind=SpanKind.SERVER,
        attributes=attributes,
        fault=end.cause.name if end.cause in TROUBLE else None,
    )
