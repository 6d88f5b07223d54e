"""What one transaction of the log writes: appends, texts and cursors together.

A fixed number of statements, however many ask: who conflicts is found out with one
question, and the rest is inserted together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from ringway.adapters.sql.counters import count
from ringway.adapters.sql.schema import cursors, events, live_streams, texts
from ringway.domain.values import AccountId
from ringway.ports.event_log import Entry, Stream, Text, VersionConflict

Positions = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one asker wants written, all of it or nothing."""

    entries: tuple[Entry, ...] = ()
    texts: tuple[Text, ...] = ()
    cursors: tuple[tuple[str, int], ...] = ()


_HEADS = (
    select(
        events.c.stream_id,
        events.c.account_id,
        events.c.stream_kind,
        func.max(events.c.stream_version).label("version"),
    )
    .where(events.c.stream_id.in_(bindparam("ids", expanding=True)))
    .group_by(events.c.stream_id)
)
_APPEND = insert(events)
_BEGIN = insert(live_streams)
_END = delete(live_streams).where(live_streams.c.stream_id == bindparam("ended"))
_SAY = insert(texts)
_SAY = _SAY.on_conflict_do_update(
    index_elements=[texts.c.account_id, texts.c.key],
    set_={"text": _SAY.excluded.text},
)
_MOVE = insert(cursors)
_MOVE = _MOVE.on_conflict_do_update(
    index_elements=[cursors.c.consumer],
    set_={"position": func.max(cursors.c.position, _MOVE.excluded.position)},
)


def write(
    connection: Connection, askers: Sequence[Asked]
) -> list[Positions | VersionConflict]:
    """Write what does not conflict; an answer for each asker, in their order."""
    heads = _heads(connection, askers)
    conflicts = [_take(heads, asked.entries) for asked in askers]
    good = [
        asked
        for asked, conflict in zip(askers, conflicts, strict=True)
        if conflict is None
    ]
    entries = [entry for asked in good for entry in asked.entries]
    last = count(connection, "position", len(entries)) if entries else 0
    first = last - len(entries) + 1
    rows = [_row(first + i, entry) for i, entry in enumerate(entries)]
    _each(connection, _APPEND, rows)
    _each(connection, _BEGIN, _begun(rows))
    _each(connection, _END, [{"ended": e.stream.id} for e in entries if e.ends])
    _each(
        connection,
        _SAY,
        [
            {"account_id": t.account, "key": t.key, "text": t.text}
            for asked in good
            for t in asked.texts
        ],
    )
    _each(
        connection,
        _MOVE,
        [
            {"consumer": consumer, "position": position}
            for asked in good
            for consumer, position in asked.cursors
        ],
    )
    answers: list[Positions | VersionConflict] = []
    for asked, conflict in zip(askers, conflicts, strict=True):
        if conflict is not None:
            answers.append(conflict)
            continue
        answers.append(tuple(range(first, first + len(asked.entries))))
        first += len(asked.entries)
    return answers


def _heads(
    connection: Connection, askers: Iterable[Asked]
) -> dict[str, tuple[Stream, int]]:
    """Give the newest version of each stream that is asked for and exists."""
    ids = {entry.stream.id for asked in askers for entry in asked.entries}
    if not ids:
        return {}
    rows = connection.execute(_HEADS, {"ids": list(ids)})
    return {
        row.stream_id: (
            Stream(AccountId(row.account_id), row.stream_kind, row.stream_id),
            row.version,
        )
        for row in rows
    }


def _take(
    heads: dict[str, tuple[Stream, int]], entries: Iterable[Entry]
) -> VersionConflict | None:
    """Move the heads on by these entries, all of them, or none if one conflicts."""
    moved: dict[str, tuple[Stream, int]] = {}
    for entry in entries:
        id_ = entry.stream.id
        stream, version = moved.get(id_) or heads.get(id_) or (entry.stream, 0)
        if stream != entry.stream or entry.version != version + 1:
            return VersionConflict(entry.stream, entry.version)
        moved[id_] = stream, entry.version
    heads.update(moved)
    return None


def _row(position: int, entry: Entry) -> dict[str, Any]:
    return {
        "position": position,
        "account_id": entry.stream.account,
        "stream_kind": entry.stream.kind,
        "stream_id": entry.stream.id,
        "stream_version": entry.version,
        "type": entry.type,
        "type_version": entry.type_version,
        "at_us": entry.at_us,
        "trace_id": entry.trace_id,
        "payload": entry.payload,
        "ends": entry.ends,
    }


def _begun(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "stream_id": row["stream_id"],
            "account_id": row["account_id"],
            "stream_kind": row["stream_kind"],
            "began": row["position"],
        }
        for row in rows
        if row["stream_version"] == 1
    ]


def _each(
    connection: Connection, statement: Any, rows: Sequence[dict[str, Any]]
) -> None:
    if rows:
        connection.execute(statement, rows)
