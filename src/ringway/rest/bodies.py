"""Bodies of requests: JSON objects, checked field by field."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from ringway.rest.errors import bad_request

MAX_BODY = 64 * 1024
"""Bytes."""


def json_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object.  Or `ApiError` 400."""
    try:
        it = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise bad_request("The body is no JSON.") from None
    if not isinstance(it, dict):
        raise bad_request("The body is no JSON object.")
    return it


def timestamp(at: int) -> str:
    """Write microseconds since 1970 as ``2020-01-17T19:50:38.488589Z``."""
    moment = dt.datetime.fromtimestamp(at // 1_000_000, dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1_000_000:06d}Z"
