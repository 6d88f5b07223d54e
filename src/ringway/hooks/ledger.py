"""Writes down how far delivery has come: much at once, and soon.

What was said here is true at once for whoever asks here.  All that was said between
two writes is one transaction, so a course never passes a subject that is not held.
A crash forgets the last moment, and what was delivered in it is delivered again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Final

import structlog

from ringway.domain.values import SECOND
from ringway.ports.clock import Appointment, Clock
from ringway.ports.deliveries import Attempt, Changes, Course, Deliveries, Held
from ringway.ports.storage import StorageUnavailable
from ringway.runtime.tasks import Tasks

log = structlog.get_logger(__name__)

GATHER_TIME: Final = SECOND // 10
"""How long changes are gathered."""
RETRY: Final = SECOND
"""How long to wait when nothing can be written."""
MAX_LINES: Final = 10_000
"""Lines of the delivery log that may wait to be written; more are left out."""


class Ledger:
    """The one who writes to `Deliveries`."""

    def __init__(self, deliveries: Deliveries, clock: Clock, tasks: Tasks) -> None:
        self._deliveries, self._clock, self._tasks = deliveries, clock, tasks
        self._courses: dict[str, Course] = {}
        self._held: dict[tuple[str, str], Held | None] = {}
        """None: it is released."""
        self._writing: Mapping[tuple[str, str], Held | None] = {}
        self._attempts: list[Attempt] = []
        self._due: Appointment | None = None
        self._turn = asyncio.Lock()

    def move(self, course: Course) -> None:
        """Note how far a course has come."""
        self._courses[course.id] = course
        self._soon(GATHER_TIME)

    def hold(self, held: Held) -> None:
        """Note that a subject is tried again, and from where."""
        self._held[held.key] = held
        self._soon(GATHER_TIME)

    def release(self, course: str, subject: str) -> None:
        """Note that a subject is not held any more."""
        self._held[course, subject] = None
        self._soon(GATHER_TIME)

    def attempt(self, attempt: Attempt) -> None:
        """Note what became of an attempt."""
        if len(self._attempts) < MAX_LINES:
            self._attempts.append(attempt)
        self._soon(GATHER_TIME)

    async def held_among(
        self, course: str, subjects: Collection[str]
    ) -> frozenset[str]:
        """Give those of the subjects that are held."""
        found = set(await self._deliveries.held_among(course, subjects))
        news = {**self._writing, **self._held}
        for subject in subjects:
            if (course, subject) in news:
                found.discard(subject)
                if news[course, subject] is not None:
                    found.add(subject)
        return frozenset(found)

    async def due(self, course: str, limit: int) -> list[Held]:
        """Give what is held, the first that is due first."""
        more = len(self._writing) + len(self._held)
        rows = await self._deliveries.due(course, limit + more)
        found = {it.key: it for it in rows}
        for key, held in {**self._writing, **self._held}.items():
            if key[0] == course:
                found.pop(key, None)
                if held is not None:
                    found[key] = held
        return sorted(found.values(), key=lambda it: (it.due_at, it.subject))[:limit]

    async def write(self) -> None:
        """Write what was said.  Or `StorageUnavailable`; then it waits."""
        async with self._turn:
            if not (self._courses or self._held or self._attempts):
                return
            courses, held, attempts = self._courses, self._held, self._attempts
            self._courses, self._held, self._attempts = {}, {}, []
            self._writing = held
            changes = Changes(
                tuple(courses.values()),
                tuple(it for it in held.values() if it is not None),
                tuple(key for key, it in held.items() if it is None),
                tuple(attempts),
            )
            try:
                await self._deliveries.write(changes)
            except BaseException:
                self._courses = {**courses, **self._courses}
                self._held = {**held, **self._held}
                self._attempts = [*attempts, *self._attempts][:MAX_LINES]
                raise
            finally:
                self._writing = {}

    def close(self) -> None:
        """Begin no more writes."""
        if self._due is not None:
            self._due.cancel()

    def _soon(self, later: int) -> None:
        if self._due is None:
            self._due = self._clock.at(self._clock.now() + later, self._start)

    def _start(self) -> None:
        self._tasks.start(self._write(), "write deliveries")

    async def _write(self) -> None:
        self._due = None
        try:
            await self.write()
        except StorageUnavailable as error:
            log.warning("deliveries not written", trouble=error.trouble)
            self._soon(RETRY)
