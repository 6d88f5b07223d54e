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


Rows = dict[str, dict[str, _Kept]]
"""By kind and id."""


class MemoryShelves:
    """A dictionary for each account; nothing here waits, so nothing needs a lock."""

    def __init__(self) -> None:
        self._shelves: dict[AccountId, Rows] = {}

    async def read(self, account: AccountId, work: Callable[[Shelf], R]) -> R:
        return work(_Shelf(self._copy(account)))

    async def write(self, account: AccountId, work: Callable[[Shelf], R]) -> R:
        rows = self._copy(account)
        done = work(_Shelf(rows))
        self._shelves[account] = rows
        return done

    async def accounts(self, kind: Kind[T]) -> Sequence[AccountId]:
        return [
            account for account, rows in self._shelves.items() if rows.get(kind.name)
        ]

    def _copy(self, account: AccountId) -> Rows:
        return {kind: dict(of) for kind, of in self._shelves.get(account, {}).items()}


class _Shelf:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def get(self, kind: Kind[T], id_: str) -> T | None:
        found = self._of(kind).get(id_)
        return None if found is None else found.value

    def add(self, kind: Kind[T], id_: str, value: T, at: int, label: str = "") -> None:
        of = self._of(kind)
        if id_ in of:
            raise Taken(kind, id_)
        if len(of) >= kind.most:
            raise TooMany(kind)
        of[id_] = _Kept(value, label)

    def put(self, kind: Kind[T], id_: str, value: T, label: str = "") -> None:
        of = self._of(kind)
        if id_ not in of:
            raise Missing(kind, id_)
        of[id_] = _Kept(value, label)

    def remove(self, kind: Kind[T], id_: str) -> T:
        found = self._of(kind).pop(id_, None)
        if found is None:
            raise Missing(kind, id_)
        value: T = found.value
        return value

    def page(
        self, kind: Kind[T], number: int, size: int, label: str | None = None
    ) -> Page[T]:
        found = [
            it.value
            for it in reversed(self._of(kind).values())
            if label is None or it.label == label
        ]
        return Page(tuple(found[number * size : (number + 1) * size]), len(found))

    def _of(self, kind: Kind[T]) -> dict[str, _Kept]:
        return self._rows.setdefault(kind.name, {})
