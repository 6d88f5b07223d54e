"""When what was not taken is tried again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Final

from ringway.domain.values import SECOND

DELAYS_S: Final = (1, 5, 30, 120, 600, 1800, 3600)
"""After the first attempt, the second, …; the last one from then on."""
JITTER: Final = 0.2
"""A delay is up to so much of it longer, so that not all come at once."""
TRIED_FOR: Final = 24 * 60 * 60 * SECOND
"""An event is given up when it is so old and was tried at least once."""
LONGEST_PAUSE: Final = 3600 * SECOND
"""What a receiver may ask for with Retry-After."""


def delay(attempts: int, random: Callable[[], float]) -> int:
    """Give the time until the next attempt after so many, in microseconds.

    `random` gives a number from 0 to 1.
    """
    seconds = DELAYS_S[min(attempts, len(DELAYS_S)) - 1]
    return round(seconds * SECOND * (1 + JITTER * random()))


def pause(retry_after: str | None, now: int) -> int:
    """Read Retry-After (RFC 9110 section 10.2.3) as microseconds from now.

    0: there is none, or nobody understands it.
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]) * SECOND, LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return min(max(0, since // dt.timedelta(microseconds=1) - now), LONGEST_PAUSE)
