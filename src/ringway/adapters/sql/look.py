"""A look at a database that changes nothing in it: not its version either."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from ringway.adapters.sql.schema import VERSION
from ringway.adapters.sql.trouble import translated
from ringway.ports.storage import StorageUnavailable, Trouble

LOCKED_S: Final = 2.0
"""How long we wait while another process holds it locked."""
_VERSION: Final = "SELECT version_num FROM alembic_version"
_NEWEST: Final = "SELECT at_us FROM events ORDER BY position DESC LIMIT 1"


def newest_event(file: Path) -> int | None:
    """Say when the newest event happened, in microseconds since 1970, UTC.

    None if nothing has happened yet.  Or `StorageUnavailable`, also for a file that
    is no database of ours, or one of a newer version.
    """
    # Neither made nor migrated; what is only in the write-ahead log is read too.
    address = f"{file.absolute().as_uri()}?mode=rw"
    with (
        translated(file),
        closing(sqlite3.connect(address, LOCKED_S, uri=True)) as connection,
    ):
        found = connection.execute(_VERSION).fetchone()
        if found is not None and found[0] > VERSION:
            raise StorageUnavailable(
                Trouble.NEWER,
                f"The database {file} was written by another, newer version.",
            )
        newest = connection.execute(_NEWEST).fetchone()
    return None if newest is None else int(newest[0])
