"""The event log: what has happened, for ever, in one order.

A stream is the life of one machine; its versions are 1, 2, 3, … without gaps.
Positions grow with time over all streams; they may have gaps.  Everything here
may raise `StorageUnavailable` (`ports.storage`): then nothing of it has happened.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ringway.domain.values import AccountId, TextKey


@dataclass(frozen=True, slots=True)
class Stream:
    """Whose life it is: the account is part of the key."""

    account: AccountId
    kind: str
    """"leg", "bridge" or "fork"."""
    id: str
    """Unique over all kinds and accounts."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event to be logged."""

    stream: Stream
    version: int
    """1 for the first of its stream."""
    type: str
    type_version: int
    at_us: int
    """Microseconds since 1970, UTC."""
    trace_id: str
    payload: bytes
    ends: bool = False
    """The stream is over with this one: it leaves `live_streams`."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event that was logged."""

    position: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Text:
    """What a person said or typed; kept beside the log, and can be erased."""

    account: AccountId
    key: TextKey
    text: str = field(repr=False)


class VersionConflict(Exception):
    """The stream already has this version, or not the one before it.

    Also when another account or kind has a stream of this id.
    """

    def __init__(self, stream: Stream, version: int) -> None:
        super().__init__(f"{stream.kind} {stream.id} cannot get version {version} now")
        self.stream = stream
        self.version = version


class EventLog(Protocol):
    """Appends, and reads again."""

    async def append(
        self, entries: Sequence[Entry], texts: Sequence[Text] = ()
    ) -> tuple[int, ...]:
        """Log all of it, or nothing; when it returns, it is on the disk.

        Gives one position per entry, growing.  Or `VersionConflict`.  A text of a
        key that exists is replaced.
        """
        ...

    async def read_stream(self, stream: Stream, after: int = 0) -> tuple[Recorded, ...]:
        """Give what happened in the stream after that version, in order."""
        ...

    async def read_after(self, position: int, limit: int) -> tuple[Recorded, ...]:
        """Give at most `limit` events of all streams after the position."""
        ...

    async def live_streams(self) -> tuple[Stream, ...]:
        """Give the streams that have begun and not ended, oldest first."""
        ...

    async def last_position(self) -> int:
        """Give the position of the newest event; 0 if there is none."""
        ...

    async def cursor(self, consumer: str) -> int:
        """Give how far the consumer has come; 0 if it never began."""
        ...

    async def move_cursor(self, consumer: str, position: int) -> None:
        """Remember how far the consumer has come; it never goes back."""
        ...

    async def text(self, account: AccountId, key: TextKey) -> str | None:
        """Give the text, or None if there is none, or not any more."""
        ...

    async def texts(
        self, account: AccountId, keys: Collection[TextKey]
    ) -> Mapping[TextKey, str]:
        """Give those of the texts that are there."""
        ...

    async def erase_text(self, account: AccountId, key: TextKey) -> bool:
        """Erase the text; False if there was none."""
        ...
