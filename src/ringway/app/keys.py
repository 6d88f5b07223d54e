"""`ringway key`: API keys, beside a running server or without one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ringway.app.catalog import now, open_catalog
from ringway.app.stops import Stop
from ringway.ports.catalog import (
    FIRST_ACCOUNT,
    ApiKey,
    MintedKey,
    NoSuchKey,
    TooManyKeys,
)
from ringway.public.scopes import known


async def create(data: Path, name: str, scopes: Sequence[str] = ()) -> MintedKey:
    """Make a key, for everything or for some scopes.  Or `Stop`."""
    async with open_catalog(data) as catalog:
        try:
            held = known(scopes) if scopes else None
            return await catalog.create_key(FIRST_ACCOUNT, name, now(), held)
        except (TooManyKeys, ValueError) as error:
            raise Stop(str(error)) from error


async def listed(data: Path) -> list[ApiKey]:
    """Give all keys, oldest first.  Or `Stop`."""
    async with open_catalog(data) as catalog:
        return await catalog.keys(FIRST_ACCOUNT)


async def revoke(data: Path, key: str) -> ApiKey:
    """No longer accept the key.  Or `Stop`."""
    async with open_catalog(data) as catalog:
        try:
            return await catalog.revoke_key(FIRST_ACCOUNT, key, now())
        except NoSuchKey as error:
            raise Stop(str(error)) from error
