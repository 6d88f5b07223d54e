"""Dialog, conference and room: one machine, three policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import pytest

from ringway.domain import bridge_messages as bm
from ringway.domain import leg_messages as lm
from ringway.domain.bridge import deadlines, decide, evolve, react
from ringway.domain.bridge_state import (
    CONFERENCE,
    DIALOG,
    Bridge,
    Guest,
    Policy,
    Standing,
    room,
    room_of,
)
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Announce, CloseBridge, Effect, tell_leg
from ringway.domain.values import (
    VOICE_ONLY,
    AccountId,
    BridgeId,
    Endpoint,
    EndpointType,
    Ids,
    Input,
    LegId,
    Look,
    Meeting,
    Source,
)

ROOM = room(100)
US, ID = AccountId("us"), BridgeId("b")
X, Y, Z = LegId("x"), LegId("y"), LegId("z")
IDS = Ids(b"0123456789abcdef")
MUTED = Look(muted=True)
BYE = Cause.NORMAL_HANGUP


def step(
    bridge: Bridge | None, given: bm.Given
) -> tuple[Bridge, Sequence[bm.Event], Sequence[Effect]]:
    events = tuple(decide(bridge, Input(0, IDS, given)))
    effects: list[Effect] = []
    for event in events:
        bridge = evolve(bridge, event)
        effects += react(bridge, event)
    assert bridge is not None
    return bridge, events, effects


def opened(policy: Policy, *legs: LegId) -> Bridge:
    bridge, _, _ = step(None, bm.Create(ID, US, policy, legs))
    for seat, leg in enumerate(legs, 1):
        bridge, _, _ = step(bridge, bm.LegAttached(leg, seat, VOICE_ONLY))
    return bridge


def test_a_dialog_seats_both_and_learns_that_they_came() -> None:
    bridge, _, effects = step(None, bm.Create(ID, US, DIALOG, (X, Y)))
    assert effects == [
        tell_leg(X, lm.Attach(ID, 1, Meeting.DIALOG), back=True),
        tell_leg(Y, lm.Attach(ID, 2, Meeting.DIALOG), back=True),
    ]
    assert {m.standing for m in bridge.members} == {Standing.JOINING}
    bridge, _, effects = step(bridge, bm.LegAttached(X, 1, MUTED))
    assert effects == []
    bridge, _, effects = step(bridge, bm.LegAttached(Y, 2, VOICE_ONLY))
    assert effects == [
        tell_leg(X, lm.RemoteLooks(VOICE_ONLY)),
        tell_leg(Y, lm.RemoteLooks(MUTED)),
    ]
    assert {m.standing for m in bridge.members} == {Standing.JOINED}


def test_faces_are_shown_in_a_dialog_only() -> None:
    changed = bm.LegLooks(X, MUTED)
    _, _, effects = step(opened(DIALOG, X, Y), changed)
    assert effects == [tell_leg(Y, lm.RemoteLooks(MUTED))]
    bridge, events, effects = step(opened(ROOM, X, Y), changed)
    assert effects == [Announce()]
    assert events == (bm.LookChanged(X, MUTED),)
    assert step(bridge, changed)[1] == ()


def test_a_dialog_ends_when_one_leaves_and_the_other_hears_why() -> None:
    gone = bm.LegGone(X, Cause.NETWORK_ERROR)
    bridge, events, effects = step(opened(DIALOG, X, Y), gone)
    assert events[-1] == bm.Closed(0, Cause.NETWORK_ERROR, (Y,), by=X)
    assert effects == [tell_leg(Y, lm.End(Cause.NETWORK_ERROR)), CloseBridge(ID)]
    assert bridge.over


def test_a_leg_that_refuses_is_as_good_as_gone() -> None:
    bridge, _, _ = step(None, bm.Create(ID, US, DIALOG, (X, Y)))
    refused = bm.Unheard(X, Cause.CANCELLED)
    _, _, effects = step(bridge, refused)
    assert effects == [tell_leg(Y, lm.End(Cause.CANCELLED)), CloseBridge(ID)]


def test_a_full_room_refuses_with_its_size() -> None:
    full = opened(room(2), X, Y)
    with pytest.raises(Refused, match="it has 2 seats") as refused:
        step(full, bm.TakeIn(Z))
    assert (refused.value.code, refused.value.ended) == (Cause.BUSY, None)
    assert step(full, bm.TakeIn(X))[1] == ()


def test_a_room_that_is_over_says_so() -> None:
    """Who looks for it by its name shall look again."""
    over, _, _ = step(opened(ROOM, X), bm.LegGone(X, BYE))
    with pytest.raises(Refused) as refused:
        step(over, bm.TakeIn(Y))
    assert refused.value.ended is Cause.NORMAL_HANGUP


def test_who_founds_a_room_is_a_guest_like_the_others() -> None:
    who = Guest(Endpoint(EndpointType.WEBRTC, "red"), participant_events=False)
    began, _, effects = step(None, bm.Create(ID, US, ROOM, (X,), "kitchen", who))
    assert effects == [
        tell_leg(X, lm.Attach(ID, 1), back=True),
        Announce(),
    ]
    assert (began.name, began.members[0].guest) == ("kitchen", who)
    joined, _, effects = step(began, bm.LegAttached(X, 1, MUTED))
    assert effects == [Announce()]
    assert joined.members[0].look == MUTED
    assert room_of(X) == room_of(X) != room_of(Y)


def test_a_room_lets_its_legs_go_and_ends_with_the_last() -> None:
    bridge, _, _ = step(opened(ROOM, X, Y), bm.LegGone(X, BYE))
    assert not bridge.over
    bridge, _, effects = step(bridge, bm.LegGone(Y, BYE))
    assert bridge.over
    assert effects == [Announce(), CloseBridge(ID)]
    _, _, effects = step(opened(ROOM, X), bm.Close(BYE))
    assert effects == [tell_leg(X, lm.Detach(ID)), CloseBridge(ID)]


def test_a_conference_waits_for_its_first_member_and_ends_with_the_last() -> None:
    empty, _, _ = step(None, bm.Create(ID, US, CONFERENCE))
    taken, _, _ = step(empty, bm.TakeIn(X))
    never_came, _, _ = step(taken, bm.LegGone(X, BYE))
    assert not never_came.over
    joined, _, _ = step(taken, bm.LegAttached(X, 1, VOICE_ONLY))
    assert step(joined, bm.LegGone(X, BYE))[0].over


def test_the_end_of_a_conference_is_the_end_of_its_legs() -> None:
    _, _, effects = step(opened(CONFERENCE, X, Y), bm.Close(BYE))
    end = lm.End(BYE, Source.API)
    assert effects[:2] == [tell_leg(X, end), tell_leg(Y, end)]


@pytest.mark.parametrize(
    ("bridge", "given", "text"),
    [
        (opened(DIALOG, X, Y), bm.TakeIn(Z), "dialog is full"),
        (opened(replace(ROOM, seats=1), X), bm.TakeIn(Y), "room is full"),
        (None, bm.Create(ID, US, DIALOG, (X, Y, Z)), "not so many seats"),
        (opened(ROOM), bm.Create(ID, AccountId("them"), ROOM, ()), "taken"),
        (step(opened(ROOM), bm.Close(BYE))[0], bm.TakeIn(X), "over"),
        (step(opened(ROOM), bm.Close(BYE))[0], bm.Close(BYE), "over"),
    ],
)
def test_what_is_refused(bridge: Bridge | None, given: bm.Given, text: str) -> None:
    with pytest.raises(Refused, match=text):
        step(bridge, given)


def test_seats_are_numbered_for_ever() -> None:
    bridge, _, _ = step(opened(ROOM, X, Y), bm.LegGone(X, BYE))
    bridge, events, _ = step(bridge, bm.TakeIn(X))
    assert events == (bm.SeatTaken(X, 3),)
    assert step(bridge, bm.LegAttached(X, 1, VOICE_ONLY))[1] == ()
    assert step(bridge, bm.LegAttached(X, 3, VOICE_ONLY))[1] == (
        bm.Joined(X, VOICE_ONLY),
    )


@pytest.mark.parametrize("policy", [DIALOG, replace(CONFERENCE, seats=3), ROOM])
def test_no_order_of_inputs_breaks_it(policy: Policy) -> None:
    """Walk every state in which at most six seats were given."""
    givens: list[bm.Given] = [bm.Close(BYE), bm.Create(ID, US, policy, ())]
    for leg in (X, Y, Z):
        givens += [
            bm.TakeIn(leg),
            bm.LegGone(leg, BYE),
            bm.Unheard(leg, BYE),
            bm.LegLooks(leg, MUTED),
        ]
        givens += [bm.LegAttached(leg, seat, VOICE_ONLY) for seat in range(1, 5)]
    start = opened(policy)
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        for given in givens:
            try:
                events = tuple(decide(here, Input(0, IDS, given)))
            except Refused:
                assert not isinstance(given, bm.Signal), "a signal is never refused"
                continue
            assert not (here.over and events), "nothing happens after the end"
            there = reduce(evolve, events, here)
            assert len(there.members) <= policy.seats
            assert not (there.over and there.members)
            assert not list(deadlines(there))
            if there not in seen and there.seated <= 4:
                seen.add(there)
                todo.append(there)
    assert {bridge.over for bridge in seen} == {True, False}
    assert len(seen) > 30
