"""Frames on the engine's socket: bytes from orders, news from bytes.

A frame is its length (u32, big endian) and one MessagePack map
(`ports.engine_messages`).  No input and output here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from ringway.ports.engine_messages import MAX_FRAME, News, Order

LENGTH = 4

_encode = msgspec.msgpack.Encoder().encode
_news: msgspec.msgpack.Decoder[News] = msgspec.msgpack.Decoder(News)
_order: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)


class BadFrame(Exception):
    """The boundary of frames is lost: nothing after this can be understood."""


class FrameTooLong(ValueError):
    """What should be written is longer than a frame may be."""


def frame(message: Order | News) -> bytes:
    """Write one frame.  Or `FrameTooLong`."""
    body = _encode(message)
    if len(body) > MAX_FRAME:
        raise FrameTooLong(f"{len(body)} bytes do not fit a frame of {MAX_FRAME}")
    return len(body).to_bytes(LENGTH, "big") + body


class Bodies:
    """Cuts a stream of bytes into the bodies of frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Sequence[bytes]:
        """Take what has come; give every body that is whole.  Or `BadFrame`."""
        self._buffer += data
        bodies: list[bytes] = []
        start = 0
        while len(self._buffer) - start >= LENGTH:
            body = start + LENGTH
            length = int.from_bytes(self._buffer[start:body], "big")
            if length > MAX_FRAME:
                raise BadFrame(f"a frame of {length} bytes: at most {MAX_FRAME} fit")
            if len(self._buffer) < body + length:
                break
            bodies.append(bytes(self._buffer[body : body + length]))
            start = body + length
        del self._buffer[:start]
        return bodies


def news(bodies: Iterable[bytes]) -> tuple[list[News], int]:
    """Read the news in these bodies; count those we don't know.

    An engine with a newer minor version may say more than we understand.
    """
    known: list[News] = []
    unknown = 0
    for body in bodies:
        try:
            known.append(_news.decode(body))
        except (msgspec.DecodeError, UnicodeDecodeError):
            unknown += 1
    return known, unknown


def order(body: bytes) -> Order:
    """Read one order; for an engine in Python.  Or `msgspec.DecodeError`."""
    return _order.decode(body)
