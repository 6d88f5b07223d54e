"""The outbox in the database, beside the rows that are made from the same log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    delete,
    insert,
    select,
    tuple_,
)

from ringway.adapters.sql.database import Database
from ringway.adapters.sql.schema import outbox
from ringway.domain.values import AccountId, ConfigurationId
from ringway.ports.outbox import BEGINNING, Mark, PublicEvent

_PUT = insert(outbox)
_ORDER = (outbox.c.position, outbox.c.number)
_LAST = select(*_ORDER).order_by(*(it.desc() for it in _ORDER)).limit(1)


def put_events(connection: Connection, events: Sequence[PublicEvent]) -> None:
    """Add events inside the transaction of the follower."""
    if events:
        connection.execute(_PUT, [_values(it) for it in events])


class SqlOutbox:
    """The outbox of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self) -> Mark:
        rows = await self._database.rows(_LAST)
        return Mark(rows[0].position, rows[0].number) if rows else BEGINNING

    async def read_after(self, mark: Mark, limit: int) -> tuple[PublicEvent, ...]:
        return await self._read(_after(mark), limit)

    async def read_of(
        self,
        account: AccountId,
        after: Mark,
        limit: int,
        configuration: ConfigurationId | None = None,
    ) -> tuple[PublicEvent, ...]:
        query = _after(after).where(outbox.c.account_id == account)
        if configuration is not None:
            query = query.where(outbox.c.configuration_id == configuration)
        return await self._read(query, limit)

    async def newest(
        self,
        account: AccountId,
        limit: int,
        configuration: ConfigurationId | None = None,
    ) -> tuple[PublicEvent, ...]:
        query = select(outbox).where(outbox.c.account_id == account)
        if configuration is not None:
            query = query.where(outbox.c.configuration_id == configuration)
        query = query.order_by(*(it.desc() for it in _ORDER)).limit(limit)
        rows = await self._database.rows(query)
        return tuple(_event(row) for row in rows[::-1])

    async def read_subject(
        self, account: AccountId, subject: str, after: Mark, limit: int
    ) -> tuple[PublicEvent, ...]:
        query = _after(after).where(
            outbox.c.account_id == account, outbox.c.subject == subject
        )
        return await self._read(query, limit)

    async def forget_before(self, at: int, limit: int) -> int:
        oldest = select(*_ORDER, outbox.c.at_us).order_by(*_ORDER).limit(limit)

        def work(connection: Connection) -> int:
            old = []
            for row in connection.execute(oldest):
                if row.at_us >= at:
                    break
                old.append(row)
            if old:
                last = tuple_(old[-1].position, old[-1].number)
                connection.execute(delete(outbox).where(tuple_(*_ORDER) <= last))
            return len(old)

        return await self._database.write(work)

    async def _read(self, query: Select[Any], limit: int) -> tuple[PublicEvent, ...]:
        rows = await self._database.rows(query.order_by(*_ORDER).limit(limit))
        return tuple(_event(row) for row in rows)


def _after(mark: Mark) -> Select[Any]:
    later: ColumnElement[bool] = tuple_(*_ORDER) > tuple_(*mark)
    return select(outbox).where(later)


def _values(event: PublicEvent) -> dict[str, Any]:
    return {
        "position": event.position,
        "number": event.index,
        "account_id": event.account,
        "type": event.type,
        "configuration_id": event.configuration,
        "application_id": event.application,
        "entity_id": event.entity,
        "subject": event.subject,
        "at_us": event.at,
        "trace_id": event.trace,
        "payload": event.payload,
    }


def _event(row: Row[Any]) -> PublicEvent:
    configuration = row.configuration_id
    return PublicEvent(
        account=AccountId(row.account_id),
        position=row.position,
        index=row.number,
        type=row.type,
        configuration=None if configuration is None else ConfigurationId(configuration),
        application=row.application_id,
        entity=row.entity_id,
        subject=row.subject,
        at=row.at_us,
        trace=row.trace_id,
        payload=row.payload,
    )
