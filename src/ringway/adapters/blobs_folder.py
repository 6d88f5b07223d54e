"""Files in a folder: FOLDER/ACCOUNT/NAME, whole from the moment they are there.

What is being written has a name of its own beside the others, is brought to the disk,
and then takes its name.
"""

from __future__ import annotations

import asyncio
import errno
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import BinaryIO, Final, TypeVar
from urllib.parse import quote

from ringway.domain.values import AccountId
from ringway.ports.blobs import CHUNK, NoSuchBlob
from ringway.ports.storage import StorageUnavailable, Trouble

R = TypeVar("R")

FOLDER: Final = "files"
PRIVATE: Final = 0o700
UNFINISHED: Final = "."
"""What the names of files begin with that are being written."""
_TROUBLE: Final = {
    errno.ENOSPC: Trouble.FULL,
    errno.EDQUOT: Trouble.FULL,
    errno.EACCES: Trouble.READ_ONLY,
    errno.EPERM: Trouble.READ_ONLY,
    errno.EROFS: Trouble.READ_ONLY,
}


class FolderBlobs:
    """The folder, which is made when it is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def writing(self, account: AccountId, name: str) -> AsyncIterator[_Writing]:
        it = await asyncio.to_thread(_Writing, self._place(account), name)
        try:
            yield it
        finally:
            await asyncio.to_thread(it.end)

    async def read(
        self, account: AccountId, name: str, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        path = self._place(account) / name
        try:
            with _translated(path):
                file = await asyncio.to_thread(path.open, "rb")
        except FileNotFoundError:
            raise NoSuchBlob(name) from None
        with file, _translated(path):
            await asyncio.to_thread(file.seek, start)
            while length is None or length > 0:
                most = CHUNK if length is None else min(CHUNK, length)
                if not (chunk := await asyncio.to_thread(file.read, most)):
                    return
                if length is not None:
                    length -= len(chunk)
                yield chunk

    async def remove(self, account: AccountId, name: str) -> None:
        path = self._place(account) / name
        with _translated(path):
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def names(self, account: AccountId) -> Sequence[str]:
        place = self._place(account)

        def look() -> list[str]:
            if not place.is_dir():
                return []
            found = sorted(it.name for it in place.iterdir())
            return [name for name in found if not name.startswith(UNFINISHED)]

        with _translated(place):
            return await asyncio.to_thread(look)

    async def forget_unfinished(self) -> None:
        """Remove what a process that died was writing; call it before serving."""

        def work() -> None:
            for path in self._folder.glob(f"*/{UNFINISHED}*"):
                path.unlink(missing_ok=True)

        with _translated(self._folder):
            await asyncio.to_thread(work)

    def _place(self, account: AccountId) -> Path:
        # Whatever an account is called, its folder is one of this one.
        return self._folder / (quote(account, safe="").replace(".", "%2E") or "%")


class _Writing:
    """A file that has no name yet."""

    def __init__(self, place: Path, name: str) -> None:
        self.size = 0
        self._path = place / name
        with _translated(self._path):
            place.parent.mkdir(mode=PRIVATE, exist_ok=True)
            place.mkdir(mode=PRIVATE, exist_ok=True)
            descriptor, unfinished = tempfile.mkstemp(dir=place, prefix=UNFINISHED)
        self._file = os.fdopen(descriptor, "w+b")
        self._unfinished: Path | None = Path(unfinished)

    async def write(self, chunk: bytes) -> None:
        with _translated(self._path):
            await asyncio.to_thread(self._file.write, chunk)
        self.size += len(chunk)

    async def look(self, read: Callable[[BinaryIO], R]) -> R:
        def work() -> R:
            self._file.seek(0)
            try:
                return read(self._file)
            finally:
                self._file.seek(0, os.SEEK_END)

        with _translated(self._path):
            return await asyncio.to_thread(work)

    async def keep(self) -> None:
        def work() -> None:
            assert self._unfinished is not None, "kept once"
            self._file.flush()
            os.fsync(self._file.fileno())
            self._unfinished.replace(self._path)
            self._unfinished = None
            folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

        with _translated(self._path):
            await asyncio.to_thread(work)

    def end(self) -> None:
        """Close it; what was not kept is removed."""
        try:
            # What is left in the buffer is written once more: that may fail again.
            with _translated(self._path):
                self._file.close()
        except StorageUnavailable:
            if self._unfinished is None:
                raise
        finally:
            if self._unfinished is not None:
                self._unfinished.unlink(missing_ok=True)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Raise the system's errors as `StorageUnavailable`; what is not there stays so."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        trouble = _TROUBLE.get(error.errno or 0, Trouble.DAMAGED)
        text = (
            f"No space is left for {path}."
            if trouble is Trouble.FULL
            else f"The file {path} can not be used: {error.strerror}."
        )
        raise StorageUnavailable(trouble, text) from error
