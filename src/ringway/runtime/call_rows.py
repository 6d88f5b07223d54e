"""What an event of a leg makes of the call a customer sees: a pure function."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

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
from ringway.domain.leg_messages import Create
from ringway.domain.leg_state import Leg, Phase, Transfer, call_state
from ringway.domain.values import Look, Meeting, Restraint, Wishes
from ringway.ports.calls import UNRESTRAINED, Call


def project(call: Call | None, position: int, event: Event) -> Call:
    """Return `call` as it is after the event of that position.

    An event that is in it already changes nothing.
    """
    if call is None:
        assert isinstance(event, Created), "a call begins with Created"
        return _begun(event, position)
    if position <= call.position:
        return call
    call = replace(call, position=position)
    match event:
        case Created():
            raise AssertionError("a call begins once")
        case Followed(fork):
            return replace(call, fork=fork)
        case Rang(at):
            return replace(call, state=call_state(Phase.RINGING), rang_at=at)
        case PreEstablished():
            return replace(call, state=call_state(Phase.PRE_ESTABLISHED))
        case Accepted():
            return _accepted(call, event)
        case Answered(at=at, recording=recording):
            state = call_state(Phase.CONNECTING)
            if recording is not None:
                call = replace(call, terms=replace(call.terms, recording=recording))
            return replace(call, state=state, answered_at=at)
        case Established(at):
            state = call_state(Phase.ESTABLISHED)
            return replace(call, state=state, established_at=at)
        case LookChanged(look):
            return _looking(call, look)
        case Attached():
            return _attached(call, event)
        case Detached():
            return replace(call, bridge=None, restraint=UNRESTRAINED)
        case Ended():
            return _ended(call, event)
        case Received(owner) | Transferred(owner=owner):
            return replace(call, owners=(*call.owners, owner), transfer=None)
        case TransferOffered(id_, to, until):
            return replace(call, transfer=Transfer(id_, to, until))
        case TransferFailed():
            return replace(call, transfer=None)
        case Annotated(custom_data):
            return replace(call, custom_data=custom_data)
        case MediaOpened() | MediaLost() | MediaReopening():
            return call
        case DeviceLost() | DeviceBack() | Failed() | RemoteChanged():
            return call
        case Reached() | DeviceOut() | PreAnswered() | ActionFailed():
            return call
        case Disconnected() | Reconnected():
            return call
        case _:
            assert_never(event)


def restrained(call: Call, position: int, restraint: Restraint) -> Call:
    """Return `call` as it is when its application keeps its party from this."""
    if position <= call.position:
        return call
    return replace(call, position=position, restraint=restraint)


def expected(told: Create, at: int) -> Call:
    """Return the row that a leg is going to have which begins with this, then."""
    event = Created(
        id=told.id,
        account=told.account,
        direction=told.direction,
        endpoint=told.endpoint,
        counterpart=told.counterpart,
        device=told.device,
        at=at,
        video=told.video,
        wishes=told.wishes,
        look=told.look,
        remote=told.remote,
        parent=told.parent,
        fork=told.fork,
        owner=told.owner,
        terms=told.terms,
    )
    return _begun(event, 0)


def _begun(event: Created, position: int) -> Call:
    call = Call(
        account=event.account,
        id=event.id,
        parent=event.parent,
        direction=event.direction,
        endpoint=event.endpoint,
        counterpart=event.counterpart,
        state=call_state(Phase.CALLING),
        created_at=event.at,
        position=position,
        fork=event.fork,
        custom_data=event.wishes.custom_data,
        owners=() if event.owner is None else (event.owner,),
        terms=event.terms,
    )
    return _wishing(_looking(call, event.look), event.wishes)


def _accepted(call: Call, event: Accepted) -> Call:
    call = replace(
        call,
        state=call_state(Phase.CONNECTING),
        answered_at=event.at,
    )
    if call.owners and event.wishes.custom_data is not None:
        call = replace(call, custom_data=event.wishes.custom_data)
    return _wishing(_looking(call, event.look), event.wishes)


def _wishing(call: Call, wishes: Wishes) -> Call:
    return replace(call, recording=wishes.recording, capability=wishes.capability)


def _looking(call: Call, look: Look) -> Call:
    return replace(
        call,
        look=look,
        had_camera=call.had_camera or look.camera,
        had_screen=call.had_screen or look.screen,
    )


def _attached(call: Call, event: Attached) -> Call:
    bridge, meeting = event.bridge, event.meeting
    call = replace(call, bridge=bridge, meeting=meeting, restraint=UNRESTRAINED)
    if meeting is Meeting.CONFERENCE and bridge not in call.conferences:
        return replace(call, conferences=(*call.conferences, bridge))
    if meeting is Meeting.DIALOG and bridge not in call.dialogs:
        return replace(call, dialogs=(*call.dialogs, bridge))
    return call


def _ended(call: Call, event: Ended) -> Call:
    return replace(
        call,
        state=call_state(event.phase),
        established_at=event.established_at,
        ended_at=event.at,
        duration=event.duration,
        cause=event.cause,
        detail=event.detail,
        bridge=event.bridge,
        source=event.source,
    )


def row_of(leg: Leg, restraint: Restraint = UNRESTRAINED) -> Call:
    """Make the row of a live leg, whose bridge restrains it so.

    What only its end tells is not in it: what it showed, rang and was in before.
    """
    in_bridge = leg.seat is not None and leg.bridge is not None
    row = Call(
        account=leg.account,
        id=leg.id,
        parent=leg.parent,
        direction=leg.direction,
        endpoint=leg.endpoint,
        counterpart=leg.counterpart,
        state=call_state(leg.phase),
        created_at=leg.created_at,
        position=0,
        answered_at=leg.answered_at,
        established_at=leg.established_at,
        fork=leg.fork,
        custom_data=leg.custom_data,
        owners=() if leg.owner is None else (leg.owner,),
        terms=leg.terms,
        recording=leg.wishes.recording,
        capability=leg.wishes.capability,
        rang_at=leg.rang_at,
        transfer=leg.transfer,
        restraint=restraint,
    )
    row = _looking(row, leg.look)
    if leg.bridge is None or not in_bridge or leg.seat is None:
        return row
    return replace(
        _attached(row, Attached(leg.bridge, leg.seat.number, leg.seat.meeting)),
        restraint=restraint,
    )
