"""Dialogs and conferences in the database, in one transaction with calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from ringway.adapters.sql.database import Database
from ringway.adapters.sql.schema import meetings, participants
from ringway.adapters.sql.totals import Sort, counted, total_of
from ringway.domain.values import AccountId, BridgeId, Meeting
from ringway.ports.meetings import (
    MeetingKey,
    MeetingRow,
    Participant,
    WantedMeetings,
)
from ringway.ports.pages import MAX_SIZE, Page, check_page

_PUT = insert(meetings)
_PUT = _PUT.on_conflict_do_update(
    index_elements=[meetings.c.account_id, meetings.c.id],
    set_={c.name: _PUT.excluded[c.name] for c in meetings.c if not c.primary_key},
)
_SEAT = insert(participants)
_SEAT = _SEAT.on_conflict_do_update(
    index_elements=[c for c in participants.c if c.primary_key],
    set_={"content": _SEAT.excluded.content},
)

_encode = msgspec.json.Encoder().encode
_meeting = msgspec.json.Decoder(MeetingRow).decode
_stay = msgspec.json.Decoder(Participant).decode


class SqlMeetings:
    """The meetings of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(
        self, keys: Collection[MeetingKey]
    ) -> Mapping[MeetingKey, MeetingRow]:
        ids: dict[AccountId, list[BridgeId]] = {}
        for account, meeting in keys:
            ids.setdefault(account, []).append(meeting)
        found: dict[MeetingKey, MeetingRow] = {}
        for account, some in ids.items():
            rows = await self._database.rows(
                select(meetings).where(
                    meetings.c.account_id == account, meetings.c.id.in_(some)
                )
            )
            for row in await self._whole(account, rows):
                found[row.key] = row
        return found

    async def read(self, account: AccountId, meeting: BridgeId) -> MeetingRow | None:
        return (await self.known([(account, meeting)])).get((account, meeting))

    async def history(
        self,
        account: AccountId,
        wanted: WantedMeetings,
        *,
        page: int = 0,
        size: int = MAX_SIZE,
    ) -> Page[MeetingRow]:
        check_page(page, size)
        query = _past(select(meetings), account, wanted)
        query = query.order_by(meetings.c.created_at.desc(), meetings.c.id.desc())
        rows = await self._database.rows(query.limit(size).offset(page * size))
        (length,) = await self._database.rows(_length(account, wanted))
        return Page(tuple(await self._whole(account, rows)), length.total)

    async def _whole(
        self, account: AccountId, rows: Sequence[Row[Any]]
    ) -> list[MeetingRow]:
        if not rows:
            return []
        query = select(participants).where(
            participants.c.account_id == account,
            participants.c.meeting_id.in_([row.id for row in rows]),
        )
        stays: defaultdict[str, list[Participant]] = defaultdict(list)
        for seat in await self._database.rows(
            query.order_by(participants.c.meeting_id, participants.c.seat)
        ):
            stays[seat.meeting_id].append(_stay(seat.content))
        return [
            replace(_meeting(row.content), participants=tuple(stays[row.id]))
            for row in rows
        ]


def legs_of(account: AccountId, kind: Meeting, meeting: BridgeId) -> Select[tuple[str]]:
    """Ask for the legs that are, or were, in a meeting of that kind."""
    return (
        select(participants.c.call_id)
        .join(
            meetings,
            (meetings.c.account_id == participants.c.account_id)
            & (meetings.c.id == participants.c.meeting_id),
        )
        .where(
            participants.c.account_id == account,
            participants.c.meeting_id == meeting,
            meetings.c.kind == kind,
        )
    )


def put_meetings(
    connection: Connection, rows: Sequence[MeetingRow], after: int
) -> None:
    """Write the rows, and of their stays those that are newer than the position."""
    if not rows:
        return
    _count_new_ends(connection, [it for it in rows if it.ended_at is not None])
    connection.execute(_PUT, [_values(it) for it in rows])
    stays = [
        {
            "account_id": row.account,
            "meeting_id": row.id,
            "seat": stay.seat,
            "call_id": stay.leg,
            "content": _encode(stay),
        }
        for row in rows
        for stay in row.participants
        if stay.position > after
    ]
    if stays:
        connection.execute(_SEAT, stays)


def forget_meetings(connection: Connection, before: int, most: int) -> int:
    """Delete at most so many that ended before the moment; give how many."""
    old = connection.execute(
        select(meetings).where(meetings.c.ended_at < before).limit(most)
    ).all()
    if not old:
        return 0
    counted(connection, (_sort(_meeting(row.content)) for row in old), -1)
    for account, ids in _by_account(old).items():
        for table, column in (
            (participants, participants.c.meeting_id),
            (meetings, meetings.c.id),
        ):
            mine = table.c.account_id == account
            connection.execute(delete(table).where(mine, column.in_(ids)))
    return len(old)


def _count_new_ends(connection: Connection, ended: Sequence[MeetingRow]) -> None:
    if not ended:
        return
    known = {
        (row.account_id, row.id)
        for row in connection.execute(
            select(meetings.c.account_id, meetings.c.id).where(
                meetings.c.id.in_([it.id for it in ended]),
                meetings.c.account_id.in_({it.account for it in ended}),
                meetings.c.ended_at.is_not(None),
            )
        )
    }
    counted(connection, (_sort(it) for it in ended if it.key not in known), 1)


def _by_account(rows: Sequence[Row[Any]]) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.account_id].append(row.id)
    return found


def _sort(row: MeetingRow) -> Sort:
    owner = row.owner
    return Sort(
        row.account, row.kind, owner.configuration, owner.application or "", row.state
    )


def _length(account: AccountId, wanted: WantedMeetings) -> Select[tuple[int]]:
    others = (
        wanted.name,
        wanted.call,
        wanted.parent,
        wanted.child,
        wanted.started_after,
        wanted.ended_before,
    )
    if all(it is None for it in others):
        narrowed = {
            "configuration_id": wanted.configuration,
            "application_id": wanted.application,
            "state": wanted.state,
        }
        return total_of(account, wanted.kind, narrowed)
    return _past(select(func.count().label("total")), account, wanted)


def _past(
    query: Select[Any], account: AccountId, wanted: WantedMeetings
) -> Select[Any]:
    table = meetings.c
    query = query.select_from(meetings).where(
        table.account_id == account,
        table.kind == wanted.kind,
        table.ended_at.is_not(None),
    )
    for column, value in (
        (table.name, wanted.name),
        (table.configuration_id, wanted.configuration),
        (table.application_id, wanted.application),
        (table.state, wanted.state),
        (table.parent_id, wanted.parent),
        (table.child_id, wanted.child),
    ):
        if value is not None:
            query = query.where(column == value)
    for leg in filter(None, _legs(wanted)):
        mine = select(participants.c.meeting_id).where(
            participants.c.account_id == account, participants.c.call_id == leg
        )
        query = query.where(table.id.in_(mine))
    if wanted.started_after is not None:
        query = query.where(table.created_at >= wanted.started_after)
    if wanted.ended_before is not None:
        query = query.where(table.ended_at < wanted.ended_before)
    return query


def _legs(wanted: WantedMeetings) -> Iterator[str | None]:
    """Every leg that must have been there: its index finds few meetings."""
    yield from (wanted.call, wanted.parent, wanted.child)


def _values(row: MeetingRow) -> dict[str, Any]:
    return {
        "account_id": row.account,
        "id": row.id,
        "kind": row.kind,
        "configuration_id": row.owner.configuration,
        "application_id": row.owner.application,
        "name": row.name,
        "state": row.state,
        "parent_id": row.parent,
        "child_id": row.child,
        "created_at": row.created_at,
        "ended_at": row.ended_at,
        "content": _encode(replace(row, participants=())),
    }
