"""`ringway events`: what customers are told, and what became of each delivery."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ringway.adapters.sealing_aes import AesSeal
from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import FILE, Database
from ringway.adapters.sql.deliveries import SqlDeliveries
from ringway.adapters.sql.outbox import SqlOutbox
from ringway.adapters.sql.subscriptions import SqlSubscriptions
from ringway.app.control import Follow, ask_to_follow
from ringway.app.stops import Stop
from ringway.domain.values import AccountId, ConfigurationId
from ringway.hooks.signatures import written
from ringway.ports.catalog import NoSuchAccount
from ringway.ports.deliveries import Attempt, Course, Deliveries
from ringway.ports.outbox import Outbox
from ringway.ports.sealing import Unsealable
from ringway.ports.storage import StorageUnavailable
from ringway.ports.subscriptions import Book, Subscription

Told: TypeAlias = tuple[str, bytes]
"""The id of an event, and the JSON object as it is posted."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A subscription, and how far it has come."""

    subscription: Subscription
    url: str
    course: Course | None
    """None: nothing was brought yet."""


@dataclass(frozen=True, slots=True)
class _Records:
    book: Book
    outbox: Outbox
    deliveries: Deliveries


@asynccontextmanager
async def _open(data: Path, account: str) -> AsyncIterator[_Records]:
    """Open what is there; make nothing.  Or `Stop`."""
    if not (data / FILE).is_file():
        raise Stop(f"There is nothing in {data} yet: `ringway serve` begins it.")
    try:
        database = await Database.open(data)
        try:
            if await SqlCatalog(database).account(AccountId(account)) is None:
                raise Stop(str(NoSuchAccount(account)))
            books = SqlSubscriptions(database, AesSeal.of(data))
            book = await books.book(AccountId(account))
            yield _Records(book, SqlOutbox(database), SqlDeliveries(database))
        finally:
            await database.close()
    except (StorageUnavailable, Unsealable) as error:
        raise Stop(str(error)) from error


async def newest(
    data: Path, account: str, most: int, configuration: str | None
) -> Sequence[Told]:
    """Give what the account was told last, oldest first.  Or `Stop`."""
    wanted = None if configuration is None else ConfigurationId(configuration)
    async with _open(data, account) as records:
        found = await records.outbox.newest(AccountId(account), most, wanted)
    return [(str(it.mark), it.payload) for it in found]


async def follow(
    data: Path,
    account: str,
    configuration: str | None,
    show: Callable[[Told], None],
) -> None:
    """Show what the account is told, until the server ends.  Or `Stop`."""
    async for it in ask_to_follow(data, Follow(account, configuration)):
        show((it.id, bytes(it.event)))


async def standings(data: Path, account: str) -> Sequence[Standing]:
    """Give every subscription, and how far it has come.  Or `Stop`."""
    async with _open(data, account) as records:
        courses = await records.deliveries.courses()
        book = records.book
    return [
        Standing(it, book.profiles[it.profile].notify_url, courses.get(it.course))
        for it in book.subscriptions.values()
    ]


async def attempts(
    data: Path, account: str, subscription: str, most: int
) -> Sequence[Attempt]:
    """Give the newest attempts of a subscription, newest first.  Or `Stop`."""
    async with _open(data, account) as records:
        found = records.book.subscriptions.get(subscription)
        if found is None:
            raise Stop(
                f"There is no subscription {subscription!r}: `ringway events "
                "subscriptions` shows what there is."
            )
        return await records.deliveries.attempts(found.course, most)


async def secret(data: Path, account: str, profile: str) -> str:
    """Give what signs a profile's requests, as receivers take it.  Or `Stop`."""
    async with _open(data, account) as records:
        found = records.book.profiles.get(profile)
        if found is None:
            raise Stop(f"There is no profile {profile!r} in the account {account}.")
        return written(found.secret)
