"""From a database driver's errors to `StorageUnavailable`.

Result codes: https://www.sqlite.org/rescode.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Error as SqliteError

from sqlalchemy.exc import DBAPIError, IntegrityError

from ringway.ports.storage import StorageUnavailable, Trouble

# The low byte of a code is its primary code; the rest tells where it came from.
_TROUBLE = {
    5: Trouble.LOCKED,  # SQLITE_BUSY
    6: Trouble.LOCKED,  # SQLITE_LOCKED
    8: Trouble.READ_ONLY,  # SQLITE_READONLY
    13: Trouble.FULL,  # SQLITE_FULL
    14: Trouble.READ_ONLY,  # SQLITE_CANTOPEN
}
_TEXT = {
    Trouble.LOCKED: "Another program holds the database {file} locked.",
    Trouble.READ_ONLY: "The database {file} may not be written or opened.",
    Trouble.FULL: "No space is left for the database {file}.",
    Trouble.DAMAGED: "The database {file} can not be used: {error}.",
    Trouble.BUSY: "More waits for the database {file} than is allowed to.",
    Trouble.CLOSED: "The database {file} is closed.",
}


def unavailable(trouble: Trouble, file: Path, error: object = "") -> StorageUnavailable:
    """Give the error with its sentence."""
    return StorageUnavailable(trouble, _TEXT[trouble].format(file=file, error=error))


@contextmanager
def translated(file: Path) -> Iterator[None]:
    """Raise a driver's errors as `StorageUnavailable`; constraints stay as they are."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        cause = error.orig
        code = getattr(cause, "sqlite_errorcode", None)
        trouble = Trouble.DAMAGED if code is None else _TROUBLE.get(code & 0xFF)
        raise unavailable(trouble or Trouble.DAMAGED, file, cause) from error
    except (SqliteError, OSError) as error:
        raise unavailable(_of(error), file, error) from error


def _of(error: Exception) -> Trouble:
    if isinstance(error, PermissionError):
        return Trouble.READ_ONLY
    code = getattr(error, "sqlite_errorcode", 0)
    return _TROUBLE.get(code & 0xFF, Trouble.DAMAGED)
