"""Shelves in memory: for tests of the floors above, gone with the process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ringway.domain.values import AccountId
from ringway.ports.shelves import Kind, Missing, Page, Shelf, Taken, TooMany

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    label: str


Rows = dict[tuple[str, str], _Kept]


class MemoryShelves:
    """A dictionary for each account; nothing here waits, so nothing needs a lock."""

    def __init__(self) -> None:
        self._shelves: dict[AccountId, Rows] = {}

    async def read(self, account: AccountId, work: Callable[[Shelf], R]) -> R:
        return work(_Shelf(dict(self._shelves.get(account, {}))))

    async def write(self, account: AccountId, work: Callable[[Shelf], R]) -> R:
        rows = dict(self._shelves.get(account, {}))
        done = work(_Shelf(rows))
        self._shelves[account] = rows
        return done

    async def accounts(self, kind: Kind[T]) -> Sequence[AccountId]:
        return [
            account
            for account, rows in self._shelves.items()
            if any(name == kind.name for name, _ in rows)
        ]


class _Shelf:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def get(self, kind: Kind[T], id_: str) -> T | None:
        found = self._rows.get((kind.name, id_))
        return None if found is None else found.value

    def add(self, kind: Kind[T], id_: str, value: T, at: int, label: str = "") -> None:
        if (kind.name, id_) in self._rows:
            raise Taken(kind, id_)
        if len(self._of(kind)) >= kind.most:
            raise TooMany(kind)
        self._rows[kind.name, id_] = _Kept(value, label)

    def put(self, kind: Kind[T], id_: str, value: T, label: str = "") -> None:
        if (kind.name, id_) not in self._rows:
            raise Missing(kind, id_)
        self._rows[kind.name, id_] = _Kept(value, label)

    def remove(self, kind: Kind[T], id_: str) -> T:
        found = self._rows.pop((kind.name, id_), None)
        if found is None:
            raise Missing(kind, id_)
        value: T = found.value
        return value

    def page(
        self, kind: Kind[T], number: int, size: int, label: str | None = None
    ) -> Page[T]:
        found = [it for it in self._of(kind) if label is None or it.label == label]
        found.reverse()
        shown = found[number * size : (number + 1) * size]
        return Page(tuple(it.value for it in shown), len(found))

    def _of(self, kind: Kind[T]) -> list[_Kept]:
        return [it for (name, _), it in self._rows.items() if name == kind.name]
