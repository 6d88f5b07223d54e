"""`POST /webrtc/1/token`: a customer's program asks for somebody's token.

Fields, limits and codes are the reference's (`api/webrtc-api.md` section 1);
unknown members are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response, post
from litestar.handlers import HTTPRouteHandler

from ringway.domain.identity import is_identity
from ringway.ports.catalog import Catalog
from ringway.ports.clock import Clock
from ringway.ports.tokens import (
    DEFAULT_TTL_S,
    MAX_TTL_S,
    Bearer,
    Capability,
    Issued,
    Tokens,
)
from ringway.public.moments import timestamp
from ringway.rest.admission import require
from ringway.rest.authorization import authorized
from ringway.rest.bodies import json_object
from ringway.rest.errors import bad_request
from ringway.rest.recognition import Keys

MIN_DISPLAY_NAME: Final = 5
MAX_DISPLAY_NAME: Final = 50
RECORDING: Final = {
    "ALWAYS": Capability.RECORDING_ALWAYS,
    "ON_DEMAND": Capability.RECORDING_ON_DEMAND,
    "DISABLED": Capability.RECORDING_DISABLED,
}


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What is asked for."""

    identity: str
    display_name: str | None
    time_to_live: int
    capabilities: frozenset[Capability]


def token_request(body: bytes) -> TokenRequest:
    """Read and check a body.  Or `ApiError` 400 that names each wrong field."""
    given = json_object(body)
    wrong: dict[str, str] = {}
    identity = given.get("identity")
    if identity is None:
        wrong["identity"] = "is required"
    elif not isinstance(identity, str) or not is_identity(identity):
        wrong["identity"] = "is 3 to 64 letters, digits or any of - _ + = / ."
    name = given.get("displayName")
    if name is not None and not (
        isinstance(name, str) and MIN_DISPLAY_NAME <= len(name) <= MAX_DISPLAY_NAME
    ):
        wrong["displayName"] = f"is {MIN_DISPLAY_NAME} to {MAX_DISPLAY_NAME} characters"
    ttl = given.get("timeToLive")
    if ttl is None:
        ttl = DEFAULT_TTL_S
    elif type(ttl) is not int or not 1 <= ttl <= MAX_TTL_S:
        wrong["timeToLive"] = f"is 1 to {MAX_TTL_S} seconds"
    capabilities = _capabilities(given.get("capabilities"), wrong)
    if wrong:
        raise bad_request("Some fields are not valid.", **wrong)
    return TokenRequest(str(identity), name, ttl, capabilities)


def _capabilities(given: object, wrong: dict[str, str]) -> frozenset[Capability]:
    if given is None:
        return frozenset()
    if not isinstance(given, dict):
        wrong["capabilities"] = "is an object"
        return frozenset()
    found = set()
    recording = given.get("recording")
    if isinstance(recording, str) and recording in RECORDING:
        found.add(RECORDING[recording])
    elif recording is not None:
        wrong["capabilities.recording"] = "is " + ", ".join(RECORDING)
    presence = given.get("presence")
    if presence is True:
        found.add(Capability.PRESENCE)
    elif presence is not None and presence is not False:
        wrong["capabilities.presence"] = "is true or false"
    return frozenset(found)


def token_response(issued: Issued, **more: object) -> Response[bytes]:
    """Write a token as a response: it is a secret, so nobody may keep a copy."""
    return Response(
        msgspec.json.encode(
            {
                "token": issued.token,
                "expirationTime": timestamp(issued.expires_at),
                **more,
            }
        ),
        media_type=MediaType.JSON,
        headers={"Cache-Control": "no-store"},
    )


def token_route(
    catalog: Catalog, tokens: Tokens, clock: Clock, keys: Keys
) -> HTTPRouteHandler:
    """Make the handler."""

    @post("/webrtc/1/token", status_code=200)
    async def generate(request: Request[Any, Any, Any]) -> Response[bytes]:
        key = await authorized(request, keys)
        require(key, "webrtc:manage", "webrtc:identity:manage")
        asked = token_request(await request.body())
        at = clock.now()
        await catalog.meet(key.account, asked.identity, asked.display_name, at)
        bearer = Bearer(
            key.account, asked.identity, asked.display_name, asked.capabilities
        )
        return token_response(tokens.issue(bearer, asked.time_to_live, at))

    return generate
