"""The endpoint of signalling: `/rtc/1/socket` as a Litestar handler."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from litestar import WebSocket, websocket
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import WebsocketRouteHandler

from ringway.rtc.connection import Reception
from ringway.rtc.messages import PATH
from ringway.rtc.socket import Binary, Gone


class _Accepted:
    """The port `Socket` over Litestar's WebSocket."""

    def __init__(self, socket: WebSocket[Any, Any, Any]) -> None:
        self._socket = socket

    async def receive(self) -> str:
        event = await self._socket.receive()
        if event["type"] == "websocket.disconnect":
            raise Gone(event["code"])
        if event["type"] != "websocket.receive":
            raise Gone
        text = event.get("text")
        if text is None:
            raise Binary
        return str(text)

    async def send(self, text: str) -> None:
        try:
            await self._socket.send(
                {"type": "websocket.send", "bytes": None, "text": text}
            )
        except (OSError, RuntimeError) as error:  # as ASGI servers say "closed"
            raise Gone from error

    async def close(self, code: int, reason: str) -> None:
        with suppress(OSError, RuntimeError):
            await self._socket.close(code, reason)


def signalling(reception: Reception, origins: Collection[str]) -> WebsocketRouteHandler:
    """Make the handler.  With origins, pages of others are refused (403).

    A client that is no browser has no origin; its token is what counts.
    """

    @websocket(PATH)
    async def attend(socket: WebSocket[Any, Any, Any]) -> None:
        origin = socket.headers.get("origin")
        if origins and origin is not None and origin.lower() not in origins:
            raise PermissionDeniedException("Pages of this origin may not signal.")
        await socket.accept()
        await reception.attend(_Accepted(socket))

    return attend
