"""The HTTP server: uvicorn, on sockets that are bound already."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ringway.rtc.messages import MAX_TEXT

PING_EVERY_S: Final = 20.0
"""WebSocket pings (RFC 6455 section 5.5.2); a client is lost after as long again."""
HANDSHAKE_WITHIN_S: Final = 10.0
"""How long a client may take to agree on keys."""
IDLE_S: Final = 75
"""An idle connection is kept for the next request."""
ENDS_WITHIN_S: Final = 1
DATE_EVERY_S: Final = 1.0
"""How often the header Date is written anew; uvicorn by itself wakes ten times."""
MAX_HEAD: Final = 32 * 1024
"""Bytes of a request's first line and headers."""


class BoundedHttp(HttpToolsProtocol):
    """One connection; who sends a longer head than `MAX_HEAD` is cut off."""

    _head = 0
    """Bytes of a head that has not ended yet."""
    _in_head = True

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        super().data_received(data)
        if self._in_head:
            self._head += len(data)
            if self._head > MAX_HEAD and not self.transport.is_closing():
                self.send_400_response("The head of the request is too long.")

    def on_message_begin(self) -> None:
        """Hear that a request begins."""
        self._in_head, self._head = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Hear that its head has ended."""
        self._in_head = False
        super().on_headers_complete()


class HttpServer(uvicorn.Server):
    """Serves until `end`; signals are not its business."""

    def __init__(
        self, application: Any, late: Callable[[float], None] = lambda _: None
    ) -> None:
        """Serve the application; `late` hears by how much each second was late."""
        super().__init__(
            uvicorn.Config(
                application,
                http=BoundedHttp,
                ws="websockets-sansio",
                ws_max_size=MAX_TEXT,
                ws_ping_interval=PING_EVERY_S,
                ws_ping_timeout=PING_EVERY_S,
                # 22 kB for an idle socket; with compression more than twice as much.
                ws_per_message_deflate=False,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                # Who asks is told by the socket: any client can write a header.
                proxy_headers=False,
                timeout_keep_alive=IDLE_S,
                timeout_graceful_shutdown=ENDS_WITHIN_S,
            )
        )
        self._late = late
        self._secured: Sequence[socket.socket] = ()
        self._tls: ssl.SSLContext | None = None
        self.is_serving = asyncio.Event()
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Take no more connections, and let `serve_on` come to its end."""
        self.should_exit = True
        self._ending.set()

    async def main_loop(self) -> None:
        """Renew the date once a second; nothing else needs looking at."""
        clock = asyncio.get_running_loop().time
        while not await self.on_tick(0):
            due = clock() + DATE_EVERY_S
            with suppress(TimeoutError):
                async with asyncio.timeout(DATE_EVERY_S):
                    await self._ending.wait()
                return
            self._late(max(0.0, clock() - due))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        loop = asyncio.get_running_loop()
        for it in self._secured:
            self.servers.append(
                await loop.create_server(
                    self._protocol,
                    sock=it,
                    ssl=self._tls,
                    backlog=self.config.backlog,
                    ssl_handshake_timeout=HANDSHAKE_WITHIN_S,
                )
            )
        self.is_serving.set()

    def _protocol(self) -> asyncio.Protocol:
        """Make what serves one connection, as uvicorn does for its own sockets."""
        make = cast("Callable[..., asyncio.Protocol]", self.config.http_protocol_class)
        return make(
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )

    async def serve_on(
        self,
        plain: Sequence[socket.socket],
        secured: Sequence[socket.socket] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Serve until `end`; the sockets are closed by then.

        One server has all of them, and so one clock: every other would wake as often.
        """
        self._secured, self._tls = secured, tls
        await self.serve(list(plain))
