"""Files in memory: for tests of the floors above, gone with the process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from typing import BinaryIO, TypeVar

from ringway.domain.values import AccountId
from ringway.ports.blobs import CHUNK, NoSuchBlob

R = TypeVar("R")
Kept = dict[tuple[AccountId, str], bytes]


class MemoryBlobs:
    """A dictionary."""

    def __init__(self) -> None:
        self._kept: Kept = {}

    @asynccontextmanager
    async def writing(self, account: AccountId, name: str) -> AsyncIterator[_Writing]:
        yield _Writing(self._kept, (account, name))

    async def read(
        self, account: AccountId, name: str, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        content = self._kept.get((account, name))
        if content is None:
            raise NoSuchBlob(name)
        end = len(content) if length is None else min(start + length, len(content))
        for at in range(start, end, CHUNK):
            yield content[at : min(at + CHUNK, end)]

    async def remove(self, account: AccountId, name: str) -> None:
        self._kept.pop((account, name), None)

    async def names(self, account: AccountId) -> Sequence[str]:
        return [name for whose, name in self._kept if whose == account]


class _Writing:
    def __init__(self, kept: Kept, name: tuple[AccountId, str]) -> None:
        self._kept, self._name = kept, name
        self._content = bytearray()

    @property
    def size(self) -> int:
        return len(self._content)

    async def write(self, chunk: bytes) -> None:
        self._content += chunk

    async def look(self, read: Callable[[BinaryIO], R]) -> R:
        return read(BytesIO(bytes(self._content)))

    async def keep(self) -> None:
        self._kept[self._name] = bytes(self._content)
