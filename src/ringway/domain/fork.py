"""One caller, several ringing devices, one winner (RFC 3261 section 16.7).

A fork is over when somebody has won, when every branch is lost, when one of
them declined for all, or when the caller is gone.  Its ring time is the
caller's leg's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from ringway.domain import bridge_messages as bridge
from ringway.domain import leg_messages as leg
from ringway.domain.bridge_state import DIALOG
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Deadline, Effect, tell_bridge, tell_leg
from ringway.domain.fork_messages import (
    BranchAccepted,
    BranchGone,
    BranchLost,
    BranchRang,
    CallerGone,
    Closed,
    Create,
    Created,
    Event,
    Given,
    Rang,
    Unheard,
    Won,
)
from ringway.domain.fork_state import (
    MAX_BRANCHES,
    STAGES,
    Branch,
    Fork,
    Stage,
    best_of,
    fork_of,
)
from ringway.domain.values import BridgeId, Direction, Input, LegId, Wishes

# ---------------------------------------------------------------- decide


def decide(fork: Fork | None, heard: Input[Given]) -> Iterator[Event]:
    """Say what happens to `fork` when it hears a command or a signal."""
    given, at = heard.given, heard.at
    if isinstance(given, Create):
        if fork is None:
            yield _created(Input(at, heard.ids, given))
        return
    if fork is None or fork.over:
        return
    match given:
        case BranchRang(who):
            if who in fork.live and not fork.rang:
                yield Rang(who)
        case BranchAccepted(who, look, custom_data):
            if who in fork.live:
                yield Won(at, who, look, custom_data)
        case BranchGone(who, cause, everywhere):
            yield from _gone(fork, who, cause, everywhere, at)
        case CallerGone(cause):
            yield Closed(at, cause.for_the_other)
        case Unheard(by, cause):
            if by == fork.caller:
                yield Closed(at, cause.for_the_other)
            else:
                yield from _gone(fork, LegId(by), cause, False, at)
        case _:
            assert_never(given)


def _created(heard: Input[Create]) -> Created:
    told, ids = heard.given, heard.ids
    if not 1 <= len(told.devices) <= MAX_BRANCHES:
        text = f"A call rings 1 to {MAX_BRANCHES} devices."
        raise Refused(Cause.INVALID_REQUEST, text)
    return Created(
        fork_of(told.caller),
        told.account,
        told.caller,
        told.party,
        told.look,
        told.video,
        told.custom_data,
        tuple(
            Branch(LegId(ids.nth(number)), device.id, device.endpoint)
            for number, device in enumerate(told.devices, 1)
        ),
        BridgeId(ids.nth(0)),
        heard.at,
    )


def _gone(
    fork: Fork, who: LegId, cause: Cause, everywhere: bool, at: int
) -> Iterator[Event]:
    if who not in fork.live:
        return
    yield BranchLost(who, cause)
    if everywhere:
        yield Closed(at, cause)
    elif fork.live == (who,):
        lost = tuple(b.lost for b in fork.branches if b.lost is not None)
        yield Closed(at, best_of((*lost, cause)))


# ---------------------------------------------------------------- evolve


def evolve(fork: Fork | None, event: Event) -> Fork:
    """Return `fork` as it is after `event`."""
    if isinstance(event, Created):
        assert fork is None, "a fork begins once"
        return Fork(event.id, event.account, event.caller, event.bridge, event.branches)
    assert fork is not None, "a fork begins with Created"
    match event:
        case Rang():
            return replace(fork, rang=True)
        case BranchLost(who, cause):
            return replace(
                fork,
                branches=tuple(
                    replace(b, lost=cause) if b.leg == who else b for b in fork.branches
                ),
            )
        case Won(leg=who):
            return replace(_to(fork, Stage.WON), winner=who)
        case Closed():
            return _to(fork, Stage.CLOSED)
        case _:
            assert_never(event)


def _to(fork: Fork, stage: Stage) -> Fork:
    assert stage in STAGES[fork.stage], f"{fork.stage} -> {stage}"
    return replace(fork, stage=stage)


# ---------------------------------------------------------------- react


def react(fork: Fork, event: Event) -> Iterator[Effect]:
    """Say what the house must do, now that `event` has happened to `fork`."""
    match event:
        case Created():
            yield tell_leg(fork.caller, leg.Follow(fork.id), back=True)
            for branch in fork.branches:
                yield tell_leg(branch.leg, _call(event, branch), back=True)
        case Rang():
            yield tell_leg(fork.caller, leg.RemoteRang())
        case Won(leg=winner, look=look, custom_data=custom_data):
            yield tell_leg(fork.caller, leg.Answer(look, custom_data))
            for other in fork.live:
                if other != winner:
                    yield tell_leg(other, leg.End(Cause.ANSWERED_ELSEWHERE))
            dialog = bridge.Create(
                fork.bridge, fork.account, DIALOG, (fork.caller, winner)
            )
            yield tell_bridge(fork.bridge, dialog)
        case Closed(cause=cause):
            for who in (fork.caller, *fork.live):
                yield tell_leg(who, leg.End(cause))
        case BranchLost():
            pass
        case _:
            assert_never(event)


def _call(event: Created, branch: Branch) -> leg.Create:
    return leg.Create(
        id=branch.leg,
        account=event.account,
        direction=Direction.OUTBOUND,
        endpoint=branch.endpoint,
        counterpart=event.party,
        device=branch.device,
        video=event.video,
        wishes=Wishes(custom_data=event.custom_data),
        remote=event.look,
        parent=event.caller,
        fork=event.id,
    )


def deadlines(fork: Fork) -> Iterator[Deadline]:
    """Say what the fork is to be told when it has waited too long: nothing."""
    yield from ()
