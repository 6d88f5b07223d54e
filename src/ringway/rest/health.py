"""`/livez`, `/readyz`, `/metrics`: how the house is doing.

The first two tell anybody.  Metrics are for the operator: a key of the first
account, or a request that comes straight from this machine.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import HttpMethod, MediaType, Request, Response, get, route
from litestar.handlers import HTTPRouteHandler

from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.rest.authorization import authorized
from ringway.rest.errors import ApiError
from ringway.rest.recognition import Keys
from ringway.rest.visitors import comes_from_this_machine

PROMETHEUS: Final = "text/plain; version=0.0.4"
"""The framework adds the charset."""
READ: Final = (HttpMethod.GET, HttpMethod.HEAD)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to work."""

    name: str
    works: bool
    text: str
    """A sentence for a person."""


def health_routes(
    checks: Callable[[], Awaitable[Sequence[Check]]],
    metrics: Callable[[], bytes],
    keys: Keys,
) -> list[HTTPRouteHandler]:
    """Make the handlers."""

    @route("/livez", http_method=READ, sync_to_thread=False)
    def livez() -> Response[bytes]:
        return _json({"alive": True}, HTTPStatus.OK)

    @route("/readyz", http_method=READ)
    async def readyz() -> Response[bytes]:
        done = await checks()
        ready = all(check.works for check in done)
        told = {
            "ready": ready,
            "checks": {it.name: {"works": it.works, "text": it.text} for it in done},
        }
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return _json(told, status)

    @get("/metrics")
    async def scrape(request: Request[Any, Any, Any]) -> Response[bytes]:
        if not comes_from_this_machine(request):
            key = await authorized(request, keys)
            if key.account != FIRST_ACCOUNT or key.scopes is not None:
                raise ApiError(
                    HTTPStatus.FORBIDDEN,
                    "Metrics are about all accounts: it takes a key that may do "
                    "everything, of the operator's account.",
                )
        return Response(
            metrics(), media_type=PROMETHEUS, headers={"Cache-Control": "no-store"}
        )

    return [livez, readyz, scrape]


def _json(told: object, status: HTTPStatus) -> Response[bytes]:
    return Response(
        msgspec.json.encode(told),
        status_code=status,
        media_type=MediaType.JSON,
        headers={"Cache-Control": "no-store"},
    )
