"""One caller, several devices: who wins, and what the others hear."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import permutations

import pytest

from ringway.domain import bridge_messages as bm
from ringway.domain import fork_messages as fm
from ringway.domain import leg_messages as lm
from ringway.domain.bridge_state import DIALOG
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Effect, tell_bridge, tell_leg
from ringway.domain.fork import deadlines, decide, evolve, react
from ringway.domain.fork_state import MAX_BRANCHES, Fork, Stage, best_of, fork_of
from ringway.domain.values import (
    VOICE_ONLY,
    AccountId,
    BridgeId,
    Device,
    DeviceId,
    Endpoint,
    EndpointType,
    Ids,
    Input,
    LegId,
    TextKey,
)

US, CALLER = AccountId("us"), LegId("caller")
RED = Endpoint(EndpointType.WEBRTC, "red")
IDS = Ids(b"0123456789abcdef")
ONE, TWO, THREE = (LegId(IDS.nth(n)) for n in (1, 2, 3))
BRIDGE = BridgeId(IDS.nth(0))
KEY = TextKey("text")


def devices(number: int) -> tuple[Device, ...]:
    return tuple(Device(DeviceId(f"d{n}"), US, "blue") for n in range(number))


def create(number: int) -> fm.Create:
    return fm.Create(US, CALLER, RED, VOICE_ONLY, True, KEY, devices(number))


def step(
    fork: Fork | None, given: fm.Given
) -> tuple[Fork, Sequence[fm.Event], Sequence[Effect]]:
    events = tuple(decide(fork, Input(0, IDS, given)))
    effects: list[Effect] = []
    for event in events:
        fork = evolve(fork, event)
        effects += react(fork, event)
    assert fork is not None
    return fork, events, effects


def after(number: int, *givens: fm.Given) -> Fork:
    fork, _, _ = step(None, create(number))
    for given in givens:
        fork, _, _ = step(fork, given)
    return fork


def accepted(leg: LegId) -> fm.BranchAccepted:
    return fm.BranchAccepted(leg, VOICE_ONLY, KEY)


def gone(leg: LegId, cause: Cause, everywhere: bool = False) -> fm.BranchGone:
    return fm.BranchGone(leg, cause, everywhere)


def test_every_device_is_called_and_the_caller_follows() -> None:
    fork, _, effects = step(None, create(2))
    assert effects[0] == tell_leg(CALLER, lm.Follow(fork_of(CALLER)), back=True)
    told = [e.given for e in effects[1:] if hasattr(e, "given")]
    assert [(c.id, c.device) for c in told if isinstance(c, lm.Create)] == [
        (ONE, "d0"),
        (TWO, "d1"),
    ]
    call = told[0]
    assert isinstance(call, lm.Create)
    assert (call.counterpart, call.parent, call.fork) == (RED, CALLER, fork.id)
    assert (call.video, call.wishes.custom_data) == (True, KEY)


def test_telling_it_again_makes_no_second_fork() -> None:
    assert step(after(2), create(2))[1] == ()


@pytest.mark.parametrize("number", [0, MAX_BRANCHES + 1])
def test_how_many_devices_may_ring(number: int) -> None:
    with pytest.raises(Refused, match="1 to 32"):
        step(None, create(number))


def test_the_first_ringing_rings_the_caller() -> None:
    fork, _, effects = step(after(2), fm.BranchRang(TWO))
    assert effects == [tell_leg(CALLER, lm.RemoteRang())]
    assert step(fork, fm.BranchRang(ONE))[1] == ()


def test_the_first_to_accept_wins() -> None:
    _, _, effects = step(after(3, gone(THREE, Cause.REJECTED)), accepted(TWO))
    assert effects == [
        tell_leg(CALLER, lm.Answer(VOICE_ONLY, KEY)),
        tell_leg(ONE, lm.End(Cause.ANSWERED_ELSEWHERE)),
        tell_bridge(BRIDGE, bm.Create(BRIDGE, US, DIALOG, (CALLER, TWO))),
    ]


@pytest.mark.parametrize(
    ("cause", "heard"),
    [
        (Cause.CANCELLED, Cause.CANCELLED),
        (Cause.NO_ANSWER, Cause.NO_ANSWER),
        (Cause.NETWORK_ERROR, Cause.NETWORK_ERROR),
        (Cause.DEVICE_FORBIDDEN, Cause.MEDIA_ERROR),
    ],
)
def test_branches_hear_why_the_caller_is_gone(cause: Cause, heard: Cause) -> None:
    fork, _, effects = step(after(2), fm.CallerGone(cause))
    assert fork.stage is Stage.CLOSED
    assert effects[1:] == [tell_leg(ONE, lm.End(heard)), tell_leg(TWO, lm.End(heard))]


def test_a_caller_that_does_not_follow_is_gone() -> None:
    fork, _, _ = step(after(1), fm.Unheard(CALLER, Cause.CANCELLED))
    assert fork.over
    fork, _, _ = step(after(1), fm.Unheard(ONE, Cause.BUSY))
    assert fork.over


def test_a_decline_everywhere_beats_all_others() -> None:
    _, _, effects = step(after(3), gone(TWO, Cause.REJECTED, everywhere=True))
    assert effects == [
        tell_leg(who, lm.End(Cause.REJECTED)) for who in (CALLER, ONE, THREE)
    ]


LOST = (
    Cause.REJECTED,
    Cause.BUSY,
    Cause.NO_ANSWER,
    Cause.DEVICE_NOT_FOUND,
    Cause.NETWORK_ERROR,
)


def test_the_rule_of_precedence() -> None:
    ranks = [*LOST[:3], Cause.MEDIA_ERROR, Cause.NETWORK_ERROR]
    for index, best in enumerate(ranks):
        for others in permutations(LOST[index:]):
            assert best_of(others) is best
    assert best_of((Cause.UNKNOWN, Cause.FORBIDDEN)) is Cause.UNKNOWN


@pytest.mark.parametrize("causes", list(permutations(LOST, 2)))
def test_the_caller_hears_the_best_when_all_are_lost(
    causes: tuple[Cause, Cause],
) -> None:
    fork, _, effects = step(after(2), gone(ONE, causes[0]))
    assert not fork.over
    assert effects == []
    _, _, effects = step(fork, gone(TWO, causes[1]))
    assert effects == [tell_leg(CALLER, lm.End(best_of(causes)))]


def test_no_order_of_inputs_breaks_it() -> None:
    """Walk every state: at most one wins, and what is over stays so."""
    givens: list[fm.Given] = [create(3), fm.CallerGone(Cause.CANCELLED)]
    givens += [fm.Unheard(CALLER, Cause.CANCELLED)]
    for who in (ONE, TWO, THREE):
        givens += [fm.BranchRang(who), accepted(who), gone(who, Cause.REJECTED, True)]
        givens += [gone(who, cause) for cause in LOST]
        givens += [fm.Unheard(who, Cause.BUSY)]
    start = after(3)
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        for given in givens:
            events = tuple(decide(here, Input(0, IDS, given)))
            assert not (here.over and events), "nothing happens after the end"
            there = reduce(evolve, events, here)
            assert (there.winner is not None) is (there.stage is Stage.WON)
            assert there.over or there.live
            assert not list(deadlines(there))
            if there not in seen:
                seen.add(there)
                todo.append(there)
    assert {fork.stage for fork in seen} == set(Stage)
    assert len(seen) > 500
