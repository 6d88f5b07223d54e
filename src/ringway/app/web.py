"""Everything that is served over HTTP, as one ASGI application."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import structlog
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler, WebsocketRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ringway.rest.bodies import MAX_BODY
from ringway.rest.errors import HANDLERS

log = structlog.get_logger("http")

QUIET: Final = ("/livez", "/readyz", "/metrics", "/sdk/", "/demo/", "/docs/")
"""Asked for so often that only trouble is worth a line."""
TROUBLE: Final = 500
EVERYWHERE: Final[Mapping[bytes, bytes]] = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}
"""Unless the handler has said otherwise."""

HSTS: Final[Mapping[bytes, bytes]] = {b"strict-transport-security": b"max-age=31536000"}
"""For certificates that browsers trust (RFC 6797); over https only."""


def application(
    routes: Sequence[HTTPRouteHandler | WebsocketRouteHandler], *, hsts: bool = False
) -> Outside:
    """Put the handlers behind one door."""
    inside = Litestar(
        routes,
        exception_handlers={**HANDLERS},
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    return Outside(inside, hsts=hsts)


class Outside:
    """What every response has, and one line in the log about it."""

    def __init__(self, inside: ASGIApp, *, hsts: bool) -> None:
        self._inside = inside
        self._secured = {**EVERYWHERE, **HSTS} if hsts else EVERYWHERE
        self.statuses: Counter[int] = Counter()
        """Responses since the start."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != ScopeType.HTTP:
            await self._inside(scope, receive, send)
            return
        method = scope["method"]
        began = time.perf_counter()
        status = 0

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message["headers"])
                said: Collection[bytes] = {name.lower() for name, _ in headers}
                more = self._secured if scope["scheme"] == "https" else EVERYWHERE
                headers += [it for it in more.items() if it[0] not in said]
                message["headers"] = headers
            await send(message)

        try:
            await self._inside(scope, receive, told)
        finally:
            path = scope["path"]
            self.statuses[status] += 1
            quiet = status < TROUBLE and path.startswith(QUIET)
            (log.debug if quiet else log.info)(
                "request",
                method=method,
                path=path,
                status=status,
                ms=round((time.perf_counter() - began) * 1000, 1),
            )
