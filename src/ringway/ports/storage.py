"""Why stored data can not be read or written now, whatever stores it.

    StorageUnavailable(trouble, text)

Nothing of what was asked has happened when it is raised, and the same asking may
succeed later, when the cause is gone.
"""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Trouble(StrEnum):
    """What is wrong, for `/readyz`, metrics and code; the text is for people."""

    FULL = "FULL"
    """No space left, or a quota is reached."""
    LOCKED = "LOCKED"
    """Another program holds the write lock for longer than we wait."""
    READ_ONLY = "READ_ONLY"
    """The folder or file may not be written, or not even be opened."""
    DAMAGED = "DAMAGED"
    """The file is no database, or is damaged, or the disk fails."""
    NEWER = "NEWER"
    """A newer version of Ringway has written it."""
    BUSY = "BUSY"
    """More writing waits than is allowed to."""
    CLOSED = "CLOSED"
    """It was closed, or never opened."""


class StorageUnavailable(Exception):
    """What is stored can not be read or written now; nothing has changed."""

    def __init__(self, trouble: Trouble, text: str) -> None:
        super().__init__(text)
        self.trouble = trouble
        self.text = text
