"""`/auth/1`: tokens that programs show instead of their API key.

    POST   /auth/1/oauth2/token   client_id, client_secret, grant_type, as a form
    POST   /auth/1/session        {"username": KEY ID, "password": KEY} -> {"token"}
    DELETE /auth/1/session        with that token: it is good no longer

The first is RFC 6749 section 4.4, with its own shape of errors (section 5.2): the
client is an API key, its id and its secret.  A token lasts an hour.
"""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from litestar import MediaType, Request, Response, delete, post
from litestar.handlers import HTTPRouteHandler

from ringway.ports.catalog import ApiKey, Catalog
from ringway.ports.clock import Clock
from ringway.ports.tokens import Tokens
from ringway.rest.authorization import presented
from ringway.rest.bodies import json_object
from ringway.rest.errors import ApiError
from ringway.rest.rates import Rates
from ringway.rest.recognition import Recognition

TTL_S: Final = 3600
PER_S: Final = 1.0
BURST: Final = 60
"""Requests of one address at once; `PER_S` in the long run."""
MAX_FIELDS: Final = 20


def access_routes(
    catalog: Catalog, tokens: Tokens, clock: Clock, recognition: Recognition
) -> list[HTTPRouteHandler]:
    """Make the handlers."""
    rates = Rates(PER_S, BURST)

    def _count(request: Request[Any, Any, Any]) -> None:
        rates.take(request.client.host if request.client else "")

    @post("/auth/1/oauth2/token")
    async def token(request: Request[Any, Any, Any]) -> Response[bytes]:
        _count(request)
        header = request.headers.get("authorization", "")
        form = _form(await request.body())
        client = form.get("client_id", ""), form.get("client_secret", "")
        key = await _known(catalog, *(_of(header) or client))
        if key is None:
            return _fault(
                "invalid_client",
                "The client is an API key: its id and the key itself, in a form.",
                HTTPStatus.UNAUTHORIZED,
            )
        if form.get("grant_type") != "client_credentials":
            return _fault(
                "unsupported_grant_type", "The grant_type is client_credentials."
            )
        issued = tokens.issue_access(key.id, TTL_S, clock.now())
        return _json(
            {
                "access_token": issued.token,
                "token_type": "Bearer",
                "expires_in": TTL_S,
                **({} if key.scopes is None else {"scope": " ".join(key.scopes)}),
            }
        )

    @post("/auth/1/session", status_code=HTTPStatus.OK)
    async def begin(request: Request[Any, Any, Any]) -> Response[bytes]:
        _count(request)
        given = json_object(await request.body())
        key = await _known(catalog, given.get("username"), given.get("password"))
        if key is None:
            raise ApiError(
                HTTPStatus.UNAUTHORIZED,
                "The username is the id of an API key, the password the key itself.",
            )
        return _json({"token": tokens.issue_access(key.id, TTL_S, clock.now()).token})

    @delete("/auth/1/session", status_code=HTTPStatus.NO_CONTENT)
    async def end(request: Request[Any, Any, Any]) -> None:
        shown = presented(request.headers.get("authorization", ""))
        if shown is None or not await recognition.give_back(shown.secret):
            raise ApiError(
                HTTPStatus.UNAUTHORIZED, "The request shows no token that is good."
            )

    return [token, begin, end]


def _form(body: bytes) -> dict[str, str]:
    """Read a form; what is none has no fields."""
    try:
        return dict(parse_qsl(body.decode(), max_num_fields=MAX_FIELDS))
    except ValueError:
        return {}


def _of(header: str) -> tuple[str, str] | None:
    """Read a client's id and secret from HTTP Basic (RFC 6749 section 2.3.1)."""
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        pair = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    name, _, secret = pair.partition(":")
    return unquote_plus(name), unquote_plus(secret)


async def _known(catalog: Catalog, name: object, secret: object) -> ApiKey | None:
    if not (isinstance(name, str) and isinstance(secret, str) and name):
        return None
    return await catalog.recognise(secret, name)


def _json(told: object, status: HTTPStatus = HTTPStatus.OK) -> Response[bytes]:
    return Response(
        msgspec.json.encode(told),
        status_code=status,
        media_type=MediaType.JSON,
        headers={"Cache-Control": "no-store"},
    )


def _fault(
    code: str, text: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST
) -> Response[bytes]:
    return _json({"error": code, "error_description": text}, status)
