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
from ringway.domain.leg_effects import react
from ringway.domain.leg_ends import (
    end_leg,
    look_changed,
    over_at,
    require,
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
    RemoteChanged,
)
from ringway.domain.leg_media import learn_of_media, reopen
from ringway.domain.leg_memory import evolve
from ringway.domain.leg_messages import (
    Accept,
    Answer,
    Attach,
    Command,
    Create,
    Decline,
    Detach,
    End,
    Follow,
    Given,
    Hangup,
    Incompatible,
    LineBack,
    LineGone,
    LineLost,
    LineOverdue,
    MediaOverdue,
    Mute,
    PipeClosed,
    PipeInterrupted,
    PipeOpened,
    PipeRestored,
    RangTooLong,
    RemoteLooks,
    RemoteRang,
    Reopen,
    Ring,
    Show,
    Signal,
    Unheard,
)
from ringway.domain.leg_state import (
    CONNECT_TIME,
    LOST_TIME,
    RESUME_TIME,
    UNANSWERED,
    Leg,
    Media,
    Phase,
)
from ringway.domain.values import RING_TIME, VOICE_ONLY, Direction, Input

__all__ = ["deadlines", "decide", "evolve", "react"]

# ---------------------------------------------------------------- decide


def decide(leg: Leg | None, heard: Input[Given]) -> Iterator[Event]:
    """Say what happens to `leg` when it hears a command or a signal."""
    if leg is None:
        if isinstance(heard.given, Create):
            yield _created(heard.given, heard.at)
        return
    given = heard.given
    if not isinstance(given, Signal):
        yield from _obey(leg, given, heard.at)
    elif not leg.over:
        yield from _learn(leg, given, heard.at)


def _obey(leg: Leg, command: Command, at: int) -> Iterator[Event]:
    match command:
        case Create(account=account, device=device):
            same = leg.account == account and leg.device == device
            require(leg, same, "This id is taken by another call.")
        case Follow(fork_id):
            require_live(leg)
            require(leg, leg.fork in (None, fork_id), "Somebody is being called.")
            if leg.fork is None:
                yield Followed(fork_id)
        case Ring():
            require_live(leg)
            _require_direction(leg, Direction.OUTBOUND)
            if leg.phase is Phase.CALLING:
                yield Rang()
        case Accept(wishes, look):
            require_live(leg)
            _require_direction(leg, Direction.OUTBOUND)
            require(leg, leg.phase in UNANSWERED, "The call is already accepted.")
            yield Accepted(at, wishes, look)
        case Decline(everywhere):
            require_live(leg)
            _require_direction(leg, Direction.OUTBOUND)
            require(leg, leg.phase in UNANSWERED, "The call is already accepted.")
            yield end_leg(leg, Cause.REJECTED, at, everywhere=everywhere)
        case Hangup(cause):
            require_live(leg)
            require(leg, cause in HANGUP_CAUSES, f"{cause} is no reason to hang up.")
            yield end_leg(leg, _hung_up(leg, cause), at)
        case Mute(muted):
            require_live(leg)
            yield from look_changed(leg, replace(leg.look, muted=muted))
        case Show(picture, on):
            require_live(leg)
            yield from look_changed(leg, leg.look.showing(picture, on))
        case Reopen(generation):
            yield from reopen(leg, generation, at)
        case Attach(bridge_id, seat):
            require_live(leg)
            if leg.in_room and leg.phase in UNANSWERED:
                # Nobody has to pick up a room: its seat is the answer.
                yield from _answered(leg, Answered(at, VOICE_ONLY, None), at)
            else:
                unanswered = leg.phase in UNANSWERED
                require(leg, not unanswered, "The call is not answered.")
            require(leg, leg.bridge in (None, bridge_id), "The call is elsewhere.")
            last = leg.seat
            if last is None or last.bridge != bridge_id or last.number < seat:
                yield Attached(bridge_id, seat)
        case _:
            assert_never(command)


def _learn(leg: Leg, signal: Signal, at: int) -> Iterator[Event]:
    inbound = leg.direction is Direction.INBOUND
    match signal:
        case RemoteRang():
            if inbound and leg.phase is Phase.CALLING:
                yield Rang()
        case Answer(remote, remote_data):
            if inbound and leg.phase in UNANSWERED:
                yield from _answered(leg, Answered(at, remote, remote_data), at)
        case End(cause):
            yield end_leg(leg, cause, at)
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
        case LineLost():
            if leg.line_lost_at is None:
                yield DeviceLost(at)
        case LineBack():
            if leg.line_lost_at is not None:
                yield DeviceBack()
        case LineGone():
            yield end_leg(leg, Cause.NETWORK_ERROR, over_at(leg, at))
        case LineOverdue():
            if leg.line_lost_at is not None:
                yield end_leg(leg, Cause.NETWORK_ERROR, over_at(leg, at))
        case Unheard(cause=cause):
            yield end_leg(leg, cause, at)
        case RangTooLong():
            if leg.phase in UNANSWERED:
                yield end_leg(leg, Cause.NO_ANSWER, at)
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
    )


def _answered(leg: Leg, answered: Answered, at: int) -> Iterator[Event]:
    yield answered
    if leg.media is Media.OPEN:
        yield Established(at)


def _require_direction(leg: Leg, direction: Direction) -> None:
    require(leg, leg.direction is direction, f"The call is {leg.direction}.")


def _hung_up(leg: Leg, cause: Cause) -> Cause:
    if cause is not Cause.NORMAL_HANGUP or leg.phase not in UNANSWERED:
        return cause
    inbound = leg.direction is Direction.INBOUND
    return Cause.CANCELLED if inbound else Cause.REJECTED


# -------------------------------------------------------------- deadlines


def deadlines(leg: Leg) -> Iterator[Deadline]:
    """Say what the leg is to be told when it has waited too long."""
    if leg.phase in UNANSWERED:
        yield Deadline(leg.created_at + RING_TIME, RangTooLong())
    if leg.line_lost_at is not None:
        yield Deadline(leg.line_lost_at + RESUME_TIME, LineOverdue())
    overdue = MediaOverdue(leg.generation)
    if leg.lost_at is not None:
        yield Deadline(leg.lost_at + LOST_TIME, overdue)
    elif leg.media is Media.OPENING and leg.answered_at is not None:
        yield Deadline(leg.answered_at + CONNECT_TIME, overdue)
