"""Brings the events of one subscription to its receiver.

Events of one subject go one after the other, those of others beside them.  A subject
that is not taken is *held*: its place is written down, its events stay in the outbox,
and it is tried again later, while the others go on.  In memory is at most what was
read ahead, whatever the receiver does.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from http import HTTPStatus
from typing import Final

import structlog

from ringway.domain.values import SECOND, AccountId
from ringway.hooks.bearers import OK, Bearers
from ringway.hooks.connecting import NotAnswered
from ringway.hooks.egress import Egress
from ringway.hooks.ledger import RETRY, Ledger
from ringway.hooks.retrying import TRIED_FOR, delay, pause
from ringway.hooks.target import Target
from ringway.ports.clock import Appointment, Clock
from ringway.ports.deliveries import MAX_DETAIL, Attempt, Course, Held, Result
from ringway.ports.outbox import MAX_READ, Mark, Outbox, PublicEvent
from ringway.ports.storage import StorageUnavailable
from ringway.ports.subscriptions import Oauth
from ringway.runtime.tail import Tail
from ringway.runtime.tasks import Tasks

log = structlog.get_logger(__name__)

READ_AHEAD: Final = 1000
"""Events of a subscription that are in memory; so its window has no more."""
SUBJECT_READ: Final = 20
"""Events of a held subject that are read at once."""


@dataclass(frozen=True, slots=True)
class Depot:
    """What all courses share."""

    tail: Tail
    outbox: Outbox
    ledger: Ledger
    egress: Egress
    bearers: Bearers
    clock: Clock
    tasks: Tasks
    attempts: Counter[Result] = field(default_factory=Counter)
    random: Callable[[], float] = random.random


def before(mark: Mark) -> Mark:
    """Give the place just before an event."""
    return Mark(mark.position, mark.number - 1)


class Courier:
    """Follows one course."""

    def __init__(
        self, account: AccountId, target: Target, course: Course, depot: Depot
    ) -> None:
        self.account, self._target, self._depot = account, target, depot
        self.course = course
        self._read_to = course.mark
        self._lanes: dict[str, deque[PublicEvent]] = {}
        self._retried: set[str] = set()
        """Held subjects that are being tried now."""
        self._just_retried: set[str] = set()
        """Since the last look at what is due began: what it sees of them is old."""
        self._looks = asyncio.Lock()
        """One look at what is due at a time."""
        self._just_held: set[str] = set()
        """Since the last look at what is held began."""
        self._holds = 0
        """How often a subject was held."""
        self._holds_some = True
        """False: no subject is held, so nobody has to look."""
        self._open: dict[Mark, int] = {}
        """Events in memory, and when they happened."""
        self._order: list[Mark] = []
        self._window = asyncio.Semaphore(target.profile.window)
        self._next_slot = 0
        self._paused_until = 0
        self._reading = self._again = False
        self._closed = False
        self._reads = asyncio.Lock()
        """No subject is released while events are read, or it could be passed over."""
        self._due: tuple[int, Appointment] | None = None

    @property
    def stopped(self) -> bool:
        """Whether nothing is sent any more."""
        return self.course.stopped_at is not None

    @property
    def in_memory(self) -> int:
        """Events that are being brought, or are about to be."""
        return len(self._open)

    @property
    def oldest(self) -> int | None:
        """When the oldest event happened that is being brought."""
        return min(self._open.values(), default=None)

    def open(self) -> None:
        """Begin: read what is there, and see what is held."""
        self._depot.tail.listen(self, self.wake)
        self.wake()
        self._retry_at(self._depot.clock.now())

    def close(self) -> None:
        """Begin nothing more; what is in memory is still brought."""
        self._closed = True
        self._depot.tail.leave(self)
        if self._due is not None:
            self._due[1].cancel()

    def end(self) -> None:
        """Send nothing more: the subscription is no more."""
        self.course = replace(self.course, stopped_at=self._depot.clock.now())
        self.close()

    def change(self, target: Target) -> None:
        """Go on with what the customer says now."""
        if target.profile.window != self._target.profile.window:
            self._window = asyncio.Semaphore(target.profile.window)
        self._target = target
        self.wake()

    def wake(self) -> None:
        """Read what is new, as far as there is room."""
        if self.stopped or self._closed:
            return
        if self._reading:
            self._again = True
            return
        self._reading = True
        self._depot.tasks.start(self._read(), "read events for a webhook")

    # ------------------------------------------------------------- reading

    async def _read(self) -> None:
        try:
            self._again = True
            while self._again:
                self._again = False
                while await self._read_some():
                    pass
        except StorageUnavailable as error:
            log.warning("events not read", trouble=error.trouble)
            clock = self._depot.clock
            clock.at(clock.now() + RETRY, self.wake)
        finally:
            self._reading = False

    async def _read_some(self) -> bool:
        """Read a stretch; False: there is no more, or no room."""
        limit = min(READ_AHEAD - len(self._open), MAX_READ)
        if limit <= 0 or self.stopped or self._closed:
            return False
        async with self._reads:
            from_, self._just_held = self._read_to, set()
            stretch = await self._depot.tail.after(self.account, from_, limit)
            takes = self._target.subscription.takes
            wanted = [it for it in stretch.events if takes(it)]
            held: frozenset[str] = frozenset()
            if self._holds_some:
                subjects = {it.subject for it in wanted}
                held = await self._depot.ledger.held_among(self.course.id, subjects)
            for event in wanted:
                if event.subject not in held | self._just_held:
                    self._take(event)
            self._read_to = stretch.until
            self._moved()
        return stretch.until > from_

    def _take(self, event: PublicEvent) -> None:
        self._open[event.mark] = event.at
        heappush(self._order, event.mark)
        lane = self._lanes.get(event.subject)
        if lane is not None:
            lane.append(event)
            return
        self._lanes[event.subject] = lane = deque([event])
        self._depot.tasks.start(
            self._bring(event.subject, lane), "bring events to a webhook"
        )

    def _finish(self, event: PublicEvent) -> None:
        del self._open[event.mark]
        self._moved()

    def _moved(self) -> None:
        while self._order and self._order[0] not in self._open:
            heappop(self._order)
        mark = before(self._order[0]) if self._order else self._read_to
        if mark != self.course.mark and not self.stopped:
            self.course = Course(self.course.id, mark)
            self._depot.ledger.move(self.course)

    # ------------------------------------------------------------ bringing

    async def _bring(self, subject: str, lane: deque[PublicEvent]) -> None:
        """Bring events of a subject one after the other, while they are taken."""
        async with self._window:
            while lane and not self.stopped:
                if await self._attempt(lane[0], 1) is Result.FAILED:
                    self._hold(lane[0], 1)
                    break
                self._finish(lane.popleft())
        del self._lanes[subject]
        for event in lane:
            self._finish(event)
        if len(self._open) <= READ_AHEAD // 2:
            self.wake()

    def _hold(self, event: PublicEvent, attempts: int) -> None:
        due = self._depot.clock.now() + delay(attempts, self._depot.random)
        due = max(due, self._paused_until)
        held = Held(self.course.id, event.subject, before(event.mark), attempts, due)
        self._just_held.add(event.subject)
        self._holds, self._holds_some = self._holds + 1, True
        self._depot.ledger.hold(held)
        self._retry_at(due)

    async def _attempt(self, event: PublicEvent, number: int) -> Result:
        depot, target = self._depot, self._target
        await self._slot()
        if self.stopped:
            return Result.GONE
        began, status, detail, wait = depot.clock.now(), None, "", 0
        try:
            outgoing = await target.request(event, began, depot.bearers)
            answer = await depot.egress.send(outgoing)
        except NotAnswered as failure:
            detail = failure.text
        else:
            status = answer.status
            wait = pause(answer.headers.get("retry-after"), depot.clock.now())
        now = depot.clock.now()
        result = _result(status, now - event.at)
        if result in {Result.FAILED, Result.GIVEN_UP}:
            self._paused_until = max(self._paused_until, now + wait)
            if status == HTTPStatus.UNAUTHORIZED and isinstance(
                target.credentials, Oauth
            ):
                depot.bearers.forget(target.credentials)
        depot.attempts[result] += 1
        depot.ledger.attempt(
            Attempt(
                self.course.id,
                event.mark,
                event.type,
                event.subject,
                number,
                began,
                now - began,
                result,
                status,
                detail[:MAX_DETAIL],
            )
        )
        if result is Result.GONE:
            self._stop(now)
        return result

    async def _slot(self) -> None:
        """Wait until one more request may be sent."""
        now = self._depot.clock.now()
        when = max(now, self._paused_until)
        if self._target.profile.rate_limit is not None:
            when = max(when, self._next_slot)
            self._next_slot = when + SECOND // self._target.profile.rate_limit
        if when > now:
            reached = asyncio.Event()
            appointment = self._depot.clock.at(when, reached.set)
            try:
                await reached.wait()
            finally:
                appointment.cancel()

    def _stop(self, at: int) -> None:
        if self.stopped:
            return
        why = "The receiver has answered 410 Gone."
        self.course = Course(self.course.id, self.course.mark, at, why)
        self._depot.ledger.move(self.course)
        log.warning("subscription stopped", subscription=self._target.subscription.id)
        self.close()

    # ------------------------------------------------------------ retrying

    def _retry_at(self, when: int) -> None:
        if self.stopped or self._closed:
            return
        if self._due is not None and self._due[0] <= when:
            return
        if self._due is not None:
            self._due[1].cancel()
        self._due = when, self._depot.clock.at(when, self._begin_retries)

    def _begin_retries(self) -> None:
        self._due = None
        self._depot.tasks.start(self._retry(), "see what a webhook has not taken")

    async def _retry(self) -> None:
        """Try what is due, with half of the window: what is new has the rest."""
        async with self._looks:
            await self._look()

    async def _look(self) -> None:
        room = max(1, self._target.profile.window // 2) - len(self._retried)
        if room <= 0 or self.stopped:
            return  # who is being tried comes back here
        now, holds = self._depot.clock.now(), self._holds
        self._just_retried = set()
        try:
            rows = await self._depot.ledger.due(
                self.course.id, room + len(self._retried) + 1
            )
        except StorageUnavailable:
            self._retry_at(now + RETRY)
            return
        self._holds_some = bool(rows) or holds != self._holds
        for held in rows:
            if held.subject in self._retried | self._just_retried:
                continue  # who has tried it looks again
            if held.due_at > now:
                self._retry_at(held.due_at)
                break
            if len(self._retried) >= max(1, self._target.profile.window // 2):
                break
            self._retried.add(held.subject)
            self._depot.tasks.start(self._bring_held(held), "try a webhook again")

    async def _bring_held(self, held: Held) -> None:
        try:
            async with self._window:
                await self._catch_up(held)
        except StorageUnavailable:
            self._retry_at(self._depot.clock.now() + RETRY)
        else:
            self._retry_at(self._depot.clock.now())
        finally:
            self._retried.discard(held.subject)
            self._just_retried.add(held.subject)

    async def _catch_up(self, held: Held) -> None:
        """Bring what is held of a subject; release it when nothing is left."""
        mark, attempts = held.mark, held.attempts
        depot, course, subject = self._depot, self.course.id, held.subject
        while not self.stopped:
            async with self._reads:
                found = await depot.outbox.read_subject(
                    self.account, subject, mark, SUBJECT_READ
                )
                events = [it for it in found if it.mark <= self._read_to]
                if not events:
                    depot.ledger.release(course, subject)
                    return
            for event in events:
                if self._target.subscription.takes(event):
                    attempts += 1
                    result = await self._attempt(event, attempts)
                    if result is Result.FAILED:
                        self._hold(event, attempts)
                    if result in {Result.FAILED, Result.GONE}:
                        return
                mark, attempts = event.mark, 0
                depot.ledger.hold(Held(course, subject, mark, 0, held.due_at))


def _result(status: int | None, age: int) -> Result:
    if status is not None and status in OK:
        return Result.DELIVERED
    if status == HTTPStatus.GONE:
        return Result.GONE
    return Result.FAILED if age < TRIED_FOR else Result.GIVEN_UP
