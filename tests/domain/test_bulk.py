"""When calls of a bulk are placed: windows, rates, validity and retries."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ringway.domain.bulk import (
    DAY,
    MAX_RETRIES,
    MINUTE,
    PHASES,
    SCALE,
    BulkPhase,
    Rules,
    Window,
    opening,
    placing,
    retry,
    waits,
)

NOON = 1_768_478_400_000_000  # Thursday 2026-01-15 12:00 UTC
times = st.integers(NOON - 400 * DAY, NOON + 400 * DAY)
minutes = st.integers(0, 24 * 60)
windows = st.builds(
    Window,
    st.sets(st.integers(0, 6), min_size=1).map(lambda it: tuple(sorted(it))),
    st.integers(0, 24 * 60 - 1),
    st.integers(0, 24 * 60),
)


def moment(at: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(at / 1_000_000, dt.UTC)


def is_open(window: Window, at: int) -> bool:
    """The rule again, minute by minute, the way a person would look it up."""
    now = moment(at)
    minute = now.hour * 60 + now.minute
    yesterday = (now - dt.timedelta(days=1)).weekday()
    if window.ends > window.begins:
        return now.weekday() in window.days and window.begins <= minute < window.ends
    tonight = now.weekday() in window.days and minute >= window.begins
    return tonight or (yesterday in window.days and minute < window.ends)


@given(windows, times)
def test_an_opening_is_the_first_minute_that_is_open(window: Window, at: int) -> None:
    found = opening(window, at)
    assert found is not None
    assert found >= at
    assert is_open(window, found)
    step = at
    while step < found:  # at most a week of ten minutes each, and the last minute
        assert not is_open(window, step)
        step += 10 * MINUTE
    assert found == at or not is_open(window, found - MINUTE)


@given(times)
def test_without_a_window_it_is_always_open(at: int) -> None:
    assert opening(None, at) == at


def test_a_window_without_days_never_opens() -> None:
    assert opening(Window(()), NOON) is None


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25", "2026-01-15"])
@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_clocks_that_are_put_on_or_back_change_nothing(night: str, hour: int) -> None:
    """A customer's local times become UTC before they come here."""
    zone = ZoneInfo("Europe/Berlin")
    local = dt.datetime.fromisoformat(f"{night}T{hour:02}:30").replace(tzinfo=zone)
    at = round(local.timestamp()) * 1_000_000
    window = Window(tuple(range(7)), 8 * 60, 18 * 60)
    found = opening(window, at)
    assert found is not None
    assert is_open(window, found)
    assert found - at < DAY


@given(windows | st.none(), times, st.integers(0, DAY), st.integers(0, 7 * DAY))
def test_calls_are_never_closer_than_the_rate(
    window: Window | None, start: int, spacing: int, valid_for: int
) -> None:
    rules = Rules(start, window, spacing, valid_for)
    last = None
    for _ in range(5):
        at = placing(rules, start, last)
        if at is None:
            return
        assert start <= at < start + valid_for
        assert last is None or at - last >= spacing
        assert window is None or is_open(window, at)
        last = at


asked = st.none() | st.integers(1, 5000)


@given(asked, asked, st.none() | st.integers(1, 100))
def test_waits_climb_the_scale(
    least: int | None, most: int | None, times: int | None
) -> None:
    found = [it // MINUTE for it in waits(least, most, times)]
    assert len(found) == min(times or 1, MAX_RETRIES)
    assert all(it in SCALE for it in found)
    assert found == sorted(found)
    if least is not None:
        assert found[0] >= min(least, SCALE[-1])
    if least is not None and least == most:
        assert len(set(found)) == 1


@pytest.mark.parametrize(
    ("least", "most", "times", "expected"),
    [
        (1, 10, 4, [1, 2, 5, 10]),
        (3, 3, 2, [5, 5]),
        (1, 2, 9, [1, 2, 2, 2]),
        (2000, 1, 2, [1440, 1440]),
        (None, None, None, [1]),
        (None, 30, 1, [30]),
    ],
)
def test_waits_as_they_are_asked_for(
    least: int | None, most: int | None, times: int | None, expected: list[int]
) -> None:
    assert [it // MINUTE for it in waits(least, most, times)] == expected


@given(times, st.integers(0, 6), st.integers(0, 10 * DAY))
def test_retries_come_to_an_end(at: int, tries: int, valid_for: int) -> None:
    rules = Rules(at, valid_for=valid_for, waits=waits(1, 10, 4))
    assume(tries > 0)
    due = retry(rules, tries, at)
    if tries > MAX_RETRIES:
        assert due is None
    elif due is not None:
        assert at < due < at + valid_for


def test_every_phase_is_reached_and_ends_are_ends() -> None:
    reached, border = {BulkPhase.PENDING}, [BulkPhase.PENDING]
    while border:
        for it in PHASES[border.pop()] - reached:
            reached.add(it)
            border.append(it)
    assert reached == set(BulkPhase)
