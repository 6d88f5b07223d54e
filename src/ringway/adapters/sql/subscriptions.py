"""The books of all accounts in the database: a JSON text for each definition.

What has secrets in it (all but the subscriptions themselves) is sealed as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from ringway.ports.sealing import Seal, Sealed
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
_OPEN: Final = "subscriptions"
"""The part without secrets."""
Shelves: TypeAlias = dict[str, list[Definition]]


class SqlSubscriptions:
    """The books of one database."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database, self._seal = database, seal

    async def books(self) -> Mapping[AccountId, Book]:
        found: dict[AccountId, Shelves] = {}
        for name, (table, _) in _SHELVES.items():
            for row in await self._database.rows(select(table)):
                shelves = found.setdefault(AccountId(row.account_id), {})
                shelves.setdefault(name, []).append(self._read(name, row))
        return {account: _book(shelves) for account, shelves in found.items()}

    async def book(self, account: AccountId) -> Book:
        shelves: Shelves = {}
        for name, (table, _) in _SHELVES.items():
            query = select(table).where(table.c.account_id == account)
            rows = await self._database.rows(query)
            shelves[name] = [self._read(name, row) for row in rows]
        return _book(shelves)

    async def edit(self, account: AccountId, change: Callable[[Book], Book]) -> Book:
        def work(connection: Connection) -> Book:
            before = self._book_in(connection, account)
            after = change(before)
            for name in _SHELVES:
                self._write(
                    connection,
                    account,
                    name,
                    getattr(before, name),
                    getattr(after, name),
                )
            return after

        return await self._database.write(work)

    def _book_in(self, connection: Connection, account: AccountId) -> Book:
        shelves: Shelves = {}
        for name, (table, _) in _SHELVES.items():
            query = select(table).where(table.c.account_id == account)
            shelves[name] = [self._read(name, it) for it in connection.execute(query)]
        return _book(shelves)

    def _read(self, name: str, row: Row[Any]) -> Definition:
        text = row.definition
        if name != _OPEN:
            sealed = msgspec.msgpack.decode(text, type=Sealed)
            text = self._seal.open(sealed, _place(row.account_id, name, row.id))
        return msgspec.json.decode(text, type=_SHELVES[name][1])

    def _written(self, account: AccountId, name: str, it: Definition) -> bytes:
        text = msgspec.json.encode(it)
        if name == _OPEN:
            return text
        sealed = self._seal.close(text, _place(account, name, it.id))
        return msgspec.msgpack.encode(sealed)

    def _write(
        self,
        connection: Connection,
        account: AccountId,
        name: str,
        before: Mapping[str, Definition],
        after: Mapping[str, Definition],
    ) -> None:
        table = _SHELVES[name][0]
        for gone in before.keys() - after.keys():
            connection.execute(
                delete(table).where(table.c.account_id == account, table.c.id == gone)
            )
        rows = [
            {
                "account_id": account,
                "id": it.id,
                "definition": self._written(account, name, it),
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


def _place(account: str, name: str, id_: str) -> str:
    return f"{account}/{name}/{id_}"


def _book(shelves: Shelves) -> Book:
    # In the order in which they were made, as a dictionary in memory is.
    parts = {
        name: {it.id: it for it in sorted(shelf, key=_age)}
        for name, shelf in shelves.items()
    }
    return msgspec.convert(parts, Book)


def _age(it: Definition) -> tuple[int, str]:
    return it.created_at, it.id
