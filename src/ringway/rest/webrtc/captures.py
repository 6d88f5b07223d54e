"""Pictures that the SDK took of calls: listed, downloaded and deleted."""

from __future__ import annotations

from collections.abc import Mapping

from ringway.ports.blobs import Blobs, blob_name
from ringway.ports.captures import CAPTURE, Capture
from ringway.ports.shelves import Page, Shelves, the
from ringway.public.models.webrtc import (
    FilePageResponse,
    FileResponse,
    ImageFileFormat,
)
from ringway.public.moments import public_time
from ringway.public.operations import OCTETS
from ringway.public.pages import page_info
from ringway.rest.calls.door import Asked, Handler, Octets
from ringway.rest.ranges import part_of


def capture_handlers(shelves: Shelves, blobs: Blobs) -> Mapping[str, Handler]:
    """Make the handlers."""

    async def listed(asked: Asked) -> FilePageResponse:
        page, size = asked.query.page, asked.query.size
        found: Page[Capture] = await shelves.read(
            asked.account, lambda shelf: shelf.page(CAPTURE, page, size)
        )
        return FilePageResponse(
            results=[_answer(it) for it in found.values],
            page_info=page_info(page, size, found.total),
        )

    async def read(asked: Asked) -> FileResponse:
        return _answer(await _read(asked))

    async def delete(asked: Asked) -> FileResponse:
        id_ = asked.path["id"]
        it = await shelves.write(
            asked.account, lambda shelf: shelf.remove(CAPTURE, id_)
        )
        await blobs.remove(asked.account, blob_name(CAPTURE.name, id_))
        return _answer(it)

    async def download(asked: Asked) -> Octets:
        it = await _read(asked)
        part = part_of(asked.headers.get(b"range", b"").decode("latin-1"), it.size)
        start, length = (0, it.size) if part is None else (part.start, part.length)
        return Octets(
            200 if part is None else 206,
            {
                "Content-Type": OCTETS,
                "Content-Length": str(length),
                "Content-Disposition": "attachment",
                "Accept-Ranges": "bytes",
                "Cache-Control": "no-store",
                **({} if part is None else part.headers),
            },
            blobs.read(asked.account, blob_name(CAPTURE.name, it.id), start, length),
        )

    async def _read(asked: Asked) -> Capture:
        id_ = asked.path["id"]
        return await shelves.read(asked.account, lambda shelf: the(shelf, CAPTURE, id_))

    return {
        "get-files": listed,
        "get-file": read,
        "delete-file": delete,
        "download-file": download,
    }


def _answer(it: Capture) -> FileResponse:
    return FileResponse(
        id=it.id,
        name=it.name,
        file_format=ImageFileFormat(it.format),
        size=it.size,
        creation_time=public_time(it.created_at),
    )
