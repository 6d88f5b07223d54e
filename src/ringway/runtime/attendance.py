"""Who comes and goes, brought to the table of connections in batches.

Nobody waits for it: what is not written yet when the process dies is the last
moment of it, and connections left open are ended at the next start.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

import structlog

from ringway.domain.values import SECOND, Device, DeviceId
from ringway.ports.activity import Activity, Connection
from ringway.ports.clock import Clock
from ringway.ports.storage import StorageUnavailable
from ringway.runtime.tasks import Tasks

log = structlog.get_logger(__name__)

BATCH_TIME: Final = SECOND // 4
"""What happens within this time is written at once."""
RETRY: Final = SECOND
MAX_WAITING: Final = 100_000
"""Connections that wait to be written; more are not remembered."""


class Attendance:
    """Notes connections, and sees to it that they are written."""

    def __init__(self, activity: Activity, clock: Clock, tasks: Tasks) -> None:
        self._activity, self._clock, self._tasks = activity, clock, tasks
        self._waiting: dict[DeviceId, Connection] = {}
        self._open: dict[DeviceId, Connection] = {}
        self._due = False
        self.dropped = 0
        """Connections that were not remembered, as too many waited."""

    async def open(self, living: Collection[DeviceId], at: int) -> None:
        """End what the last run has left open, but the living, at its last sign."""
        left = await self._activity.give_up(living, at)
        if left:
            log.info("ended connections of the last run", connections=left)

    def came(self, device: Device) -> None:
        """Note that the device is connected."""
        now = self._clock.now()
        it = Connection(device.account, device.id, device.identity, now)
        self._open[device.id] = it
        self._note(it)

    def went(self, device: Device, at: int) -> None:
        """Note that the device was there until then; it will not come back."""
        began = self._open.pop(device.id, None)
        it = began or Connection(device.account, device.id, device.identity, at)
        self._note(replace(it, disconnected_at=max(at, it.connected_at)))

    def _note(self, it: Connection) -> None:
        if it.id not in self._waiting and len(self._waiting) >= MAX_WAITING:
            self.dropped += 1
            return
        self._waiting[it.id] = it
        self._soon(BATCH_TIME)

    def _soon(self, time: int) -> None:
        if not self._due:
            self._due = True
            self._clock.at(self._clock.now() + time, self._begin)

    def _begin(self) -> None:
        self._tasks.start(self.write(), "write connections")

    async def write(self) -> None:
        """Write what waits."""
        self._due = False
        batch, self._waiting = self._waiting, {}
        try:
            await self._activity.put(list(batch.values()))
        except StorageUnavailable as error:
            log.warning("connections not written", trouble=str(error))
            self._waiting = {**batch, **self._waiting}
            self._soon(RETRY)
