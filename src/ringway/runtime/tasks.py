"""The tasks of the house: none is forgotten, and no failure goes unseen."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Tasks:
    """Starts tasks, keeps them, and says when all are done."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self.faults = 0
        """Tasks that ended with an exception: each is a fault of the program."""

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run the work; its exception is logged and counted."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self.faults += 1
            log.error("task failed", task=task.get_name(), exc_info=error)

    async def quiet(self) -> None:
        """Wait until no task is left, also none that the last ones started."""
        while self._tasks:
            await asyncio.wait(self._tasks)
            await asyncio.sleep(0)

    async def cancel(self) -> None:
        """Cancel what runs, and wait until it is gone."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)
