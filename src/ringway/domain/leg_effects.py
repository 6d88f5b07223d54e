"""What the house must do after what happened to a leg: its `react`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, assert_never

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
    ActionFailed,
    Annotated,
    Answered,
    Attached,
    Created,
    Detached,
    DeviceBack,
    DeviceLost,
    DeviceOut,
    Disconnected,
    Ended,
    Established,
    Event,
    Failed,
    Followed,
    LookChanged,
    MediaLost,
    MediaOpened,
    MediaReopening,
    PreAnswered,
    PreEstablished,
    Rang,
    Reached,
    Received,
    Reconnected,
    RemoteChanged,
    TransferFailed,
    TransferOffered,
    Transferred,
)
from ringway.domain.leg_state import (
    Leg,
    Media,
    Phase,
)
from ringway.domain.values import Direction, Source

Unfelt: TypeAlias = (
    Followed
    | Answered
    | DeviceLost
    | DeviceBack
    | Received
    | PreAnswered
    | Annotated
    | ActionFailed
    | TransferOffered
    | Transferred
    | TransferFailed
    | Disconnected
    | Reconnected
)
"""What is only remembered, and told to applications."""


def react(leg: Leg, event: Event) -> Iterator[Effect]:
    """Say what the house must do, now that `event` has happened to `leg`."""
    match event:
        case Created(direction=Direction.INBOUND):
            yield OpenPipe(leg.id, leg.generation)
            yield Route(leg.id)
        case Created(owner=owner):
            yield Say() if owner is None else Route(leg.id)
        case Established():
            if leg.in_room:
                yield from _seated(leg)
            else:
                yield Say()
                yield from _mixed(leg)
        case PreEstablished():
            yield Say()
            yield from _mixed(leg)
        case Rang():
            if leg.direction is Direction.INBOUND:
                yield Say()
            elif leg.fork is not None:
                yield tell_fork(leg.fork, fork.BranchRang(leg.id))
            if leg.owner is not None and leg.bridge is not None:
                yield tell_bridge(leg.bridge, bridge.LegRang(leg.id))
        case Reached() | DeviceOut():
            yield Say()
        case Accepted(look=look, wishes=wishes, elsewhere=elsewhere):
            yield OpenPipe(leg.id, leg.generation)
            if elsewhere:
                yield Say()
            if leg.fork is not None:
                told = fork.BranchAccepted(leg.id, look, wishes.custom_data)
                yield tell_fork(leg.fork, told)
        case Ended():
            yield from _parting(leg, event)
        case _:
            yield from _of_media(leg, event)


def _of_media(
    leg: Leg,
    event: MediaOpened
    | MediaLost
    | MediaReopening
    | Failed
    | LookChanged
    | RemoteChanged
    | Attached
    | Detached
    | Unfelt,
) -> Iterator[Effect]:
    match event:
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
        case Attached(bridge_id) if leg.owner is None:
            yield AttachPipe(leg.id, bridge_id)
            if leg.phase is Phase.ESTABLISHED or not leg.in_room:
                yield from _seated(leg)
        case Attached():
            yield from _mixed(leg)
        case Detached(bridge_id):
            if leg.owner is not None:
                yield Say()
            if leg.media is not Media.NONE:
                yield DetachPipe(leg.id)
            source = Source.PLATFORM if leg.owner is None else Source.API
            number = None if leg.seat is None else leg.seat.number
            gone = bridge.LegGone(
                *(leg.id, Cause.NORMAL_HANGUP, source), over=False, seat=number
            )
            yield tell_bridge(bridge_id, gone)
        case (
            Followed()
            | Answered()
            | DeviceLost()
            | DeviceBack()
            | Received()
            | PreAnswered()
            | Annotated()
            | ActionFailed()
            | TransferOffered()
            | Transferred()
            | TransferFailed()
            | Disconnected()
            | Reconnected()
        ):
            pass
        case _:
            assert_never(event)


def _attached(leg: Leg) -> Iterator[Effect]:
    if leg.is_mixed and leg.bridge is not None:
        yield AttachPipe(leg.id, leg.bridge)


def _mixed(leg: Leg) -> Iterator[Effect]:
    """Bring in the media of an application's leg that is seated."""
    if leg.owner is not None and leg.is_mixed:
        yield from _attached(leg)
        yield from _seated(leg)


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
        gone = bridge.LegGone(leg.id, event.cause, event.source)
        yield tell_bridge(event.bridge, gone)
    elif leg.fork is not None and inbound:
        yield tell_fork(leg.fork, fork.CallerGone(event.cause))
    elif leg.fork is not None:
        lost = fork.BranchGone(leg.id, event.cause, event.everywhere)
        yield tell_fork(leg.fork, lost)
