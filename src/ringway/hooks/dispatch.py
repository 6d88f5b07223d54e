"""Starts and ends the couriers: one for each subscription that somebody has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import structlog

from ringway.domain.values import SECOND, AccountId
from ringway.hooks.bearers import Bearers
from ringway.hooks.course import Courier, Depot
from ringway.hooks.egress import Egress
from ringway.hooks.ledger import Ledger
from ringway.hooks.target import target_of
from ringway.ports.clock import Appointment, Clock
from ringway.ports.deliveries import Course, Deliveries
from ringway.ports.outbox import KEPT, MAX_READ, Outbox
from ringway.ports.storage import StorageUnavailable
from ringway.ports.subscriptions import Book, Oauth, Subscriptions
from ringway.runtime.tail import Tail
from ringway.runtime.tasks import Tasks

log = structlog.get_logger(__name__)

FORGET_EVERY: Final = 600 * SECOND
"""How often old events are forgotten, and old connections closed."""

ENDS_WITHIN_S: Final = 1.0
"""How long requests may take to come to their end when the house is closed."""


class Dispatch:
    """Brings all events to all subscriptions; `open` it, `close` it."""

    def __init__(
        self,
        *,
        tail: Tail,
        outbox: Outbox,
        subscriptions: Subscriptions,
        deliveries: Deliveries,
        egress: Egress,
        clock: Clock,
        random: Callable[[], float] | None = None,
    ) -> None:
        self.tasks = Tasks()
        self._subscriptions, self._deliveries = subscriptions, deliveries
        ledger = Ledger(deliveries, clock, self.tasks)
        bearers = Bearers(egress, clock)
        self.depot = Depot(tail, outbox, ledger, egress, bearers, clock, self.tasks)
        if random is not None:
            self.depot = Depot(
                tail, outbox, ledger, egress, bearers, clock, self.tasks, random=random
            )
        self._couriers: dict[str, Courier] = {}
        self._books: dict[AccountId, Book] = {}
        self._courses: Mapping[str, Course] = {}
        self._forgetting: Appointment | None = None

    @property
    def stopped(self) -> int:
        """Subscriptions whose receivers are gone."""
        return sum(it.stopped for it in self._couriers.values())

    @property
    def in_memory(self) -> int:
        """Events that are being brought, or are about to be."""
        return sum(it.in_memory for it in self._couriers.values())

    @property
    def lag(self) -> int:
        """Microseconds since the oldest event that is being brought happened."""
        found = [it.oldest for it in self._couriers.values() if it.oldest is not None]
        return max(0, self.depot.clock.now() - min(found)) if found else 0

    @property
    def behind(self) -> int:
        """Events of the log between its end and the courier that is last."""
        end = self.depot.tail.end.position
        going = [it for it in self._couriers.values() if not it.stopped]
        return max((end - it.course.mark.position for it in going), default=0)

    async def open(self) -> None:
        """Take up every course.  Or `StorageUnavailable`."""
        books = await self._subscriptions.books()
        await self._deliveries.keep_only(
            {it.course for book in books.values() for it in book.subscriptions.values()}
        )
        self._courses = await self._deliveries.courses()
        for account, book in books.items():
            self._begin(account, book)
        self._forget_soon()

    async def changed(self, account: AccountId) -> None:
        """Take up what the account has changed.  Or `StorageUnavailable`."""
        self._begin(account, await self._subscriptions.book(account))

    async def close(self) -> None:
        """Finish what is under way, for a moment.

        What was not delivered is delivered after the next start.
        """
        for courier in self._couriers.values():
            courier.close()
        if self._forgetting is not None:
            self._forgetting.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(ENDS_WITHIN_S):
                await self.tasks.quiet()
        self.depot.ledger.close()
        await self.tasks.cancel()
        with suppress(StorageUnavailable):  # then some are delivered twice
            await self.depot.ledger.write()

    def _begin(self, account: AccountId, book: Book) -> None:
        before = self._books.get(account, Book())
        self._books[account] = book
        wanted = {it.course: it for it in book.subscriptions.values()}
        for it in before.subscriptions.values():
            if it.course not in wanted and it.course in self._couriers:
                self._couriers.pop(it.course).end()
        for course, it in wanted.items():
            target = target_of(book, it)
            if target is None:
                continue  # the book's rules see to it that this is never so
            courier = self._couriers.get(course)
            if courier is not None:
                courier.change(target)
                continue
            begun = self._courses.get(course, Course(course, it.since))
            courier = Courier(account, target, begun, self.depot)
            self._couriers[course] = courier
            if not courier.stopped:
                courier.open()
        used = {
            it.credentials: None
            for book in self._books.values()
            for it in book.security.values()
            if isinstance(it.credentials, Oauth)
        }
        self.depot.bearers.keep_only(used)

    def _forget_soon(self) -> None:
        clock = self.depot.clock
        self._forgetting = clock.at(clock.now() + FORGET_EVERY, self._begin_to_forget)

    def _begin_to_forget(self) -> None:
        self.tasks.start(self._forget(), "forget what is old")

    async def _forget(self) -> None:
        await self.depot.egress.close_old()
        before = self.depot.clock.now() - KEPT
        try:
            while await self.depot.outbox.forget_before(before, MAX_READ):
                pass
        except StorageUnavailable as error:
            log.warning("old events not forgotten", trouble=error.trouble)
        self._forget_soon()
