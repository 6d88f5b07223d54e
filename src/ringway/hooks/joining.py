"""Sends the head and the body of a request together: one packet where it can be."""

from __future__ import annotations

import ssl
from typing import Any, Final

import httpcore

MOST_JOINED: Final = 64 * 1024
"""Bytes that wait for more; what is longer leaves at once."""


class Joined(httpcore.AsyncNetworkStream):
    """Keeps what is written until an answer is awaited."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._waiting = b""

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the library's interface
    ) -> bytes:
        """Send what waits, and give what comes."""
        if self._waiting:
            waiting, self._waiting = self._waiting, b""
            await self._inner.write(waiting, timeout)
        return await self._inner.read(max_bytes, timeout)

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 -- the library's interface
    ) -> None:
        """Keep it, or send it with what waits."""
        self._waiting += buffer
        if len(self._waiting) > MOST_JOINED:
            waiting, self._waiting = self._waiting, b""
            await self._inner.write(waiting, timeout)

    async def aclose(self) -> None:
        """Close; what waits is not sent."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 -- the library's interface
    ) -> httpcore.AsyncNetworkStream:
        """Give the same over TLS."""
        return Joined(
            await self._inner.start_tls(ssl_context, server_hostname, timeout)
        )

    def get_extra_info(self, info: str) -> Any:
        """Ask the stream below."""
        return self._inner.get_extra_info(info)
