"""The life of one call leg, from CALLING to one of five ends.

Three pure functions over one frozen value, and what it waits for:

    decide(leg, input)   what happens                 -> events
    evolve(leg, event)   what the leg remembers       -> leg
    react(leg, event)    what the house must do next  -> effects
    deadlines(leg)       what it is told, and when, if nothing else comes

No clock, no ids minted, no awaiting: whatever a decision needs arrives in the
input.  Commands may be Refused.  Signals report facts and never are; one
that comes too late decides nothing.

Media is not the leg's life: a lost pipe is replaced by the next generation of
it, and only a leg that stays without media comes to an end.  A pipe that never
connected is another thing: its leg ends at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from ringway.domain.causes import HANGUP_CAUSES, Cause
from ringway.domain.effects import (
    Deadline,
)
from ringway.domain.leg_application import completed, device_out, obey
from ringway.domain.leg_effects import react
from ringway.domain.leg_ends import (
    end_leg,
    look_changed,
    over_at,
    require,
    require_direction,
    require_live,
)
from ringway.domain.leg_events import (
    Accepted,
    Answered,
    Attached,
    Created,
    Detached,
    DeviceBack,
    DeviceLost,
    Established,
    Event,
    Followed,
    Rang,
    Reached,
    Received,
    RemoteChanged,
    TransferFailed,
)
from ringway.domain.leg_media import learn_of_media, reopen
from ringway.domain.leg_memory import evolve
from ringway.domain.leg_messages import (
    Accept,
    Answer,
    Attach,
    Create,
    Decline,
    Detach,
    End,
    Follow,
    Given,
    Hangup,
    Incompatible,
    LastedTooLong,
    LineBack,
    LineGone,
    LineLost,
    LineOverdue,
    MediaOverdue,
    Mute,
    OfPeople,
    PipeClosed,
    PipeInterrupted,
    PipeOpened,
    PipeRestored,
    RangTooLong,
    Reach,
    Receive,
    RemoteLooks,
    RemoteRang,
    Reopen,
    Ring,
    Show,
    Signal,
    TransferOverdue,
    Unheard,
)
from ringway.domain.leg_requests import Request
from ringway.domain.leg_state import (
    CONNECT_TIME,
    LOST_TIME,
    RESUME_TIME,
    UNANSWERED,
    Leg,
    Media,
    Phase,
)
from ringway.domain.values import VOICE_ONLY, Direction, Input, Source

__all__ = ["deadlines", "decide", "evolve", "react"]

# ---------------------------------------------------------------- decide


def decide(leg: Leg | None, heard: Input[Given]) -> Iterator[Event]:
    """Say what happens to `leg` when it hears a command or a signal."""
    given, at = heard.given, heard.at
    if leg is None:
        if isinstance(given, Create):
            yield _created(given, at)
    elif isinstance(given, Request):
        yield from completed(leg, obey(leg, given, at), at)
    elif not isinstance(given, Signal):
        yield from completed(leg, _obey(leg, given, at), at)
    elif not leg.over:
        yield from completed(leg, _learn(leg, given, at), at)


def _obey(leg: Leg, command: OfPeople, at: int) -> Iterator[Event]:
    match command:
        case Create():
            require(leg, _is_same(leg, command), "This id is taken by another call.")
        case Follow(fork_id):
            require_live(leg)
            require(leg, leg.fork in (None, fork_id), "Somebody is being called.")
            if leg.fork is None:
                yield Followed(fork_id)
        case Ring():
            _require_called(leg)
            if leg.phase is Phase.CALLING:
                yield Rang(at)
        case Accept(wishes, look, device):
            _require_called(leg)
            _require_unanswered(leg)
            if leg.owner is None:
                yield Accepted(at, wishes, look)
                return
            require(leg, device in leg.ringing, "The call does not ring here.")
            elsewhere = tuple(it for it in leg.ringing if it != device)
            yield Accepted(at, wishes, look, device, elsewhere)
        case Decline(everywhere, device):
            _require_called(leg)
            _require_unanswered(leg)
            cause = Cause.REJECTED
            if device is not None and leg.ringing:
                yield from device_out(leg, device, cause, at, everywhere=everywhere)
            else:
                yield end_leg(leg, cause, at, Source.ENDPOINT, everywhere=everywhere)
        case Hangup(cause):
            require_live(leg)
            require(leg, cause in HANGUP_CAUSES, f"{cause} is no reason to hang up.")
            yield end_leg(leg, _hung_up(leg, cause), at, Source.ENDPOINT)
        case Mute(muted):
            require_live(leg)
            yield from look_changed(leg, replace(leg.look, muted=muted))
        case Show(picture, on):
            require_live(leg)
            yield from look_changed(leg, leg.look.showing(picture, on))
        case Reopen(generation):
            yield from reopen(leg, generation, at)
        case Attach():
            yield from _attach(leg, command, at)
        case _:
            assert_never(command)


def _attach(leg: Leg, command: Attach, at: int) -> Iterator[Event]:
    require_live(leg)
    if leg.in_room and leg.phase in UNANSWERED:
        # Nobody has to pick up a room: its seat is the answer.
        yield from _answered(leg, Answered(at, VOICE_ONLY, None), at)
    elif leg.owner is None:
        unanswered = leg.phase in UNANSWERED
        require(leg, not unanswered, "The call is not answered.")
    elif leg.bridge not in (None, command.bridge):
        yield Detached(leg.bridge)
        leg = replace(leg, bridge=None)
    require(leg, leg.bridge in (None, command.bridge), "The call is elsewhere.")
    last = leg.seat
    if last is None or last.bridge != command.bridge or last.number < command.seat:
        yield Attached(command.bridge, command.seat, command.meeting, command.early)


def _learn(leg: Leg, signal: Signal, at: int) -> Iterator[Event]:
    inbound = leg.direction is Direction.INBOUND
    match signal:
        case RemoteRang():
            if inbound and leg.phase is Phase.CALLING:
                yield Rang(at)
        case Answer(remote, remote_data):
            if inbound and leg.phase in UNANSWERED:
                yield from _answered(leg, Answered(at, remote, remote_data), at)
        case End(cause, source, detail):
            yield end_leg(leg, cause, at, source, detail=detail)
        case Receive(owner):
            if inbound and leg.owner is None and leg.phase in UNANSWERED:
                yield Received(owner)
        case Reach(devices):
            if leg.phase in UNANSWERED and not leg.is_routed:
                yield Reached(tuple(it.id for it in devices))
        case Detach(bridge_id):
            if leg.bridge == bridge_id:
                yield Detached(bridge_id)
        case RemoteLooks(look):
            if look != leg.remote:
                yield RemoteChanged(leg.remote, look)
        case PipeOpened() | PipeClosed() | PipeInterrupted() | PipeRestored():
            yield from learn_of_media(leg, signal, at)
        case MediaOverdue() | Incompatible():
            yield from learn_of_media(leg, signal, at)
        case LineLost() | LineBack() | LineGone() | LineOverdue():
            yield from _learn_of_line(leg, signal, at)
        case Unheard(cause=cause):
            yield end_leg(leg, cause, at)
        case RangTooLong():
            if leg.phase in UNANSWERED:
                yield end_leg(leg, Cause.NO_ANSWER, at)
        case LastedTooLong():
            if leg.phase is Phase.ESTABLISHED:
                yield end_leg(leg, Cause.MAX_DURATION_REACHED, at)
        case TransferOverdue(transfer):
            if leg.transfer is not None and leg.transfer.id == transfer:
                yield TransferFailed(transfer, leg.transfer.to)
        case _:
            assert_never(signal)


def _learn_of_line(
    leg: Leg, signal: LineLost | LineBack | LineGone | LineOverdue, at: int
) -> Iterator[Event]:
    gone = Cause.NETWORK_ERROR, over_at(leg, at), Source.ENDPOINT
    if isinstance(signal, LineOverdue):
        if leg.line_lost_at is not None:
            yield end_leg(leg, *gone)
        return
    if leg.device is None:
        # One of several that ring: it may come back, and ring on.
        if isinstance(signal, LineGone) and signal.device is not None:
            yield from device_out(leg, signal.device, Cause.NETWORK_ERROR, at)
        return
    if signal.device not in (None, leg.device):
        return
    match signal:
        case LineLost():
            if leg.line_lost_at is None:
                yield DeviceLost(at)
        case LineBack():
            if leg.line_lost_at is not None:
                yield DeviceBack()
        case LineGone():
            yield end_leg(leg, *gone)
        case _:
            assert_never(signal)


def _created(told: Create, at: int) -> Created:
    return Created(
        told.id,
        told.account,
        told.direction,
        told.endpoint,
        told.counterpart,
        told.device,
        at,
        told.video,
        told.wishes,
        told.look,
        told.remote,
        told.parent,
        told.fork,
        told.owner,
        told.terms,
        told.asked,
    )


def _is_same(leg: Leg, told: Create) -> bool:
    """Say whether the leg is what would be made again."""
    if leg.account != told.account:
        return False
    if told.device is not None:
        return leg.device == told.device
    same = leg.direction is told.direction and leg.endpoint == told.endpoint
    return same and leg.counterpart == told.counterpart and leg.parent == told.parent


def _answered(leg: Leg, answered: Answered, at: int) -> Iterator[Event]:
    yield answered
    if leg.media is Media.OPEN:
        yield Established(at)


def _require_called(leg: Leg) -> None:
    require_live(leg)
    require_direction(leg, Direction.OUTBOUND)


def _require_unanswered(leg: Leg) -> None:
    require(leg, leg.phase in UNANSWERED, "The call is already accepted.")


def _hung_up(leg: Leg, cause: Cause) -> Cause:
    if cause is not Cause.NORMAL_HANGUP or leg.phase not in UNANSWERED:
        return cause
    inbound = leg.direction is Direction.INBOUND
    return Cause.CANCELLED if inbound else Cause.REJECTED


# -------------------------------------------------------------- deadlines


def deadlines(leg: Leg) -> Iterator[Deadline]:
    """Say what the leg is to be told when it has waited too long."""
    if leg.over:
        return
    if leg.phase in UNANSWERED:
        yield Deadline(leg.created_at + leg.terms.connect_time, RangTooLong())
    elif leg.established_at is not None and leg.is_limited:
        until = leg.established_at + leg.terms.max_duration
        yield Deadline(until, LastedTooLong())
    if leg.transfer is not None:
        yield Deadline(leg.transfer.until, TransferOverdue(leg.transfer.id))
    if leg.line_lost_at is not None:
        yield Deadline(leg.line_lost_at + RESUME_TIME, LineOverdue())
    overdue = MediaOverdue(leg.generation)
    if leg.lost_at is not None:
        yield Deadline(leg.lost_at + LOST_TIME, overdue)
    elif leg.media is Media.OPENING and leg.answered_at is not None:
        yield Deadline(leg.answered_at + CONNECT_TIME, overdue)
