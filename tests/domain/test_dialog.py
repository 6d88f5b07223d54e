"""Dialogs of applications: a parent, a child, and what one shares of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ringway.domain import bridge_messages as bm
from ringway.domain import leg_messages as lm
from ringway.domain.bridge import deadlines
from ringway.domain.bridge_state import (
    APPLICATION_DIALOG,
    Bridge,
    DialogSource,
    DialogState,
    Propagation,
)
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import (
    Address,
    Announce,
    CloseBridge,
    Effect,
    Kind,
    Place,
    Tell,
    tell_leg,
)
from ringway.domain.values import VOICE_ONLY, Direction, LegId, Meeting, Source

from .meeting import (
    CHILD,
    HOUR,
    ID,
    NOW,
    OWNER,
    PARENT,
    US,
    attached,
    dialog,
    guest,
    met,
    seating,
    step,
)

BYE = Cause.NORMAL_HANGUP
STAYS = Propagation(child_hangup=False)


def ended(who: LegId, cause: Cause = BYE) -> bm.LegGone:
    return bm.LegGone(who, cause, Source.ENDPOINT)


def test_it_is_established_once_when_both_have_come() -> None:
    bridge = attached(dialog(), CHILD, NOW + 1)
    assert bridge.state is DialogState.CREATED
    assert not list(deadlines(bridge)), "its child has a deadline of its own"
    seat = bm.LegAttached(PARENT, 1, VOICE_ONLY)
    bridge, events, effects = step(bridge, seat, NOW + 2)
    assert events == (bm.Joined(PARENT, VOICE_ONLY, NOW + 2), bm.Established(NOW + 2))
    assert effects == [Announce(), Place(PARENT, ID), Announce()]
    assert (bridge.state, bridge.established_at) == (DialogState.ESTABLISHED, NOW + 2)
    assert step(bridge, seat, NOW + 3)[1] == ()


def test_a_parent_who_waits_is_answered_when_the_child_has_come() -> None:
    child = bm.LegAttached(CHILD, 2, VOICE_ONLY)
    _, _, effects = step(dialog(), child)
    assert tell_leg(PARENT, lm.Answer(VOICE_ONLY, None)) in effects
    _, _, effects = step(attached(dialog(), PARENT), child)
    assert not any("Answer" in str(effect) for effect in effects)


@pytest.mark.parametrize("told", [True, False])
def test_the_parent_hears_once_that_the_child_rings_if_it_is_to(told: bool) -> None:
    bridge = dialog(Propagation(child_ringing=told))
    assert step(bridge, bm.LegRang(PARENT))[1] == ()
    bridge, events, effects = step(bridge, bm.LegRang(CHILD))
    assert bool(events) is told
    assert effects == [tell_leg(PARENT, lm.RemoteRang())] * told
    assert step(bridge, bm.LegRang(CHILD))[1] == ()


def test_a_parent_who_talks_does_not_hear_it_ring() -> None:
    bridge = attached(dialog(Propagation(child_ringing=True)), PARENT)
    assert step(bridge, bm.LegRang(CHILD))[1] == ()


@pytest.mark.parametrize(
    ("propagation", "gone", "other", "told"),
    [
        (Propagation(), CHILD, PARENT, lm.End),
        (Propagation(), PARENT, CHILD, lm.End),
        (STAYS, CHILD, PARENT, lm.Detach),
        (STAYS, PARENT, CHILD, lm.End),
    ],
)
def test_the_end_of_one_is_what_was_agreed_for_the_other(
    propagation: Propagation, gone: LegId, other: LegId, told: type
) -> None:
    bridge, events, effects = step(met(propagation), ended(gone), NOW + 9)
    assert bridge.state is DialogState.FINISHED
    left, closed = events
    assert isinstance(left, bm.Left)
    assert isinstance(closed, bm.Closed)
    assert (left.leg, left.joined) == (gone, True)
    who = DialogSource.CHILD_ENDPOINT if gone == CHILD else DialogSource.PARENT_ENDPOINT
    assert bm.ended_by(closed.source, closed.by, bridge.child) is who
    assert [type(given) for given in heard(effects, other)] == [told]
    assert effects[-1] == CloseBridge(ID)


def heard(effects: Sequence[Effect], who: LegId) -> list[object]:
    """What the leg is told."""
    told = [effect for effect in effects if isinstance(effect, Tell)]
    return [each.given for each in told if each.to == Address(Kind.LEG, who)]


def test_who_ends_it_is_passed_on() -> None:
    _, _, effects = step(met(), bm.LegGone(CHILD, Cause.NETWORK_ERROR, Source.ENDPOINT))
    assert tell_leg(PARENT, lm.End(Cause.NETWORK_ERROR, Source.ENDPOINT)) in effects


@pytest.mark.parametrize("cause", [Cause.NO_ANSWER, Cause.BUSY, Cause.REJECTED])
def test_it_has_failed_when_the_child_never_comes(cause: Cause) -> None:
    gone = bm.LegGone(CHILD, cause, Source.PLATFORM)
    bridge, events, effects = step(attached(dialog(), PARENT), gone)
    assert (bridge.state, bridge.established_at) == (DialogState.FAILED, None)
    left, closed = events
    assert isinstance(left, bm.Left)
    assert isinstance(closed, bm.Closed)
    assert not left.joined
    assert (closed.cause, bm.ended_by(closed.source, closed.by, bridge.child)) == (
        cause,
        DialogSource.PLATFORM,
    )
    assert tell_leg(PARENT, lm.End(cause)) in effects


def test_a_leg_that_refuses_is_as_good_as_gone() -> None:
    bridge, _, effects = step(dialog(), bm.Unheard(CHILD, Cause.CANCELLED))
    assert bridge.state is DialogState.FAILED
    assert tell_leg(PARENT, lm.End(Cause.CANCELLED)) in effects


def test_who_is_moved_elsewhere_ends_the_dialog_and_nobodys_call() -> None:
    for who, other in ((PARENT, CHILD), (CHILD, PARENT)):
        gone = bm.LegGone(who, BYE, Source.API, over=False)
        bridge, _, effects = step(met(), gone)
        assert bridge.over
        assert tell_leg(other, lm.Detach(ID)) in effects


def test_the_application_hangs_up_both() -> None:
    bridge, events, effects = step(met(), bm.Close(BYE))
    (closed,) = events
    assert isinstance(closed, bm.Closed)
    assert bm.ended_by(closed.source, closed.by, bridge.child) is DialogSource.API
    for who in (PARENT, CHILD):
        assert tell_leg(who, lm.End(BYE, Source.API)) in effects


def test_it_lasts_no_longer_than_it_may() -> None:
    bridge = attached(attached(dialog(), PARENT), CHILD, NOW + 5)
    (deadline,) = deadlines(bridge)
    assert (deadline.at, deadline.given) == (NOW + 5 + HOUR, bm.LastedTooLong())
    bridge, events, effects = step(bridge, bm.LastedTooLong(), deadline.at)
    (closed,) = events
    assert isinstance(closed, bm.Closed)
    assert (closed.cause, closed.source) == (
        Cause.MAX_DURATION_REACHED,
        Source.PLATFORM,
    )
    assert tell_leg(PARENT, lm.End(Cause.MAX_DURATION_REACHED)) in effects
    assert step(bridge, bm.LastedTooLong())[1] == ()


@pytest.mark.parametrize(
    ("bridge", "given", "text"),
    [
        (met(), bm.TakeIn(LegId("third")), "dialog is full"),
        (met(), bm.Remove(CHILD), "application's conference"),
        (met(), bm.Restrain(CHILD, muted=True), "application's conference"),
        (met(), bm.AcceptTransfer(), "asked for a transfer"),
        (met(), bm.RejectTransfer(), "asked for a transfer"),
        (step(met(), bm.Close(BYE))[0], bm.Close(BYE), "dialog is over"),
    ],
)
def test_what_is_refused(bridge: Bridge, given: bm.Command, text: str) -> None:
    with pytest.raises(Refused, match=text):
        step(bridge, given)


@pytest.mark.parametrize("legs", [(), (PARENT,), (PARENT, PARENT)])
def test_it_has_two_calls(legs: tuple[LegId, ...]) -> None:
    seats = tuple(map(seating, legs))
    create = bm.Create(ID, US, APPLICATION_DIALOG, seats=seats, owner=OWNER)
    with pytest.raises(Refused, match="two calls"):
        step(None, create)


def test_a_call_that_begins_with_it_begins_before_it_is_seated() -> None:
    call = lm.Create(
        id=CHILD,
        account=US,
        direction=Direction.OUTBOUND,
        endpoint=guest(CHILD).endpoint,
        counterpart=guest(PARENT).endpoint,
        device=None,
    )
    seats = (seating(PARENT), replace(seating(CHILD), call=call))
    create = bm.Create(ID, US, APPLICATION_DIALOG, seats=seats, owner=OWNER)
    _, _, effects = step(None, create)
    told, attach = heard(effects, CHILD)
    assert told == call
    assert attach == lm.Attach(ID, 2, Meeting.DIALOG)
