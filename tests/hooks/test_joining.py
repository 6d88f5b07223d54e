"""Head and body of a request leave together."""

from __future__ import annotations

from typing import Any

import httpcore

from ringway.hooks.joining import MOST_JOINED, Joined


class Inner(httpcore.AsyncNetworkStream):
    """Notes what is written to it."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    async def write(self, buffer: bytes, timeout: Any = None) -> None:  # noqa: ASYNC109
        self.sent.append(buffer)

    async def read(self, max_bytes: int, timeout: Any = None) -> bytes:  # noqa: ASYNC109
        return b"answer"[:max_bytes]

    async def aclose(self) -> None:
        self.sent.append(b"closed")


async def test_what_is_written_leaves_when_an_answer_is_awaited() -> None:
    inner = Inner()
    stream = Joined(inner)
    for part in (b"head", b"body", b""):
        await stream.write(part)
    assert inner.sent == []
    assert await stream.read(3) == b"ans"
    assert await stream.read(9) == b"answer"
    assert inner.sent == [b"headbody"]


async def test_what_is_long_does_not_wait() -> None:
    inner = Inner()
    stream = Joined(inner)
    await stream.write(b"head")
    await stream.write(bytes(MOST_JOINED))
    await stream.write(b"end")
    assert inner.sent == [b"head" + bytes(MOST_JOINED)]
    await stream.read(1)
    assert inner.sent[1:] == [b"end"]


async def test_what_waits_is_not_sent_by_a_close() -> None:
    inner = Inner()
    stream = Joined(inner)
    await stream.write(b"head")
    await stream.aclose()
    assert inner.sent == [b"closed"]
