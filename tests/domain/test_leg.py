"""The life of a leg, told as given, when, then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import pytest

from ringway.domain import bridge_messages as bm
from ringway.domain import fork_messages as fm
from ringway.domain import leg_events
from ringway.domain import leg_messages as lm
from ringway.domain.causes import Cause, Refused
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
from ringway.domain.leg import deadlines, decide, evolve, react
from ringway.domain.leg_state import (
    ENDS,
    FLOW,
    LIFE,
    CallState,
    Leg,
    Media,
    Phase,
    call_state,
)
from ringway.domain.values import (
    NO_WISHES,
    SECOND,
    VOICE_ONLY,
    AccountId,
    BridgeId,
    DeviceId,
    Direction,
    Endpoint,
    EndpointType,
    ForkId,
    Ids,
    Input,
    LegId,
    Look,
    Picture,
    Source,
    Wishes,
)

US, THEM = AccountId("us"), AccountId("them")
ID, FORK, DIALOG, OTHER = LegId("c1"), ForkId("f1"), BridgeId("b1"), BridgeId("b2")
RED = Endpoint(EndpointType.WEBRTC, "red")
BLUE = Endpoint(EndpointType.WEBRTC, "blue")
IDS = Ids(b"0123456789abcdef")
NOON = 1_700_000_000_000_000
CREATE_IN = lm.Create(ID, US, Direction.INBOUND, RED, BLUE, DeviceId("d1"))
CREATE_OUT = replace(CREATE_IN, direction=Direction.OUTBOUND, fork=FORK)
ACCEPT = lm.Accept(NO_WISHES, VOICE_ONLY)
ANSWER = lm.Answer(VOICE_ONLY, None)
BYE = lm.Hangup()


def step(
    leg: Leg | None, given: lm.Given, at: int = NOON
) -> tuple[Leg | None, Sequence[leg_events.Event], Sequence[Effect]]:
    events = tuple(decide(leg, Input(at, IDS, given)))
    effects: list[Effect] = []
    for event in events:
        leg = evolve(leg, event)
        effects += react(leg, event)
    return leg, events, effects


def after(start: lm.Create, *givens: lm.Given) -> Leg:
    leg: Leg | None = None
    for given in (start, *givens):
        leg, _, _ = step(leg, given)
    assert leg is not None
    return leg


RINGS = after(CREATE_OUT, lm.Ring())
TALKS = after(CREATE_IN, lm.Follow(FORK), lm.PipeOpened(0), ANSWER)


def test_a_callers_pipe_opens_at_once() -> None:
    leg, _, effects = step(None, CREATE_IN)
    assert effects == [OpenPipe(ID, 0), Route(ID)]
    assert leg is not None
    assert leg.media is Media.OPENING


def test_a_called_party_is_told_and_its_pipe_opens_when_it_accepts() -> None:
    leg, _, effects = step(None, CREATE_OUT)
    assert effects == [Say()]
    leg, _, effects = step(leg, ACCEPT)
    accepted = fm.BranchAccepted(ID, VOICE_ONLY, None)
    assert effects == [OpenPipe(ID, 0), tell_fork(FORK, accepted)]
    assert leg is not None
    assert leg.phase is Phase.CONNECTING


def test_who_is_called_rings_its_fork_and_not_itself() -> None:
    _, _, effects = step(after(CREATE_OUT), lm.Ring())
    assert effects == [tell_fork(FORK, fm.BranchRang(ID))]
    assert step(RINGS, lm.Ring())[1] == ()
    _, _, effects = step(after(CREATE_IN), lm.RemoteRang())
    assert effects == [Say()]


@pytest.mark.parametrize(
    "order",
    [(ANSWER, lm.PipeOpened(0)), (lm.PipeOpened(0), ANSWER)],
    ids=["answer first", "media first"],
)
def test_established_is_answered_and_media(order: tuple[lm.Given, lm.Given]) -> None:
    first = after(CREATE_IN, order[0])
    assert first.phase is not Phase.ESTABLISHED
    leg, events, effects = step(first, order[1], NOON + 5)
    assert leg is not None
    assert leg.phase is Phase.ESTABLISHED
    assert leg.established_at == NOON + 5
    assert events[-1] == leg_events.Established(NOON + 5)
    assert effects == [Say()]


def test_an_end_says_when_why_and_how_long() -> None:
    _, events, effects = step(TALKS, BYE, NOON + 3 * SECOND + 999_999)
    assert events == (
        leg_events.Ended(
            Phase.FINISHED,
            Cause.NORMAL_HANGUP,
            NOON + 3 * SECOND + 999_999,
            NOON,
            3,
            None,
        ),
    )
    assert effects == [
        Say(),
        ClosePipe(ID, 0),
        tell_fork(FORK, fm.CallerGone(Cause.NORMAL_HANGUP)),
    ]


def test_a_clock_set_back_gives_no_negative_duration() -> None:
    _, events, _ = step(TALKS, BYE, NOON - 100 * SECOND)
    assert isinstance(events[0], leg_events.Ended)
    assert events[0].duration == 0


def test_a_leg_in_a_bridge_tells_the_bridge_and_no_longer_the_fork() -> None:
    leg, _, effects = step(TALKS, lm.Attach(DIALOG, 1))
    attached = bm.LegAttached(ID, 1, VOICE_ONLY)
    assert effects == [AttachPipe(ID, DIALOG), tell_bridge(DIALOG, attached)]
    _, _, effects = step(leg, BYE)
    gone = bm.LegGone(ID, Cause.NORMAL_HANGUP, Source.ENDPOINT)
    assert effects == [Say(), ClosePipe(ID, 0), tell_bridge(DIALOG, gone)]


def test_a_seat_is_taken_once() -> None:
    """A repetition after a crash does not bring back who has left since."""
    seated = after(CREATE_IN, lm.PipeOpened(0), ANSWER, lm.Attach(DIALOG, 1))
    assert step(seated, lm.Attach(DIALOG, 1))[1] == ()
    left, _, effects = step(seated, lm.Detach(DIALOG))
    assert effects[0] == DetachPipe(ID)
    assert step(left, lm.Attach(DIALOG, 1))[1] == ()
    assert step(left, lm.Attach(DIALOG, 2))[1] == (leg_events.Attached(DIALOG, 2),)
    assert step(left, lm.Attach(OTHER, 1))[1] == (leg_events.Attached(OTHER, 1),)
    assert step(seated, lm.Detach(OTHER))[1] == ()


def test_a_lost_pipe_does_not_end_an_established_leg() -> None:
    seated, _, _ = step(TALKS, lm.Attach(DIALOG, 1))
    lost, events, effects = step(seated, lm.PipeClosed(0), NOON + 7)
    assert events == (leg_events.MediaLost(NOON + 7, 1),)
    assert effects == [Say()]
    assert lost is not None
    assert list(deadlines(lost)) == [
        Deadline(NOON + 7 + 15 * SECOND, lm.MediaOverdue(1))
    ]
    assert step(lost, lm.PipeOpened(1))[1] == ()
    opening, _, effects = step(lost, lm.Reopen(1), NOON + 9)
    assert effects == [OpenPipe(ID, 1), AttachPipe(ID, DIALOG)]
    assert step(opening, lm.Reopen(1))[1] == (), "once is enough"
    back, _, effects = step(opening, lm.PipeOpened(1))
    assert effects == [AttachPipe(ID, DIALOG)]
    assert back is not None
    assert list(deadlines(back)) == []
    _, events, _ = step(lost, lm.MediaOverdue(1))
    assert isinstance(events[0], leg_events.Ended)
    assert (events[0].phase, events[0].cause) == (Phase.FAILED, Cause.MEDIA_ERROR)


KEPT = replace(TALKS, wishes=Wishes(auto_reconnect=True))


def test_a_client_may_replace_a_pipe_that_the_house_thinks_well_of() -> None:
    opening, events, _ = step(KEPT, lm.Reopen(1), NOON + 5)
    assert events == (
        leg_events.MediaLost(NOON + 5, 1),
        leg_events.MediaReopening(1),
        leg_events.LookChanged(replace(KEPT.look, away=True)),
    )
    _, events, _ = step(opening, lm.PipeOpened(1), NOON + 6)
    assert events == (leg_events.MediaOpened(1), leg_events.LookChanged(KEPT.look))
    for wrong in (0, 2):
        with pytest.raises(Refused, match="The next generation is 1"):
            step(KEPT, lm.Reopen(wrong))


def test_a_new_pipe_that_fails_is_followed_by_the_next_until_it_is_overdue() -> None:
    gone = NOON + 10 * SECOND
    lost, _, _ = step(KEPT, lm.PipeClosed(0, heard_at=gone - 3 * SECOND), gone)
    again, _, _ = step(lost, lm.Reopen(1), gone + SECOND)
    again, events, effects = step(again, lm.PipeClosed(1), gone + 2 * SECOND)
    assert events == (leg_events.MediaLost(gone + 2 * SECOND, 2),)
    assert effects == [Say()]
    assert again is not None
    deadline = Deadline(gone + 15 * SECOND, lm.MediaOverdue(2))
    assert list(deadlines(again)) == [deadline]
    _, events, _ = step(again, lm.MediaOverdue(2), gone + 15 * SECOND)
    assert isinstance(events[0], leg_events.Ended)
    assert events[0].at == gone - 3 * SECOND, "it was over when it was heard last"
    assert events[0].duration == 7


def test_silence_ends_a_call_that_nobody_wants_kept() -> None:
    silent = lm.PipeClosed(0, lm.Loss.SILENT, heard_at=NOON + SECOND)
    _, events, _ = step(TALKS, silent, NOON + 31 * SECOND)
    assert isinstance(events[0], leg_events.Ended)
    ended = (events[0].cause, events[0].at)
    assert ended == (Cause.NETWORK_ERROR, NOON + SECOND)
    _, events, _ = step(KEPT, silent, NOON + 31 * SECOND)
    lost = leg_events.MediaLost(NOON + 31 * SECOND, 1, NOON + SECOND)
    assert events[0] == lost


def test_the_others_see_that_a_kept_party_is_away() -> None:
    away, events, _ = step(KEPT, lm.PipeInterrupted(0))
    assert events == (leg_events.LookChanged(replace(KEPT.look, away=True)),)
    assert step(away, lm.PipeInterrupted(0))[1] == ()
    _, events, _ = step(away, lm.PipeRestored(0))
    assert events == (leg_events.LookChanged(KEPT.look),)
    assert step(TALKS, lm.PipeInterrupted(0))[1] == (), "nobody awaits this one"


def test_a_lost_line_is_awaited_for_a_minute() -> None:
    lost, events, effects = step(TALKS, lm.LineLost(), NOON)
    assert (events, effects) == ((leg_events.DeviceLost(NOON),), [])
    assert lost is not None
    overdue = Deadline(NOON + 60 * SECOND, lm.LineOverdue())
    assert list(deadlines(lost)) == [overdue]
    assert step(lost, lm.LineLost(), NOON + 1)[1] == ()
    back, events, _ = step(lost, lm.LineBack())
    assert events == (leg_events.DeviceBack(),)
    assert step(back, lm.LineOverdue())[1] == ()
    _, events, _ = step(lost, lm.LineOverdue(), NOON + 60 * SECOND)
    assert isinstance(events[0], leg_events.Ended)
    assert (events[0].cause, events[0].at) == (
        Cause.NETWORK_ERROR,
        NOON + 60 * SECOND,
    ), "its media went on all the time"


ROOMED = replace(CREATE_IN, counterpart=Endpoint(EndpointType.ROOM, "kitchen"))


def test_a_seat_in_a_room_is_the_answer_and_media_makes_it_joined() -> None:
    seated, events, effects = step(after(ROOMED), lm.Attach(DIALOG, 4))
    assert [type(each) for each in events] == [
        leg_events.Answered,
        leg_events.Attached,
    ]
    assert effects == [AttachPipe(ID, DIALOG)]
    _, events, effects = step(seated, lm.PipeOpened(0))
    assert [type(each) for each in events] == [
        leg_events.MediaOpened,
        leg_events.Established,
    ]
    attached = bm.LegAttached(ID, 4, CREATE_IN.look)
    assert effects == [AttachPipe(ID, DIALOG), tell_bridge(DIALOG, attached)]


def test_who_was_connected_first_has_joined_with_the_seat() -> None:
    open_, _, _ = step(after(ROOMED), lm.PipeOpened(0))
    _, _, effects = step(open_, lm.Attach(DIALOG, 1))
    attached = bm.LegAttached(ID, 1, CREATE_IN.look)
    assert effects == [AttachPipe(ID, DIALOG), tell_bridge(DIALOG, attached)]


def test_a_room_that_refuses_ends_the_leg_and_one_codec_does_not() -> None:
    _, events, _ = step(after(ROOMED), lm.Unheard("room", Cause.BUSY))
    assert isinstance(events[0], leg_events.Ended)
    assert (events[0].phase, events[0].cause) == (Phase.BUSY, Cause.BUSY)
    _, events, effects = step(after(ROOMED), lm.Incompatible(0, "No VP8."))
    assert events == (leg_events.Failed(Cause.MEDIA_ERROR, "No VP8."),)
    assert effects == [Say()]


def test_news_of_an_older_pipe_means_nothing() -> None:
    lost = after(CREATE_IN, lm.PipeOpened(0), ANSWER, lm.PipeClosed(0))
    for old in (lm.PipeOpened(0), lm.PipeClosed(0), lm.MediaOverdue(0)):
        assert step(lost, old)[1] == ()
    assert step(lost, lm.Incompatible(0))[1] == ()


@pytest.mark.parametrize("start", [CREATE_IN, CREATE_OUT])
def test_what_a_leg_waits_for(start: lm.Create) -> None:
    ring = Deadline(NOON + 60 * SECOND, lm.RangTooLong())
    assert list(deadlines(after(start))) == [ring]
    answered = ANSWER if start is CREATE_IN else ACCEPT
    overdue = Deadline(NOON + 20 * SECOND, lm.MediaOverdue(0))
    assert list(deadlines(after(start, answered))) == [overdue]
    assert list(deadlines(after(start, answered, lm.PipeOpened(0)))) == []
    assert list(deadlines(after(start, BYE))) == []


ENDINGS: list[tuple[Leg, lm.Given, Phase, Cause]] = [
    (after(CREATE_IN), BYE, Phase.CANCELLED, Cause.CANCELLED),
    (RINGS, BYE, Phase.FAILED, Cause.REJECTED),
    (RINGS, lm.Decline(False), Phase.FAILED, Cause.REJECTED),
    (RINGS, lm.RangTooLong(), Phase.NO_ANSWER, Cause.NO_ANSWER),
    (RINGS, lm.End(Cause.CANCELLED), Phase.CANCELLED, Cause.CANCELLED),
    (after(CREATE_IN), lm.End(Cause.BUSY), Phase.BUSY, Cause.BUSY),
    (after(CREATE_IN), lm.PipeClosed(0), Phase.FAILED, Cause.MEDIA_ERROR),
    (after(CREATE_IN), lm.LineGone(), Phase.FAILED, Cause.NETWORK_ERROR),
    (after(CREATE_IN, ANSWER), BYE, Phase.CANCELLED, Cause.NORMAL_HANGUP),
    (
        after(CREATE_OUT, ACCEPT),
        lm.End(Cause.ANSWERED_ELSEWHERE),
        Phase.CANCELLED,
        Cause.ANSWERED_ELSEWHERE,
    ),
    (
        after(CREATE_OUT, ACCEPT),
        lm.End(Cause.NO_ANSWER),
        Phase.CANCELLED,
        Cause.NO_ANSWER,
    ),
    (TALKS, BYE, Phase.FINISHED, Cause.NORMAL_HANGUP),
    (TALKS, lm.Incompatible(0), Phase.FAILED, Cause.MEDIA_ERROR),
    (
        TALKS,
        lm.Hangup(Cause.DEVICE_FORBIDDEN),
        Phase.FAILED,
        Cause.DEVICE_FORBIDDEN,
    ),
]


@pytest.mark.parametrize(("leg", "given", "phase", "cause"), ENDINGS)
def test_how_it_ends(leg: Leg, given: lm.Given, phase: Phase, cause: Cause) -> None:
    there, events, _ = step(leg, given)
    assert there is not None
    assert (there.phase, there.cause) == (phase, cause)
    assert len(events) == 1


REFUSED: list[tuple[Leg, lm.Given, str]] = [
    (after(CREATE_IN), lm.Ring(), "INBOUND"),
    (after(CREATE_IN), ACCEPT, "INBOUND"),
    (after(CREATE_IN), lm.Decline(True), "INBOUND"),
    (after(CREATE_OUT, ACCEPT), ACCEPT, "already accepted"),
    (after(CREATE_OUT, ACCEPT), lm.Decline(False), "already accepted"),
    (after(CREATE_IN), lm.Attach(DIALOG, 1), "not answered"),
    (after(CREATE_IN, lm.Follow(FORK)), lm.Follow(ForkId("f2")), "being called"),
    (after(CREATE_IN), lm.Hangup(Cause.BUSY), "no reason to hang up"),
    (
        after(CREATE_IN, ANSWER, lm.Attach(DIALOG, 1)),
        lm.Attach(OTHER, 1),
        "elsewhere",
    ),
    (after(CREATE_IN), replace(CREATE_IN, account=THEM), "taken"),
    (after(CREATE_IN), replace(CREATE_IN, device=DeviceId("d2")), "taken"),
]


@pytest.mark.parametrize(("leg", "given", "text"), REFUSED)
def test_what_is_refused(leg: Leg, given: lm.Given, text: str) -> None:
    with pytest.raises(Refused, match=text) as refused:
        step(leg, given)
    assert refused.value.code is Cause.INVALID_REQUEST


def test_a_refusal_says_why_the_leg_is_over() -> None:
    with pytest.raises(Refused, match="already over") as refused:
        step(after(CREATE_IN, lm.LineGone()), lm.Attach(DIALOG, 1))
    assert refused.value.ended is Cause.NETWORK_ERROR


def test_showing_the_same_again_is_no_event() -> None:
    shown, events, _ = step(TALKS, lm.Show(Picture.CAMERA, True))
    assert events == (leg_events.LookChanged(Look(camera=True)),)
    assert step(shown, lm.Show(Picture.CAMERA, True))[1] == ()
    assert step(shown, lm.Mute(False))[1] == ()
    shared, _, _ = step(shown, lm.Show(Picture.SCREEN, True))
    assert shared is not None
    assert shared.look == Look(camera=True, screen=True)


def test_what_the_other_side_shows_is_said_once_we_talk() -> None:
    look = Look(muted=True)
    early, _, effects = step(after(CREATE_OUT, ACCEPT), lm.RemoteLooks(look))
    assert effects == []
    assert early is not None
    assert early.remote == look
    _, events, effects = step(TALKS, lm.RemoteLooks(look))
    assert events == (leg_events.RemoteChanged(VOICE_ONLY, look),)
    assert effects == [Say()]
    assert step(early, lm.RemoteLooks(look))[1] == ()


# ---------------------------------------------------------------- the walk

SIGNALS: tuple[lm.Signal, ...] = (
    lm.RemoteRang(),
    ANSWER,
    lm.End(Cause.CANCELLED),
    lm.Detach(DIALOG),
    lm.Detach(OTHER),
    lm.RemoteLooks(Look(muted=True)),
    lm.LineLost(),
    lm.LineBack(),
    lm.LineOverdue(),
    lm.LineGone(),
    lm.Unheard("b", Cause.BUSY),
    lm.RangTooLong(),
)
COMMANDS: tuple[lm.Command, ...] = (
    lm.Follow(FORK),
    lm.Follow(ForkId("f2")),
    lm.Ring(),
    ACCEPT,
    lm.Decline(False),
    lm.Decline(True),
    BYE,
    lm.Hangup(Cause.DEVICE_NOT_FOUND),
    lm.Hangup(Cause.BUSY),
    lm.Mute(True),
    lm.Mute(False),
    lm.Show(Picture.SCREEN, True),
    lm.Show(Picture.CAMERA, True),
    lm.Attach(DIALOG, 1),
    lm.Attach(DIALOG, 2),
    lm.Attach(OTHER, 1),
)


def of_generation(now: int) -> list[lm.Given]:
    of_both: list[lm.Given] = [
        each(number)
        for number in (now, now - 1)
        for each in (
            lm.PipeOpened,
            lm.PipeClosed,
            lm.PipeInterrupted,
            lm.PipeRestored,
            lm.MediaOverdue,
            lm.Incompatible,
            lm.Reopen,
        )
    ]
    return [*of_both, lm.PipeClosed(now, lm.Loss.SILENT), lm.Reopen(now + 1)]


@pytest.mark.parametrize("start", [CREATE_IN, CREATE_OUT], ids=["in", "out"])
def test_no_sequence_of_inputs_breaks_the_tables(start: lm.Create) -> None:
    """Walk every reachable state; evolve asserts LIFE and FLOW at each step."""
    first = after(start)
    seen, todo = {first}, [first]
    while todo:
        here = todo.pop()
        for given in (start, *COMMANDS, *SIGNALS, *of_generation(here.generation)):
            try:
                events = tuple(decide(here, Input(NOON, IDS, given)))
            except Refused:
                assert not isinstance(given, lm.Signal), "a signal is never refused"
                continue
            ends = [event for event in events if isinstance(event, leg_events.Ended)]
            there = reduce(evolve, events, here)
            assert len(ends) == (there.over and not here.over)
            assert not (here.over and events), "nothing happens after the end"
            assert here.over or bool(events) or there == here
            like = replace(there, generation=0, rang_at=None)
            if like not in seen:
                seen.add(like)
                todo.append(there)
    over = [leg for leg in seen if leg.over]
    assert all(leg.bridge is None and leg.media is Media.NONE for leg in over)
    assert all(leg.cause is not None for leg in over)
    assert all(not list(deadlines(leg)) for leg in over)
    waiting = [leg for leg in seen if not leg.over and leg.media is not Media.OPEN]
    assert all(list(deadlines(leg)) for leg in waiting), "someone waits for ever"
    assert {leg.phase for leg in seen} >= {Phase.ESTABLISHED, Phase.NO_ANSWER}
    assert len(seen) > 1000


def test_the_tables_are_complete() -> None:
    assert set(LIFE) == set(Phase)
    assert set(FLOW) == set(Media)
    assert {phase for phase, next_ones in LIFE.items() if not next_ones} == ENDS


def test_every_phase_has_a_public_name() -> None:
    public = {phase: call_state(phase) for phase in Phase}
    assert public.pop(Phase.CONNECTING) is CallState.RINGING
    assert all(phase.name == state.name for phase, state in public.items())


def test_evolve_keeps_the_table() -> None:
    with pytest.raises(AssertionError, match="CALLING -> ESTABLISHED"):
        evolve(after(CREATE_IN), leg_events.Established(NOON))
