"""`ringway account`: what holds for all calls of an account."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ringway.app.catalog import open_catalog
from ringway.app.stops import Stop
from ringway.domain.values import AccountId
from ringway.ports.catalog import Account, NoSuchAccount


async def read(data: Path, account: str) -> Account:
    """Give the account.  Or `Stop`."""
    async with open_catalog(data) as catalog:
        found = await catalog.account(AccountId(account))
    if found is None:
        raise Stop(str(NoSuchAccount(account)))
    return found


async def change(data: Path, account: str, max_room_size: int) -> Account:
    """Put other settings in force, for who comes from now on.  Or `Stop`."""
    async with open_catalog(data) as catalog:
        found = await catalog.account(AccountId(account))
        if found is None:
            raise Stop(str(NoSuchAccount(account)))
        try:
            settings = replace(found.settings, max_room_size=max_room_size)
        except ValueError as error:
            raise Stop(str(error)) from error
        return await catalog.change_settings(found.id, settings)
