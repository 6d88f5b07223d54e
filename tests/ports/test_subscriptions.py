"""The books of accounts: what every adapter promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from ringway.adapters.sealing_aes import AesSeal, new_key
from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.subscriptions import SqlSubscriptions
from ringway.adapters.subscriptions_memory import MemorySubscriptions
from ringway.domain.values import AccountId
from ringway.ports.outbox import Mark
from ringway.ports.subscriptions import (
    Algorithm,
    Basic,
    Book,
    Certificate,
    Criterion,
    Hmac,
    Oauth,
    Profile,
    Security,
    Subscription,
    Subscriptions,
)

SEAL = AesSeal(dict([new_key()]))
MAIN, OTHER = AccountId("main"), AccountId("other")

SUBSCRIPTION = Subscription(
    id="s",
    course="0f",
    since=Mark(7, 1),
    created_at=3,
    profile="p",
    events=("CALL_RECEIVED", "CALL_FINISHED"),
    name="Calls",
    criteria=(Criterion("c1"), Criterion(None, "shop", "north")),
    resources=("+1",),
    users=("me",),
)
PROFILE = Profile(
    id="p",
    created_at=2,
    secret=bytes(range(32)),
    notify_url="https://shop.test/calls",
    content_type="application/json",
    security="basic",
    certificate="crt",
    max_bucket_size=1,
    window_size=20,
    connect_timeout=300,
    read_timeout=1000,
    protocols=("TLSv1.3",),
    headers={"X-Shop": "é"},
    response_regex=".",
    response_body_regex=".",
    rate_limit=5,
)
BOOK = Book(
    {"s": SUBSCRIPTION},
    {"p": PROFILE},
    {
        "basic": Security("basic", 1, Basic("name", "pass")),
        "hmac": Security("hmac", 2, Hmac("key", Algorithm.HMAC_SHA_512)),
        "oauth": Security("oauth", 3, Oauth("https://t.test", "password", "id")),
    },
    {"crt": Certificate("crt", 1, b"PEM", "CN=a", "CN=b", 1, 2, "0f", b"\xff")},
)


@pytest.fixture(params=["memory", "sqlite"])
async def books(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Subscriptions]:
    if request.param == "memory":
        yield MemorySubscriptions()
        return
    database = await Database.open(tmp_path)
    for account in (MAIN, OTHER):
        await SqlCatalog(database).open_account(account, account, 1)
    yield SqlSubscriptions(database, SEAL)
    await database.close()


async def test_a_book_is_empty_at_first(books: Subscriptions) -> None:
    assert await books.book(MAIN) == Book()
    assert await books.books() == {}


async def test_what_was_written_is_read_as_it_was(books: Subscriptions) -> None:
    assert await books.edit(MAIN, lambda _: BOOK) == BOOK
    assert await books.book(MAIN) == BOOK
    assert await books.books() == {MAIN: BOOK}
    assert await books.book(OTHER) == Book()


async def test_a_change_sees_the_book_and_leaves_the_rest(books: Subscriptions) -> None:
    await books.edit(MAIN, lambda _: BOOK)
    await books.edit(OTHER, lambda _: BOOK)
    renamed = msgspec.structs.replace(SUBSCRIPTION, name="Others")

    def change(book: Book) -> Book:
        assert book == BOOK
        return msgspec.structs.replace(
            book, subscriptions={"s": renamed}, certificates={}
        )

    after = await books.edit(MAIN, change)
    assert after.subscriptions == {"s": renamed}
    assert after.certificates == {}
    assert after.profiles == BOOK.profiles
    assert await books.book(MAIN) == after
    assert await books.book(OTHER) == BOOK


async def test_a_change_that_is_refused_changes_nothing(books: Subscriptions) -> None:
    await books.edit(MAIN, lambda _: BOOK)

    def refuse(_: Book) -> Book:
        raise KeyError("no")

    with pytest.raises(KeyError, match="no"):
        await books.edit(MAIN, refuse)
    assert await books.book(MAIN) == BOOK


async def test_an_emptied_book_is_none(books: Subscriptions) -> None:
    await books.edit(MAIN, lambda _: BOOK)
    await books.edit(MAIN, lambda _: Book())
    assert await books.books() == {}


async def test_in_the_file_no_secret_can_be_read(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    await SqlCatalog(database).open_account(MAIN, MAIN, 1)
    secret = Security("s", 1, Basic("name", "a-long-password"))
    books = SqlSubscriptions(database, SEAL)
    await books.edit(
        MAIN, lambda _: msgspec.structs.replace(BOOK, security={"s": secret})
    )
    await database.close()
    stored = database.file.read_bytes()
    assert b"CALL_RECEIVED" in stored
    for text in (b"a-long-password", PROFILE.secret, b"shop.test"):
        assert text not in stored
