"""`POST /demo/token`: a visitor of the demo page takes a name.

    {"name": "Dana", "invitation": "CODE"} -> 200
    {"token", "expirationTime", "identity", "displayName",
     "sharing": {"url": "https://192.0.2.7:8443/demo/", "invitation": "CODE"} | null}

The identity is a slug of the name, in an account of its own.  The browser that
takes it first holds it by a cookie, which all its tabs share.  Visitors on this
machine need no invitation.  `sharing` is for other devices: null when no address is
known at which they would reach us by https.

400 for a name nothing can be made of, 401 INVITATION_REQUIRED, 403
INVITATION_UNKNOWN, 403 for pages of other sites, 404 while the demo is switched
off, 409 NAME_TAKEN, 429.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from litestar import Request, Response, post
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler

from ringway.domain.identity import slug
from ringway.ports.catalog import DEMO_ACCOUNT, DEMO_NAME_LAPSES_US, Catalog
from ringway.ports.clock import Clock
from ringway.ports.tokens import Bearer, Capability, Tokens
from ringway.rest.bodies import json_object
from ringway.rest.errors import ApiError, bad_request
from ringway.rest.invitations import Invitations
from ringway.rest.rates import Rates
from ringway.rest.tokens import token_response
from ringway.rest.visitors import Network, address_of, comes_from_this_machine

TTL_S: Final = 3600
COOKIE: Final = "ringway_demo"
PATH: Final = "/demo"
MAX_NAME: Final = 50
PER_S: Final = 1.0
BURST: Final = 60
"""Tokens for one address at once; `PER_S` in the long run."""
_HOLDER = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Demo:
    """How the demo is served."""

    is_on: bool
    secure: bool
    """Whether browsers reach us by https only."""
    invitation: Callable[[], str]
    """Gives the code that is good now."""
    url: Callable[[], str | None]
    """Gives the page's address for other devices; None: there is none by https."""
    trusted: Sequence[Network]
    """Proxies whose word counts about where a request comes from."""


def demo_route(
    catalog: Catalog, tokens: Tokens, clock: Clock, demo: Demo
) -> HTTPRouteHandler:
    """Make the handler; the account `DEMO_ACCOUNT` has to be there."""
    rates = Rates(PER_S, BURST)
    invitations = Invitations(demo.invitation)

    @post(f"{PATH}/token", status_code=200)
    async def take(request: Request[Any, Any, Any]) -> Response[bytes]:
        if not demo.is_on:
            raise ApiError(HTTPStatus.NOT_FOUND, "The demo is switched off here.")
        address = address_of(request, demo.trusted)
        rates.take(address)
        if request.headers.get("sec-fetch-site", "same-origin") not in {
            "same-origin",
            "none",
        }:
            raise ApiError(
                HTTPStatus.FORBIDDEN, "The demo's tokens are for the demo page."
            )
        asked = json_object(await request.body())
        if not comes_from_this_machine(request):
            invitations.check(asked.get("invitation"), address)
        name = _name(asked.get("name"))
        identity = slug(name)
        if identity is None:
            raise bad_request(
                "Nothing can be made of this name.",
                name="has at least 3 letters or digits",
            )
        holder, at = _holder(request), clock.now()
        digest = hashlib.sha256(holder.encode()).digest()
        if not await catalog.hold_demo_name(DEMO_ACCOUNT, identity, digest, at):
            raise ApiError(
                HTTPStatus.CONFLICT,
                "Somebody else has this name: choose another one.",
                message_id="NAME_TAKEN",
            )
        await catalog.meet(DEMO_ACCOUNT, identity, name, at)
        bearer = Bearer(DEMO_ACCOUNT, identity, name, frozenset({Capability.PRESENCE}))
        issued = tokens.issue(bearer, TTL_S, at)
        url = demo.url()
        response = token_response(
            issued,
            identity=identity,
            displayName=name,
            sharing=None
            if url is None
            else {"url": url, "invitation": demo.invitation()},
        )
        response.set_cookie(
            Cookie(
                key=COOKIE,
                value=holder,
                path=PATH,
                max_age=DEMO_NAME_LAPSES_US // 1_000_000,
                httponly=True,
                samesite="strict",
                secure=demo.secure or request.url.scheme == "https",
            )
        )
        return response

    return take


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise bad_request("A name is needed.", name="is required")
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME:
        raise bad_request(
            "The name has a wrong length.", name=f"is 1 to {MAX_NAME} characters"
        )
    return name


def _holder(request: Request[Any, Any, Any]) -> str:
    cookie = request.cookies.get(COOKIE, "")
    return cookie if _HOLDER.fullmatch(cookie) else secrets.token_urlsafe(32)
