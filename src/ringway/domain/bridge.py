"""Legs that hear each other: dialog, conference and room are one machine.

What differs between the three is a `Policy`, a value.  The bridge never
touches a leg: it tells it, and learns from the leg's own signals what came
of it.  That is why a member is JOINING before it is JOINED.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from ringway.domain import leg_messages as leg
from ringway.domain.bridge_messages import (
    Close,
    Closed,
    Create,
    Created,
    Event,
    Given,
    Joined,
    Left,
    LegAttached,
    LegGone,
    LegLooks,
    LookChanged,
    SeatTaken,
    TakeIn,
    Unheard,
)
from ringway.domain.bridge_state import (
    NOBODY,
    Bridge,
    EndsWhen,
    Member,
    Policy,
    Standing,
)
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Announce, CloseBridge, Deadline, Effect, tell_leg
from ringway.domain.values import Input, LegId

# ---------------------------------------------------------------- decide


def decide(bridge: Bridge | None, heard: Input[Given]) -> Iterator[Event]:
    """Say what happens to `bridge` when it hears a command or a signal."""
    given = heard.given
    if bridge is None:
        if isinstance(given, Create):
            yield from _created(given, heard.at)
        return
    match given:
        case Create():
            if bridge.account != given.account:
                raise Refused(Cause.INVALID_REQUEST, "This id is taken.")
        case TakeIn(who, guest):
            _require_live(bridge)
            if bridge.member(who) is None:
                if bridge.size >= bridge.policy.seats:
                    name, seats = bridge.policy.name.lower(), bridge.policy.seats
                    text = f"The {name} is full: it has {seats} seats."
                    raise Refused(Cause.BUSY, text)
                yield SeatTaken(who, bridge.seated + 1, guest)
        case Close(cause):
            _require_live(bridge)
            yield _closed(bridge, cause, heard.at)
        case LegAttached(who, seat, look):
            member = bridge.member(who)
            joining = member is not None and member.standing is Standing.JOINING
            if member is not None and joining and member.seat == seat:
                yield Joined(who, look)
        case LegLooks(who, look):
            member = bridge.member(who)
            joined = member is not None and member.standing is Standing.JOINED
            if member is not None and joined and member.look != look:
                yield LookChanged(who, look)
        case LegGone(who, cause):
            yield from _gone(bridge, who, cause, heard.at)
        case Unheard(by, cause):
            yield from _gone(bridge, LegId(by), cause, heard.at)
        case _:
            assert_never(given)


def _created(told: Create, at: int) -> Iterator[Event]:
    if len(set(told.legs)) > told.policy.seats:
        raise Refused(Cause.INVALID_REQUEST, "There are not so many seats.")
    yield Created(told.id, told.account, told.policy, at, told.name)
    for number, who in enumerate(dict.fromkeys(told.legs), 1):
        yield SeatTaken(who, number, told.guest)


def _require_live(bridge: Bridge) -> None:
    if bridge.over:
        text = f"The {bridge.policy.name.lower()} is over."
        raise Refused(Cause.INVALID_REQUEST, text, Cause.NORMAL_HANGUP)


def _gone(bridge: Bridge, who: LegId, cause: Cause, at: int) -> Iterator[Event]:
    if bridge.member(who) is None:
        return
    yield Left(who, cause)
    rest = bridge.without(who)
    if _ends(bridge.policy, rest):
        yield _closed(rest, cause, at)


def _ends(policy: Policy, rest: Bridge) -> bool:
    match policy.ends_when:
        case EndsWhen.ANY_LEFT:
            return True
        case EndsWhen.ALL_LEFT:
            return not rest.size
        case EndsWhen.TOLD:
            return False
        case _:
            assert_never(policy.ends_when)


def _closed(bridge: Bridge, cause: Cause, at: int) -> Closed:
    return Closed(at, cause, tuple(member.leg for member in bridge.members))


# ---------------------------------------------------------------- evolve


def evolve(bridge: Bridge | None, event: Event) -> Bridge:
    """Return `bridge` as it is after `event`."""
    if isinstance(event, Created):
        assert bridge is None, "a bridge begins once"
        return Bridge(event.id, event.account, event.policy, event.at, event.name)
    assert bridge is not None, "a bridge begins with Created"
    assert not bridge.over, "nothing happens to a closed bridge"
    match event:
        case SeatTaken(who, seat, guest):
            return replace(bridge.seating(Member(who, seat, guest=guest)), seated=seat)
        case Joined(who, look) | LookChanged(who, look):
            member = bridge.member(who)
            assert member is not None, "who is in has a seat"
            joined = replace(member, standing=Standing.JOINED, look=look)
            return bridge.seating(joined)
        case Left(who):
            return bridge.without(who)
        case Closed():
            return replace(bridge, told=NOBODY, untold=NOBODY, over=True)
        case _:
            assert_never(event)


# ---------------------------------------------------------------- react


def react(bridge: Bridge, event: Event) -> Iterator[Effect]:
    """Say what the house must do, now that `event` has happened to `bridge`."""
    match event:
        case SeatTaken(who, seat):
            yield tell_leg(who, leg.Attach(bridge.id, seat), back=True)
            yield from _announced(bridge)
        case Joined(who, look):
            yield from _announced(bridge)
            for other in _faced(bridge, who):
                yield tell_leg(other.leg, leg.RemoteLooks(look))
                yield tell_leg(who, leg.RemoteLooks(other.look))
        case LookChanged(who, look):
            yield from _announced(bridge)
            for other in _faced(bridge, who):
                yield tell_leg(other.leg, leg.RemoteLooks(look))
        case Closed(cause=cause, members=members):
            hangs_up = bridge.policy.hangs_up
            end = leg.End(cause.for_the_other) if hangs_up else leg.Detach(bridge.id)
            yield from (tell_leg(member, end) for member in members)
            yield CloseBridge(bridge.id)
        case Left():
            yield from _announced(bridge)
        case Created():
            pass
        case _:
            assert_never(event)


def _announced(bridge: Bridge) -> Iterator[Effect]:
    """Members who are not face to face are told of each other as participants."""
    if not bridge.policy.face_to_face:
        yield Announce()


def _faced(bridge: Bridge, who: LegId) -> Iterator[Member]:
    if bridge.policy.face_to_face:
        for member in bridge.members:
            if member.standing is Standing.JOINED and member.leg != who:
                yield member


def deadlines(bridge: Bridge) -> Iterator[Deadline]:
    """Say what the bridge is to be told when it has waited too long: nothing."""
    yield from ()
