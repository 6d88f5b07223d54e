"""The life of an application's leg: what it may ask, and what it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringway.domain import bridge_messages as bm
from ringway.domain import leg_events
from ringway.domain import leg_messages as lm
from ringway.domain import leg_requests as lr
from ringway.domain.actions import (
    NOTHING_TO_STOP,
    UNAVAILABLE,
    Action,
    ActionKind,
)
from ringway.domain.causes import RELEASE_RULES, Cause, Refused
from ringway.domain.effects import (
    AttachPipe,
    Deadline,
    DetachPipe,
    OpenPipe,
    Route,
    Say,
    Tell,
    tell_bridge,
)
from ringway.domain.leg import deadlines, decide, evolve, react
from ringway.domain.leg_state import Leg, Media, Phase
from ringway.domain.values import (
    NO_WISHES,
    SECOND,
    TERMS,
    VOICE_ONLY,
    ConfigurationId,
    Device,
    DeviceId,
    Direction,
    Endpoint,
    EndpointType,
    Input,
    MachineDetection,
    Meeting,
    Owner,
    Recording,
    RecordingTerms,
    Source,
    Terms,
    TextKey,
    Wishes,
)
from tests.domain.test_leg import (
    BLUE,
    DIALOG,
    ID,
    IDS,
    NOON,
    OTHER,
    RED,
    US,
    after,
    step,
)

SHOP, BANK = Owner(ConfigurationId("shop")), Owner(ConfigurationId("bank"))
ONE, TWO = DeviceId("d1"), DeviceId("d2")
KEY = TextKey("c1/custom-data/1")
TO_SHOP = Endpoint(EndpointType.APPLICATION, "shop")
CREATE_IN = lm.Create(ID, US, Direction.INBOUND, RED, TO_SHOP, ONE, asked=SHOP)
CREATE_OUT = lm.Create(
    ID, US, Direction.OUTBOUND, BLUE, TO_SHOP, None, owner=SHOP, wishes=NO_WISHES
)
RECEIVE = lm.Receive(SHOP)
REACH = lm.Reach((Device(ONE, US, "blue"), Device(TWO, US, "blue")))
ACCEPT = lm.Accept(NO_WISHES, VOICE_ONLY, ONE)
OPENED = lm.PipeOpened(0)

IN = after(CREATE_IN, RECEIVE)
OUT = after(CREATE_OUT, REACH)
IN_TALKS = after(CREATE_IN, RECEIVE, OPENED, lr.PickUp())
OUT_TALKS = after(CREATE_OUT, REACH, ACCEPT, OPENED)


def names(events: Sequence[leg_events.Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def the_end(leg: Leg, told: lm.Given) -> leg_events.Ended:
    end = step(leg, told)[1][-1]
    assert isinstance(end, leg_events.Ended)
    return end


# ------------------------------------------------------------- how it begins


def test_a_caller_waits_for_its_application() -> None:
    leg, events, effects = step(after(CREATE_IN), RECEIVE)
    assert events == (leg_events.Received(SHOP),)
    assert effects == []
    assert step(leg, lm.Receive(BANK))[1] == (), "it is received once"
    assert leg is not None
    assert leg.owner == SHOP
    assert leg.is_routed


def test_an_application_reaches_devices_that_ring_with_its_leg() -> None:
    leg, _, effects = step(None, CREATE_OUT)
    assert effects == [Route(ID)]
    leg, events, effects = step(leg, REACH)
    assert events == (leg_events.Reached((ONE, TWO)),)
    assert effects == [Say()]
    assert step(leg, REACH)[1] == (), "it is routed once"
    assert leg is not None
    assert leg.devices == (ONE, TWO)


def test_the_first_that_accepts_has_it() -> None:
    leg, events, effects = step(OUT, ACCEPT)
    accepted = leg_events.Accepted(NOON, NO_WISHES, VOICE_ONLY, ONE, (TWO,))
    assert events == (accepted,)
    assert effects == [OpenPipe(ID, 0), Say()]
    assert leg is not None
    assert (leg.device, leg.devices, leg.ringing) == (ONE, (ONE,), ())
    with pytest.raises(Refused, match="already accepted"):
        step(leg, replace(ACCEPT, device=TWO))
    assert step(leg, lm.LineLost(TWO))[1] == (), "the other one is of no concern"
    assert step(leg, lm.LineGone(TWO))[1] == ()
    with pytest.raises(Refused, match="does not ring here"):
        step(OUT, replace(ACCEPT, device=DeviceId("d3")))


def test_the_last_device_that_is_out_ends_it_with_the_best_reason() -> None:
    leg, events, effects = step(OUT, lm.Decline(False, ONE))
    assert events == (leg_events.DeviceOut(ONE, Cause.REJECTED, NOON),)
    assert effects == [Say()]
    assert leg is not None
    assert step(leg, lm.Decline(False, ONE))[1] == (), "it rings there no more"
    assert step(leg, lm.LineLost(TWO))[1] == (), "it may come back, and rings on"
    end = the_end(leg, lm.LineGone(TWO))
    assert (end.cause, end.source) == (Cause.REJECTED, Source.ENDPOINT)
    assert the_end(OUT, lm.Decline(True, ONE)).everywhere


def test_the_same_call_is_the_same_when_somebody_has_it() -> None:
    assert step(OUT_TALKS, CREATE_OUT)[1] == ()
    with pytest.raises(Refused, match="taken"):
        step(OUT_TALKS, replace(CREATE_OUT, endpoint=RED))


def test_early_media_is_a_phase_of_its_own() -> None:
    for order in ((lr.PreAnswer(), OPENED), (OPENED, lr.PreAnswer())):
        first, _, _ = step(IN, order[0])
        leg, events, effects = step(first, order[1])
        assert names(events)[-1] == "PreEstablished"
        assert effects == [Say()]
        assert leg is not None
        assert leg.phase is Phase.PRE_ESTABLISHED
        leg, events, _ = step(leg, lr.PickUp())
        assert names(events) == ["Answered", "Established"]
    _, events, _ = step(IN, lr.PreAnswer(ringing=True, custom_data=KEY))
    assert names(events) == ["Annotated", "Rang", "PreAnswered"]


# ---------------------------------------------------------------- its bridge


def test_a_seat_may_be_taken_before_the_answer_and_media_comes_with_it() -> None:
    seated, events, effects = step(IN, lm.Attach(DIALOG, 1, Meeting.CONFERENCE))
    assert events == (leg_events.Attached(DIALOG, 1, Meeting.CONFERENCE),)
    assert effects == []
    open_, _, effects = step(seated, OPENED)
    assert effects == []
    _, _, effects = step(open_, lr.PickUp())
    attached = bm.LegAttached(ID, 1, VOICE_ONLY)
    assert effects == [Say(), AttachPipe(ID, DIALOG), tell_bridge(DIALOG, attached)]


def test_media_comes_early_where_that_is_wanted() -> None:
    early = lm.Attach(DIALOG, 1, Meeting.DIALOG, early=True)
    seated = after(CREATE_IN, RECEIVE, early, lr.PreAnswer())
    _, _, effects = step(seated, OPENED)
    attached = bm.LegAttached(ID, 1, VOICE_ONLY)
    assert effects == [Say(), AttachPipe(ID, DIALOG), tell_bridge(DIALOG, attached)]


def test_its_bridge_hears_that_it_rings_and_who_ended_it() -> None:
    seated = after(CREATE_OUT, REACH, lm.Attach(DIALOG, 1))
    rings, _, effects = step(seated, lm.Ring(ONE))
    assert effects == [tell_bridge(DIALOG, bm.LegRang(ID))]
    assert rings is not None
    assert rings.rang_at == NOON
    _, _, effects = step(rings, lr.Release())
    gone = bm.LegGone(ID, Cause.CANCELLED, Source.API)
    assert effects == [Say(), tell_bridge(DIALOG, gone)]


def test_who_is_let_go_before_it_has_a_pipe_has_none_to_take_out() -> None:
    seated = after(CREATE_OUT, REACH, lm.Attach(DIALOG, 1))
    _, _, effects = step(seated, lm.Detach(DIALOG))
    assert not any(isinstance(it, DetachPipe) for it in effects)
    mixed, _, _ = step(OUT_TALKS, lm.Attach(DIALOG, 1))
    assert DetachPipe(ID) in step(mixed, lm.Detach(DIALOG))[2]


# ------------------------------------------------------------ how long, and end


def test_an_application_says_how_long_it_waits_and_lasts() -> None:
    terms = Terms(connect_time=5 * SECOND, max_duration=9 * SECOND)
    create = replace(CREATE_OUT, terms=terms)
    rings = after(create, REACH)
    overdue = Deadline(NOON + 5 * SECOND, lm.RangTooLong())
    assert list(deadlines(rings)) == [overdue]
    talks = after(create, REACH, ACCEPT, OPENED)
    end = Deadline(NOON + 9 * SECOND, lm.LastedTooLong())
    assert list(deadlines(talks)) == [end]
    ended = the_end(talks, lm.LastedTooLong())
    assert (ended.cause, ended.phase) == (Cause.MAX_DURATION_REACHED, Phase.FINISHED)
    assert ended.source is Source.PLATFORM
    assert list(deadlines(IN_TALKS)) == [], "who calls may talk as long as it likes"


def test_a_call_that_was_established_has_finished_whatever_ended_it() -> None:
    lost, _, _ = step(OUT_TALKS, lm.PipeClosed(0))
    assert lost is not None
    for leg, told in ((OUT_TALKS, lm.LineGone(ONE)), (lost, lm.MediaOverdue(1))):
        assert the_end(leg, told).phase is Phase.FINISHED
    assert the_end(OUT, lm.RangTooLong()).phase is Phase.NO_ANSWER


@pytest.mark.parametrize("cause", [None, *Cause])
def test_which_calls_may_be_released_with_what(cause: Cause | None) -> None:
    """The rules of HangupErrorCode (`api/calls-api.md` section 5)."""
    legs = {
        (Direction.INBOUND, False): IN,
        (Direction.OUTBOUND, False): OUT,
        (Direction.INBOUND, True): IN_TALKS,
        (Direction.OUTBOUND, True): OUT_TALKS,
    }
    may: dict[Cause, Callable[[bool, bool], bool]] = {
        Cause.NORMAL_HANGUP: lambda out, up: up,
        Cause.MACHINE_DETECTED: lambda out, up: up and out,
        Cause.INVALID_REQUEST: lambda out, up: True,
        Cause.REQUEST_TIMEOUT: lambda out, up: True,
        **dict.fromkeys(
            (
                Cause.NO_ANSWER,
                Cause.BUSY,
                Cause.CANCELLED,
                Cause.REJECTED,
                Cause.FORBIDDEN,
                Cause.DESTINATION_NOT_FOUND,
                Cause.DESTINATION_UNAVAILABLE,
                Cause.INVALID_DESTINATION,
                Cause.SERVICE_UNAVAILABLE,
            ),
            lambda out, up: not up,
        ),
    }
    assert set(may) == set(RELEASE_RULES)
    for (direction, up), leg in legs.items():
        out = direction is Direction.OUTBOUND
        if cause is None:
            fits = Cause.CANCELLED if out else Cause.REJECTED
            expected = Cause.NORMAL_HANGUP if up else fits
            assert the_end(leg, lr.Release()).cause is expected
        elif cause in may and may[cause](out, up):
            end = the_end(leg, lr.Release(cause))
            assert (end.cause, end.source) == (cause, Source.API)
        else:
            with pytest.raises(Refused, match=cause.name) as refused:
                step(leg, lr.Release(cause))
            assert refused.value.code is Cause.INVALID_REQUEST


# ------------------------------------------------- what each state may be asked

CONNECTING_IN = after(CREATE_IN, RECEIVE, lr.PickUp())
PLACES = {
    "calling": IN,
    "ringing": after(CREATE_IN, RECEIVE, lr.SendRinging()),
    "early": after(CREATE_IN, RECEIVE, OPENED, lr.PreAnswer()),
    "connecting": CONNECTING_IN,
    "talks": IN_TALKS,
    "calls out": OUT,
    "rings out": after(CREATE_OUT, REACH, lm.Ring(ONE)),
    "connects out": after(CREATE_OUT, REACH, ACCEPT),
    "talks out": OUT_TALKS,
    "over": after(CREATE_IN, RECEIVE, lr.Release()),
    "of people": after(replace(CREATE_IN, counterpart=BLUE), OPENED),
}
OFFERED = lr.OfferTransfer("t1", BANK)
ANYWHERE = ", ".join(it for it in PLACES if it not in ("over", "of people"))
ALLOWED: list[tuple[lr.Request, str]] = [
    (lr.SendRinging(), "calling, ringing, early"),
    (lr.PreAnswer(), "calling, ringing"),
    (lr.PickUp(), "calling, ringing, early"),
    (
        lr.Release(),
        ANYWHERE,
    ),
    (
        lr.Annotate(KEY),
        ANYWHERE,
    ),
    *((lr.Act(Action(kind)), "early, talks, talks out") for kind in UNAVAILABLE),
    *((lr.Act(Action(kind)), "") for kind in NOTHING_TO_STOP),
    (
        OFFERED,
        ANYWHERE,
    ),
    (lr.AcceptTransfer("t1"), ""),
    (lr.RejectTransfer("t1"), ""),
]


@pytest.mark.parametrize(("request_", "where"), ALLOWED)
def test_what_may_be_asked_when(request_: lr.Request, where: str) -> None:
    allowed = set(where.split(", ")) if where else set()
    assert allowed <= set(PLACES)
    for name, leg in PLACES.items():
        if name in allowed:
            step(leg, request_)
            continue
        with pytest.raises(Refused) as refused:
            step(leg, request_)
        assert refused.value.code is Cause.INVALID_REQUEST
        assert refused.value.text.endswith("."), "a sentence says what is wrong"


def test_every_action_fails_or_is_refused_with_a_sentence_of_its_own() -> None:
    sentences = [*UNAVAILABLE.values(), *NOTHING_TO_STOP.values()]
    assert {*UNAVAILABLE, *NOTHING_TO_STOP} == set(ActionKind)
    assert len(set(sentences)) == len(sentences)


def test_what_was_asked_for_with_the_call_fails_when_it_would_begin() -> None:
    terms = Terms(
        recording=RecordingTerms(Recording.AUDIO, custom_data=KEY),
        machine_detection=MachineDetection(),
    )
    leg = after(replace(CREATE_OUT, terms=terms), REACH, ACCEPT)
    _, events, _ = step(leg, OPENED)
    failed = [it for it in events if isinstance(it, leg_events.ActionFailed)]
    assert [it.action for it in failed] == [
        Action(ActionKind.RECORDING, KEY),
        Action(ActionKind.MACHINE_DETECTION),
    ]
    assert {it.cause for it in failed} == {Cause.FEATURE_UNAVAILABLE}
    recording = RecordingTerms(Recording.AUDIO_AND_VIDEO)
    picked_up = lr.PickUp(recording=recording)
    talks, events, _ = step(after(CREATE_IN, RECEIVE, OPENED), picked_up)
    assert names(events) == ["Answered", "Established", "ActionFailed"]
    assert talks is not None
    assert talks.terms == replace(TERMS, recording=recording)


# --------------------------------------------------------------- other hands


def test_a_call_changes_hands_once_and_in_time() -> None:
    offered, events, _ = step(IN_TALKS, OFFERED)
    until = NOON + 30 * SECOND
    assert events == (leg_events.TransferOffered("t1", BANK, until),)
    assert offered is not None
    assert list(deadlines(offered)) == [Deadline(until, lm.TransferOverdue("t1"))]
    assert step(offered, OFFERED)[1] == (), "the same again is the same"
    accepted, events, _ = step(offered, lr.AcceptTransfer("t1"))
    assert events == (leg_events.Transferred("t1", SHOP, BANK),)
    assert accepted is not None
    assert (accepted.owner, accepted.transfer) == (BANK, None)
    assert step(accepted, lm.TransferOverdue("t1"))[1] == ()
    failed = (leg_events.TransferFailed("t1", BANK),)
    assert step(offered, lr.RejectTransfer("t1"))[1] == failed
    assert step(offered, lm.TransferOverdue("t1"))[1] == failed
    _, events, _ = step(offered, lr.Release())
    assert names(events) == ["TransferFailed", "Ended"]


# --------------------------------------------------------- when a party drops


@pytest.mark.parametrize("reconnects", [False, True])
def test_a_lost_party_is_told_once_and_so_is_its_return(reconnects: bool) -> None:
    leg: Leg | None = replace(IN_TALKS, wishes=Wishes(auto_reconnect=reconnects))
    lost, events, _ = step(leg, lm.LineLost(ONE), NOON + 3)
    assert events == (
        leg_events.DeviceLost(NOON + 3),
        leg_events.Disconnected(NOON + 3),
    )
    worse, events, _ = step(lost, lm.PipeInterrupted(0))
    assert "Disconnected" not in names(events)
    better, events, _ = step(worse, lm.LineBack(ONE))
    assert names(events) == ["DeviceBack"]
    _, events, _ = step(better, lm.PipeRestored(0))
    assert names(events)[-1] == "Reconnected"
    broken, events, _ = step(leg, lm.PipeClosed(0))
    assert names(events)[-1] == "Disconnected"
    again, events, _ = step(broken, lm.Reopen(1))
    assert "Reconnected" not in names(events)
    _, events, _ = step(again, lm.PipeOpened(1))
    assert names(events)[-1] == "Reconnected"


# ----------------------------------------------------------------- the walks

STEPS: tuple[lm.Given, ...] = (
    lr.SendRinging(),
    lr.PreAnswer(),
    lr.PickUp(),
    lr.Release(),
    lr.Release(Cause.BUSY),
    lr.Act(Action(ActionKind.PLAY)),
    lm.Ring(ONE),
    ACCEPT,
    lm.Decline(False, ONE),
    lm.Decline(True, TWO),
    lm.Hangup(),
    lm.Attach(DIALOG, 1, Meeting.DIALOG, early=True),
    lm.Detach(DIALOG),
    RECEIVE,
    REACH,
    lm.End(Cause.NORMAL_HANGUP),
    lm.LineLost(ONE),
    lm.LineBack(ONE),
    lm.LineGone(ONE),
    lm.LineGone(TWO),
    lm.LineOverdue(),
    lm.RangTooLong(),
    lm.LastedTooLong(),
)
"""What changes where an application's leg is."""
MORE: tuple[lm.Given, ...] = (
    lr.Annotate(KEY),
    OFFERED,
    lr.AcceptTransfer("t1"),
    lr.RejectTransfer("t1"),
    lm.TransferOverdue("t1"),
    replace(ACCEPT, device=TWO),
    lm.Mute(True),
    lm.Attach(OTHER, 1, Meeting.CONFERENCE),
    lm.Detach(OTHER),
    lm.RemoteRang(),
    lm.Answer(VOICE_ONLY, None),
    lm.Unheard("b", Cause.BUSY),
    OPENED,
)
"""What goes with any of that, and would only make more states of each."""


def of_media(generation: int) -> tuple[lm.Given, ...]:
    return (
        lm.PipeOpened(generation),
        lm.PipeClosed(generation),
        lm.PipeClosed(generation, lm.Loss.SILENT),
        lm.PipeInterrupted(generation),
        lm.PipeRestored(generation),
        lm.MediaOverdue(generation),
        lm.Incompatible(generation),
        lm.Reopen(generation),
        lm.Reopen(generation + 1),
    )


def is_lost(leg: Leg) -> bool:
    lost = leg.media in (Media.LOST, Media.REOPENING)
    return leg.line_lost_at is not None or lost or leg.look.away


@pytest.mark.parametrize("start", [CREATE_IN, CREATE_OUT], ids=["in", "out"])
def test_no_sequence_of_steps_breaks_the_tables(start: lm.Create) -> None:
    """Walk every reachable state; evolve asserts LIFE and FLOW at each step."""
    first = after(start)
    seen, todo = {first}, [first]
    refusals: set[tuple[bool, Cause]] = set()
    while todo:
        here = todo.pop()
        for told in (start, *STEPS, *of_media(here.generation)):
            try:
                events = tuple(decide(here, Input(NOON, IDS, told)))
            except Refused as refused:
                refusals.add((isinstance(told, lm.Signal), refused.code))
                continue
            kinds = Counter(names(events))
            there = reduce(evolve, events, here)
            assert kinds["Ended"] == (there.over and not here.over)
            assert not (here.over and events), "nothing happens after the end"
            if there.over:
                assert names(events)[-1:] in ([], ["Ended"])
            elif there.owner is not None and here.owner is not None:
                assert there.disconnected == is_lost(there)
            mixed = there.is_mixed and not there.over
            told_of = [it for it in effects_of(here, events) if is_attached(it)]
            assert not told_of or mixed, "media never joins before its time"
            like = replace(there, generation=0, rang_at=None)
            if like not in seen:
                seen.add(like)
                todo.append(there)
    assert refusals == {(False, Cause.INVALID_REQUEST)}, "signals are never refused"
    over = [leg for leg in seen if leg.over]
    assert all(leg.bridge is None and leg.media is Media.NONE for leg in over)
    assert all(not list(deadlines(leg)) for leg in over)
    waiting = [it for it in seen if not it.over and it.phase is not Phase.ESTABLISHED]
    assert all(list(deadlines(leg)) for leg in waiting), "someone waits for ever"
    assert {leg.phase for leg in seen} >= {Phase.ESTABLISHED, Phase.NO_ANSWER}
    assert (Phase.PRE_ESTABLISHED in {leg.phase for leg in seen}) == (
        start is CREATE_IN
    )


def effects_of(leg: Leg, events: Sequence[leg_events.Event]) -> list[object]:
    effects: list[object] = []
    for event in events:
        leg = evolve(leg, event)
        if leg.owner is not None:
            effects += react(leg, event)
    return effects


def is_attached(effect: object) -> bool:
    told = isinstance(effect, Tell) and isinstance(effect.given, bm.LegAttached)
    return told or isinstance(effect, AttachPipe)


@settings(max_examples=200, deadline=None)
@given(
    start=st.sampled_from([CREATE_IN, CREATE_OUT]),
    walk=st.lists(
        st.tuples(st.sampled_from((*STEPS, *MORE)), st.integers(0, 90)),
        max_size=30,
    ),
)
def test_a_life_has_one_end_and_its_seconds_are_those_it_talked(
    start: lm.Create, walk: list[tuple[lm.Given, int]]
) -> None:
    leg, at = after(start), NOON
    events: list[leg_events.Event] = []
    for told, seconds in walk:
        at += seconds * SECOND
        try:
            decided = tuple(decide(leg, Input(at, IDS, told)))
        except Refused:
            continue
        leg = reduce(evolve, decided, leg)
        events += decided
    kinds = Counter(names(events))
    assert kinds["Ended"] == leg.over
    assert 0 <= kinds["Disconnected"] - kinds["Reconnected"] <= 1
    offered = kinds["TransferOffered"] - kinds["Transferred"] - kinds["TransferFailed"]
    assert offered == (leg.transfer is not None)
    if leg.over:
        (end,) = (it for it in events if isinstance(it, leg_events.Ended))
        up = [it.at for it in events if isinstance(it, leg_events.Established)]
        assert end.established_at == (up[0] if up else None)
        assert end.duration == ((end.at - up[0]) // SECOND if up else 0)
        assert (end.phase is Phase.FINISHED) == (bool(up) and leg.owner is not None)
