"""Files of customers: what every adapter promises."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from ringway.adapters.blobs_folder import FolderBlobs
from ringway.adapters.blobs_memory import MemoryBlobs
from ringway.domain.values import AccountId
from ringway.ports.blobs import CHUNK, Blobs, NoSuchBlob, blob_name
from ringway.ports.storage import StorageUnavailable, Trouble

MAIN, OTHER = AccountId("main"), AccountId("other")
LONG = bytes(range(256)) * (CHUNK // 128)
"""Two chunks."""


@pytest.fixture(params=["memory", "folder"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return MemoryBlobs() if request.param == "memory" else FolderBlobs(tmp_path / "it")


async def put(blobs: Blobs, name: str, *chunks: bytes, whose: AccountId = MAIN) -> None:
    async with blobs.writing(whose, name) as writing:
        for chunk in chunks:
            await writing.write(chunk)
        assert writing.size == sum(map(len, chunks))
        await writing.keep()


async def get(
    blobs: Blobs,
    name: str,
    start: int = 0,
    length: int | None = None,
    whose: AccountId = MAIN,
) -> bytes:
    found = [chunk async for chunk in blobs.read(whose, name, start, length)]
    assert all(0 < len(chunk) <= CHUNK for chunk in found)
    return b"".join(found)


async def breaks_off(blobs: Blobs) -> None:
    async with blobs.writing(MAIN, "file-1") as writing:
        await writing.write(LONG)
        raise RuntimeError


def files(folder: Path) -> list[Path]:
    return [it for it in folder.rglob("*") if it.is_file()]


async def test_what_is_kept_is_read(blobs: Blobs) -> None:
    await put(blobs, "file-1", LONG[:5], LONG[5:])
    await put(blobs, "file-2")
    assert await get(blobs, "file-1") == LONG
    assert await get(blobs, "file-2") == b""
    assert sorted(await blobs.names(MAIN)) == ["file-1", "file-2"]


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, 1), (1, 7), (CHUNK - 1, 2), (5, None), (len(LONG) - 1, 9), (len(LONG), None)],
)
async def test_a_range_is_read(blobs: Blobs, start: int, length: int | None) -> None:
    await put(blobs, "file-1", LONG)
    end = None if length is None else start + length
    assert await get(blobs, "file-1", start, length) == LONG[start:end]


async def test_what_is_not_kept_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    async with blobs.writing(MAIN, "file-1") as writing:
        await writing.write(LONG)
    with pytest.raises(RuntimeError):
        await breaks_off(blobs)
    assert await blobs.names(MAIN) == []
    assert files(tmp_path) == []
    with pytest.raises(NoSuchBlob):
        await get(blobs, "file-1")


async def test_what_is_being_written_can_be_looked_at(blobs: Blobs) -> None:
    def first(file: BinaryIO) -> bytes:
        return file.read(3)

    async with blobs.writing(MAIN, "file-1") as writing:
        await writing.write(b"abc")
        await writing.write(b"def")
        assert await writing.look(first) == b"abc"
        await writing.write(b"ghi")
        assert await writing.look(lambda file: file.read()) == b"abcdefghi"
        await writing.keep()
    assert await get(blobs, "file-1") == b"abcdefghi"


async def test_accounts_know_nothing_of_each_other(blobs: Blobs) -> None:
    await put(blobs, "file-1", b"mine")
    await put(blobs, "file-1", b"theirs", whose=OTHER)
    await blobs.remove(OTHER, "file-1")
    assert await get(blobs, "file-1") == b"mine"
    assert await blobs.names(OTHER) == []
    for strange in ("..", ".", "a/b", "../main", "%2E%2E", ""):
        whose = AccountId(strange)
        with pytest.raises(NoSuchBlob):
            await get(blobs, "file-1", whose=whose)
        assert await blobs.names(whose) == []


async def test_removed_is_gone_and_twice_is_once(blobs: Blobs) -> None:
    await put(blobs, "file-1", b"abc")
    await blobs.remove(MAIN, "file-1")
    await blobs.remove(MAIN, "file-1")
    with pytest.raises(NoSuchBlob):
        await get(blobs, "file-1")


@pytest.mark.parametrize("id_", ["", "../x", "a/b", "a.b", "x" * 65, "a\n"])
def test_no_path_is_made_of_a_strangers_id(id_: str) -> None:
    with pytest.raises(ValueError, match="names no file"):
        blob_name("file", id_)
    assert blob_name("file", "0f-A") == "file-0f-A"


# -------------------------------------------------------------- the folder


class Full:
    """A file on a disk without room."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, chunk: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def as_told(trouble: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(trouble, os.strerror(trouble))

    return fail


async def test_a_full_disk_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = FolderBlobs(tmp_path)
    really = os.fdopen
    monkeypatch.setattr(os, "fdopen", lambda *a: Full(really(*a)))
    with pytest.raises(StorageUnavailable, match="No space") as full:
        await put(blobs, "file-1", LONG)
    assert full.value.trouble is Trouble.FULL
    monkeypatch.undo()
    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(StorageUnavailable) as full:
        await put(blobs, "file-1", LONG)
    assert full.value.trouble is Trouble.FULL
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "trouble"),
    [
        (errno.EDQUOT, Trouble.FULL),
        (errno.EROFS, Trouble.READ_ONLY),
        (errno.EACCES, Trouble.READ_ONLY),
        (errno.EIO, Trouble.DAMAGED),
    ],
)
async def test_what_is_wrong_with_the_disk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, trouble: Trouble
) -> None:
    monkeypatch.setattr(tempfile, "mkstemp", as_told(number))
    with pytest.raises(StorageUnavailable) as told:
        await put(FolderBlobs(tmp_path), "file-1", LONG)
    assert told.value.trouble is trouble


async def test_what_a_dead_process_was_writing_is_forgotten(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    await put(blobs, "file-1", b"abc")
    left = tmp_path / "main" / ".left"
    left.write_bytes(b"half")
    assert await blobs.names(MAIN) == ["file-1"]
    await blobs.forget_unfinished()
    assert not left.exists()
    assert await get(blobs, "file-1") == b"abc"


async def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    await put(FolderBlobs(tmp_path / "files"), "file-1", b"abc")
    for path in [tmp_path / "files", *(tmp_path / "files").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
