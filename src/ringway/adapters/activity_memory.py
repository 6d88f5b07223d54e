"""Connections in memory: for tests of the floors above, gone with the process."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from ringway.domain.values import AccountId, DeviceId
from ringway.ports.activity import ActivityType, Asked, Connection, Moment, Page


class MemoryActivity:
    """A dictionary; nothing here waits, so nothing needs a lock."""

    def __init__(self) -> None:
        self._connections: dict[tuple[AccountId, DeviceId], Connection] = {}

    async def put(self, connections: Sequence[Connection]) -> None:
        for it in connections:
            known = self._connections.setdefault((it.account, it.id), it)
            if known.disconnected_at is None:
                ended = replace(known, disconnected_at=it.disconnected_at)
                self._connections[it.account, it.id] = ended

    async def give_up(self, living: Collection[DeviceId], at: int) -> int:
        given_up = [
            replace(it, disconnected_at=max(at, it.connected_at))
            for it in self._connections.values()
            if it.disconnected_at is None and it.id not in living
        ]
        await self.put(given_up)
        return len(given_up)

    async def moments(self, asked: Asked) -> Page:
        found = [
            Moment(it.id, kind, at)
            for it in self._connections.values()
            if (it.account, it.identity) == (asked.account, asked.identity)
            for kind, at in (
                (ActivityType.CONNECTED, it.connected_at),
                (ActivityType.DISCONNECTED, it.disconnected_at),
            )
            if at is not None
            and (asked.since is None or asked.since <= at)
            and (asked.until is None or at <= asked.until)
            and asked.connection in (None, it.id)
        ]
        found.sort(key=lambda it: (it.at, it.type, it.connection), reverse=True)
        first = asked.page * asked.size
        return Page(tuple(found[first : first + asked.size]), len(found))
