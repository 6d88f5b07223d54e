"""A whole call, in every order: legs, fork and bridge together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pytest

from ringway.domain import leg_messages as lm
from ringway.domain.bridge_state import Standing
from ringway.domain.causes import Cause
from ringway.domain.fork_state import Stage
from ringway.domain.leg_state import Media, Phase
from ringway.domain.values import NO_WISHES, VOICE_ONLY, LegId
from tests.domain.model import BRANCHES, CALLER, House, called

ONE, TWO, THREE = BRANCHES
ACCEPT = lm.Accept(NO_WISHES, VOICE_ONLY)
BYE = lm.Hangup()
UP, DOWN = lm.PipeOpened(0), lm.PipeClosed(0)

Moves = tuple[tuple[LegId, lm.Given], ...]

STORIES: Mapping[str, tuple[int, Moves]] = {
    "two accept at once, and the caller cancels": (
        2,
        ((ONE, ACCEPT), (TWO, ACCEPT), (CALLER, BYE)),
    ),
    "one accepts, one declines everywhere, time runs out": (
        2,
        (
            (ONE, ACCEPT),
            (TWO, lm.Decline(everywhere=True)),
            (CALLER, lm.RangTooLong()),
        ),
    ),
    "media comes, and is lost again": (
        1,
        (
            (ONE, ACCEPT),
            (ONE, UP),
            (CALLER, UP),
            (CALLER, DOWN),
            (CALLER, lm.MediaOverdue(1)),
        ),
    ),
    "media does not come": (
        2,
        ((ONE, ACCEPT), (TWO, ACCEPT), (ONE, DOWN), (CALLER, UP)),
    ),
    "lines are lost": (
        2,
        ((ONE, ACCEPT), (CALLER, lm.LineGone()), (ONE, lm.LineLost())),
    ),
    "looks change, and somebody hangs up": (
        1,
        ((ONE, ACCEPT), (ONE, lm.Mute(True)), (CALLER, lm.Mute(True)), (ONE, BYE)),
    ),
    "codecs do not match": (
        1,
        ((ONE, ACCEPT), (CALLER, lm.Incompatible(0)), (ONE, BYE)),
    ),
    "three devices each end in their own way": (
        3,
        (
            (ONE, lm.Decline(everywhere=False)),
            (TWO, lm.RangTooLong()),
            (THREE, lm.Hangup(Cause.DEVICE_NOT_FOUND)),
        ),
    ),
}


@cache
def walk(story: str) -> tuple[House, ...]:
    """Reach every state by every order of the moves and of the mail."""
    devices, moves = STORIES[story]
    start = called(devices)
    left = frozenset(range(len(moves)))
    seen: dict[object, House] = {(start.key, left): start}
    todo = [(start, left)]
    while todo:
        here, left = todo.pop()
        steps = [(there, left) for there in here.next()]
        steps += [(here.tell(*moves[n]), left - {n}) for n in left]
        for there, rest in steps:
            if (there.key, rest) not in seen:
                seen[there.key, rest] = there
                todo.append((there, rest))
    return tuple(seen.values())


def check_always(house: House) -> None:
    ended = [who for who, _ in house.ends]
    assert len(ended) == len(set(ended)), "a leg ended twice"
    assert set(ended) == {leg.id for leg in house.legs() if leg.over}
    for leg in house.legs():
        if leg.over:
            assert leg.bridge is None
            assert leg.media is Media.NONE
    if house.fork is not None and house.fork.winner is not None:
        assert house.fork.stage is Stage.WON


def check_quiet(house: House) -> None:
    """What must be so when everybody has heard everything."""
    caller, fork, bridge = house.leg(CALLER), house.fork, house.bridge
    assert caller is not None
    assert fork is not None
    branches = [leg for leg in house.legs() if leg.id != CALLER]
    if caller.over:
        assert fork.over
        assert all(leg.over for leg in branches)
    if fork.stage is Stage.CLOSED:
        assert caller.over
        assert bridge is None
        assert all(leg.answered_at is None or leg.over for leg in branches)
    if fork.stage is Stage.WON:
        assert bridge is not None
        assert bridge.over is caller.over
        losers = [leg for leg in branches if leg.id != fork.winner]
        assert all(leg.over for leg in losers)
    if bridge is not None and bridge.over:
        assert all(leg.bridge is None for leg in house.legs())
    if bridge is not None and not bridge.over:
        pair = {CALLER, fork.winner}
        assert {member.leg for member in bridge.members} == pair
        assert {member.standing for member in bridge.members} == {Standing.JOINED}
        winner = house.leg(LegId(str(fork.winner)))
        assert winner is not None
        assert caller.remote == winner.look
        assert winner.remote == caller.look
        for leg in (caller, winner):
            talks = leg.phase is Phase.ESTABLISHED
            assert talks or leg.media in {Media.OPENING, Media.LOST}
            assert not talks or leg.media in {Media.OPEN, Media.LOST}


@pytest.mark.parametrize("story", STORIES)
def test_no_order_strands_anyone(story: str) -> None:
    houses = walk(story)
    for house in houses:
        check_always(house)
        if house.quiet:
            check_quiet(house)
    assert len(houses) > 100


@pytest.mark.parametrize("story", STORIES)
def test_whatever_happened_time_ends_it(story: str) -> None:
    """Every leg reaches its end when nobody does anything any more."""
    for house in walk(story):
        if not house.quiet:
            continue
        end = house
        for leg in house.legs():
            end = end.tell(leg.id, lm.RangTooLong())
        end = end.settle()
        for leg in end.legs():
            end = end.tell(leg.id, lm.MediaOverdue(leg.generation))
        end = end.settle().tell(CALLER, BYE).settle()
        assert {who for who, _ in end.ends} == {leg.id for leg in end.legs()}
        check_always(end)
        check_quiet(end)


def causes(house: House) -> dict[LegId, Cause]:
    return dict(house.ends)


def after(house: House, *moves: tuple[LegId, lm.Given]) -> House:
    for who, given in moves:
        house = house.tell(who, given).settle()
    return house


def talking() -> House:
    return after(called(), (CALLER, UP), (ONE, ACCEPT), (ONE, UP))


def test_a_call_is_answered_and_talks() -> None:
    house = talking()
    phases = {leg.id: leg.phase for leg in house.legs()}
    assert phases == {
        CALLER: Phase.ESTABLISHED,
        ONE: Phase.ESTABLISHED,
        TWO: Phase.CANCELLED,
    }
    assert causes(house) == {TWO: Cause.ANSWERED_ELSEWHERE}


@pytest.mark.parametrize(
    ("who", "given", "cause"),
    [
        (CALLER, BYE, Cause.NORMAL_HANGUP),
        (ONE, BYE, Cause.NORMAL_HANGUP),
        (ONE, lm.LineGone(), Cause.NETWORK_ERROR),
        (CALLER, lm.LineGone(), Cause.NETWORK_ERROR),
        (ONE, lm.Incompatible(0), Cause.MEDIA_ERROR),
    ],
)
def test_both_sides_hear_the_same_end(
    who: LegId, given: lm.Given, cause: Cause
) -> None:
    ends = causes(after(talking(), (who, given)))
    assert ends[CALLER] is cause
    assert ends[ONE] is cause


def test_a_broken_microphone_is_a_media_error_to_the_other() -> None:
    unplugged = lm.Hangup(Cause.DEVICE_UNAVAILABLE)
    ends = causes(after(talking(), (ONE, unplugged)))
    assert ends[ONE] is Cause.DEVICE_UNAVAILABLE
    assert ends[CALLER] is Cause.MEDIA_ERROR


ENDINGS: Mapping[str, tuple[Moves, Cause, Cause]] = {
    "cancel": (((CALLER, BYE),), Cause.CANCELLED, Cause.CANCELLED),
    "no answer": (((CALLER, lm.RangTooLong()),), Cause.NO_ANSWER, Cause.NO_ANSWER),
    "branch first": (((ONE, lm.RangTooLong()),), Cause.NO_ANSWER, Cause.NO_ANSWER),
    "decline": (
        ((ONE, lm.Decline(everywhere=False)),),
        Cause.REJECTED,
        Cause.REJECTED,
    ),
    "callee hangs up": (((ONE, BYE),), Cause.REJECTED, Cause.REJECTED),
    "callee's line": (
        ((ONE, lm.LineGone()),),
        Cause.NETWORK_ERROR,
        Cause.NETWORK_ERROR,
    ),
    "caller's line": (
        ((CALLER, lm.LineGone()),),
        Cause.NETWORK_ERROR,
        Cause.NETWORK_ERROR,
    ),
    "caller's media": (((CALLER, DOWN),), Cause.MEDIA_ERROR, Cause.MEDIA_ERROR),
    "callee's media": (
        ((ONE, ACCEPT), (ONE, DOWN)),
        Cause.MEDIA_ERROR,
        Cause.MEDIA_ERROR,
    ),
    "no room": (
        ((CALLER, lm.PipeClosed(0, lm.Loss.NO_ROOM)),),
        Cause.SERVICE_UNAVAILABLE,
        Cause.SERVICE_UNAVAILABLE,
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_how_it_ends_before_anybody_talks(ending: str) -> None:
    moves, caller, callee = ENDINGS[ending]
    assert causes(after(called(1), *moves)) == {CALLER: caller, ONE: callee}


def test_a_decline_here_lets_the_other_device_ring() -> None:
    house = after(called(), (ONE, lm.Decline(everywhere=False)))
    assert causes(house) == {ONE: Cause.REJECTED}
    assert causes(after(house, (TWO, ACCEPT))) == {ONE: Cause.REJECTED}


def test_a_decline_everywhere_ends_all() -> None:
    house = after(called(), (ONE, lm.Decline(everywhere=True)))
    assert set(causes(house).values()) == {Cause.REJECTED}
    assert len(house.ends) == 3


def test_the_model_would_notice_a_second_end() -> None:
    house = after(called(1), (CALLER, BYE))
    with pytest.raises(AssertionError, match="twice"):
        check_always(replace(house, ends=(*house.ends, house.ends[0])))
