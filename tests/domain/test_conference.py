"""Conferences of applications: members, roles, restraints and the end of it all."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ringway.domain import bridge_messages as bm
from ringway.domain import leg_messages as lm
from ringway.domain.actions import NOTHING_TO_STOP, Action, ActionKind
from ringway.domain.bridge import deadlines, decide, evolve, react
from ringway.domain.bridge_state import (
    CONFERENCE,
    MAX_MEMBERS,
    Bridge,
    Standing,
)
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Announce, CloseBridge, Place, tell_leg
from ringway.domain.roles import MAX_ADVISED
from ringway.domain.values import (
    VOICE_ONLY,
    Input,
    LegId,
    Look,
    Recording,
    RecordingTerms,
    Restraint,
    Role,
    RoleType,
    Source,
)

from .meeting import (
    HOUR,
    ID,
    IDS,
    NOW,
    OWNER,
    US,
    X,
    Y,
    Z,
    attached,
    conference,
    dialog,
    guest,
    met,
    step,
)

BYE = Cause.NORMAL_HANGUP
MONITOR = Role(RoleType.MONITOR)


def test_who_is_taken_in_is_joining_and_then_joined() -> None:
    bridge, events, effects = step(conference(X), bm.TakeIn(Y, guest(Y), MONITOR))
    assert events == (bm.SeatTaken(Y, 2, guest(Y), MONITOR),)
    assert tell_leg(Y, lm.Answer(VOICE_ONLY, None)) in effects, "X is there to talk to"
    bridge, events, effects = step(bridge, bm.LegAttached(Y, 2, VOICE_ONLY))
    assert events == (bm.Joined(Y, VOICE_ONLY, NOW),)
    assert effects == [Announce(), Place(Y, ID)]
    member = bridge.member(Y)
    assert member is not None
    assert (member.standing, member.role) == (Standing.JOINED, MONITOR)


def test_callers_who_wait_are_answered_when_the_first_has_come() -> None:
    bridge, _, effects = step(
        conference(X, Y, Z, joined=False), bm.LegAttached(Y, 2, VOICE_ONLY)
    )
    answers = [tell_leg(who, lm.Answer(VOICE_ONLY, None)) for who in (X, Z)]
    assert effects[-2:] == answers
    _, _, effects = step(bridge, bm.LegAttached(X, 1, VOICE_ONLY))
    assert effects == [Announce(), Place(X, ID)]


def test_who_never_came_has_not_joined() -> None:
    bridge, _, _ = step(conference(X), bm.TakeIn(Y))
    bridge, events, _ = step(bridge, bm.LegGone(Y, Cause.NO_ANSWER))
    assert events == (bm.Left(Y, Cause.NO_ANSWER, joined=False),)
    assert not bridge.over


def test_who_is_removed_keeps_its_call() -> None:
    bridge, events, effects = step(conference(X, Y), bm.Remove(Y))
    assert events == (bm.Left(Y, BYE, Source.API, joined=True, removed=True),)
    assert effects == [tell_leg(Y, lm.Detach(ID)), Announce()]
    assert step(bridge, bm.LegGone(Y, BYE, over=False))[1] == (), "it is known"
    bridge, events, effects = step(bridge, bm.Remove(X))
    assert bridge.over
    assert effects[-1] == CloseBridge(ID)


def test_it_ends_all_its_calls_when_it_is_hung_up() -> None:
    bridge, _, effects = step(conference(X, Y), bm.Close(BYE))
    assert bridge.over
    assert effects[:2] == [tell_leg(who, lm.End(BYE, Source.API)) for who in (X, Y)]


def test_it_lasts_no_longer_than_it_may() -> None:
    bridge = conference(X)
    (deadline,) = deadlines(bridge)
    assert deadline.at == NOW + 8 * HOUR
    assert deadline.given == bm.LastedTooLong()
    _, _, effects = step(bridge, bm.LastedTooLong(), deadline.at)
    assert effects[0] == tell_leg(X, lm.End(Cause.MAX_DURATION_REACHED))


def test_roles_change_while_people_talk() -> None:
    bridge, events, effects = step(conference(X, Y), bm.Assign(Y, MONITOR))
    assert events == (bm.RoleChanged(Y, MONITOR, Role()),)
    assert effects == [Announce(), Place(Y, ID)]
    assert step(bridge, bm.Assign(Y, MONITOR))[1] == ()


def test_the_engine_is_told_of_who_is_joining_when_it_has_joined() -> None:
    bridge = conference(X, Y, joined=False)
    bridge, _, effects = step(bridge, bm.Assign(Y, MONITOR))
    assert effects == [Announce()]
    assert Place(Y, ID) in step(bridge, bm.LegAttached(Y, 2, VOICE_ONLY))[2]


def test_restraints_are_kept_one_by_one_and_for_all() -> None:
    bridge, _, _ = step(conference(X, Y), bm.Restrain(X, muted=True))
    bridge, events, effects = step(bridge, bm.Restrain(deaf=True))
    assert events == (
        bm.Restrained(X, Restraint(muted=True, deaf=True)),
        bm.Restrained(Y, Restraint(deaf=True)),
    )
    assert effects == [Announce(), Place(X, ID), Announce(), Place(Y, ID)]
    _, events, _ = step(bridge, bm.Restrain(muted=False, deaf=True))
    assert events == (bm.Restrained(X, Restraint(deaf=True)),)


def test_what_it_cannot_do_yet_fails_as_an_event() -> None:
    play = Action(ActionKind.PLAY)
    _, events, effects = step(conference(X), bm.Act(play))
    (failed,) = events
    assert isinstance(failed, bm.ActionFailed)
    assert (failed.action, failed.cause) == (play, Cause.FEATURE_UNAVAILABLE)
    assert effects == []
    recording = RecordingTerms(Recording.AUDIO)
    create = bm.Create(ID, US, CONFERENCE, owner=OWNER, recording=recording)
    _, events, _ = step(None, create)
    assert isinstance(events[-1], bm.ActionFailed)
    assert events[-1].action.kind is ActionKind.RECORDING


FULL = conference(*(LegId(f"leg-{n}") for n in range(MAX_MEMBERS)))
OVER = step(conference(X), bm.Close(BYE))[0]
TOO_MANY = tuple(LegId(f"call-{n}") for n in range(MAX_ADVISED + 1))


@pytest.mark.parametrize(
    ("bridge", "given", "text"),
    [
        (FULL, bm.TakeIn(X), "it has 100 seats"),
        (conference(X), bm.Remove(Y), "not in the conference"),
        (conference(X), bm.Assign(Y, MONITOR), "not in the conference"),
        (conference(X), bm.Restrain(Y, muted=True), "not in the conference"),
        (conference(X), bm.Assign(X, Role(RoleType.LISTENER, (Y,))), "Only an ADVISOR"),
        (conference(X), bm.TakeIn(Y, role=Role(advised=(X,))), "Only an ADVISOR"),
        (conference(X), bm.Assign(X, Role(RoleType.ADVISOR, TOO_MANY)), "100 calls"),
        (conference(X), bm.AcceptTransfer(), "asked for a transfer"),
        *(
            (conference(X), bm.Act(Action(kind)), text)
            for kind, text in NOTHING_TO_STOP.items()
        ),
        *(
            (OVER, given, "conference is over")
            for given in (
                bm.TakeIn(Y),
                bm.Remove(X),
                bm.Assign(X, MONITOR),
                bm.Restrain(muted=True),
                bm.Close(BYE),
                bm.RejectTransfer(),
            )
        ),
    ],
)
def test_what_is_refused(bridge: Bridge, given: bm.Command, text: str) -> None:
    with pytest.raises(Refused, match=text):
        step(bridge, given)


@pytest.mark.parametrize("start", [conference(), conference(X, Y), dialog(), met()])
def test_every_command_in_every_state_works_or_is_refused(start: Bridge) -> None:
    """Walk all states of at most four seats; a signal is never refused."""
    legs = [member.leg for member in start.members] or [X]
    legs += [Z] if start.is_conference else []
    givens: list[bm.Given] = [
        bm.Close(BYE),
        bm.LastedTooLong(),
        bm.Act(Action(ActionKind.PLAY)),
        bm.Act(Action(ActionKind.STOP_PLAY)),
        bm.Restrain(muted=True),
        bm.Restrain(muted=False),
    ]
    for who in legs:
        givens += [
            bm.TakeIn(who, guest(who)),
            bm.Remove(who),
            bm.Assign(who, MONITOR),
            bm.LegRang(who),
            bm.LegGone(who, BYE),
            bm.LegGone(who, BYE, over=False),
            bm.Unheard(who, BYE),
        ]
        givens += [bm.LegAttached(who, seat, VOICE_ONLY) for seat in range(1, 5)]
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        for given in givens:
            try:
                events = tuple(decide(here, Input(NOW, IDS, given)))
            except Refused:
                assert not isinstance(given, bm.Signal), "a signal is never refused"
                continue
            assert not (here.over and events), "nothing happens after the end"
            there = here
            for event in events:
                there = evolve(there, event)
                tuple(react(there, event))
            assert there.size <= there.policy.seats
            assert not (there.over and there.size)
            if there not in seen and there.seated <= 4:
                seen.add(there)
                todo.append(there)
    assert {bridge.over for bridge in seen} == {True, False}


class Told(RuleBasedStateMachine):
    """Who is told to end, or to leave, when a bridge is over: everybody, once."""

    def __init__(self) -> None:
        super().__init__()
        self.bridge = conference(X)
        self.inside = {X}
        """The legs that think they are in it."""

    def give(self, given: bm.Given) -> None:
        try:
            events = tuple(decide(self.bridge, Input(NOW, IDS, given)))
        except Refused:
            return
        for event in events:
            self.bridge = evolve(self.bridge, event)
            for effect in react(self.bridge, event):
                told = getattr(effect, "given", None)
                who = LegId(effect.to.id) if told is not None else X  # type: ignore[union-attr]
                if isinstance(told, lm.Attach):
                    self.inside.add(who)
                elif isinstance(told, lm.End | lm.Detach):
                    self.inside.remove(who)

    @rule(who=st.sampled_from([X, Y, Z]))
    def take_in(self, who: LegId) -> None:
        self.give(bm.TakeIn(who, guest(who)))

    @rule(who=st.sampled_from([X, Y, Z]))
    def attach(self, who: LegId) -> None:
        member = self.bridge.member(who)
        if member is not None:
            self.give(bm.LegAttached(who, member.seat, Look(camera=True)))

    @rule(who=st.sampled_from([X, Y, Z]), over=st.booleans())
    def go(self, who: LegId, over: bool) -> None:
        if who in self.inside:
            self.inside.remove(who)
            self.give(bm.LegGone(who, BYE, over=over))

    @rule(who=st.sampled_from([X, Y, Z]))
    def remove(self, who: LegId) -> None:
        self.give(bm.Remove(who))

    @rule(cause=st.sampled_from([BYE, Cause.MAX_DURATION_REACHED]))
    def close(self, cause: Cause) -> None:
        self.give(bm.Close(cause) if cause is BYE else bm.LastedTooLong())

    @invariant()
    def a_closed_bridge_leaves_no_leg_pointing_at_it(self) -> None:
        assert self.inside == {member.leg for member in self.bridge.members}


Told.TestCase.settings = settings(max_examples=60, stateful_step_count=20)
TestTold = Told.TestCase


def test_what_is_remembered_follows_from_what_happened() -> None:
    bridge = attached(step(conference(X), bm.TakeIn(Y, guest(Y), MONITOR))[0], Y)
    events = [
        *decide(bridge, Input(NOW, IDS, bm.Restrain(blind=True))),
        *decide(bridge, Input(NOW, IDS, bm.Assign(Y, Role()))),
    ]
    after = reduce(evolve, events, bridge)
    assert all(member.restraint == Restraint(blind=True) for member in after.members)
    assert all(member.role == Role() for member in after.members)
