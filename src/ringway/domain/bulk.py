"""When the calls of a bulk are placed: pure arithmetic over times in UTC.

A bulk is many calls by the same rules (`api/calls-api.md` section 3.7).  Times are
microseconds since 1970; the rules of an item say when a call may be placed, how far
calls are apart, when one is given up, and when one is tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import auto, unique
from typing import Final

from ringway.domain.values import SECOND, PublicName

MINUTE: Final = 60 * SECOND
DAY: Final = 24 * 60 * MINUTE
WEEK_DAYS: Final = 7
THURSDAY: Final = 3
"""The first day of 1970, counted from Monday."""
SCALE: Final = (1, 2, 5, 10, 20, 30, 60, 120, 240, 480, 960, 1440)
"""Minutes that a retry can wait; what is asked for is snapped up to one of them."""
MAX_RETRIES: Final = 4


@unique
class BulkPhase(PublicName):
    """How far a bulk is, by the public names (BulkState)."""

    PENDING = auto()
    PAUSED = auto()
    PROCESSING = auto()
    CANCELED = auto()
    FINISHED = auto()
    FAILED = auto()


PHASES: Final[Mapping[BulkPhase, frozenset[BulkPhase]]] = {
    BulkPhase.PENDING: frozenset({BulkPhase.PROCESSING, BulkPhase.CANCELED}),
    BulkPhase.PROCESSING: frozenset(
        {BulkPhase.PAUSED, BulkPhase.CANCELED, BulkPhase.FINISHED, BulkPhase.FAILED}
    ),
    BulkPhase.PAUSED: frozenset({BulkPhase.PROCESSING, BulkPhase.CANCELED}),
    BulkPhase.CANCELED: frozenset(),
    BulkPhase.FINISHED: frozenset(),
    BulkPhase.FAILED: frozenset(),
}
"""The moves a bulk may make."""


@dataclass(frozen=True, slots=True)
class Window:
    """When calls may be placed: on these days, from a time of the day to another."""

    days: tuple[int, ...]
    """0 is Monday; a window that passes midnight belongs to the day it begins on."""
    begins: int = 0
    """Minutes after midnight."""
    ends: int = 24 * 60
    """Minutes after midnight; not after `begins`: on the next day."""

    @property
    def lasts(self) -> int:
        """Give its length on each of its days, in microseconds."""
        minutes = self.ends - self.begins
        return (minutes if minutes > 0 else minutes + 24 * 60) * MINUTE


@dataclass(frozen=True, slots=True)
class Rules:
    """How the calls of one item are placed."""

    starts_at: int
    window: Window | None = None
    spacing: int = 0
    """Microseconds from one call to the next."""
    valid_for: int | None = None
    """Microseconds after the start; then nothing is placed any more."""
    waits: tuple[int, ...] = ()
    """Microseconds before each retry."""


def opening(window: Window | None, at: int) -> int | None:
    """Give the first time from `at` on that is in the window; None if none ever is."""
    if window is None:
        return at
    today = at // DAY
    # Yesterday's may not be over yet; the same day next week is the last to look at.
    for day in range(today - 1, today + WEEK_DAYS + 1):
        if (day + THURSDAY) % WEEK_DAYS in window.days:
            begins = day * DAY + window.begins * MINUTE
            if at < begins + window.lasts:
                return max(at, begins)
    return None


def placing(rules: Rules, due: int, last: int | None) -> int | None:
    """Say when a call that is due is placed; None if that would be too late.

    `last` is when the last call of the item was placed.
    """
    at = due if last is None else max(due, last + rules.spacing)
    found = opening(rules.window, at)
    if found is None or not is_valid(rules, found):
        return None
    return found


def is_valid(rules: Rules, at: int) -> bool:
    """Say whether the item's calls may still be placed."""
    return rules.valid_for is None or at < rules.starts_at + rules.valid_for


def retry(rules: Rules, tries: int, at: int) -> int | None:
    """Say when a call is due again that failed at its try of that number, from 1."""
    if tries > len(rules.waits):
        return None
    due = at + rules.waits[tries - 1]
    return due if is_valid(rules, due) else None


def waits(least: int | None, most: int | None, times: int | None) -> tuple[int, ...]:
    """Make the waits of retries from what is asked for, in minutes.

    They begin with the least and go up the scale to the most; the same for both is a
    constant wait.  One of them alone stands for both.
    """
    least = least if least is not None else most if most is not None else SCALE[0]
    most = most if most is not None else least
    low, high = _step(least), _step(max(least, most))
    count = min(1 if times is None else times, MAX_RETRIES)
    steps = (SCALE[min(low + number, high)] for number in range(count))
    return tuple(minutes * MINUTE for minutes in steps)


def _step(minutes: int) -> int:
    found = (step for step, it in enumerate(SCALE) if it >= minutes)
    return next(found, len(SCALE) - 1)
