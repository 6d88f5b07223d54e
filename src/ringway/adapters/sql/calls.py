"""Calls in the database, beside the log they are made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, Select, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from ringway.adapters.sql.database import Database
from ringway.adapters.sql.meetings import (
    forget_meetings,
    legs_of,
    put_meetings,
)
from ringway.adapters.sql.outbox import put_events
from ringway.adapters.sql.schema import calls, cursors
from ringway.adapters.sql.totals import CALL, Sort, counted, total_of
from ringway.domain.causes import Cause
from ringway.domain.leg_state import CallState, Transfer
from ringway.domain.values import (
    TERMS,
    VOICE_ONLY,
    AccountId,
    BridgeId,
    Direction,
    Endpoint,
    EndpointType,
    ForkId,
    LegId,
    Look,
    Meeting,
    Owner,
    Recording,
    RecordingRight,
    Restraint,
    Source,
    Terms,
    TextKey,
)
from ringway.ports.calls import (
    CONSUMER,
    MAX_SIZE,
    UNRESTRAINED,
    Batch,
    Call,
    CallKey,
    Page,
    WantedCalls,
    check_page,
)

_CURSOR = select(cursors.c.position).where(cursors.c.consumer == CONSUMER)
_MOVE = insert(cursors)
_MOVE = _MOVE.on_conflict_do_update(
    index_elements=[cursors.c.consumer], set_={"position": _MOVE.excluded.position}
)
_PUT = insert(calls)
_PUT = _PUT.on_conflict_do_update(
    index_elements=[calls.c.account_id, calls.c.id],
    set_={c.name: _PUT.excluded[c.name] for c in calls.c if not c.primary_key},
)

LAST_SIGN: Final = chr(0x10FFFF)
"""Nothing in an id comes after it."""


class SqlCalls:
    """The calls of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def position(self) -> int:
        rows = await self._database.rows(_CURSOR)
        return rows[0].position if rows else 0

    async def apply(self, batch: Batch) -> bool:
        def work(connection: Connection) -> bool:
            if (connection.execute(_CURSOR).scalar() or 0) != batch.after:
                return False
            if batch.calls:
                _count_new_ends(connection, batch.calls)
                connection.execute(_PUT, [_values(call) for call in batch.calls])
            put_meetings(connection, batch.meetings, batch.after)
            put_events(connection, batch.published)
            connection.execute(
                _MOVE, {"consumer": CONSUMER, "position": batch.position}
            )
            return True

        return await self._database.write(work)

    async def known(self, keys: Collection[CallKey]) -> Mapping[CallKey, Call]:
        ids: dict[AccountId, list[LegId]] = {}
        for account, leg in keys:
            ids.setdefault(account, []).append(leg)
        found: dict[CallKey, Call] = {}
        # Account by account: SQLite reads the whole table for pairs of values.
        for account, legs in ids.items():
            rows = await self._database.rows(
                select(calls).where(calls.c.account_id == account, calls.c.id.in_(legs))
            )
            found.update({call.key: call for call in map(_call, rows)})
        return found

    async def read(self, account: AccountId, leg: LegId) -> Call | None:
        return (await self.known([(account, leg)])).get((account, leg))

    async def beginning_with(self, account: AccountId, text: str) -> tuple[Call, ...]:
        query = (
            select(calls)
            .where(
                calls.c.account_id == account,
                # Not LIKE, which takes signs of the text for patterns, and no index.
                calls.c.id >= text,
                calls.c.id < text + LAST_SIGN,
            )
            .order_by(calls.c.id)
            .limit(2)
        )
        return tuple(_call(row) for row in await self._database.rows(query))

    async def list(
        self,
        account: AccountId,
        *,
        state: CallState | None = None,
        page: int = 0,
        size: int = MAX_SIZE,
    ) -> tuple[Call, ...]:
        check_page(page, size)
        query = select(calls).where(calls.c.account_id == account)
        if state is not None:
            query = query.where(calls.c.state == state)
        query = query.order_by(calls.c.created_at.desc(), calls.c.id.desc())
        rows = await self._database.rows(query.limit(size).offset(page * size))
        return tuple(_call(row) for row in rows)

    async def history(
        self,
        account: AccountId,
        wanted: WantedCalls,
        *,
        page: int = 0,
        size: int = MAX_SIZE,
    ) -> Page[Call]:
        check_page(page, size)
        query = _past(select(calls), account, wanted)
        query = query.order_by(calls.c.created_at.desc(), calls.c.id.desc())
        rows = await self._database.rows(query.limit(size).offset(page * size))
        (length,) = await self._database.rows(_length(account, wanted))
        return Page(tuple(map(_call, rows)), length.total)

    async def forget(self, before: int, most: int) -> int:
        def work(connection: Connection) -> int:
            went = _forget_calls(connection, before, most)
            return max(went, forget_meetings(connection, before, most))

        return await self._database.write(work)


def _past(query: Select[Any], account: AccountId, wanted: WantedCalls) -> Select[Any]:
    table = calls.c
    query = query.select_from(calls).where(
        table.account_id == account,
        # As the indexes say it: SQLite uses them only then.
        table.configuration_id.is_not(None),
        table.ended_at.is_not(None),
    )
    for column, value in (
        (table.endpoint_type, wanted.type),
        (table.configuration_id, wanted.configuration),
        (table.application_id, wanted.application),
        (table.caller, wanted.caller),
        (table.callee, wanted.callee),
        (table.direction, wanted.direction),
        (table.state, wanted.state),
        (table.bulk_id, wanted.bulk),
    ):
        if value is not None:
            query = query.where(column == value)
    for kind, meeting in (
        (Meeting.CONFERENCE, wanted.conference),
        (Meeting.DIALOG, wanted.dialog),
    ):
        if meeting is not None:
            query = query.where(table.id.in_(legs_of(account, kind, meeting)))
    if wanted.started_after is not None:
        query = query.where(table.created_at >= wanted.started_after)
    return query


def _length(account: AccountId, wanted: WantedCalls) -> Select[tuple[int]]:
    others = (
        wanted.caller,
        wanted.callee,
        wanted.started_after,
        wanted.conference,
        wanted.dialog,
        wanted.bulk,
    )
    if all(it is None for it in others):
        narrowed = {
            "configuration_id": wanted.configuration,
            "application_id": wanted.application,
            "state": wanted.state,
            "endpoint_type": wanted.type,
            "direction": wanted.direction,
        }
        return total_of(account, CALL, narrowed)
    return _past(select(func.count().label("total")), account, wanted)


def _sort(call: Call) -> Sort:
    owner = call.owner
    assert owner is not None, "only calls of applications are counted"
    return Sort(
        call.account,
        CALL,
        owner.configuration,
        owner.application or "",
        call.state,
        call.endpoint.type,
        call.direction,
    )


def _count_new_ends(connection: Connection, rows: Sequence[Call]) -> None:
    ended = [it for it in rows if it.owner is not None and it.ended_at is not None]
    if not ended:
        return
    known = {
        (row.account_id, row.id)
        for row in connection.execute(
            select(calls.c.account_id, calls.c.id).where(
                calls.c.account_id.in_({it.account for it in ended}),
                calls.c.id.in_([it.id for it in ended]),
                calls.c.ended_at.is_not(None),
            )
        )
    }
    counted(connection, (_sort(it) for it in ended if it.key not in known), 1)


def _forget_calls(connection: Connection, before: int, most: int) -> int:
    old = connection.execute(
        select(calls)
        .where(calls.c.configuration_id.is_not(None), calls.c.ended_at < before)
        .limit(most)
    ).all()
    counted(connection, (_sort(_call(row)) for row in old), -1)
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for row in old:
        ids[row.account_id].append(row.id)
    for account, some in ids.items():
        mine = calls.c.account_id == account
        connection.execute(delete(calls).where(mine, calls.c.id.in_(some)))
    return len(old)


class _More(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is only ever read with the whole row."""

    via: str | None = None
    owners: tuple[Owner, ...] = ()
    terms: Terms = TERMS
    recording: Recording = Recording.UNDEFINED
    capability: RecordingRight | None = None
    look: Look = VOICE_ONLY
    restraint: Restraint = UNRESTRAINED
    had_camera: bool = False
    had_screen: bool = False
    rang_at: int | None = None
    source: Source | None = None
    meeting: Meeting | None = None
    conferences: tuple[BridgeId, ...] = ()
    dialogs: tuple[BridgeId, ...] = ()
    transfer: Transfer | None = None


_OF_CALL: Final = [name for name in _More.__struct_fields__ if name != "via"]
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_More).decode
_NO_MORE: Final = _More()


def _values(call: Call) -> dict[str, Any]:
    owner = call.owner
    more = _More(call.endpoint.via, **{name: getattr(call, name) for name in _OF_CALL})
    return {
        "account_id": call.account,
        "id": call.id,
        "parent_id": call.parent,
        "direction": call.direction,
        "endpoint_type": call.endpoint.type,
        "endpoint_address": call.endpoint.address,
        "endpoint_name": call.endpoint.display_name,
        "counterpart_type": call.counterpart.type,
        "counterpart_address": call.counterpart.address,
        "counterpart_name": call.counterpart.display_name,
        "state": call.state,
        "created_at": call.created_at,
        "answered_at": call.answered_at,
        "established_at": call.established_at,
        "ended_at": call.ended_at,
        "duration": call.duration,
        "cause": call.cause,
        "detail": call.detail,
        "bridge_id": call.bridge,
        "fork_id": call.fork,
        "custom_data_key": call.custom_data,
        "position": call.position,
        "configuration_id": None if owner is None else owner.configuration,
        "application_id": None if owner is None else owner.application,
        "caller": None if owner is None else call.caller,
        "callee": None if owner is None else call.callee,
        "bulk_id": call.bulk,
        "more": _encode(more),
    }


def _call(row: Row[Any]) -> Call:
    more = _NO_MORE if row.more is None else _decode(row.more)
    return Call(
        account=AccountId(row.account_id),
        id=LegId(row.id),
        parent=None if row.parent_id is None else LegId(row.parent_id),
        direction=Direction(row.direction),
        endpoint=Endpoint(
            EndpointType(row.endpoint_type),
            row.endpoint_address,
            row.endpoint_name,
            more.via,
        ),
        counterpart=Endpoint(
            EndpointType(row.counterpart_type),
            row.counterpart_address,
            row.counterpart_name,
        ),
        state=CallState(row.state),
        created_at=row.created_at,
        position=row.position,
        answered_at=row.answered_at,
        established_at=row.established_at,
        ended_at=row.ended_at,
        duration=row.duration,
        cause=None if row.cause is None else Cause(row.cause),
        detail=row.detail,
        bridge=None if row.bridge_id is None else BridgeId(row.bridge_id),
        fork=None if row.fork_id is None else ForkId(row.fork_id),
        custom_data=None
        if row.custom_data_key is None
        else TextKey(row.custom_data_key),
        **{name: getattr(more, name) for name in _OF_CALL},
    )
