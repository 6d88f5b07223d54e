"""A receiver on loopback that answers as a test likes."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@dataclass(slots=True)
class Request:
    """What the receiver has heard."""

    line: str
    headers: dict[str, str]
    body: bytes


Respond: TypeAlias = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


def answering(*answers: bytes) -> Respond:
    """Give these answers, one for each request; the last one again and again."""
    left = list(answers)

    async def respond(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])

    return respond


def status(code: int, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {code} Said", "Content-Length: 0", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass(slots=True)
class Receiver:
    """A server and what it has heard."""

    respond: Respond
    port: int = 0
    heard: list[Request] = field(default_factory=list)
    connections: int = 0
    closed: int = 0
    """Connections that are over."""
    more: asyncio.Condition = field(default_factory=asyncio.Condition)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, host: str = "127.0.0.1", path: str = "/events") -> str:
        return f"http://{host}:{self.port}{path}"

    async def until(self, count: int) -> Sequence[Request]:
        """Wait until so many requests were heard."""
        async with asyncio.timeout(30), self.more:
            await self.more.wait_for(lambda: len(self.heard) >= count)
        return self.heard

    async def until_closed(self) -> None:
        async with asyncio.timeout(30), self.more:
            await self.more.wait_for(lambda: self.closed == self.connections)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    await self._one(reader, writer)
        finally:
            writer.close()
            async with self.more:
                self.closed += 1
                self.more.notify_all()

    async def _one(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = [line.partition(": ") for line in head[1:] if line]
        headers = {name.lower(): value for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        request = Request(head[0], headers, body)
        async with self.more:
            self.heard.append(request)
            self.more.notify_all()
        await self.respond(request, writer)
        await writer.drain()

    def accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


@asynccontextmanager
async def receiving(
    respond: Respond, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    it = Receiver(respond)
    server = await asyncio.start_server(it.accept, host, 0, ssl=tls)
    it.port = server.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        server.close()
        for task in tuple(it.tasks):
            task.cancel()
        await asyncio.gather(*it.tasks, return_exceptions=True)
