"""Bodies of requests: JSON objects, checked field by field."""

from __future__ import annotations

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
