"""Who sends a request: the header Authorization, in its four schemes.

    App KEY, IBSSO KEY, Bearer KEY       KEY is rw_<id>_<random>, or a token for it
    Basic base64(ID:SECRET)              SECRET is the key, or its random part

RFC 7235 section 2.1: the name of a scheme has no case.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from litestar import Request

from ringway.ports.catalog import ApiKey
from ringway.rest.errors import ApiError
from ringway.rest.recognition import Keys

MAX_HEADER = 1024
"""Characters of the header that are looked at."""


@dataclass(frozen=True, slots=True)
class Presented:
    """What somebody shows to be let in."""

    secret: str = field(repr=False)
    key: str | None = None
    """The key's id, where the scheme tells it apart."""


def presented(header: str) -> Presented | None:
    """Read the header; None if it is in no scheme of ours."""
    if len(header) > MAX_HEADER:
        return None
    scheme, _, credentials = header.strip().partition(" ")
    credentials = credentials.strip()
    if not credentials:
        return None
    match scheme.lower():
        case "app" | "ibsso" | "bearer":
            return Presented(credentials)
        case "basic":
            return _basic(credentials)
        case _:
            return None


def _basic(credentials: str) -> Presented | None:
    try:
        pair = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    user, colon, password = pair.partition(":")
    return Presented(password, user) if colon and user and password else None


async def authorized(request: Request[Any, Any, Any], keys: Keys) -> ApiKey:
    """Give the key that the request shows.  Or `ApiError` 401."""
    header = request.headers.get("authorization", "")
    return await recognised(header.encode("latin-1"), keys)


async def recognised(header: bytes, keys: Keys) -> ApiKey:
    """Give the key that a header Authorization shows.  Or `ApiError` 401."""
    shown = presented(header.decode("latin-1"))
    key = shown and await keys.recognise(shown.secret, shown.key)
    if not key:
        raise ApiError(
            HTTPStatus.UNAUTHORIZED,
            "The request shows no valid API key.",
            headers={"WWW-Authenticate": "App, Bearer"},
        )
    return key
