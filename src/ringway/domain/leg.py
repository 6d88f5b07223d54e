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
from typing import assert_never

from ringway.domain import bridge_messages as bridge
from ringway.domain import fork_messages as fork
from ringway.domain.causes import HANGUP_CAUSES, Cause, Refused
from ringway.domain.effects import (
    AttachPipe,
    ClosePipe,
    Deadline,
    DetachPipe,
    Effect,
    OpenPipe,
    Route,
    Say,
    tell_bridge,
    tell_fork,
)
from ringway.domain.leg_memory import evolve
from ringway.domain.leg_messages import (
    Accept,
    Accepted,
    Answer,
    Answered,
    Attach,
    Attached,
    Command,
    Create,
    Created,
    Decline,
    Detach,
    Detached,
    End,
    Ended,
    Established,
    Event,
    Follow,
    Followed,
    Given,
    Hangup,
    Incompatible,
    LineLost,
    LookChanged,
    Loss,
    MediaLost,
    MediaOpened,
    MediaOverdue,
    Mute,
    PipeClosed,
    PipeOpened,
    Rang,
    RangTooLong,
    RemoteChanged,
    RemoteLooks,
    RemoteRang,
    Ring,
    Show,
    Signal,
)
from ringway.domain.leg_state import (
    CONNECT_TIME,
    LOST_TIME,
    RING_TIME,
    UNANSWERED,
    Leg,
    Media,
    Phase,
)
from ringway.domain.values import SECOND, Direction, Input, Look

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
            yield from _looks(leg, Look(muted, leg.look.camera, leg.look.screen))
        case Show(picture, on):
            _require_live(leg)
            yield from _looks(leg, leg.look.showing(picture, on))
        case Attach(bridge_id, seat):
            _require_live(leg)
            _require(leg, leg.phase not in UNANSWERED, "The call is not answered.")
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
                yield Answered(at, remote, remote_data)
                if leg.media is Media.OPEN:
                    yield Established(at)
        case End(cause):
            yield _end(leg, cause, at)
        case Detach(bridge_id):
            if leg.bridge == bridge_id:
                yield Detached(bridge_id)
        case RemoteLooks(look):
            if look != leg.remote:
                yield RemoteChanged(leg.remote, look)
        case PipeOpened(generation):
            if generation == leg.generation and leg.media in _AWAITED:
                yield MediaOpened(generation)
                if leg.phase is Phase.CONNECTING:
                    yield Established(at)
        case PipeClosed(generation, loss, detail):
            if generation == leg.generation and leg.media is Media.OPENING:
                no_room = loss is Loss.NO_ROOM
                cause = Cause.SERVICE_UNAVAILABLE if no_room else Cause.MEDIA_ERROR
                yield _end(leg, cause, at, detail=detail)
            elif generation == leg.generation and leg.media is Media.OPEN:
                yield MediaLost(at, generation + 1)
        case MediaOverdue(generation):
            if generation == leg.generation and leg.media in _AWAITED:
                yield _end(leg, Cause.MEDIA_ERROR, at)
        case Incompatible(generation, detail):
            if generation == leg.generation and leg.media is not Media.NONE:
                yield _end(leg, Cause.MEDIA_ERROR, at, detail=detail)
        case LineLost():
            yield _end(leg, Cause.NETWORK_ERROR, at)
        case RangTooLong():
            if leg.phase in UNANSWERED:
                yield _end(leg, Cause.NO_ANSWER, at)
        case _:
            assert_never(signal)


_AWAITED = frozenset({Media.OPENING, Media.LOST})
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


# ---------------------------------------------------------------- react


def react(leg: Leg, event: Event) -> Iterator[Effect]:
    """Say what the house must do, now that `event` has happened to `leg`."""
    match event:
        case Created(direction=Direction.INBOUND):
            yield OpenPipe(leg.id, leg.generation)
            yield Route(leg.id)
        case Created() | Established():
            yield Say()
        case Rang():
            if leg.direction is Direction.INBOUND:
                yield Say()
            elif leg.fork is not None:
                yield tell_fork(leg.fork, fork.BranchRang(leg.id))
        case Accepted(look=look, wishes=wishes):
            yield OpenPipe(leg.id, leg.generation)
            if leg.fork is not None:
                told = fork.BranchAccepted(leg.id, look, wishes.custom_data)
                yield tell_fork(leg.fork, told)
        case MediaOpened():
            if leg.bridge is not None:
                yield AttachPipe(leg.id, leg.bridge)
        case LookChanged(look):
            if leg.bridge is not None:
                yield tell_bridge(leg.bridge, bridge.LegLooks(leg.id, look))
        case RemoteChanged():
            if leg.phase is Phase.ESTABLISHED:
                yield Say()
        case Attached(bridge_id, seat):
            yield AttachPipe(leg.id, bridge_id)
            yield tell_bridge(bridge_id, bridge.LegAttached(leg.id, seat, leg.look))
        case Detached(bridge_id):
            yield DetachPipe(leg.id)
            gone = bridge.LegGone(leg.id, Cause.NORMAL_HANGUP)
            yield tell_bridge(bridge_id, gone)
        case Ended():
            yield from _parting(leg, event)
        case Followed() | Answered() | MediaLost():
            pass
        case _:
            assert_never(event)


def _parting(leg: Leg, event: Ended) -> Iterator[Effect]:
    yield Say()
    inbound = leg.direction is Direction.INBOUND
    if inbound or leg.answered_at is not None:
        yield ClosePipe(leg.id, leg.generation)
    if event.bridge is not None:
        yield tell_bridge(event.bridge, bridge.LegGone(leg.id, event.cause))
    elif leg.fork is not None and inbound:
        yield tell_fork(leg.fork, fork.CallerGone(event.cause))
    elif leg.fork is not None:
        gone = fork.BranchGone(leg.id, event.cause, event.everywhere)
        yield tell_fork(leg.fork, gone)


# -------------------------------------------------------------- deadlines


def deadlines(leg: Leg) -> Iterator[Deadline]:
    """Say what the leg is to be told when it has waited too long."""
    if leg.phase in UNANSWERED:
        yield Deadline(leg.created_at + RING_TIME, RangTooLong())
    overdue = MediaOverdue(leg.generation)
    if leg.media is Media.LOST and leg.lost_at is not None:
        yield Deadline(leg.lost_at + LOST_TIME, overdue)
    elif leg.media is Media.OPENING and leg.answered_at is not None:
        yield Deadline(leg.answered_at + CONNECT_TIME, overdue)
