"""`GET /webrtc/1/user-activity`: when somebody was connected.

Parameters, models and the flat error envelope of this one path are the
reference's (`api/webrtc-api.md` sections 2 to 4).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler

from ringway.domain.identity import is_identity
from ringway.domain.values import DeviceId
from ringway.ports.activity import MAX_PAGE, MAX_SIZE, Activity, Asked
from ringway.public.moments import given_time, public_time
from ringway.rest.admission import require
from ringway.rest.authorization import authorized
from ringway.rest.errors import ApiError, bad_request
from ringway.rest.flat_errors import flat
from ringway.rest.recognition import Keys

DEFAULT_SIZE: Final = 20
MAX_CONNECTION: Final = 64
"""Characters of a session id."""


def user_activity_route(activity: Activity, keys: Keys) -> HTTPRouteHandler:
    """Make the handler."""

    @get("/webrtc/1/user-activity")
    async def user_activity(request: Request[Any, Any, Any]) -> Response[bytes]:
        try:
            key = await authorized(request, keys)
            require(key, "webrtc:manage")
        except ApiError as error:
            return _refused(error)
        wrong: dict[str, str] = {}
        asked = _asked(request, key.account, wrong)
        if asked is None:
            return _refused(bad_request("Some parameters are not valid.", **wrong))
        page = await activity.moments(asked)
        told = {
            "identity": asked.identity,
            "results": [
                {
                    "sessionId": it.connection,
                    "activityType": it.type,
                    "timestamp": public_time(it.at),
                }
                for it in page.moments
            ],
            "pageInfo": {
                "page": asked.page,
                "size": asked.size,
                "totalPages": -(-page.total // asked.size),
                "totalResults": page.total,
            },
        }
        return _json(told, HTTPStatus.OK)

    return user_activity


def _asked(
    request: Request[Any, Any, Any], account: Any, wrong: dict[str, str]
) -> Asked | None:
    query = request.query_params
    identity = query.get("identity", "")
    if not is_identity(identity):
        wrong["identity"] = "is required: 3 to 64 letters, digits or - _ + = / ."
    since, until = (_time(query, name, wrong) for name in ("startTime", "endTime"))
    connection = query.get("sessionId")
    if connection is not None and len(connection) > MAX_CONNECTION:
        wrong["sessionId"] = f"has at most {MAX_CONNECTION} characters"
    page = _count(query, "page", 0, MAX_PAGE, wrong)
    # The reference lets 0 be asked for, and no page have it.
    size = _count(query, "size", DEFAULT_SIZE, MAX_SIZE, wrong) or DEFAULT_SIZE
    if wrong:
        return None
    of = None if connection is None else DeviceId(connection)
    return Asked(account, identity, since, until, of, page, size)


def _time(query: Any, name: str, wrong: dict[str, str]) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    at = given_time(text)
    if at is None:
        wrong[name] = "is a time like 2026-01-15T11:59:30.000+0000"
    return at


def _count(
    query: Any, name: str, default: int, most: int, wrong: dict[str, str]
) -> int:
    text = query.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)):
        number = int(text)
        if number <= most:
            return number
    wrong[name] = f"is a number from 0 to {most}"
    return default


def _refused(error: ApiError) -> Response[bytes]:
    told = flat(error)
    return Response(
        told.body,
        status_code=told.status,
        media_type=MediaType.JSON,
        headers=dict(told.headers),
    )


def _json(told: object, status: HTTPStatus) -> Response[bytes]:
    return Response(
        msgspec.json.encode(told),
        status_code=status,
        media_type=MediaType.JSON,
        headers={"Cache-Control": "no-store"},
    )
