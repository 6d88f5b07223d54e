"""Everything that is served over HTTP, as one ASGI application."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPMethod
from typing import Final

import structlog
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler, WebsocketRouteHandler
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from ringway.ports.spans import SpanKind
from ringway.rest.bodies import MAX_BODY
from ringway.rest.calls.door import Doors, Entrance
from ringway.rest.errors import HANDLERS
from ringway.runtime.tracing import Open, Tracer, forget, new_trace

log = structlog.get_logger("http")

QUIET: Final = ("/livez", "/readyz", "/metrics", "/sdk/", "/demo/", "/docs/")
"""Asked for so often that only trouble is worth a line."""
TROUBLE: Final = 500
METHODS: Final = frozenset(HTTPMethod)
READING: Final = frozenset({HTTPMethod.GET, HTTPMethod.HEAD})
OTHER: Final = "OTHER"
"""Any method that HTTP itself does not know: clients may write what they like."""
NOWHERE: Final = "none"
"""The route of what matches none."""
_TRACEPARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
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
    routes: Sequence[HTTPRouteHandler | WebsocketRouteHandler],
    tracer: Tracer,
    observe: Callable[[str, float], None],
    *,
    doors: Sequence[Entrance] = (),
    hsts: bool = False,
) -> Outside:
    """Put everything into one application; `observe` is told route and seconds.

    Doors are looked at first: whose path it is has the request.
    """
    inside = Litestar(
        routes,
        exception_handlers={**HANDLERS},
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    return Outside(Doors(doors, inside), tracer, observe, hsts=hsts)


class Outside:
    """What every response has, and what is told about it: line, span, numbers."""

    def __init__(
        self,
        inside: ASGIApp,
        tracer: Tracer,
        observe: Callable[[str, float], None],
        *,
        hsts: bool,
    ) -> None:
        self.inside, self._tracer, self._observe = inside, tracer, observe
        self._secured = {**EVERYWHERE, **HSTS} if hsts else EVERYWHERE
        self.requests: Counter[tuple[str, ...]] = Counter()
        """Requests since the start, by method, route and status."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != ScopeType.HTTP:
            await self.inside(scope, receive, send)
            return
        forget()
        path, method = scope["path"], scope["method"]
        came = parent_of(scope["headers"])
        looked_at = not path.startswith(QUIET) or method not in READING
        with self._tracer.span(
            f"HTTP {method if method in METHODS else OTHER}",
            *((new_trace(), None) if came is None else (came.trace, came.span)),
            kind=SpanKind.SERVER,
            recorded=looked_at and (came is None or came.sampled),
        ) as span:
            await self._answer(scope, receive, send, span)

    async def _answer(
        self, scope: HTTPScope, receive: Receive, send: Send, span: Open
    ) -> None:
        began = time.perf_counter()
        status = 0

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                headers = list(message["headers"])
                said: Collection[bytes] = {name.lower() for name, _ in headers}
                more = self._secured if scope["scheme"] == "https" else EVERYWHERE
                headers += [it for it in more.items() if it[0] not in said]
                message["headers"] = headers
            await send(message)

        try:
            await self.inside(scope, receive, told)
        finally:
            took = time.perf_counter() - began
            path, method = scope["path"], scope["method"]
            route = scope.get("path_template", NOWHERE)
            known = method if method in METHODS else OTHER
            self.requests[known, route, str(status)] += 1
            self._observe(route, took)
            span.attributes |= {
                "http.request.method": known,
                "http.route": route,
                "http.response.status_code": status,
            }
            if status >= TROUBLE:
                span.fault = str(status)
            quiet = status < TROUBLE and path.startswith(QUIET)
            (log.debug if quiet else log.info)(
                "request",
                method=method,
                path=path,
                status=status,
                ms=round(took * 1000, 1),
            )


@dataclass(frozen=True, slots=True)
class Parent:
    """Whose work a request is part of (W3C Trace Context)."""

    trace: str
    span: str
    sampled: bool


def parent_of(headers: Iterable[tuple[bytes, bytes]]) -> Parent | None:
    """Read ``traceparent``; None if there is none, or more than one, or a bad one."""
    given = [value for name, value in headers if name == b"traceparent"]
    found = _TRACEPARENT.match(given[0]) if len(given) == 1 else None
    if found is None:
        return None
    version, trace, span, flags = (part.decode() for part in found.groups())
    more = len(given[0]) > found.end()
    if version == "ff" or not trace.strip("0") or not span.strip("0"):
        return None
    if more and (version == "00" or given[0][found.end() :][:1] != b"-"):
        return None
    return Parent(trace, span, bool(int(flags, 16) & 1))
