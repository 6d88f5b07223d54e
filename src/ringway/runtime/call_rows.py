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
from ringway.domain.leg_state import Phase, call_state
from ringway.ports.calls import Call


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
        case Rang():
            return replace(call, state=call_state(Phase.RINGING))
        case Accepted(at=at) | Answered(at=at):
            return replace(call, state=call_state(Phase.CONNECTING), answered_at=at)
        case Established(at):
            state = call_state(Phase.ESTABLISHED)
            return replace(call, state=state, established_at=at)
        case Attached(bridge=bridge):
            return replace(call, bridge=bridge)
        case Detached():
            return replace(call, bridge=None)
        case Ended():
            return replace(
                call,
                state=call_state(event.phase),
                established_at=event.established_at,
                ended_at=event.at,
                duration=event.duration,
                cause=event.cause,
                detail=event.detail,
                bridge=event.bridge,
            )
        case MediaOpened() | MediaLost() | MediaReopening() | LookChanged():
            return call
        case DeviceLost() | DeviceBack() | Failed() | RemoteChanged():
            return call
        case PreEstablished():
            return replace(call, state=call_state(Phase.PRE_ESTABLISHED))
        case Annotated(custom_data):
            return replace(call, custom_data=custom_data)
        case Received() | Reached() | DeviceOut() | PreAnswered() | ActionFailed():
            return call
        case TransferOffered() | Transferred() | TransferFailed():
            return call
        case Disconnected() | Reconnected():
            return call
        case _:
            assert_never(event)


def _begun(event: Created, position: int) -> Call:
    return Call(
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
    )
