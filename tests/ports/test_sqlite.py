"""The database in trouble: full, locked, not writable, damaged, killed."""

# ruff: noqa: ASYNC220, ASYNC240  # a test may wait for its own files and processes

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Connection, event

from ringway.adapters.sql import database as database_module
from ringway.adapters.sql import event_log as event_log_module
from ringway.adapters.sql.database import FILE, Database
from ringway.adapters.sql.event_log import SqlEventLog
from ringway.domain.values import AccountId, TextKey
from ringway.ports.event_log import Entry, Stream, Text, VersionConflict
from ringway.ports.storage import StorageUnavailable, Trouble

MAIN = AccountId("main")


def entry(version: int = 1, stream: str = "s", payload: bytes = b"{}") -> Entry:
    return Entry(Stream(MAIN, "leg", stream), version, "Rang", 1, 5, "t", payload)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path, busy_s=0.05)
    yield database
    await database.close()


@pytest.fixture
async def log(database: Database) -> AsyncIterator[SqlEventLog]:
    log = SqlEventLog(database)
    yield log
    await log.close()


async def versions(log: SqlEventLog, stream: str = "s") -> list[int]:
    read = await log.read_stream(Stream(MAIN, "leg", stream))
    return [r.entry.version for r in read]


# ------------------------------------------------------------ group commit


def counted_commits(database: Database) -> list[Connection]:
    """Give a list that grows by one with each commit."""
    commits: list[Connection] = []
    event.listen(database._writer.engine, "commit", commits.append)  # noqa: SLF001
    return commits


async def test_who_waits_together_is_committed_together(
    database: Database, log: SqlEventLog
) -> None:
    commits = counted_commits(database)
    await asyncio.gather(*(log.append([entry(1, f"s{n}")]) for n in range(200)))
    assert len(commits) == 1
    assert await log.last_position() == 200


async def test_a_group_is_not_without_limit(
    database: Database, log: SqlEventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log_module, "MAX_TOGETHER", 64)
    commits = counted_commits(database)
    await asyncio.gather(*(log.append([entry(1, f"s{n}")]) for n in range(200)))
    assert len(commits) == 4


async def test_a_conflict_is_the_trouble_of_one(
    database: Database, log: SqlEventLog
) -> None:
    commits = counted_commits(database)
    answers = await asyncio.gather(
        log.append([entry(1)]),
        log.append([entry(1)]),
        log.append([entry(2)]),
        log.append([entry(9)]),
        log.append([entry(3), entry(1, "other")]),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [
        tuple,
        VersionConflict,
        tuple,
        VersionConflict,
        tuple,
    ]
    assert await versions(log) == [1, 2, 3]
    assert len(commits) == 1


@pytest.mark.parametrize(
    "bad",
    [
        Entry(Stream(MAIN, "leg", "bad"), 1, "Rang", 1, 1 << 80, "t", b""),
        Entry(Stream(MAIN, "leg", "bad"), 1, "Rang", 1, 5, "\ud800", b""),
    ],
    ids=["too large a number", "no Unicode"],
)
async def test_what_can_not_be_stored_takes_nobody_with_it(
    log: SqlEventLog, bad: Entry
) -> None:
    answers = await asyncio.gather(
        log.append([entry(1)]),
        log.append([entry(1, "half"), bad]),
        log.append([entry(2)]),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [tuple, ValueError, tuple]
    assert await versions(log) == [1, 2]
    assert await versions(log, "half") == []


async def test_who_goes_away_while_waiting_has_written_nothing(
    log: SqlEventLog,
) -> None:
    leaving = asyncio.ensure_future(log.append([entry(1, "gone")]))
    staying = asyncio.ensure_future(log.append([entry(1)]))
    asyncio.get_running_loop().call_soon(leaving.cancel)
    await staying
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await versions(log) == [1]
    assert await versions(log, "gone") == []


async def test_more_than_may_wait_are_told_so(
    log: SqlEventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log_module, "MAX_WAITING", 3)
    answers = await asyncio.gather(
        *(log.append([entry(1, f"s{n}")]) for n in range(4)), return_exceptions=True
    )
    assert [trouble(answer) for answer in answers] == [None, None, None, Trouble.BUSY]


async def test_more_jobs_than_may_wait_are_told_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "MAX_JOBS", 3)
    answers = await asyncio.gather(
        *(database.write(lambda c: None) for _ in range(4)), return_exceptions=True
    )
    assert [trouble(answer) for answer in answers] == [None, None, None, Trouble.BUSY]
    await database.write(lambda c: None)


def trouble(answer: object) -> Trouble | None:
    return answer.trouble if isinstance(answer, StorageUnavailable) else None


# -------------------------------------------------------------------- full


async def limit_pages(database: Database, more: int | None) -> None:
    """Allow the file to grow by so many pages; the driver then says SQLITE_FULL."""

    def job(connection: Connection) -> None:
        now = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        limit = 1 << 30 if more is None else now + more
        connection.exec_driver_sql(f"PRAGMA max_page_count={limit}")

    await database.write(job)


async def test_a_full_disk_is_told_and_nothing_is_half_written(
    database: Database, log: SqlEventLog
) -> None:
    await log.append([entry(1)])
    await limit_pages(database, 2)
    big = b"x" * 100_000
    answers = await asyncio.gather(
        log.append([entry(2), entry(1, "big", big)], [Text(MAIN, TextKey("k"), "?")]),
        log.append([entry(1, "beside")]),
        return_exceptions=True,
    )
    assert [trouble(answer) for answer in answers] == [Trouble.FULL, Trouble.FULL]
    assert await versions(log) == [1]
    assert len(await log.live_streams()) == 1
    assert await log.text(MAIN, TextKey("k")) is None

    await limit_pages(database, None)
    await log.append([entry(2), entry(1, "big", big)])
    assert await versions(log) == [1, 2]


async def test_a_failing_disk_is_told_and_works_again_later(
    database: Database, log: SqlEventLog, tmp_path: Path
) -> None:
    await log.append([entry(1)])
    wal = tmp_path / f"{FILE}-wal"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + 10_000, hard))
    try:
        with pytest.raises(StorageUnavailable) as failed:
            await log.append([entry(2, payload=b"x" * 100_000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert failed.value.trouble in {Trouble.FULL, Trouble.DAMAGED}
    assert str(tmp_path) in failed.value.text
    assert await versions(log) == [1]
    await log.append([entry(2)])
    assert await versions(log) == [1, 2]


# ------------------------------------------------------------------ locked

HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
held.execute("COMMIT")
print("free", flush=True)
"""


@contextmanager
def another_process(program: str, *arguments: str) -> Iterator[Popen[str]]:
    with Popen(
        [sys.executable, "-c", program, *arguments], stdin=PIPE, stdout=PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def release(process: Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


async def test_a_lock_that_lasts_is_told_and_works_again_later(
    log: SqlEventLog, tmp_path: Path
) -> None:
    await log.append([entry(1)])
    with another_process(HOLD, str(tmp_path / FILE)) as holder:
        assert line(holder) == "held"
        with pytest.raises(StorageUnavailable) as locked:
            await log.append([entry(2)])
        assert locked.value.trouble is Trouble.LOCKED
        assert await versions(log) == [1]
        release(holder)
        assert line(holder) == "free"
        await log.append([entry(2)])
    assert await versions(log) == [1, 2]


async def test_waiting_for_a_lock_stops_nobody_else(tmp_path: Path) -> None:
    database = await Database.open(tmp_path, busy_s=30)
    log = SqlEventLog(database)
    with another_process(HOLD, str(tmp_path / FILE)) as holder:
        assert line(holder) == "held"
        waiting = asyncio.ensure_future(log.append([entry(1)]))
        # Reading and the event loop go on while the writer waits in its thread.
        for _ in range(20):
            assert await versions(log) == []
        assert not waiting.done()
        release(holder)
        assert await waiting == (1,)
    await database.close()


# ------------------------------------------------- not writable, not usable


@contextmanager
def nobody() -> Iterator[None]:
    """Be somebody whom read-only folders stop: root is never stopped."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_a_folder_that_may_not_be_written_is_told() -> None:
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        await (await Database.open(folder)).close()
        (folder / FILE).chmod(0o444)
        folder.chmod(0o555)
        with nobody(), pytest.raises(StorageUnavailable) as refused:
            await Database.open(folder)
        folder.chmod(0o755)
    assert refused.value.trouble is Trouble.READ_ONLY
    assert str(folder) in refused.value.text


async def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="missing"):
        await Database.open(tmp_path / "missing")


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"These are not the pages of a database." * 100)
    with pytest.raises(StorageUnavailable) as damaged:
        await Database.open(tmp_path)
    assert damaged.value.trouble is Trouble.DAMAGED


async def test_a_closed_database_says_so(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    log = SqlEventLog(database)
    await database.close()
    await database.close()
    for asked in (log.append([entry(1)]), log.last_position()):
        with pytest.raises(StorageUnavailable) as closed:
            await asked
        assert closed.value.trouble is Trouble.CLOSED


async def test_errors_keep_what_was_said_to_themselves(log: SqlEventLog) -> None:
    with pytest.raises(ValueError, match="stored") as refused:
        await log.append([], [Text(MAIN, TextKey("k"), "a secret \ud800")])
    assert "a secret" not in str(refused.value)


# ----------------------------------------------------- durable and private


async def test_closing_finishes_what_was_asked(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    log = SqlEventLog(database)
    asked = [asyncio.ensure_future(log.append([entry(1, f"s{n}")])) for n in range(50)]
    loop = asyncio.get_running_loop()
    begun: asyncio.Future[None] = loop.create_future()
    loop.call_soon(begun.set_result, None)
    await begun
    await log.close()
    await database.close()
    assert all(task.done() and task.exception() is None for task in asked)


APPEND = """
import asyncio, sys
from pathlib import Path
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.event_log import SqlEventLog
from ringway.ports.event_log import Entry, Stream

async def main():
    log = SqlEventLog(await Database.open(Path(sys.argv[1])))
    version = 0
    while True:
        version += 1
        await log.append([Entry(Stream("main", "leg", "s"), version, "Rang", 1, 5, "t", b"")])
        print(version, flush=True)

asyncio.run(main())
"""


async def test_what_was_told_survives_a_kill(tmp_path: Path) -> None:
    with another_process(APPEND, str(tmp_path)) as process:
        told = [int(line(process)) for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        assert process.stdout is not None
        told += [int(more) for more in process.stdout.read().splitlines()]
    database = await Database.open(tmp_path)
    log = SqlEventLog(database)
    kept = await versions(log)
    assert kept[: len(told)] == told
    assert len(kept) - len(told) <= 1  # committed, and not told any more
    await log.append([entry(len(kept) + 1)])
    await database.close()


async def test_only_the_owner_can_read_it(database: Database, tmp_path: Path) -> None:
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


async def test_what_is_erased_is_gone_from_the_file(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    log = SqlEventLog(database)
    said = "remarkable-words-" * 500  # more than a page
    await log.append([entry(1)], [Text(MAIN, TextKey("k"), said)])
    await database.close()
    assert b"remarkable-words" in (tmp_path / FILE).read_bytes()
    database = await Database.open(tmp_path)
    assert await SqlEventLog(database).erase_text(MAIN, TextKey("k"))
    await database.close()
    for file in tmp_path.iterdir():
        assert b"remarkable-words" not in file.read_bytes()


async def test_it_is_durable_by_its_settings(database: Database) -> None:
    def settings(connection: Connection) -> list[object]:
        return [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert await database.write(settings) == ["wal", 2, 1]


async def test_questions_can_not_write(database: Database) -> None:
    def write(connection: Connection) -> None:
        connection.exec_driver_sql("DELETE FROM events")

    with pytest.raises(StorageUnavailable) as refused:
        await database._reader.run(write)  # noqa: SLF001
    assert refused.value.trouble is Trouble.READ_ONLY


async def test_many_processes_may_open_a_new_folder_at_once(tmp_path: Path) -> None:
    program = """
import asyncio, sys
from pathlib import Path
from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import Database

async def main():
    sys.stdin.readline()
    database = await Database.open(Path(sys.argv[1]))
    print(await SqlCatalog(database).next_fence(), flush=True)
    await database.close()

asyncio.run(main())
"""
    processes = [
        Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdin=PIPE,
            stdout=PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        release(process)
    fences = [int(process.communicate()[0]) for process in processes]
    assert sorted(fences) == [1, 2, 3, 4]


async def test_sqlite_is_not_too_old() -> None:
    """RETURNING came with 3.35; Debian 12 has 3.40."""
    assert sqlite3.sqlite_version_info >= (3, 35)
