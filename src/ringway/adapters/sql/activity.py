"""Connections in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy import (
    Connection as Transaction,
)
from sqlalchemy.dialects.sqlite import insert

from ringway.adapters.sql.database import Database
from ringway.adapters.sql.schema import connections
from ringway.domain.values import DeviceId
from ringway.ports.activity import ActivityType, Asked, Connection, Moment, Page

_PUT = insert(connections)
_PUT = _PUT.on_conflict_do_update(
    index_elements=[connections.c.account_id, connections.c.id],
    set_={
        "disconnected_at": func.coalesce(
            connections.c.disconnected_at, _PUT.excluded.disconnected_at
        )
    },
)
_OPEN = select(connections.c.account_id, connections.c.id).where(
    connections.c.disconnected_at.is_(None)
)


class SqlActivity:
    """The connections of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, connections: Sequence[Connection]) -> None:
        rows = [
            {
                "account_id": it.account,
                "id": it.id,
                "identity": it.identity,
                "connected_at": it.connected_at,
                "disconnected_at": it.disconnected_at,
            }
            for it in connections
        ]
        if rows:
            await self._database.write(lambda c: c.execute(_PUT, rows))

    async def give_up(self, living: Collection[DeviceId], at: int) -> int:
        def work(transaction: Transaction) -> int:
            found = [row for row in transaction.execute(_OPEN) if row.id not in living]
            for row in found:
                this = and_(
                    connections.c.account_id == row.account_id,
                    connections.c.id == row.id,
                )
                ended = func.max(connections.c.connected_at, at)
                transaction.execute(
                    update(connections).where(this).values(disconnected_at=ended)
                )
            return len(found)

        return await self._database.write(work)

    async def moments(self, asked: Asked) -> Page:
        both = union_all(
            _moments(asked, connections.c.connected_at, ActivityType.CONNECTED),
            _moments(asked, connections.c.disconnected_at, ActivityType.DISCONNECTED),
        ).subquery()
        newest_first = (both.c.at.desc(), both.c.type.desc(), both.c.id.desc())
        first = asked.page * asked.size
        page = select(both).order_by(*newest_first).limit(asked.size).offset(first)
        counted = await self._database.rows(
            select(func.count().label("n")).select_from(both)
        )
        rows = await self._database.rows(page)
        moments = tuple(
            Moment(DeviceId(row.id), ActivityType(row.type), row.at) for row in rows
        )
        return Page(moments, counted[0].n)


def _moments(asked: Asked, when: ColumnElement[int], kind: ActivityType) -> Select[Any]:
    query = select(
        connections.c.id, when.label("at"), literal(kind.value).label("type")
    ).where(
        connections.c.account_id == asked.account,
        connections.c.identity == asked.identity,
        when.is_not(None),
    )
    if asked.since is not None:
        query = query.where(when >= asked.since)
    if asked.until is not None:
        query = query.where(when <= asked.until)
    if asked.connection is not None:
        query = query.where(connections.c.id == asked.connection)
    return query
