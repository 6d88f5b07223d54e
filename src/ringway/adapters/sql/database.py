"""One SQLite file: many may read it at once, one transaction writes at a time.

WAL (https://www.sqlite.org/wal.html), so that readers and other processes, such as
`ringway key create`, work while the server runs; ``synchronous=FULL``, so that what
was committed survives a loss of power.

A whole transaction runs in a thread of ours, with SQLAlchemy's plain connection: one
hop for each, where an asynchronous driver makes one for each statement and takes
two to five times as long.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Row, Select, create_engine, event

from ringway.adapters.sql.trouble import translated, unavailable
from ringway.adapters.sql.upgrade import bring_up_to_date
from ringway.ports.storage import Trouble

T = TypeVar("T")
Job = Callable[[Connection], T]

FILE = "ringway.db"
BUSY_S = 5.0
"""How long we wait while another process writes."""
READERS = 2
"""Threads, and connections, for reading."""
MAX_JOBS = 1000
"""Jobs that may wait for a thread; one more is told `Trouble.BUSY`."""
WAL_BYTES = 64 << 20
"""The write-ahead log is cut back to this after a checkpoint."""


class Database:
    """The open file; `open` makes one, `close` ends it."""

    def __init__(self, file: Path, busy_s: float) -> None:
        """Prepare for the file; nothing is opened yet."""
        self.file = file
        self._writer = _Lane(
            file,
            "write",
            1,
            _engine(
                file,
                busy_s,
                1,
                f"journal_size_limit={WAL_BYTES}",
                "secure_delete=ON",  # what is erased is gone from the file as well
            ),
        )
        event.listen(self._writer.engine, "begin", _begin_to_write)
        self._reader = _Lane(
            file, "read", READERS, _engine(file, busy_s, READERS, "query_only=ON")
        )
        self._watch: sqlite3.Connection | None = None

    @classmethod
    async def open(cls, folder: Path, *, busy_s: float = BUSY_S) -> Database:
        """Open the file in the folder, make or migrate it.  Or `StorageUnavailable`.

        The folder must exist; the file can be read by its owner only.
        """
        database = cls(folder / FILE, busy_s)
        try:
            with translated(database.file):
                await asyncio.to_thread(_touch, database.file)
            await database.write(lambda c: bring_up_to_date(c, database.file))
        except BaseException:
            await database.close()
            raise
        return database

    async def write(self, job: Job[T]) -> T:
        """Run the job in a transaction of its own, and commit; or change nothing.

        The job runs in another thread.  When the asker is cancelled, the job is
        done as a whole or not at all.
        """
        return await self._writer.run(job)

    async def read(self, job: Job[T]) -> T:
        """Run the job, which only reads, in a transaction of its own."""
        return await self._reader.run(job)

    async def rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        """Give the answer to a question, from what is committed when it is asked."""
        return await self.read(lambda c: c.execute(query).all())

    def version(self) -> int | None:
        """Give a number that is another one after every commit, of any process.

        None when it can not be told.  It is read from memory that all connections
        share, in microseconds (https://www.sqlite.org/pragma.html#pragma_data_version).
        """
        try:
            if self._watch is None:
                self._watch = sqlite3.connect(
                    f"{self.file.absolute().as_uri()}?mode=ro",
                    uri=True,
                    timeout=0,
                    check_same_thread=False,
                )
            [found] = self._watch.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            return None
        return int(found)

    async def close(self) -> None:
        """Finish what was begun, and close.  Twice is once."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        await self._reader.close()
        await self._writer.close()


class _Lane:
    """Threads with a connection each, and a queue of jobs before them."""

    def __init__(self, file: Path, name: str, threads: int, engine: Engine) -> None:
        self.engine = engine
        self._file = file
        self._threads = ThreadPoolExecutor(threads, f"database-{name}")
        self._jobs = 0
        self._open = True

    async def run(self, job: Job[T]) -> T:
        if not self._open:
            raise unavailable(Trouble.CLOSED, self._file)
        if self._jobs >= MAX_JOBS:
            raise unavailable(Trouble.BUSY, self._file)
        self._jobs += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._transaction, job)
        finally:
            self._jobs -= 1

    def _transaction(self, job: Job[T]) -> T:
        with translated(self._file), self.engine.begin() as connection:
            return job(connection)

    async def close(self) -> None:
        self._open = False
        await asyncio.to_thread(self._threads.shutdown)
        # Closing the last connection moves the log into the file.
        await asyncio.to_thread(self.engine.dispose)


def _touch(file: Path) -> None:
    os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _engine(file: Path, busy_s: float, connections: int, *settings: str) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        # No transaction is begun behind our back; see _begin_to_write.
        connect_args={"timeout": busy_s, "isolation_level": None},
        pool_size=connections,
        max_overflow=0,
        # What people said, and secrets, stay out of error texts.
        hide_parameters=True,
    )

    def prepare(connection: Any, _record: object) -> None:
        for setting in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            *settings,
        ):
            connection.execute(f"PRAGMA {setting}")

    event.listen(engine, "connect", prepare)
    return engine


def _begin_to_write(connection: Connection) -> None:
    # Takes the write lock at once: a transaction that reads first and then wants to
    # write could not wait for another process.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
