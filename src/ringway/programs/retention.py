"""Removes what is not needed any more: files that nobody has used for long.

Rows go first and bytes after them, so a crash leaves bytes that nothing leads to, and
never a row without bytes; such bytes are removed at the next start.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

import structlog

from ringway.domain.values import SECOND, AccountId
from ringway.ports.blobs import Blobs, blob_name
from ringway.ports.clock import Appointment, Clock
from ringway.ports.files import FILE, StoredFile
from ringway.ports.shelves import Missing, Shelf, Shelves
from ringway.ports.storage import StorageUnavailable

log = structlog.get_logger("retention")

LOOK_TIME: Final = 6 * 3600 * SECOND
"""How often it is looked for what is to be removed."""
_PAGE: Final = 1000

Start = Callable[[Coroutine[Any, Any, None], str], object]
"""Begins work that nobody waits for; the name is for logs."""


async def forget_file(
    shelves: Shelves, blobs: Blobs, account: AccountId, id_: str
) -> StoredFile:
    """Remove a file; give what it was.  Or `Missing`."""
    it = await shelves.write(account, lambda shelf: shelf.remove(FILE, id_))
    await blobs.remove(account, blob_name(FILE.name, id_))
    return it


class Retention:
    """Looks when it is opened, and every `LOOK_TIME` after that."""

    def __init__(
        self, shelves: Shelves, blobs: Blobs, clock: Clock, start: Start
    ) -> None:
        self._shelves, self._blobs = shelves, blobs
        self._clock, self._start = clock, start
        self._next: Appointment | None = None

    async def open(self) -> None:
        """Remove leftovers of a crash, before anything new is written, and look."""
        for account in await self._shelves.accounts(FILE):
            rows = await self._shelves.read(account, _all)
            known = {blob_name(FILE.name, it.id) for it in rows}
            for name in await self._blobs.names(account):
                if name.startswith(f"{FILE.name}-") and name not in known:
                    await self._blobs.remove(account, name)
        await self.look()

    async def look(self) -> None:
        """Remove what is too old, and come again."""
        now = self._clock.now()
        self._next = self._clock.at(now + LOOK_TIME, self._look_again)
        for account in await self._shelves.accounts(FILE):
            for it in await self._shelves.read(account, _all):
                if it.expires_at <= now:
                    # Somebody else may have deleted it meanwhile.
                    with suppress(Missing):
                        await forget_file(self._shelves, self._blobs, account, it.id)

    def close(self) -> None:
        """Come no more."""
        if self._next is not None:
            self._next.cancel()

    def _look_again(self) -> None:
        self._start(self._looked(), "remove old files")

    async def _looked(self) -> None:
        try:
            await self.look()
        except StorageUnavailable as error:
            log.warning("old files were not removed", trouble=error.trouble)


def _all(shelf: Shelf) -> list[StoredFile]:
    found: list[StoredFile] = []
    while page := shelf.page(FILE, len(found) // _PAGE, _PAGE).values:
        found += page
        if len(page) < _PAGE:
            break
    return found
