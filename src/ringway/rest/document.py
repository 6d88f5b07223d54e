"""`GET /openapi.json`: what this server can be asked, for programs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler

from ringway.public.openapi import document
from ringway.public.operations import Operation


def document_route(
    operations: Sequence[Operation], version: str, url: str | None
) -> HTTPRouteHandler:
    """Make the handler; `url` is where clients reach the server, if it has a name.

    The document is made when it is first asked for: few servers ever are.
    """

    @cache
    def made() -> tuple[bytes, str]:
        text = msgspec.json.encode(document(operations, version, url or "/"))
        return text, f'"{hashlib.sha256(text).hexdigest()[:32]}"'

    @get("/openapi.json", sync_to_thread=True)
    def openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
        text, tag = made()
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers=headers)
        return Response(text, media_type=MediaType.JSON, headers=headers)

    return openapi
