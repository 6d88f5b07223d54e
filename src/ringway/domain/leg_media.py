"""What a leg decides about its pipe: media is not the leg's life."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from ringway.domain.causes import Cause
from ringway.domain.leg_ends import (
    end_leg,
    look_changed,
    over_at,
    require,
    require_live,
)
from ringway.domain.leg_events import (
    Established,
    Event,
    Failed,
    MediaLost,
    MediaOpened,
    MediaReopening,
    PreEstablished,
)
from ringway.domain.leg_messages import (
    Incompatible,
    Loss,
    MediaOverdue,
    MediaSignal,
    PipeClosed,
    PipeInterrupted,
    PipeOpened,
    PipeRestored,
)
from ringway.domain.leg_state import Leg, Media, Phase
from ringway.domain.values import Source

_OPENING = frozenset({Media.OPENING, Media.REOPENING})
_EARLY = frozenset({Phase.CALLING, Phase.RINGING})
_AWAITED = _OPENING | {Media.LOST}


def learn_of_media(leg: Leg, signal: MediaSignal, at: int) -> Iterator[Event]:
    """Say what happens to a live leg when it hears of its pipe."""
    match signal:
        case PipeOpened(generation):
            if generation == leg.generation and leg.media in _OPENING:
                yield MediaOpened(generation)
                if leg.phase is Phase.CONNECTING:
                    yield Established(at)
                elif leg.pre_answered and leg.phase in _EARLY:
                    yield PreEstablished(at)
                yield from look_changed(leg, replace(leg.look, away=False))
        case PipeInterrupted(generation):
            kept = leg.is_kept and leg.media is Media.OPEN
            if generation == leg.generation and kept:
                yield from look_changed(leg, replace(leg.look, away=True))
        case PipeRestored(generation):
            if generation == leg.generation and leg.media is Media.OPEN:
                yield from look_changed(leg, replace(leg.look, away=False))
        case PipeClosed():
            if signal.generation == leg.generation:
                yield from _pipe_closed(leg, signal, at)
        case MediaOverdue(generation):
            if generation == leg.generation and leg.media in _AWAITED:
                yield end_leg(leg, Cause.MEDIA_ERROR, over_at(leg, at))
        case Incompatible(generation, detail):
            if generation == leg.generation and leg.media is not Media.NONE:
                if leg.in_room or leg.owner is not None:
                    yield Failed(Cause.MEDIA_ERROR, detail)
                else:
                    yield end_leg(leg, Cause.MEDIA_ERROR, at, detail=detail)
        case _:
            assert_never(signal)


def reopen(leg: Leg, generation: int, at: int) -> Iterator[Event]:
    """Take the offer of the next generation, once; a repeated one is the same."""
    require_live(leg)
    if leg.media is Media.REOPENING and generation == leg.generation:
        return
    lost = leg.media is Media.LOST
    require(leg, leg.media is not Media.NONE, "The call has no media yet.")
    due = leg.generation if lost else leg.generation + 1
    require(leg, generation == due, f"The next generation is {due}.")
    if not lost:
        yield MediaLost(at, generation)
    yield MediaReopening(generation)
    if leg.is_kept:
        yield from look_changed(leg, replace(leg.look, away=True))


def _pipe_closed(leg: Leg, closed: PipeClosed, at: int) -> Iterator[Event]:
    """End the leg of a pipe that never was; one that worked may be made anew."""
    match leg.media:
        case Media.OPENING:
            no_room = closed.loss is Loss.NO_ROOM
            cause = Cause.SERVICE_UNAVAILABLE if no_room else Cause.MEDIA_ERROR
            yield end_leg(leg, cause, at, detail=closed.detail)
        case Media.OPEN if closed.loss is Loss.SILENT and not leg.wishes.auto_reconnect:
            heard_at = min(closed.heard_at or at, at)
            cause, source = Cause.NETWORK_ERROR, Source.ENDPOINT
            yield end_leg(leg, cause, heard_at, source, detail=closed.detail)
        case Media.OPEN | Media.REOPENING:
            yield MediaLost(at, closed.generation + 1, closed.heard_at)
            if leg.is_kept:
                yield from look_changed(leg, replace(leg.look, away=True))
        case Media.NONE | Media.LOST:
            pass
        case _:
            assert_never(leg.media)
