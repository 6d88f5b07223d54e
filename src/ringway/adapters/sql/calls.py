"""Calls in the database, beside the log they are made from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.sqlite import insert

from ringway.adapters.sql.database import Database
from ringway.adapters.sql.schema import calls, cursors
from ringway.domain.causes import Cause
from ringway.domain.leg_state import CallState
from ringway.domain.values import (
    AccountId,
    BridgeId,
    Direction,
    Endpoint,
    EndpointType,
    ForkId,
    LegId,
    TextKey,
)
from ringway.ports.calls import CONSUMER, MAX_SIZE, Batch, Call, CallKey, check_page

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
                connection.execute(_PUT, [_values(call) for call in batch.calls])
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


def _values(call: Call) -> dict[str, Any]:
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
    }


def _call(row: Row[Any]) -> Call:
    return Call(
        account=AccountId(row.account_id),
        id=LegId(row.id),
        parent=None if row.parent_id is None else LegId(row.parent_id),
        direction=Direction(row.direction),
        endpoint=Endpoint(
            EndpointType(row.endpoint_type), row.endpoint_address, row.endpoint_name
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
    )
