"""What the house must do after what happened to a bridge: its `react`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from ringway.domain import leg_messages as leg
from ringway.domain.bridge_messages import (
    ActionFailed,
    ChildRang,
    Closed,
    Created,
    Established,
    Event,
    Joined,
    Left,
    LookChanged,
    Restrained,
    RoleChanged,
    SeatTaken,
)
from ringway.domain.bridge_state import Bridge, Member, Standing
from ringway.domain.effects import Announce, CloseBridge, Effect, Place, tell_leg
from ringway.domain.leg_requests import Annotate
from ringway.domain.values import VOICE_ONLY, LegId


def react(bridge: Bridge, event: Event) -> Iterator[Effect]:
    """Say what the house must do, now that `event` has happened to `bridge`."""
    match event:
        case SeatTaken():
            yield from _seated(bridge, event)
        case Joined():
            yield from _joined(bridge, event)
        case LookChanged(who, look):
            yield from _announced(bridge)
            for other in _faced(bridge, who):
                yield tell_leg(other.leg, leg.RemoteLooks(look))
        case RoleChanged(who) | Restrained(who):
            yield from _announced(bridge)
            member = bridge.member(who)
            if member is not None and member.standing is Standing.JOINED:
                yield Place(who, bridge.id)
        case ChildRang():
            if bridge.parent is not None:
                yield tell_leg(bridge.parent, leg.RemoteRang())
        case Left(who, removed=removed):
            if removed:
                yield tell_leg(who, leg.Detach(bridge.id))
            yield from _announced(bridge)
        case Closed():
            yield from _closed(bridge, event)
        case Established():
            yield from _announced(bridge)
        case Created() | ActionFailed():
            pass
        case _:
            assert_never(event)


def _seated(bridge: Bridge, event: SeatTaken) -> Iterator[Effect]:
    who = event.leg
    if event.call is not None:
        yield tell_leg(who, event.call, back=True)
    meeting, early = bridge.policy.meeting, event.early
    attach = leg.Attach(bridge.id, event.seat, meeting, early)
    yield tell_leg(who, attach, back=True)
    if event.custom_data is not None:
        yield tell_leg(who, Annotate(event.custom_data))
    yield from _announced(bridge)
    if bridge.owner is not None and any(_standing(bridge, Standing.JOINED)):
        yield _pick_up(who)


def _joined(bridge: Bridge, event: Joined) -> Iterator[Effect]:
    who, look = event.leg, event.look
    yield from _announced(bridge)
    for other in _faced(bridge, who):
        yield tell_leg(other.leg, leg.RemoteLooks(look))
        yield tell_leg(who, leg.RemoteLooks(other.look))
    if bridge.owner is None:
        return
    # The engine was told when the leg came; what has changed since is told here.
    yield Place(who, bridge.id)
    if len(tuple(_standing(bridge, Standing.JOINED))) == 1:
        for other in _standing(bridge, Standing.JOINING):
            yield _pick_up(other.leg)


def _pick_up(who: LegId) -> Effect:
    """Answer a caller who waits, now that there is somebody to talk to."""
    return tell_leg(who, leg.Answer(VOICE_ONLY, None))


def _closed(bridge: Bridge, event: Closed) -> Iterator[Effect]:
    hangs_up = event.hangs_up
    if hangs_up is None:
        hangs_up = bridge.policy.hangs_up
    if bridge.owner is not None and not hangs_up:
        yield Announce()
    end = leg.End(event.cause.for_the_other, event.source)
    told = end if hangs_up else leg.Detach(bridge.id)
    yield from (tell_leg(member, told) for member in event.members)
    yield CloseBridge(bridge.id)


def _announced(bridge: Bridge) -> Iterator[Effect]:
    """Members who are not face to face are told of each other as participants."""
    if not bridge.policy.face_to_face:
        yield Announce()


def _faced(bridge: Bridge, who: LegId) -> Iterator[Member]:
    if bridge.policy.face_to_face:
        for member in _standing(bridge, Standing.JOINED):
            if member.leg != who:
                yield member


def _standing(bridge: Bridge, standing: Standing) -> Iterator[Member]:
    return (member for member in bridge.members if member.standing is standing)
