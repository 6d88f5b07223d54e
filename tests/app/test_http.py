"""The HTTP server itself: what it does about requests that are none."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ringway.app.http import MAX_HEAD, HttpServer

LINE = b"X-Long: " + b"x" * 4000 + b"\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Say how long the body is."""
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message["body"]), message["more_body"]
    body = str(length).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def address() -> AsyncIterator[tuple[str, int]]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = HttpServer(echo)
    serving = asyncio.create_task(server.serve_on([listening]))
    await server.is_serving.wait()
    yield listening.getsockname()
    server.end()
    await serving


async def test_a_head_without_an_end_is_cut_off(address: tuple[str, int]) -> None:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n")
    for _ in range(2 * MAX_HEAD // len(LINE)):
        writer.write(LINE)
    answer = await asyncio.wait_for(reader.read(), 5)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"too long" in answer
    writer.close()
    await writer.wait_closed()


async def test_a_long_body_is_no_long_head(address: tuple[str, int]) -> None:
    reader, writer = await asyncio.open_connection(*address)
    for _ in range(3):
        head = (
            f"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: {4 * MAX_HEAD}\r\n\r\n"
        )
        writer.write(head.encode() + bytes(4 * MAX_HEAD))
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        assert answer.startswith(b"HTTP/1.1 200 ")
        length = str(4 * MAX_HEAD).encode()
        assert await reader.readexactly(len(length)) == length
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("text", [b"\x16\x03\x01 hello\r\n\r\n", b"GET x y z\r\n\r\n"])
async def test_what_is_no_http_is_refused(
    address: tuple[str, int], text: bytes
) -> None:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(text)
    answer = await asyncio.wait_for(reader.read(), 5)
    assert answer.startswith(b"HTTP/1.1 400 ")
    writer.close()
    await writer.wait_closed()
