"""What delivery remembers, until the process ends: for tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ringway.ports.deliveries import MAX_ATTEMPTS, Attempt, Changes, Course, Held


class MemoryDeliveries:
    """Keeps everything in dictionaries."""

    def __init__(self) -> None:
        self._courses: dict[str, Course] = {}
        self._held: dict[tuple[str, str], Held] = {}
        self._attempts: dict[str, list[Attempt]] = {}

    async def courses(self) -> Mapping[str, Course]:
        return dict(self._courses)

    async def write(self, changes: Changes) -> None:
        self._courses.update({it.id: it for it in changes.courses})
        self._held.update({it.key: it for it in changes.held})
        for key in changes.released:
            self._held.pop(key, None)
        for it in changes.attempts:
            kept = self._attempts.setdefault(it.course, [])
            kept.append(it)
            del kept[:-MAX_ATTEMPTS]

    async def held_among(
        self, course: str, subjects: Collection[str]
    ) -> frozenset[str]:
        return frozenset(it for it in subjects if (course, it) in self._held)

    async def due(self, course: str, limit: int) -> tuple[Held, ...]:
        found = [it for it in self._held.values() if it.course == course]
        return tuple(sorted(found, key=lambda it: (it.due_at, it.subject))[:limit])

    async def held_count(self) -> int:
        return len(self._held)

    async def attempts(self, course: str, limit: int) -> tuple[Attempt, ...]:
        return tuple(self._attempts.get(course, [])[::-1][:limit])

    async def keep_only(self, courses: Collection[str]) -> None:
        for rows in (self._courses, self._attempts):
            for course in rows.keys() - set(courses):
                del rows[course]
        for key in [key for key in self._held if key[0] not in courses]:
            del self._held[key]
