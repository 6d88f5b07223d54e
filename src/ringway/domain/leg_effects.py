"""What the house must do after what happened to a leg: its `react`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from ringway.domain import bridge_messages as bridge
from ringway.domain import fork_messages as fork
from ringway.domain.causes import Cause
from ringway.domain.effects import (
    AttachPipe,
    ClosePipe,
    DetachPipe,
    Effect,
    OpenPipe,
    Route,
    Say,
    tell_bridge,
    tell_fork,
)
from ringway.domain.leg_events import (
    Accepted,
    Answered,
    Attached,
    Created,
    Detached,
    DeviceBack,
    DeviceLost,
    Ended,
    Established,
    Event,
    Failed,
    Followed,
    LookChanged,
    MediaLost,
    MediaOpened,
    MediaReopening,
    Rang,
    RemoteChanged,
)
from ringway.domain.leg_state import (
    Leg,
    Phase,
)
from ringway.domain.values import Direction


def react(leg: Leg, event: Event) -> Iterator[Effect]:
    """Say what the house must do, now that `event` has happened to `leg`."""
    match event:
        case Created(direction=Direction.INBOUND):
            yield OpenPipe(leg.id, leg.generation)
            yield Route(leg.id)
        case Created():
            yield Say()
        case Established():
            if leg.in_room:
                yield from _seated(leg)
            else:
                yield Say()
        case Rang():
            if leg.direction is Direction.INBOUND:
                yield Say()
            elif leg.fork is not None:
                yield tell_fork(leg.fork, fork.BranchRang(leg.id))
        case Accepted(look=look, wishes=wishes):
            yield OpenPipe(leg.id, leg.generation)
            if leg.fork is not None:
                told = fork.BranchAccepted(leg.id, look, wishes.custom_data)
                yield tell_fork(leg.fork, told)
        case MediaOpened():
            yield from _attached(leg)
        case MediaLost() | Failed():
            yield Say()
        case MediaReopening(generation):
            yield OpenPipe(leg.id, generation)
            yield from _attached(leg)
        case LookChanged(look):
            if leg.bridge is not None:
                yield tell_bridge(leg.bridge, bridge.LegLooks(leg.id, look))
        case RemoteChanged():
            if leg.phase is Phase.ESTABLISHED:
                yield Say()
        case Attached(bridge_id):
            yield AttachPipe(leg.id, bridge_id)
            if leg.phase is Phase.ESTABLISHED or not leg.in_room:
                yield from _seated(leg)
        case Detached(bridge_id):
            yield DetachPipe(leg.id)
            gone = bridge.LegGone(leg.id, Cause.NORMAL_HANGUP)
            yield tell_bridge(bridge_id, gone)
        case Ended():
            yield from _parting(leg, event)
        case Followed() | Answered() | DeviceLost() | DeviceBack():
            pass
        case _:
            assert_never(event)


def _attached(leg: Leg) -> Iterator[Effect]:
    if leg.bridge is not None:
        yield AttachPipe(leg.id, leg.bridge)


def _seated(leg: Leg) -> Iterator[Effect]:
    """In a room, who is seated has joined only when media flows as well."""
    if leg.seat is not None and leg.bridge == leg.seat.bridge:
        attached = bridge.LegAttached(leg.id, leg.seat.number, leg.look)
        yield tell_bridge(leg.seat.bridge, attached)


def _parting(leg: Leg, event: Ended) -> Iterator[Effect]:
    yield Say()
    inbound = leg.direction is Direction.INBOUND
    if inbound or leg.answered_at is not None:
        yield ClosePipe(leg.id, leg.generation)
    if event.bridge is not None:
        yield tell_bridge(event.bridge, bridge.LegGone(leg.id, event.cause))
    elif leg.fork is not None and inbound:
        yield tell_fork(leg.fork, fork.CallerGone(event.cause))
    elif leg.fork is not None:
        gone = fork.BranchGone(leg.id, event.cause, event.everywhere)
        yield tell_fork(leg.fork, gone)
