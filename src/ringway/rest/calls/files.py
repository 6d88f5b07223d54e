"""Files of customers that can be played: uploaded, listed and deleted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from ringway.ports.blobs import Blobs, blob_name
from ringway.ports.clock import Clock
from ringway.ports.files import FILE, MAX_FILE, Judge, StoredFile
from ringway.ports.shelves import Page, Shelf, Shelves, TooMany, the
from ringway.programs.retention import forget_file
from ringway.public.models.enums import FileFormat
from ringway.public.models.recordings import File, FilePage
from ringway.public.moments import public_time
from ringway.public.pages import page_info
from ringway.rest.calls.door import Asked, Handler
from ringway.rest.errors import bad_request
from ringway.rest.uploads import PART, upload


@dataclass(frozen=True, slots=True)
class FileStore:
    """Where files are, and who says what they are."""

    shelves: Shelves
    blobs: Blobs
    judge: Judge
    clock: Clock


def file_handlers(store: FileStore) -> Mapping[str, Handler]:
    """Make the handlers."""
    shelves, blobs, clock = store.shelves, store.blobs, store.clock

    async def listed(asked: Asked) -> FilePage:
        page, size = asked.query.page, asked.query.size
        found: Page[StoredFile] = await shelves.read(
            asked.account, lambda shelf: shelf.page(FILE, page, size)
        )
        return FilePage(
            results=[_answer(it) for it in found.values],
            paging=page_info(page, size, found.total),
        )

    async def take(asked: Asked) -> File:
        id_, account = str(uuid.uuid4()), asked.account
        # Told before all of it was sent for nothing.
        await shelves.read(account, _room)
        async with blobs.writing(account, blob_name(FILE.name, id_)) as writing:
            name = await upload(asked.headers, asked.receive, MAX_FILE, writing.write)
            media = await writing.look(store.judge)
            if media is None:
                raise bad_request(
                    "Only sound and pictures can be kept.",
                    **{PART: "is a whole WAV, MP3 or MP4 file, by its content"},
                )
            at = clock.now()
            it = StoredFile(
                id_, name, media.format, writing.size, media.duration, at, at
            )
            await writing.keep()
        try:
            await shelves.write(account, lambda shelf: shelf.add(FILE, id_, it, at))
        except Exception:
            await blobs.remove(account, blob_name(FILE.name, id_))
            raise
        return _answer(it)

    async def read(asked: Asked) -> File:
        id_ = asked.path["fileId"]
        return _answer(
            await shelves.read(asked.account, lambda shelf: the(shelf, FILE, id_))
        )

    async def delete(asked: Asked) -> File:
        id_ = asked.path["fileId"]
        return _answer(await forget_file(shelves, blobs, asked.account, id_))

    return {
        "get-calls-files": listed,
        "upload-calls-audio-file": take,
        "get-calls-file": read,
        "delete-calls-file": delete,
    }


def _room(shelf: Shelf) -> None:
    if shelf.page(FILE, 0, 1).total >= FILE.most:
        raise TooMany(FILE)


def _answer(it: StoredFile) -> File:
    return File(
        id=it.id,
        name=it.name,
        file_format=FileFormat(it.format),
        size=it.size,
        creation_time=public_time(it.created_at),
        expiration_time=public_time(it.expires_at),
        duration=it.duration,
    )
