"""What a folder's first account keeps, for commands beside a running server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.shelves import SqlShelves
from ringway.app.catalog import now
from ringway.app.folder import prepare
from ringway.app.stops import Stop
from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.ports.configurations import CONFIGURATION, Configuration, configuration
from ringway.ports.fields import WrongFields
from ringway.ports.provisioning import (
    APPLICATION,
    Application,
    InUse,
    application,
    delete_application,
)
from ringway.ports.shelves import Kind, Missing, Shelf, Taken, TooMany, the
from ringway.ports.storage import StorageUnavailable

R = TypeVar("R")
T = TypeVar("T")

_PAGE: Final = 1000


async def _do(data: Path, work: Callable[[Shelf], R]) -> R:
    """Do the work on the shelf, in one transaction.  Or `Stop`."""
    prepare(data)
    try:
        database = await Database.open(data)
        try:
            await SqlCatalog(database).open_account(FIRST_ACCOUNT, "Main", now())
            return await SqlShelves(database).write(FIRST_ACCOUNT, work)
        finally:
            await database.close()
    except (Missing, Taken, TooMany, WrongFields, InUse) as error:
        raise Stop(str(error)) from error
    except StorageUnavailable as error:
        raise Stop(error.text) from error


async def _listed(data: Path, kind: Kind[T]) -> list[T]:
    return await _do(data, lambda shelf: list(shelf.page(kind, 0, _PAGE).values))


async def configurations(data: Path) -> list[Configuration]:
    """Give all calls configurations, the newest first.  Or `Stop`."""
    return await _listed(data, CONFIGURATION)


async def create_configuration(
    data: Path, id_: str | None, name: str | None
) -> Configuration:
    """Make a calls configuration.  Or `Stop`."""

    def work(shelf: Shelf) -> Configuration:
        it = configuration(id_, name)
        shelf.add(CONFIGURATION, it.id, it, now())
        return it

    return await _do(data, work)


async def read_configuration(data: Path, id_: str) -> Configuration:
    """Give a calls configuration.  Or `Stop`."""
    return await _do(data, lambda shelf: the(shelf, CONFIGURATION, id_))


async def delete_configuration(data: Path, id_: str) -> Configuration:
    """Delete a calls configuration; give what it was.  Or `Stop`."""
    return await _do(data, lambda shelf: shelf.remove(CONFIGURATION, id_))


async def applications(data: Path) -> list[Application]:
    """Give all applications, the newest first.  Or `Stop`."""
    return await _listed(data, APPLICATION)


async def create_application(data: Path, id_: str, name: str | None) -> Application:
    """Make an application.  Or `Stop`."""

    def work(shelf: Shelf) -> Application:
        it = application(id_, name)
        shelf.add(APPLICATION, it.id, it, now())
        return it

    return await _do(data, work)


async def remove_application(data: Path, id_: str) -> Application:
    """Delete an application to which nothing belongs.  Or `Stop`."""
    return await _do(data, lambda shelf: delete_application(shelf, id_))
