"""What a customer keeps: plain values by kind and id, the newest first.

Configurations, trunks, files and applications are rows, not event-sourced.  A
kind says what its values are; what is asked or changed together is one function
that is run in one transaction, on the shelf of one account:

    await shelves.write(account, lambda shelf: shelf.add(CONFIGURATION, id, it, at))

Everything here may raise `StorageUnavailable`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from ringway.domain.values import AccountId

FORGOTTEN_AT_ONCE: Final = 100
"""Expired values that `forget_expired` removes, at most."""


class Expiring(Protocol):
    """A value that nobody needs after some time."""

    @property
    def id(self) -> str: ...
    @property
    def expires_at(self) -> int: ...


T = TypeVar("T")
R = TypeVar("R")
E = TypeVar("E", bound=Expiring)


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """What is kept, and how many of it."""

    name: str
    """The key of stored rows: never changed."""
    value: type[T]
    """A frozen dataclass; fields may be added with a default."""
    most: int
    """Of one account."""
    word: str
    """What a sentence calls it."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of what there is, the newest first, and how many there are."""

    values: Sequence[T]
    total: int


class Taken(Exception):
    """The account has one of this kind and id already."""

    def __init__(self, kind: Kind[T], id_: str) -> None:
        super().__init__(f"There is a {kind.word} {id_!r} already.")


class TooMany(Exception):
    """The account has as many of this kind as it may have."""

    def __init__(self, kind: Kind[T]) -> None:
        super().__init__(
            f"An account has at most {kind.most} of this kind ({kind.word}): "
            "delete one first."
        )


class Missing(Exception):
    """The account has none of this kind and id."""

    def __init__(self, kind: Kind[T], id_: str) -> None:
        super().__init__(f"There is no {kind.word} {id_!r}.")


class Shelf(Protocol):
    """What one account keeps, inside one transaction."""

    def get(self, kind: Kind[T], id_: str) -> T | None: ...

    def add(self, kind: Kind[T], id_: str, value: T, at: int, label: str = "") -> None:
        """Keep a new value; what has a label is found by it.  Or `Taken`, `TooMany`.

        `at` is when, in microseconds since 1970, UTC.
        """
        ...

    def put(self, kind: Kind[T], id_: str, value: T, label: str = "") -> None:
        """Keep another value in the place of the one that is there.  Or `Missing`."""
        ...

    def remove(self, kind: Kind[T], id_: str) -> T:
        """Keep it no longer; give what it was.  Or `Missing`."""
        ...

    def page(
        self, kind: Kind[T], number: int, size: int, label: str | None = None
    ) -> Page[T]:
        """Give the page of this number, from 0; with a label, only what has it."""
        ...


class Shelves(Protocol):
    """The shelves of all accounts."""

    async def read(self, account: AccountId, work: Callable[[Shelf], R]) -> R:
        """Give what the work finds; it changes nothing."""
        ...

    async def write(self, account: AccountId, work: Callable[[Shelf], R]) -> R:
        """Do the work as a whole; or, when it raises, nothing of it.

        It may run in another thread, so it looks at nothing but its shelf.
        """
        ...

    async def accounts(self, kind: Kind[T]) -> Sequence[AccountId]:
        """Say who keeps any of this kind."""
        ...


def the(shelf: Shelf, kind: Kind[T], id_: str) -> T:
    """Give what is kept.  Or `Missing`."""
    if (found := shelf.get(kind, id_)) is None:
        raise Missing(kind, id_)
    return found


def forget_expired(shelf: Shelf, kind: Kind[E], now: int) -> None:
    """Remove the oldest values that have expired, whenever a new one is kept."""
    total = shelf.page(kind, 0, 1).total
    last = max(0, total - 1) // FORGOTTEN_AT_ONCE
    for it in shelf.page(kind, last, FORGOTTEN_AT_ONCE).values:
        if it.expires_at <= now:
            shelf.remove(kind, it.id)
