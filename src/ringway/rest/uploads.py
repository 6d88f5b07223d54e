"""One file in multipart/form-data (RFC 7578), written as it comes.

Nothing of it is held in memory but a chunk: what comes goes to where it is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final

from litestar.types import Receive
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from ringway.rest.errors import ApiError, bad_request

PART: Final = "file"
"""The name of the part that is the file."""
MAX_PARTS: Final = 16
MAX_AROUND: Final = 64 * 1024
"""Bytes of a body beside the file."""
WITHIN_S: Final = 300.0
"""How long an upload may take."""
MAX_FILE_NAME: Final = 255
NO_NAME: Final = "file"

Write = Callable[[bytes], Awaitable[None]]


async def upload(
    headers: Mapping[bytes, bytes], receive: Receive, most: int, write: Write
) -> str:
    """Hand the file on, chunk by chunk; give its name.

    Or `ApiError`: 400 for what is no such body, 413 for a file of more than `most`
    bytes, or too much beside it.
    """
    kind, options = parse_options_header(
        headers.get(b"content-type", b"").decode("latin-1")
    )
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise bad_request(f"The body is multipart/form-data with a part {PART!r}.")
    told = headers.get(b"content-length", b"")
    if told.isdigit() and int(told) > most + MAX_AROUND:
        raise _too_large(most)
    try:
        async with asyncio.timeout(WITHIN_S):
            return await _parts(boundary, _chunks(receive, most), most, write)
    except TimeoutError:
        raise bad_request(f"An upload takes {WITHIN_S:.0f} s at most.") from None
    except MultipartError:
        raise bad_request("The body is no whole multipart/form-data.") from None


async def _parts(
    boundary: str, chunks: AsyncIterator[bytes], most: int, write: Write
) -> str:
    name: str | None = None
    at_file, size = False, 0
    with PushMultipartParser(boundary, max_segment_count=MAX_PARTS) as parser:
        async for chunk in chunks:
            for event in parser.parse(chunk):
                if isinstance(event, MultipartSegment):
                    at_file = event.name == PART and name is None
                    if at_file:
                        name = _file_name(event.filename)
                elif event is not None and at_file:
                    size += len(event)
                    if size > most:
                        raise _too_large(most)
                    await write(bytes(event))
            if parser.closed:
                break
    if name is None:
        raise bad_request("The file is missing.", **{PART: "is required"})
    return name


async def _chunks(receive: Receive, most: int) -> AsyncIterator[bytes]:
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise bad_request("The connection was closed before the body was whole.")
        size += len(message["body"])
        if size > most + MAX_AROUND:
            raise _too_large(most)
        if message["body"]:
            yield message["body"]
        if not message["more_body"]:
            # The parser takes an empty chunk for the end.
            yield b""
            return


def _file_name(given: str | None) -> str:
    """Keep the last part of what a client calls it, without what no one can read."""
    last = (given or "").replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if sign.isprintable()).strip()
    return shown[:MAX_FILE_NAME] or NO_NAME


def _too_large(most: int) -> ApiError:
    return ApiError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A file has at most {most} bytes."
    )
