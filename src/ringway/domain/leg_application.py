"""What a leg decides about its application: what it asks, and what it is told.

Here is also what only the legs of applications do: they ring several devices of a
person at once, and say when their party is not connected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from ringway.domain.actions import NOTHING_TO_STOP, UNAVAILABLE, Action, ActionKind
from ringway.domain.causes import RELEASE_RULES, Cause, ReleaseRule
from ringway.domain.fork_state import best_of
from ringway.domain.leg_ends import end_leg, require, require_direction, require_live
from ringway.domain.leg_events import (
    ActionFailed,
    Annotated,
    Answered,
    DeviceOut,
    Disconnected,
    Ended,
    Established,
    Event,
    PreAnswered,
    PreEstablished,
    Rang,
    Reconnected,
    TransferFailed,
    TransferOffered,
    Transferred,
)
from ringway.domain.leg_memory import evolve
from ringway.domain.leg_requests import (
    AcceptTransfer,
    Act,
    Annotate,
    OfferTransfer,
    PickUp,
    PreAnswer,
    RejectTransfer,
    Release,
    Request,
    SendRinging,
)
from ringway.domain.leg_state import UNANSWERED, Leg, Media, Phase, Transfer
from ringway.domain.values import VOICE_ONLY, DeviceId, Direction, Source, TextKey

_FLOWS = frozenset({Phase.PRE_ESTABLISHED, Phase.ESTABLISHED})
_LOST = frozenset({Media.LOST, Media.REOPENING})


def obey(leg: Leg, request: Request, at: int) -> Iterator[Event]:
    """Say what happens to a leg of whose application this is a request."""
    require_live(leg)
    require(leg, leg.owner is not None, "The call is no application's.")
    match request:
        case SendRinging():
            _require_unanswered(leg)
            if leg.phase is Phase.CALLING:
                yield Rang(at)
        case PreAnswer(ringing, custom_data):
            _require_unanswered(leg)
            require(leg, not leg.pre_answered, "The call is already pre-answered.")
            yield from _annotated(leg, custom_data)
            if ringing and leg.phase is Phase.CALLING:
                yield Rang(at)
            yield PreAnswered(at)
            if leg.media is Media.OPEN:
                yield PreEstablished(at)
        case PickUp(custom_data, recording):
            _require_unanswered(leg)
            yield from _annotated(leg, custom_data)
            yield Answered(at, VOICE_ONLY, None, recording)
            if leg.media is Media.OPEN:
                yield Established(at)
        case Release(cause, source):
            yield end_leg(leg, _released(leg, cause), at, source)
        case Annotate(custom_data):
            yield from _annotated(leg, custom_data)
        case Act(action):
            yield from _act(leg, action)
        case OfferTransfer(transfer, to, timeout, custom_data):
            if leg.transfer is not None and leg.transfer.id == transfer:
                return
            require(leg, leg.transfer is None, "The call is being transferred.")
            yield from _annotated(leg, custom_data)
            yield TransferOffered(transfer, to, at + timeout)
        case AcceptTransfer(transfer):
            offer = _offer(leg, transfer)
            assert leg.owner is not None
            yield Transferred(offer.id, leg.owner, offer.to)
        case RejectTransfer(transfer):
            offer = _offer(leg, transfer)
            yield TransferFailed(offer.id, offer.to)
        case _:
            assert_never(request)


def _require_unanswered(leg: Leg) -> None:
    require_direction(leg, Direction.INBOUND)
    require(leg, leg.phase in UNANSWERED, "The call is already answered.")


def _annotated(leg: Leg, custom_data: TextKey | None) -> Iterator[Event]:
    if custom_data is not None and custom_data != leg.custom_data:
        yield Annotated(custom_data)


def _released(leg: Leg, cause: Cause | None) -> Cause:
    """Give the cause to end with, if the call may end with it now."""
    established = leg.phase is Phase.ESTABLISHED
    outbound = leg.direction is Direction.OUTBOUND
    if cause is None:
        if leg.phase not in UNANSWERED:
            return Cause.NORMAL_HANGUP
        return Cause.CANCELLED if outbound else Cause.REJECTED
    rule = RELEASE_RULES.get(cause)
    require(leg, rule is not None, f"{cause} is no reason to end a call.")
    match rule:
        case ReleaseRule.ESTABLISHED:
            require(leg, established, f"{cause} needs an established call.")
        case ReleaseRule.ESTABLISHED_OUTBOUND:
            text = f"{cause} needs an established outbound call."
            require(leg, established and outbound, text)
        case ReleaseRule.NOT_ESTABLISHED:
            text = f"{cause} needs a call that is not established."
            require(leg, not established, text)
        case ReleaseRule.ANY | None:
            pass
        case _:
            assert_never(rule)
    return cause


def _act(leg: Leg, action: Action) -> Iterator[Event]:
    text = NOTHING_TO_STOP.get(action.kind)
    require(leg, text is None, text or "")
    require(leg, leg.phase in _FLOWS, "The call has no media yet: answer it first.")
    yield from _annotated(leg, action.custom_data)
    yield failed(action)


def failed(action: Action) -> ActionFailed:
    """Say that the capability is missing."""
    return ActionFailed(action, Cause.FEATURE_UNAVAILABLE, UNAVAILABLE[action.kind])


def _offer(leg: Leg, transfer: str) -> Transfer:
    offer = leg.transfer
    known = offer is not None and offer.id == transfer
    require(leg, known, "There is no such transfer: it is over, or never was.")
    assert offer is not None
    return offer


# ---------------------------------------------------------- several devices


def device_out(
    leg: Leg, device: DeviceId, cause: Cause, at: int, *, everywhere: bool = False
) -> Iterator[Event]:
    """Ring one device less; without the last one, or all, the call is over."""
    if device not in leg.ringing:
        return
    if everywhere or leg.ringing == (device,):
        heard = cause if everywhere else best_of((*leg.out, cause))
        source = Source.ENDPOINT
        yield end_leg(leg, heard, at, source, everywhere=everywhere)
    else:
        yield DeviceOut(device, cause, at)


# ------------------------------------------------------------ what it is told


def completed(leg: Leg, events: Iterable[Event], at: int) -> Iterator[Event]:
    """Add to what happens to an application's leg what its application learns."""
    if leg.owner is None:
        yield from events
        return
    for event in events:
        if isinstance(event, Ended) and leg.transfer is not None:
            given_up = TransferFailed(leg.transfer.id, leg.transfer.to)
            yield given_up
            leg = evolve(leg, given_up)
        yield event
        leg = evolve(leg, event)
        if isinstance(event, Established):
            yield from _missing(leg)
    if leg.over:
        return
    gone = leg.line_lost_at is not None or leg.media in _LOST or leg.look.away
    if gone and not leg.disconnected:
        yield Disconnected(at)
    elif leg.disconnected and not gone:
        yield Reconnected()


def _missing(leg: Leg) -> Iterator[Event]:
    """Say of what was asked for with the call what it does not get."""
    if leg.terms.recording is not None:
        yield failed(Action(ActionKind.RECORDING, leg.terms.recording.custom_data))
    if leg.terms.machine_detection is not None:
        yield failed(Action(ActionKind.MACHINE_DETECTION))
