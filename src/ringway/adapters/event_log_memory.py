"""An event log that forgets everything when the process ends: for tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ringway.domain.values import AccountId, TextKey
from ringway.ports.event_log import Entry, Recorded, Stream, Text, VersionConflict


class MemoryEventLog:
    """Keeps events in a list."""

    def __init__(self) -> None:
        self._recorded: list[Recorded] = []
        self._streams: dict[str, list[Recorded]] = {}
        self._cursors: dict[str, int] = {}
        self._texts: dict[tuple[AccountId, TextKey], str] = {}

    async def append(
        self, entries: Sequence[Entry], texts: Sequence[Text] = ()
    ) -> tuple[int, ...]:
        """Log all of it, or nothing."""
        newest: dict[str, tuple[Stream, int]] = {}
        for entry in entries:
            key = entry.stream.id
            there = self._streams.get(key)
            before = (there[0].entry.stream, len(there)) if there else (entry.stream, 0)
            stream, version = newest.get(key, before)
            if stream != entry.stream or entry.version != version + 1:
                raise VersionConflict(entry.stream, entry.version)
            newest[key] = stream, version + 1
        start = len(self._recorded) + 1
        fresh = [Recorded(start + i, entry) for i, entry in enumerate(entries)]
        for recorded in fresh:
            self._streams.setdefault(recorded.entry.stream.id, []).append(recorded)
        self._recorded += fresh
        self._texts.update({(t.account, t.key): t.text for t in texts})
        return tuple(recorded.position for recorded in fresh)

    async def read_stream(self, stream: Stream, after: int = 0) -> tuple[Recorded, ...]:
        """Give what happened in the stream after that version, in order."""
        there = self._streams.get(stream.id, [])
        if not there or there[0].entry.stream != stream:
            return ()
        return tuple(there[after:])

    async def read_after(self, position: int, limit: int) -> tuple[Recorded, ...]:
        """Give at most `limit` events of all streams after the position."""
        return tuple(self._recorded[position : position + limit])

    async def live_streams(self) -> tuple[Stream, ...]:
        """Give the streams that have begun and not ended, oldest first."""
        return tuple(
            there[0].entry.stream
            for there in self._streams.values()
            if not any(recorded.entry.ends for recorded in there)
        )

    async def last_position(self) -> int:
        """Give the position of the newest event; 0 if there is none."""
        return len(self._recorded)

    async def cursor(self, consumer: str) -> int:
        """Give how far the consumer has come; 0 if it never began."""
        return self._cursors.get(consumer, 0)

    async def move_cursor(self, consumer: str, position: int) -> None:
        """Remember how far the consumer has come; it never goes back."""
        self._cursors[consumer] = max(position, self._cursors.get(consumer, 0))

    async def text(self, account: AccountId, key: TextKey) -> str | None:
        """Give the text, or None if there is none, or not any more."""
        return self._texts.get((account, key))

    async def texts(
        self, account: AccountId, keys: Collection[TextKey]
    ) -> Mapping[TextKey, str]:
        """Give those of the texts that are there."""
        found = {key: self._texts.get((account, key)) for key in keys}
        return {key: text for key, text in found.items() if text is not None}

    async def erase_text(self, account: AccountId, key: TextKey) -> bool:
        """Erase the text; False if there was none."""
        return self._texts.pop((account, key), None) is not None
