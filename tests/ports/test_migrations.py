"""Migrations: from nothing to today's tables, and only when it is due."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from ringway.adapters.sql import upgrade
from ringway.adapters.sql.calls import SqlCalls
from ringway.adapters.sql.database import FILE, Database
from ringway.adapters.sql.schema import VERSION, metadata
from ringway.domain.values import TERMS, AccountId
from ringway.ports.calls import Batch, WantedCalls
from ringway.ports.pages import Page
from ringway.ports.storage import StorageUnavailable, Trouble

MIGRATIONS = Path(upgrade.__file__).parent / "migrations"


def tables(file: Path) -> dict[str, str]:
    """Give what SQLite says of each table and index, without its white space."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(
            "SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        ).fetchall()
    return {name: "".join(sql.split()) for name, sql in rows}


def migrated(file: Path) -> None:
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        upgrade.migrate(connection, file)
    engine.dispose()


def migrated_to(file: Path, revision: str) -> None:
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, revision)
    engine.dispose()


def test_the_newest_revision_is_the_one_we_name() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [VERSION]


async def test_migrating_from_nothing_makes_todays_tables(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    migrated(old / FILE)
    await (await Database.open(new)).close()
    assert tables(old / FILE) == tables(new / FILE)
    names = {name.removeprefix("table ") for name in tables(new / FILE)}
    assert names >= set(metadata.tables)


@pytest.mark.parametrize("has_calls", [False, True])
async def test_a_first_database_is_brought_up_to_date(
    tmp_path: Path, has_calls: bool
) -> None:
    """The first revision made the table `calls` for a while."""
    old, second, new = (tmp_path / name for name in ("old", "second", "new"))
    for folder in (old, second, new):
        folder.mkdir()
    migrated_to(old / FILE, "0001")
    if has_calls:
        migrated_to(second / FILE, "0002")
        with (
            closing(sqlite3.connect(second / FILE)) as connection,
            closing(sqlite3.connect(old / FILE)) as first,
        ):
            for (made,) in connection.execute(
                "SELECT sql FROM sqlite_master WHERE tbl_name = 'calls' AND sql NOTNULL"
            ):
                first.execute(made)
            first.commit()
    for folder in (old, new):
        await (await Database.open(folder)).close()
    assert tables(old / FILE) == tables(new / FILE)


async def test_a_migrated_database_is_taken_as_it_is(tmp_path: Path) -> None:
    migrated(tmp_path / FILE)
    before = tables(tmp_path / FILE)
    await (await Database.open(tmp_path)).close()
    assert tables(tmp_path / FILE) == before


async def test_an_older_database_is_migrated_when_it_is_opened(tmp_path: Path) -> None:
    migrated(tmp_path / FILE)
    today = tables(tmp_path / FILE)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as connection:
        for name in sorted(today, key=lambda name: name.startswith("table")):
            kind, table = name.split()
            if table != "alembic_version":
                connection.execute(f"DROP {kind} {table}")
        connection.execute("DELETE FROM alembic_version")
    await (await Database.open(tmp_path)).close()
    assert tables(tmp_path / FILE) == today


async def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    await (await Database.open(tmp_path)).close()
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageUnavailable, match="newer") as refused:
        await Database.open(tmp_path)
    assert refused.value.trouble is Trouble.NEWER


def test_what_costs_much_is_imported_only_when_it_is_due(tmp_path: Path) -> None:
    program = """
import asyncio, sys
from pathlib import Path
from ringway.adapters.sql.catalog import SqlCatalog
from ringway.adapters.sql.database import Database
from ringway.adapters.sql.event_log import SqlEventLog

async def main():
    for _ in range(2):
        database = await Database.open(Path(sys.argv[1]))
        assert await SqlEventLog(database).last_position() == 0
        assert await SqlCatalog(database).next_fence()
        await database.close()

asyncio.run(main())
print(*{"alembic", "sqlalchemy.orm", "sqlalchemy.ext.asyncio"} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""


async def test_calls_from_before_applications_are_read_as_they_were(
    tmp_path: Path,
) -> None:
    """They belong to nobody's application, and are in no history of one."""
    migrated_to(tmp_path / FILE, "0002")
    row = {
        "account_id": "main",
        "id": "a",
        "direction": "INBOUND",
        "endpoint_type": "WEBRTC",
        "endpoint_address": "red",
        "endpoint_name": "Red",
        "counterpart_type": "ROOM",
        "counterpart_address": "kitchen",
        "state": "FINISHED",
        "created_at": 5,
        "ended_at": 9,
        "duration": 0,
        "cause": "NORMAL_HANGUP",
        "detail": "",
        "position": 3,
    }
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    with closing(sqlite3.connect(tmp_path / FILE)) as before:
        insert = f"INSERT INTO calls ({names}) VALUES ({marks})"
        before.execute(insert, list(row.values()))
        before.execute("INSERT INTO cursors VALUES ('calls', 3)")
        before.commit()
    database = await Database.open(tmp_path)
    calls = SqlCalls(database)
    assert await calls.position() == 3
    (call,) = await calls.list(AccountId("main"))
    assert (call.endpoint.display_name, call.ended_at) == ("Red", 9)
    assert (call.owners, call.terms, call.conferences) == ((), TERMS, ())
    assert await calls.history(call.account, WantedCalls()) == Page((), 0)
    ended = replace(call, position=4)
    assert await calls.apply(Batch(3, 4, [ended]))
    assert await calls.read(call.account, call.id) == ended
    await database.close()
