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

from ringway.domain.causes import HANGUP_CAUSES, Cause, Refused
from ringway.domain.effects import (
    Deadline,
)
from ringway.domain.leg_effects import react
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
    Loss,
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
    RING_TIME,
    UNANSWERED,
    Leg,
    Media,
    Phase,
)
from ringway.domain.values import SECOND, VOICE_ONLY, Direction, Input, Look

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
            _require(leg, same, "This id is taken by another call.")
        case Follow(fork_id):
            _require_live(leg)
            _require(leg, leg.fork in (None, fork_id), "Somebody is being called.")
            if leg.fork is None:
                yield Followed(fork_id)
        case Ring():
            _require_live(leg)
            _require_direction(leg, Direction.OUTBOUND)
            if leg.phase is Phase.CALLING:
                yield Rang()
        case Accept(wishes, look):
            _require_live(leg)
            _require_direction(leg, Direction.OUTBOUND)
            _require(leg, leg.phase in UNANSWERED, "The call is already accepted.")
            yield Accepted(at, wishes, look)
        case Decline(everywhere):
            _require_live(leg)
            _require_direction(leg, Direction.OUTBOUND)
            _require(leg, leg.phase in UNANSWERED, "The call is already accepted.")
            yield _end(leg, Cause.REJECTED, at, everywhere=everywhere)
        case Hangup(cause):
            _require_live(leg)
            _require(leg, cause in HANGUP_CAUSES, f"{cause} is no reason to hang up.")
            yield _end(leg, _hung_up(leg, cause), at)
        case Mute(muted):
            _require_live(leg)
            yield from _looks(leg, replace(leg.look, muted=muted))
        case Show(picture, on):
            _require_live(leg)
            yield from _looks(leg, leg.look.showing(picture, on))
        case Reopen(generation):
            yield from _reopen(leg, generation, at)
        case Attach(bridge_id, seat):
            _require_live(leg)
            if leg.in_room and leg.phase in UNANSWERED:
                # Nobody has to pick up a room: its seat is the answer.
                yield from _answered(leg, Answered(at, VOICE_ONLY, None), at)
            else:
                unanswered = leg.phase in UNANSWERED
                _require(leg, not unanswered, "The call is not answered.")
            _require(leg, leg.bridge in (None, bridge_id), "The call is elsewhere.")
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
            yield _end(leg, cause, at)
        case Detach(bridge_id):
            if leg.bridge == bridge_id:
                yield Detached(bridge_id)
        case RemoteLooks(look):
            if look != leg.remote:
                yield RemoteChanged(leg.remote, look)
        case PipeOpened(generation):
            if generation == leg.generation and leg.media in _OPENING:
                yield MediaOpened(generation)
                if leg.phase is Phase.CONNECTING:
                    yield Established(at)
                yield from _looks(leg, replace(leg.look, away=False))
        case PipeInterrupted(generation):
            kept = leg.wishes.auto_reconnect and leg.media is Media.OPEN
            if generation == leg.generation and kept:
                yield from _looks(leg, replace(leg.look, away=True))
        case PipeRestored(generation):
            if generation == leg.generation and leg.media is Media.OPEN:
                yield from _looks(leg, replace(leg.look, away=False))
        case PipeClosed():
            if signal.generation == leg.generation:
                yield from _pipe_closed(leg, signal, at)
        case MediaOverdue(generation):
            if generation == leg.generation and leg.media in _AWAITED:
                yield _end(leg, Cause.MEDIA_ERROR, _heard_at(leg, at))
        case Incompatible(generation, detail):
            if generation == leg.generation and leg.media is not Media.NONE:
                if leg.in_room:
                    yield Failed(Cause.MEDIA_ERROR, detail)
                else:
                    yield _end(leg, Cause.MEDIA_ERROR, at, detail=detail)
        case LineLost():
            if leg.line_lost_at is None:
                yield DeviceLost(at)
        case LineBack():
            if leg.line_lost_at is not None:
                yield DeviceBack()
        case LineGone():
            yield _end(leg, Cause.NETWORK_ERROR, _heard_at(leg, at))
        case LineOverdue():
            if leg.line_lost_at is not None:
                yield _end(leg, Cause.NETWORK_ERROR, _heard_at(leg, at))
        case Unheard(cause=cause):
            yield _end(leg, cause, at)
        case RangTooLong():
            if leg.phase in UNANSWERED:
                yield _end(leg, Cause.NO_ANSWER, at)
        case _:
            assert_never(signal)


_OPENING = frozenset({Media.OPENING, Media.REOPENING})
_AWAITED = _OPENING | {Media.LOST}
_QUIET = frozenset({Cause.NORMAL_HANGUP, Cause.ANSWERED_ELSEWHERE, Cause.CANCELLED})


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


def _reopen(leg: Leg, generation: int, at: int) -> Iterator[Event]:
    """Take the offer of the next generation, once; a repeated one is the same."""
    _require_live(leg)
    if leg.media is Media.REOPENING and generation == leg.generation:
        return
    lost = leg.media is Media.LOST
    _require(leg, leg.media is not Media.NONE, "The call has no media yet.")
    due = leg.generation if lost else leg.generation + 1
    _require(leg, generation == due, f"The next generation is {due}.")
    if not lost:
        yield MediaLost(at, generation)
    yield MediaReopening(generation)
    if leg.wishes.auto_reconnect:
        yield from _looks(leg, replace(leg.look, away=True))


def _pipe_closed(leg: Leg, closed: PipeClosed, at: int) -> Iterator[Event]:
    """End the leg of a pipe that never was; one that worked may be made anew."""
    match leg.media:
        case Media.OPENING:
            no_room = closed.loss is Loss.NO_ROOM
            cause = Cause.SERVICE_UNAVAILABLE if no_room else Cause.MEDIA_ERROR
            yield _end(leg, cause, at, detail=closed.detail)
        case Media.OPEN if closed.loss is Loss.SILENT and not leg.wishes.auto_reconnect:
            heard_at = min(closed.heard_at or at, at)
            yield _end(leg, Cause.NETWORK_ERROR, heard_at, detail=closed.detail)
        case Media.OPEN | Media.REOPENING:
            yield MediaLost(at, closed.generation + 1, closed.heard_at)
            if leg.wishes.auto_reconnect:
                yield from _looks(leg, replace(leg.look, away=True))
        case Media.NONE | Media.LOST:
            pass
        case _:
            assert_never(leg.media)


def _heard_at(leg: Leg, at: int) -> int:
    """Say when the leg was really over, if it is given up now."""
    return at if leg.heard_at is None else min(leg.heard_at, at)


def _looks(leg: Leg, look: Look) -> Iterator[Event]:
    if look != leg.look:
        yield LookChanged(look)


def _require(leg: Leg, so: bool, text: str) -> None:
    if not so:
        raise Refused(Cause.INVALID_REQUEST, text, leg.cause)


def _require_live(leg: Leg) -> None:
    _require(leg, not leg.over, "The call is already over.")


def _require_direction(leg: Leg, direction: Direction) -> None:
    _require(leg, leg.direction is direction, f"The call is {leg.direction}.")


def _hung_up(leg: Leg, cause: Cause) -> Cause:
    if cause is not Cause.NORMAL_HANGUP or leg.phase not in UNANSWERED:
        return cause
    inbound = leg.direction is Direction.INBOUND
    return Cause.CANCELLED if inbound else Cause.REJECTED


def _end(
    leg: Leg, cause: Cause, at: int, *, everywhere: bool = False, detail: str = ""
) -> Ended:
    since = leg.established_at
    seconds = 0 if since is None else max(0, at - since) // SECOND
    phase = _end_phase(leg, cause)
    return Ended(phase, cause, at, since, seconds, leg.bridge, everywhere, detail)


def _end_phase(leg: Leg, cause: Cause) -> Phase:
    """Only who has talked finishes; what nobody is to blame for is no failure."""
    if leg.phase is Phase.ESTABLISHED:
        return Phase.FINISHED if cause in _QUIET else Phase.FAILED
    if cause is Cause.BUSY or cause is Cause.NO_ANSWER:
        return Phase[cause.name] if leg.phase in UNANSWERED else Phase.CANCELLED
    return Phase.CANCELLED if cause in _QUIET else Phase.FAILED


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
