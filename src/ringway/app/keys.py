"""`ringway key`: API keys, beside a running server or without one."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import Database
from ringway.app.folder import prepare
from ringway.app.stops import Stop
from ringway.ports.catalog import (
    FIRST_ACCOUNT,
    ApiKey,
    Catalog,
    MintedKey,
    NoSuchKey,
    TooManyKeys,
)
from ringway.ports.storage import StorageUnavailable


def _now() -> int:
    return time.time_ns() // 1000


@asynccontextmanager
async def _catalog(data: Path) -> AsyncIterator[Catalog]:
    prepare(data)
    try:
        database = await Database.open(data)
        try:
            catalog = SqlCatalog(database)
            await catalog.open_account(FIRST_ACCOUNT, "Main", _now())
            yield catalog
        finally:
            await database.close()
    except StorageUnavailable as error:
        raise Stop(error.text) from error


async def create(data: Path, name: str) -> MintedKey:
    """Make a key.  Or `Stop`."""
    async with _catalog(data) as catalog:
        try:
            return await catalog.create_key(FIRST_ACCOUNT, name, _now())
        except (TooManyKeys, ValueError) as error:
            raise Stop(str(error)) from error


async def listed(data: Path) -> list[ApiKey]:
    """Give all keys, oldest first.  Or `Stop`."""
    async with _catalog(data) as catalog:
        return await catalog.keys(FIRST_ACCOUNT)


async def revoke(data: Path, key: str) -> ApiKey:
    """No longer accept the key.  Or `Stop`."""
    async with _catalog(data) as catalog:
        try:
            return await catalog.revoke_key(FIRST_ACCOUNT, key, _now())
        except NoSuchKey as error:
            raise Stop(str(error)) from error
