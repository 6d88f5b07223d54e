"""What delivery remembers, in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ringway.adapters.sql.database import Database
from ringway.adapters.sql.schema import attempts, courses, held_subjects
from ringway.ports.deliveries import (
    MAX_ATTEMPTS,
    Attempt,
    Changes,
    Course,
    Held,
    Result,
)
from ringway.ports.outbox import Mark

_COURSE = upsert(courses)
_COURSE = _COURSE.on_conflict_do_update(
    index_elements=[courses.c.course],
    set_={c.name: _COURSE.excluded[c.name] for c in courses.c if not c.primary_key},
)
_HOLD = upsert(held_subjects)
_HOLD = _HOLD.on_conflict_do_update(
    index_elements=[held_subjects.c.course, held_subjects.c.subject],
    set_={c.name: _HOLD.excluded[c.name] for c in held_subjects.c if not c.primary_key},
)
_TABLES: Final = (courses, held_subjects, attempts)


class SqlDeliveries:
    """The courses of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def courses(self) -> Mapping[str, Course]:
        rows = await self._database.rows(select(courses))
        return {row.course: _course(row) for row in rows}

    async def write(self, changes: Changes) -> None:
        await self._database.write(lambda c: _write(c, changes))

    async def held_among(
        self, course: str, subjects: Collection[str]
    ) -> frozenset[str]:
        if not subjects:
            return frozenset()
        query = select(held_subjects.c.subject).where(
            held_subjects.c.course == course, held_subjects.c.subject.in_(subjects)
        )
        return frozenset(row.subject for row in await self._database.rows(query))

    async def due(self, course: str, limit: int) -> tuple[Held, ...]:
        query = (
            select(held_subjects)
            .where(held_subjects.c.course == course)
            .order_by(held_subjects.c.due_at, held_subjects.c.subject)
            .limit(limit)
        )
        return tuple(_held(row) for row in await self._database.rows(query))

    async def held_count(self) -> int:
        query = select(func.count().label("n")).select_from(held_subjects)
        return int((await self._database.rows(query))[0].n)

    async def attempts(self, course: str, limit: int) -> tuple[Attempt, ...]:
        query = select(attempts).where(attempts.c.course == course)
        query = query.order_by(attempts.c.id.desc()).limit(limit)
        return tuple(_attempt(row) for row in await self._database.rows(query))

    async def keep_only(self, courses: Collection[str]) -> None:
        def work(connection: Connection) -> None:
            for table in _TABLES:
                # One by one: SQLite takes so many values in a statement, and no more.
                for row in connection.execute(select(table.c.course).distinct()).all():
                    if row.course not in courses:
                        connection.execute(
                            delete(table).where(table.c.course == row.course)
                        )

        await self._database.write(work)


def _write(connection: Connection, changes: Changes) -> None:
    if changes.courses:
        connection.execute(_COURSE, [_course_values(it) for it in changes.courses])
    if changes.held:
        connection.execute(_HOLD, [_held_values(it) for it in changes.held])
    for course, subject in changes.released:
        connection.execute(
            delete(held_subjects).where(
                and_(
                    held_subjects.c.course == course,
                    held_subjects.c.subject == subject,
                )
            )
        )
    if changes.attempts:
        connection.execute(
            insert(attempts), [_attempt_values(it) for it in changes.attempts]
        )
        for course in {it.course for it in changes.attempts}:
            _trim(connection, course)


def _trim(connection: Connection, course: str) -> None:
    oldest_kept = (
        select(attempts.c.id)
        .where(attempts.c.course == course)
        .order_by(attempts.c.id.desc())
        .limit(1)
        .offset(MAX_ATTEMPTS - 1)
        .scalar_subquery()
    )
    connection.execute(
        delete(attempts).where(attempts.c.course == course, attempts.c.id < oldest_kept)
    )


def _course_values(it: Course) -> dict[str, Any]:
    return {
        "course": it.id,
        "position": it.mark.position,
        "number": it.mark.number,
        "stopped_at": it.stopped_at,
        "stopped_why": it.stopped_why,
    }


def _course(row: Row[Any]) -> Course:
    mark = Mark(row.position, row.number)
    return Course(row.course, mark, row.stopped_at, row.stopped_why)


def _held_values(it: Held) -> dict[str, Any]:
    return {
        "course": it.course,
        "subject": it.subject,
        "position": it.mark.position,
        "number": it.mark.number,
        "attempts": it.attempts,
        "due_at": it.due_at,
    }


def _held(row: Row[Any]) -> Held:
    mark = Mark(row.position, row.number)
    return Held(row.course, row.subject, mark, row.attempts, row.due_at)


def _attempt_values(it: Attempt) -> dict[str, Any]:
    return {
        "course": it.course,
        "position": it.mark.position,
        "number": it.mark.number,
        "type": it.type,
        "subject": it.subject,
        "attempt": it.attempt,
        "at_us": it.at,
        "took_us": it.took,
        "result": it.result,
        "status": it.status,
        "detail": it.detail,
    }


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(
        course=row.course,
        mark=Mark(row.position, row.number),
        type=row.type,
        subject=row.subject,
        attempt=row.attempt,
        at=row.at_us,
        took=row.took_us,
        result=Result(row.result),
        status=row.status,
        detail=row.detail,
    )
