"""The event log in the database, with group commit.

Whoever appends while a commit is on its way waits for the next, and all who wait
then go in one transaction: one ``fsync`` for all of them.  Each is still atomic
for itself, and a conflict is the trouble of the one who has it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select

from ringway.adapters.sql.database import Database
from ringway.adapters.sql.log_writes import Asked, Positions, write
from ringway.adapters.sql.schema import cursors, events, live_streams, texts
from ringway.domain.values import AccountId, TextKey
from ringway.ports.event_log import Entry, Recorded, Stream, Text
from ringway.ports.storage import StorageUnavailable, Trouble

MAX_WAITING = 10_000
"""Askers that may wait for a commit; one more is told `Trouble.BUSY`."""
MAX_TOGETHER = 500
"""Askers that are written in one transaction."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    asked: Asked
    answer: asyncio.Future[Positions]


class SqlEventLog:
    """One for each database: all that it writes goes through one queue."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Waiting] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def append(
        self, entries: Sequence[Entry], texts: Sequence[Text] = ()
    ) -> tuple[int, ...]:
        return await self._ask(Asked(tuple(entries), tuple(texts)))

    async def move_cursor(self, consumer: str, position: int) -> None:
        await self._ask(Asked(cursors=((consumer, position),)))

    async def read_stream(self, stream: Stream, after: int = 0) -> tuple[Recorded, ...]:
        return await self._recorded(
            select(events)
            .where(
                events.c.account_id == stream.account,
                events.c.stream_kind == stream.kind,
                events.c.stream_id == stream.id,
                events.c.stream_version > after,
            )
            .order_by(events.c.stream_version)
        )

    async def read_after(self, position: int, limit: int) -> tuple[Recorded, ...]:
        return await self._recorded(
            select(events)
            .where(events.c.position > position)
            .order_by(events.c.position)
            .limit(limit)
        )

    async def live_streams(self) -> tuple[Stream, ...]:
        rows = await self._database.rows(
            select(live_streams).order_by(live_streams.c.began)
        )
        return tuple(_stream(row) for row in rows)

    async def last_position(self) -> int:
        newest = select(events.c.position).order_by(events.c.position.desc()).limit(1)
        return await self._position(newest)

    async def cursor(self, consumer: str) -> int:
        return await self._position(
            select(cursors.c.position).where(cursors.c.consumer == consumer)
        )

    async def text(self, account: AccountId, key: TextKey) -> str | None:
        rows = await self._database.rows(
            select(texts.c.text).where(
                texts.c.account_id == account, texts.c.key == key
            )
        )
        return rows[0].text if rows else None

    async def texts(
        self, account: AccountId, keys: Collection[TextKey]
    ) -> Mapping[TextKey, str]:
        if not keys:
            return {}
        rows = await self._database.rows(
            select(texts.c.key, texts.c.text).where(
                texts.c.account_id == account, texts.c.key.in_(keys)
            )
        )
        return {TextKey(row.key): row.text for row in rows}

    async def erase_text(self, account: AccountId, key: TextKey) -> bool:
        def work(connection: Connection) -> bool:
            done = connection.execute(
                delete(texts).where(texts.c.account_id == account, texts.c.key == key)
            )
            return done.rowcount > 0

        return await self._database.write(work)

    async def close(self) -> None:
        """Wait until everybody has an answer."""
        if self._writer is not None:
            await self._writer

    async def _ask(self, asked: Asked) -> Positions:
        if len(self._waiting) >= MAX_WAITING:
            raise StorageUnavailable(
                Trouble.BUSY, f"{MAX_WAITING} askers wait for the log already."
            )
        waiting = _Waiting(asked, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all(), name="log writer")
        return await waiting.answer

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                number = min(len(self._waiting), MAX_TOGETHER)
                together = [self._waiting.popleft() for _ in range(number)]
                # Who was cancelled while waiting has written nothing.
                await self._write([w for w in together if not w.answer.done()])
        finally:
            self._writer = None

    async def _write(self, together: Sequence[_Waiting]) -> None:
        if not together:
            return
        work = partial(write, askers=[waiting.asked for waiting in together])
        answers: Sequence[Positions | Exception]
        try:
            answers = await self._database.write(work)
        except StorageUnavailable as error:
            answers = [StorageUnavailable(error.trouble, error.text) for _ in together]
        except Exception as error:  # noqa: BLE001  # everybody gets an answer
            if len(together) > 1:
                # One of them can not be stored (a number too large, a text that is
                # no Unicode): that one shall not take the others with it.
                for waiting in together:
                    await self._write([waiting])
                return
            answers = [ValueError(f"This can not be stored: {error}")]
        for waiting, answer in zip(together, answers, strict=True):
            _tell(waiting, answer)

    async def _recorded(self, query: Select[Any]) -> tuple[Recorded, ...]:
        return tuple(_recorded(row) for row in await self._database.rows(query))

    async def _position(self, query: Select[int]) -> int:
        rows = await self._database.rows(query)
        return rows[0].position if rows else 0


def _tell(waiting: _Waiting, answer: Positions | Exception) -> None:
    if waiting.answer.done():
        return
    if isinstance(answer, Exception):
        waiting.answer.set_exception(answer)
    else:
        waiting.answer.set_result(answer)


def _stream(row: Row[Any]) -> Stream:
    return Stream(AccountId(row.account_id), row.stream_kind, row.stream_id)


def _recorded(row: Row[Any]) -> Recorded:
    return Recorded(
        row.position,
        Entry(
            _stream(row),
            row.stream_version,
            row.type,
            row.type_version,
            row.at_us,
            row.trace_id,
            row.payload,
            row.ends,
        ),
    )
