"""Shelves in the database: one table for all kinds, values as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from ringway.adapters.sql.database import Database
from ringway.adapters.sql.schema import kept
from ringway.domain.values import AccountId
from ringway.ports.shelves import Kind, Missing, Page, Shelf, Taken, TooMany

T = TypeVar("T")
R = TypeVar("R")


class SqlShelves:
    """The shelves of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, account: AccountId, work: Callable[[Shelf], R]) -> R:
        return await self._database.read(lambda c: work(_Shelf(c, account)))

    async def write(self, account: AccountId, work: Callable[[Shelf], R]) -> R:
        return await self._database.write(lambda c: work(_Shelf(c, account)))

    async def accounts(self, kind: Kind[T]) -> Sequence[AccountId]:
        who = select(kept.c.account_id).where(kept.c.kind == kind.name).distinct()
        return [AccountId(row.account_id) for row in await self._database.rows(who)]


class _Shelf:
    def __init__(self, connection: Connection, account: AccountId) -> None:
        self._connection = connection
        self._account = account

    def get(self, kind: Kind[T], id_: str) -> T | None:
        found = self._connection.scalar(select(kept.c.value).where(self._is(kind, id_)))
        return None if found is None else msgspec.json.decode(found, type=kind.value)

    def add(self, kind: Kind[T], id_: str, value: T, at: int, label: str = "") -> None:
        if self.get(kind, id_) is not None:
            raise Taken(kind, id_)
        if self._count(self._of(kind)) >= kind.most:
            raise TooMany(kind)
        self._connection.execute(
            insert(kept).values(
                account_id=self._account,
                kind=kind.name,
                id=id_,
                label=label,
                created_at=at,
                value=msgspec.json.encode(value),
            )
        )

    def put(self, kind: Kind[T], id_: str, value: T, label: str = "") -> None:
        changed = self._connection.execute(
            update(kept)
            .where(self._is(kind, id_))
            .values(value=msgspec.json.encode(value), label=label)
        )
        if changed.rowcount == 0:
            raise Missing(kind, id_)

    def remove(self, kind: Kind[T], id_: str) -> T:
        if (found := self.get(kind, id_)) is None:
            raise Missing(kind, id_)
        self._connection.execute(delete(kept).where(self._is(kind, id_)))
        return found

    def page(
        self, kind: Kind[T], number: int, size: int, label: str | None = None
    ) -> Page[T]:
        which = self._of(kind)
        if label is not None:
            which &= kept.c.label == label
        shown = self._connection.scalars(
            select(kept.c.value)
            .where(which)
            .order_by(kept.c.number.desc())
            .limit(size)
            .offset(number * size)
        )
        read = tuple(msgspec.json.decode(it, type=kind.value) for it in shown)
        return Page(read, self._count(which))

    def _of(self, kind: Kind[T]) -> ColumnElement[bool]:
        return (kept.c.account_id == self._account) & (kept.c.kind == kind.name)

    def _is(self, kind: Kind[T], id_: str) -> ColumnElement[bool]:
        return self._of(kind) & (kept.c.id == id_)

    def _count(self, which: ColumnElement[bool]) -> int:
        counted = select(func.count()).select_from(kept).where(which)
        return self._connection.scalar(counted) or 0
