"""Legs that hear each other: dialog, conference and room are one machine.

What differs between the three is a `Policy`, a value.  The bridge never
touches a leg: it tells it, and learns from the leg's own signals what came
of it.  That is why a member is JOINING before it is JOINED.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from ringway.domain.actions import NOTHING_TO_STOP, UNAVAILABLE, Action, ActionKind
from ringway.domain.bridge_effects import react
from ringway.domain.bridge_members import (
    check,
    evolve_member,
    member_of,
    obey_about_members,
)
from ringway.domain.bridge_messages import (
    AcceptTransfer,
    Act,
    ActionFailed,
    Assign,
    ChildRang,
    Close,
    Closed,
    Command,
    Create,
    Created,
    Established,
    Event,
    Given,
    Joined,
    LastedTooLong,
    Left,
    LegAttached,
    LegGone,
    LegLooks,
    LegRang,
    LookChanged,
    RejectTransfer,
    Remove,
    Restrain,
    Seating,
    SeatTaken,
    Signal,
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
from ringway.domain.effects import Deadline
from ringway.domain.values import Input, LegId, Meeting, Source

__all__ = ["deadlines", "decide", "evolve", "react"]

# ---------------------------------------------------------------- decide


def decide(bridge: Bridge | None, heard: Input[Given]) -> Iterator[Event]:
    """Say what happens to `bridge` when it hears a command or a signal."""
    given = heard.given
    if bridge is None:
        if isinstance(given, Create):
            yield from _created(given, heard.at)
        return
    if not isinstance(given, Signal):
        yield from _obey(bridge, given, heard.at)
    elif not bridge.over:
        yield from _learn(bridge, given, heard.at)


def _obey(bridge: Bridge, command: Command, at: int) -> Iterator[Event]:
    if isinstance(command, Create):
        if bridge.account != command.account:
            raise Refused(Cause.INVALID_REQUEST, "This id is taken.")
        return
    _require_live(bridge)
    match command:
        case TakeIn(who, role=role):
            if bridge.member(who) is None:
                if bridge.size >= bridge.policy.seats:
                    name, seats = bridge.policy.name.lower(), bridge.policy.seats
                    text = f"The {name} is full: it has {seats} seats."
                    raise Refused(Cause.BUSY, text)
                check(role)
                yield SeatTaken(
                    *(who, bridge.seated + 1, command.guest, role),
                    *(command.early, command.call, command.custom_data),
                )
        case Remove(who):
            _require_conference(bridge)
            member = member_of(bridge, who)
            yield _left(member, Cause.NORMAL_HANGUP, Source.API, removed=True)
            yield from _emptied(bridge, member, Cause.NORMAL_HANGUP, Source.API, at)
        case Assign() | Restrain():
            _require_conference(bridge)
            yield from obey_about_members(bridge, command)
        case Act(action):
            if action.kind in NOTHING_TO_STOP:
                raise Refused(Cause.INVALID_REQUEST, NOTHING_TO_STOP[action.kind])
            yield _failed(action)
        case AcceptTransfer() | RejectTransfer():
            text = "No leg of it has asked for a transfer."
            raise Refused(Cause.INVALID_REQUEST, text)
        case Close(cause, source):
            yield _closed(bridge, cause, source, at)
        case _:
            assert_never(command)


def _learn(bridge: Bridge, signal: Signal, at: int) -> Iterator[Event]:
    match signal:
        case LegRang(who):
            told = bridge.propagation.child_ringing and not bridge.rang
            if told and who == bridge.child and bridge.parent is not None:
                parent = bridge.member(bridge.parent)
                if parent is not None and parent.standing is Standing.JOINING:
                    yield ChildRang()
        case LegAttached(who, seat, look):
            member = bridge.member(who)
            joining = member is not None and member.standing is Standing.JOINING
            if member is not None and joining and member.seat == seat:
                yield Joined(who, look, at)
                if bridge.is_dialog and bridge.established_at is None:
                    others = [it for it in bridge.members if it.leg != who]
                    if any(it.standing is Standing.JOINED for it in others):
                        yield Established(at)
        case LegLooks(who, look):
            member = bridge.member(who)
            joined = member is not None and member.standing is Standing.JOINED
            if member is not None and joined and member.look != look:
                yield LookChanged(who, look)
        case LegGone():
            yield from _gone(bridge, signal, at)
        case Unheard(by, cause):
            yield from _gone(bridge, LegGone(LegId(by), cause), at)
        case LastedTooLong():
            cause = Cause.MAX_DURATION_REACHED
            yield _closed(bridge, cause, Source.PLATFORM, at)
        case _:
            assert_never(signal)


def _created(told: Create, at: int) -> Iterator[Event]:
    seats = {leg: Seating(leg, told.guest) for leg in told.legs}
    seats |= {seating.leg: seating for seating in told.seats}
    if len(seats) > told.policy.seats:
        raise Refused(Cause.INVALID_REQUEST, "There are not so many seats.")
    dialog = told.owner is not None and told.policy.meeting is Meeting.DIALOG
    if dialog and len(seats) != told.policy.seats:
        text = "A dialog has two calls, and they are not the same."
        raise Refused(Cause.INVALID_REQUEST, text)
    if told.propagation.child_ringing and told.propagation.ringback:
        text = "A parent hears the child's ringing, or a tone instead: not both."
        raise Refused(Cause.INVALID_REQUEST, text)
    parent, child = tuple(seats) if dialog else (None, None)
    yield Created(
        *(told.id, told.account, told.policy, at, told.name, told.owner),
        *(told.max_duration, told.propagation, told.recording, told.custom_data),
        *(parent, child),
        waits=not seats,
    )
    for number, it in enumerate(seats.values(), 1):
        check(it.role)
        yield SeatTaken(it.leg, number, it.guest, it.role, it.early, it.call)
    if told.recording is not None:
        recording = Action(ActionKind.RECORDING, told.recording.custom_data)
        yield _failed(recording)


def _failed(action: Action) -> ActionFailed:
    """Say that the capability is missing."""
    return ActionFailed(action, Cause.FEATURE_UNAVAILABLE, UNAVAILABLE[action.kind])


def _require_live(bridge: Bridge) -> None:
    if bridge.over:
        text = f"The {bridge.policy.name.lower()} is over."
        raise Refused(Cause.INVALID_REQUEST, text, Cause.NORMAL_HANGUP)


def _require_conference(bridge: Bridge) -> None:
    if not bridge.is_conference:
        text = "Only members of an application's conference can be ruled so."
        raise Refused(Cause.INVALID_REQUEST, text)


def _gone(bridge: Bridge, gone: LegGone, at: int) -> Iterator[Event]:
    who, cause, source = gone.leg, gone.cause, gone.source
    member = bridge.member(who)
    former = not gone.over and gone.seat is not None
    if member is None or (former and gone.seat != member.seat):
        return
    yield _left(member, cause, source)
    if bridge.is_dialog:
        # Who was moved elsewhere has ended nothing but the dialog.
        tied = who == bridge.parent or bridge.propagation.child_hangup
        closed = _closed(bridge.without(who), cause, source, at)
        yield replace(closed, by=who, hangs_up=gone.over and tied)
    else:
        yield from _emptied(bridge, member, cause, source, at)


def _left(
    member: Member, cause: Cause, source: Source, *, removed: bool = False
) -> Left:
    joined = member.standing is Standing.JOINED
    return Left(member.leg, cause, source, joined, removed, member.role)


def _emptied(
    bridge: Bridge, gone: Member, cause: Cause, source: Source, at: int
) -> Iterator[Event]:
    rest = bridge.without(gone.leg)
    if _ends(bridge.policy, rest):
        yield replace(_closed(rest, cause, source, at), by=gone.leg)


def _ends(policy: Policy, rest: Bridge) -> bool:
    match policy.ends_when:
        case EndsWhen.ANY_LEFT:
            return True
        case EndsWhen.ALL_LEFT:
            return not rest.size and not rest.waits
        case EndsWhen.TOLD:
            return False
        case _:
            assert_never(policy.ends_when)


def _closed(bridge: Bridge, cause: Cause, source: Source, at: int) -> Closed:
    return Closed(at, cause, tuple(member.leg for member in bridge.members), source)


# ---------------------------------------------------------------- evolve


def evolve(bridge: Bridge | None, event: Event) -> Bridge:
    """Return `bridge` as it is after `event`."""
    if isinstance(event, Created):
        assert bridge is None, "a bridge begins once"
        return _begun(event)
    assert bridge is not None, "a bridge begins with Created"
    assert not bridge.over, "nothing happens to a closed bridge"
    match event:
        case SeatTaken(who, seat, guest, role, early):
            member = Member(who, seat, guest=guest, role=role, early=early)
            return replace(bridge.seating(member), seated=seat)
        case ChildRang():
            return replace(bridge, rang=True)
        case Established(at):
            return replace(bridge, established_at=at)
        case ActionFailed():
            return bridge
        case Left(who):
            return bridge.without(who)
        case Closed():
            return replace(bridge, told=NOBODY, untold=NOBODY, over=True)
        case _:
            return evolve_member(bridge, event)


def _begun(event: Created) -> Bridge:
    return Bridge(
        *(event.id, event.account, event.policy, event.at, event.name),
        owner=event.owner,
        max_duration=event.max_duration,
        propagation=event.propagation,
        recording=event.recording,
        custom_data=event.custom_data,
        parent=event.parent,
        child=event.child,
        waits=event.waits,
    )


# ------------------------------------------------------------- deadlines


def deadlines(bridge: Bridge) -> Iterator[Deadline]:
    """Say what the bridge is to be told when it has waited too long.

    A dialog that is not established waits for its child, which has a deadline of
    its own.
    """
    since = bridge.established_at if bridge.is_dialog else bridge.created_at
    if bridge.max_duration is not None and since is not None:
        yield Deadline(since + bridge.max_duration, LastedTooLong())
