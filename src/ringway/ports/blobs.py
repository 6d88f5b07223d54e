"""Files of customers: bytes by account and name, written as a whole or not at all.

    async with blobs.writing(account, name) as writing:
        await writing.write(chunk)          # as often as needed
        media = await writing.look(judge)   # what has been written, as a file
        await writing.keep()                # without it nothing is left

Everything here may raise `StorageUnavailable`: a full disk is one, and leaves nothing.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import BinaryIO, Final, Protocol, TypeVar

from ringway.domain.values import AccountId

R = TypeVar("R")

CHUNK: Final = 64 * 1024
"""Bytes that are read at once."""
_NAME: Final = re.compile(r"[a-z]+-[A-Za-z0-9-]{1,64}")


class NoSuchBlob(Exception):
    """Nothing is kept under this name."""


def blob_name(kind: str, id_: str) -> str:
    """Name the bytes of something by its kind and id: ``file-ID``.

    Or `ValueError`: ids are ours, so another one is a fault in the house.
    """
    name = f"{kind}-{id_}"
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} names no file.")
    return name


class Writing(Protocol):
    """Bytes that are being written."""

    @property
    def size(self) -> int:
        """Bytes, up to now."""
        ...

    async def write(self, chunk: bytes) -> None: ...

    async def look(self, read: Callable[[BinaryIO], R]) -> R:
        """Read what has been written, from its beginning; runs in another thread."""
        ...

    async def keep(self) -> None:
        """Let it be found from now on, also after a loss of power."""
        ...


class Blobs(Protocol):
    """The files of all accounts."""

    def writing(
        self, account: AccountId, name: str
    ) -> AbstractAsyncContextManager[Writing]:
        """Begin to write; what was not kept in the end is gone."""
        ...

    def read(
        self, account: AccountId, name: str, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        """Give the bytes from `start` on, in chunks.  Or `NoSuchBlob`."""
        ...

    async def remove(self, account: AccountId, name: str) -> None:
        """Keep it no longer; what is not there is removed already."""
        ...

    async def names(self, account: AccountId) -> Sequence[str]:
        """Give the names of all that is kept."""
        ...
