"""A look at a database: what it tells, and that nothing is changed by it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ringway.adapters.sql.database import FILE, Database
from ringway.adapters.sql.event_log import SqlEventLog
from ringway.adapters.sql.look import newest_event
from ringway.domain.values import AccountId
from ringway.ports.event_log import Entry, Stream
from ringway.ports.storage import StorageUnavailable, Trouble

NOON = 1_763_726_400_000_000


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    database = await Database.open(tmp_path)
    await database.close()
    return tmp_path / FILE


def version(file: Path, to: str | None = None) -> str:
    with closing(sqlite3.connect(file)) as connection, connection:
        if to is not None:
            connection.execute("UPDATE alembic_version SET version_num = ?", (to,))
        [found] = connection.execute("SELECT version_num FROM alembic_version")
    return str(found[0])


async def test_the_newest_event_is_found_while_others_write(tmp_path: Path) -> None:
    database = await Database.open(tmp_path)
    assert newest_event(tmp_path / FILE) is None
    log, stream = SqlEventLog(database), Stream(AccountId("main"), "leg", "a")
    for n in (1, 2):
        await log.append([Entry(stream, n, "X", 1, NOON + n, "", b"{}")])
    assert newest_event(tmp_path / FILE) == NOON + 2
    await database.close()


async def test_an_older_version_stays_what_it_is(file: Path) -> None:
    version(file, "0001")
    assert newest_event(file) is None
    assert version(file) == "0001"


async def test_a_newer_version_is_told_of(file: Path) -> None:
    version(file, "9999")
    with pytest.raises(StorageUnavailable, match="newer version") as caught:
        newest_event(file)
    assert caught.value.trouble is Trouble.NEWER


def test_what_is_no_database_of_ours_is_told_of(tmp_path: Path) -> None:
    rubbish, empty, none = (tmp_path / name for name in ("rubbish", "empty", "none"))
    rubbish.write_bytes(b"rubbish" * 1000)
    empty.write_bytes(b"")
    for path in (rubbish, empty, none):
        with pytest.raises(StorageUnavailable):
            newest_event(path)
    assert not none.exists()
