"""The books of all accounts in the database: a JSON text for each definition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import Connection, Row, Table, delete, select
from sqlalchemy.dialects.sqlite import insert

from ringway.adapters.sql.database import Database
from ringway.adapters.sql.schema import (
    certificates,
    profiles,
    security_settings,
    subscriptions,
)
from ringway.domain.values import AccountId
from ringway.ports.subscriptions import (
    Book,
    Certificate,
    Profile,
    Security,
    Subscription,
)

Definition: TypeAlias = Subscription | Profile | Security | Certificate
_SHELVES: Final[Mapping[str, tuple[Table, type[Definition]]]] = {
    "subscriptions": (subscriptions, Subscription),
    "profiles": (profiles, Profile),
    "security": (security_settings, Security),
    "certificates": (certificates, Certificate),
}
"""Where each part of a book is kept."""
Shelves: TypeAlias = dict[str, dict[str, Definition]]


class SqlSubscriptions:
    """The books of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def books(self) -> Mapping[AccountId, Book]:
        found: dict[AccountId, Shelves] = {}
        for name, (table, _) in _SHELVES.items():
            for row in await self._database.rows(select(table)):
                of = found.setdefault(AccountId(row.account_id), {})
                _add(of, name, row)
        return {account: _book(shelves) for account, shelves in found.items()}

    async def book(self, account: AccountId) -> Book:
        shelves: Shelves = {}
        for name, (table, _) in _SHELVES.items():
            query = select(table).where(table.c.account_id == account)
            for row in await self._database.rows(query):
                _add(shelves, name, row)
        return _book(shelves)

    async def edit(self, account: AccountId, change: Callable[[Book], Book]) -> Book:
        def work(connection: Connection) -> Book:
            before = _book_in(connection, account)
            after = change(before)
            for name, (table, _) in _SHELVES.items():
                _write(
                    connection,
                    account,
                    table,
                    getattr(before, name),
                    getattr(after, name),
                )
            return after

        return await self._database.write(work)


def _book_in(connection: Connection, account: AccountId) -> Book:
    shelves: Shelves = {}
    for name, (table, _) in _SHELVES.items():
        query = select(table).where(table.c.account_id == account)
        for row in connection.execute(query):
            _add(shelves, name, row)
    return _book(shelves)


def _add(shelves: Shelves, name: str, row: Row[Any]) -> None:
    known = _SHELVES[name][1]
    shelves.setdefault(name, {})[row.id] = msgspec.json.decode(
        row.definition, type=known
    )


def _book(shelves: Shelves) -> Book:
    # In the order in which they were made, as a dictionary in memory is.
    return msgspec.convert(dict(_in_order(shelves)), Book)


def _in_order(shelves: Shelves) -> Iterator[tuple[str, dict[str, Definition]]]:
    for name, shelf in shelves.items():
        ids = sorted(shelf, key=lambda it, shelf=shelf: (shelf[it].created_at, it))  # type: ignore[misc]
        yield name, {it: shelf[it] for it in ids}


def _write(
    connection: Connection,
    account: AccountId,
    table: Table,
    before: Mapping[str, Definition],
    after: Mapping[str, Definition],
) -> None:
    for gone in before.keys() - after.keys():
        connection.execute(
            delete(table).where(table.c.account_id == account, table.c.id == gone)
        )
    rows = [
        {
            "account_id": account,
            "id": it.id,
            "definition": msgspec.json.encode(it),
        }
        for it in after.values()
        if before.get(it.id) != it
    ]
    if rows:
        put = insert(table)
        put = put.on_conflict_do_update(
            index_elements=[table.c.account_id, table.c.id],
            set_={"definition": put.excluded.definition},
        )
        connection.execute(put, rows)
