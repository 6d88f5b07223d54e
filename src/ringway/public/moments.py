"""Points in time as the API writes and takes them (`api/calls-api.md` section 1)."""

from __future__ import annotations

import datetime as dt

SHORTEST = len("2026-01-15T12:00:00")


def public_time(at: int) -> str:
    """Write microseconds since 1970 as ``2026-01-15T11:59:30.000+0000``."""
    moment = dt.datetime.fromtimestamp(at // 1_000_000, dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1_000_000 // 1000:03d}+0000"


def timestamp(at: int) -> str:
    """Write microseconds since 1970 as ``2020-01-17T19:50:38.488589Z``."""
    moment = dt.datetime.fromtimestamp(at // 1_000_000, dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1_000_000:06d}Z"


def given_time(text: str) -> int | None:
    """Read a point in time as microseconds since 1970; None if it is none.

    With up to 6 digits of a second; ``Z``, ``+00:00``, ``+0000`` or no offset, which
    is UTC.  A ``+`` that a query has turned into a blank is one.
    """
    text = text.strip().replace(" ", "+") if "T" in text else ""
    if len(text) < SHORTEST:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return since // dt.timedelta(microseconds=1)
