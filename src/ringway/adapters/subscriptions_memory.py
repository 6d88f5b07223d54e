"""Subscriptions that are forgotten when the process ends: for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ringway.domain.values import AccountId
from ringway.ports.subscriptions import Book


class MemorySubscriptions:
    """Keeps books in a dictionary."""

    def __init__(self) -> None:
        self._books: dict[AccountId, Book] = {}

    async def books(self) -> Mapping[AccountId, Book]:
        return {name: book for name, book in self._books.items() if book != Book()}

    async def book(self, account: AccountId) -> Book:
        return self._books.get(account, Book())

    async def edit(self, account: AccountId, change: Callable[[Book], Book]) -> Book:
        self._books[account] = change(self._books.get(account, Book()))
        return self._books[account]
