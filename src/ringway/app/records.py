"""What a data folder tells of calls and rooms, while a server runs or none does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ringway.adapters.sql.calls import SqlCalls
from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import FILE, Database
from ringway.adapters.sql.event_log import SqlEventLog
from ringway.app.stops import Stop
from ringway.domain.values import AccountId
from ringway.ports.calls import Calls
from ringway.ports.catalog import DEMO_ACCOUNT, FIRST_ACCOUNT, NoSuchAccount
from ringway.ports.event_log import EventLog
from ringway.ports.storage import StorageUnavailable
from ringway.runtime.codec import UnreadableEvent


@dataclass(frozen=True, slots=True)
class Records:
    """What can be read, of the accounts that were asked for."""

    log: EventLog
    calls: Calls
    accounts: tuple[AccountId, ...]


@asynccontextmanager
async def open_records(data: Path, account: str | None) -> AsyncIterator[Records]:
    """Open what is there; make nothing.  Or `Stop`.

    Without an account it is all there are: who owns the folder owns them all.
    """
    try:
        is_there = (data / FILE).is_file()
    except OSError as error:
        raise Stop(
            f"The data folder {data} can not be read: {error.strerror}."
        ) from error
    if not is_there:
        raise Stop(f"There is nothing in {data} yet: `ringway serve` begins it.")
    try:
        database = await Database.open(data)
        try:
            accounts: tuple[AccountId, ...] = (FIRST_ACCOUNT, DEMO_ACCOUNT)
            if account is not None:
                accounts = (AccountId(account),)
                if await SqlCatalog(database).account(accounts[0]) is None:
                    raise Stop(str(NoSuchAccount(account)))
            yield Records(SqlEventLog(database), SqlCalls(database), accounts)
        finally:
            await database.close()
    except StorageUnavailable as error:
        raise Stop(error.text) from error
    except UnreadableEvent as error:
        raise Stop(f"The log was written by another version: {error}.") from error
