"""How far events were brought to customers, and what became of each attempt.

A subscription's *course* is its place in the outbox: what lies before it is
delivered, or its subject is *held*, which means tried again later from the place it
is held at.  So a receiver that is down costs rows here and no memory.  Everything
here may raise `StorageUnavailable`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import auto, unique
from typing import Final, Protocol

from ringway.domain.values import PublicName
from ringway.ports.outbox import Mark

MAX_ATTEMPTS: Final = 1000
"""Attempts of one subscription that the delivery log keeps, the newest."""
MAX_DETAIL: Final = 200
"""Characters of the sentence that says what went wrong."""


@unique
class Result(PublicName):
    """What became of an attempt."""

    DELIVERED = auto()
    """The receiver answered with a status from 200 to 299."""
    FAILED = auto()
    """It did not; it is tried again."""
    GIVEN_UP = auto()
    """It did not, for so long that nobody tries again."""
    GONE = auto()
    """It answered 410: nothing more is sent to it."""


@dataclass(frozen=True, slots=True)
class Course:
    """How far a subscription has come."""

    id: str
    mark: Mark
    stopped_at: int | None = None
    """When a receiver said that it is gone; microseconds since 1970."""
    stopped_why: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A subject that is tried again: its events after the place wait."""

    course: str
    subject: str
    mark: Mark
    attempts: int
    """Of the first of them, so far."""
    due_at: int

    @property
    def key(self) -> tuple[str, str]:
        """What it is found by."""
        return self.course, self.subject


@dataclass(frozen=True, slots=True)
class Attempt:
    """A line of the delivery log."""

    course: str
    mark: Mark
    """Of the event; its id is made of it."""
    type: str
    subject: str
    attempt: int
    """1 for the first."""
    at: int
    took: int
    """Microseconds."""
    result: Result
    status: int | None = None
    """Of HTTP, if there was an answer."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is written at once."""

    courses: Sequence[Course] = ()
    held: Sequence[Held] = ()
    released: Sequence[tuple[str, str]] = ()
    """Course and subject."""
    attempts: Sequence[Attempt] = ()


class Deliveries(Protocol):
    """Written by the one who delivers."""

    async def courses(self) -> Mapping[str, Course]:
        """Give all courses that have begun."""
        ...

    async def write(self, changes: Changes) -> None:
        """Write all of it or nothing; the log keeps `MAX_ATTEMPTS` of a course."""
        ...

    async def held_among(
        self, course: str, subjects: Collection[str]
    ) -> frozenset[str]:
        """Give those of the subjects that are held."""
        ...

    async def due(self, course: str, limit: int) -> tuple[Held, ...]:
        """Give what is held, the first that is due first."""
        ...

    async def held_count(self) -> int:
        """Give how many subjects are held, of all courses."""
        ...

    async def attempts(self, course: str, limit: int) -> tuple[Attempt, ...]:
        """Give the newest attempts, newest first."""
        ...

    async def keep_only(self, courses: Collection[str]) -> None:
        """Forget all about other courses."""
        ...
