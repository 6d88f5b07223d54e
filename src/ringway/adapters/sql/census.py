"""What a database holds, in numbers, and what people are called in it.

For a support bundle: nothing is made or changed, and a running server not disturbed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ringway.adapters.sql.look import LOCKED_S
from ringway.adapters.sql.schema import metadata
from ringway.adapters.sql.trouble import translated

MOST_NAMES: Final = 200_000
"""Of each kind; the newest."""
MOST_CALLS: Final = 100
_PEOPLE: Final = (
    "SELECT identity, display_name FROM identities ORDER BY last_seen_at DESC LIMIT ?",
    "SELECT endpoint_address, endpoint_name FROM calls ORDER BY rowid DESC LIMIT ?",
    (
        "SELECT counterpart_address, counterpart_name FROM calls"
        " ORDER BY rowid DESC LIMIT ?"
    ),
    "SELECT slug, NULL FROM demo_identities LIMIT ?",
    "SELECT name, NULL FROM api_keys LIMIT ?",
    # Each can be long: 20 MB of them have to be enough.
    (
        "SELECT substr(text, 1, 4096), NULL FROM texts"
        " ORDER BY rowid DESC LIMIT min(?, 5000)"
    ),
)
_CALLS: Final = (
    "SELECT id, parent_id, account_id, direction, endpoint_type, endpoint_address,"
    " counterpart_type, counterpart_address, state, created_at, answered_at,"
    " established_at, ended_at, duration, cause, detail, bridge_id, fork_id"
    " FROM calls ORDER BY rowid DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Census:
    """What was found."""

    schema: str | None
    rows: Mapping[str, int]
    """By table."""
    cursors: Mapping[str, int]
    """How far each consumer of the log has come."""
    newest: int | None
    """The position of the newest event."""
    calls: Sequence[Mapping[str, Any]]
    """The last ones; with identities, so not for everybody."""
    people: Sequence[str]
    """Identities, names and texts: what must not leave the machine."""


def census(file: Path) -> Census:
    """Count what is in the database.  Or `StorageUnavailable`."""
    with _opened(file) as database:
        schema = database.execute("SELECT version_num FROM alembic_version").fetchone()
        there = {
            row[0]
            for row in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            )
        }
        names = sorted(name for name in metadata.tables if name in there)
        rows = {
            # Names of our own schema, not of anybody's making.
            name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for name in names
        }
        cursors = dict(database.execute("SELECT consumer, position FROM cursors"))
        newest = database.execute("SELECT max(position) FROM events").fetchone()[0]
        found = database.execute(_CALLS, [MOST_CALLS])
        columns = [column[0] for column in found.description]
        calls = [dict(zip(columns, row, strict=True)) for row in found]
        people = [
            text
            for query in _PEOPLE
            for row in database.execute(query, [MOST_NAMES])
            for text in row
            if text
        ]
    return Census(
        None if schema is None else str(schema[0]),
        *(rows, cursors, newest, calls, people),
    )


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    # Not made; but read with what is only in the write-ahead log.
    address = f"{file.absolute().as_uri()}?mode=rw"
    with (
        translated(file),
        closing(sqlite3.connect(address, LOCKED_S, uri=True)) as database,
    ):
        database.execute("PRAGMA query_only = on")
        yield database
