"""Errors in the flat shape that some paths of the WebRTC API have.

    {"errorCode": "E400", "description": …, "action": …,
     "violations": [{"property": …, "violation": …}], "resources": []}

The shape and the codes are the reference's (`api/webrtc-api.md` section 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import msgspec

from ringway.rest.errors import ApiError, Told

ACTIONS: Final[Mapping[int, str]] = {
    HTTPStatus.BAD_REQUEST: "Mend what the violations name, and ask again.",
    HTTPStatus.UNAUTHORIZED: "Send a valid API key in the header Authorization.",
    HTTPStatus.FORBIDDEN: "Use a key that may do this.",
    HTTPStatus.NOT_FOUND: "Look up the id, and ask again.",
}


def flat(error: ApiError) -> Told:
    """Write the error."""
    told = {
        "errorCode": f"E{error.status.value}",
        "description": error.text,
        "action": ACTIONS.get(error.status, "Ask again later."),
        "violations": [
            {"property": name, "violation": sentence}
            for name, sentences in error.fields.items()
            for sentence in sentences
        ],
        "resources": [],
    }
    return Told(
        error.status,
        {"Cache-Control": "no-store", **error.headers},
        msgspec.json.encode(told),
    )
