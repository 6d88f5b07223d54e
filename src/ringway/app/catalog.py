"""The catalog of a folder, for commands beside a running server or without one."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import Database
from ringway.app.folder import prepare
from ringway.app.stops import Stop
from ringway.ports.catalog import DEMO_ACCOUNT, FIRST_ACCOUNT, Catalog
from ringway.ports.storage import StorageUnavailable


def now() -> int:
    """Microseconds since 1970, UTC."""
    return time.time_ns() // 1000


@asynccontextmanager
async def open_catalog(data: Path) -> AsyncIterator[Catalog]:
    """Open the folder's catalog, with the accounts there always are.  Or `Stop`."""
    prepare(data)
    try:
        database = await Database.open(data)
        try:
            catalog = SqlCatalog(database)
            await catalog.open_account(FIRST_ACCOUNT, "Main", now())
            await catalog.open_account(DEMO_ACCOUNT, "Demo", now())
            yield catalog
        finally:
            await database.close()
    except StorageUnavailable as error:
        raise Stop(error.text) from error
