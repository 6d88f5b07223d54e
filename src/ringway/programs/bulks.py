"""Places the calls of bulks, when their rules say so; nothing is lost by a crash.

What is to be done is in memory, and every step is kept before it is taken: a call is
CALLING before its leg begins, with an id that follows from bulk, number and try.  So
a start finds out of each such call whether its leg lives, is over, or never began.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from ringway.domain.bulk import PHASES, BulkPhase, placing, retry
from ringway.domain.causes import Refused
from ringway.domain.leg_state import CallState, Leg, call_state
from ringway.domain.values import (
    SECOND,
    AccountId,
    Endpoint,
    EndpointType,
    LegId,
)
from ringway.ports.bulks import (
    BULK,
    BULK_PART,
    Bulk,
    BulkCall,
    Part,
    Progress,
    call_id,
    part_id,
)
from ringway.ports.clock import Appointment, Clock
from ringway.ports.shelves import Missing, Shelf, Shelves
from ringway.ports.storage import StorageUnavailable
from ringway.runtime.application import Desk, NewCall, NoSuchCall

log = structlog.get_logger("bulks")

AGAIN: Final = 5 * SECOND
"""When the storage could not be written, it is tried again so much later."""
AT_ONCE: Final = 50
"""Calls of a bulk that are placed before others are looked at."""
_PAGE: Final = 1000
_OVER: Final = frozenset({it for it, moves in PHASES.items() if not moves})

Start = Callable[[Coroutine[Any, Any, None], str], object]
"""Begins work that nobody waits for; the name is for logs."""
Key = tuple[AccountId, str]


class WrongPhase(Exception):
    """The bulk can not do that now."""

    def __init__(self, bulk: Bulk) -> None:
        super().__init__(f"The bulk is {bulk.phase}.")


@dataclass(slots=True)
class _Live:
    """A bulk that is not over, in memory."""

    bulk: Bulk
    parts: dict[int, Part]
    last: dict[int, int]
    """When the last call of each item was placed."""

    def waiting(self) -> Iterator[tuple[Part, BulkCall]]:
        for part in self.parts.values():
            for call in part.calls:
                if call.progress is Progress.WAITING:
                    yield part, call

    @property
    def done(self) -> bool:
        calls = (call for part in self.parts.values() for call in part.calls)
        return all(call.progress is Progress.DONE for call in calls)


class Bulks:
    """The bulks of all accounts; `open` it, `close` it."""

    def __init__(
        self,
        shelves: Shelves,
        desk: Desk,
        clock: Clock,
        start: Start,
        outcome: Callable[[AccountId, LegId], Awaitable[CallState | None]],
    ) -> None:
        """`outcome` says how a leg has ended that is no more; None: it never began."""
        self._shelves, self._desk, self._clock = shelves, desk, clock
        self._start, self._outcome = start, outcome
        self._live: dict[Key, _Live] = {}
        self._calling: dict[tuple[AccountId, LegId], tuple[str, int, int]] = {}
        """The legs of bulks: bulk, part and number of the call."""
        self._turn = asyncio.Lock()
        self._next: Appointment | None = None
        self._open = False

    # ------------------------------------------------------------ requests

    async def create(self, account: AccountId, bulk: Bulk, parts: list[Part]) -> None:
        """Take a bulk.  Or `Taken`, `TooMany`."""
        now = self._clock.now()

        def work(shelf: Shelf) -> None:
            shelf.add(BULK, bulk.id, bulk, now, label=_label(bulk))
            for part in parts:
                shelf.add(BULK_PART, part.id, part, now, label=bulk.id)

        async with self._turn:
            await self._shelves.write(account, work)
            live = _Live(bulk, {it.number: it for it in parts}, {})
            self._live[account, bulk.id] = live
        self._wake()

    async def bulk(self, account: AccountId, id_: str) -> Bulk:
        """Give a scheduled bulk.  Or `Missing`."""
        found = await self._shelves.read(account, lambda shelf: shelf.get(BULK, id_))
        if found is None or not found.scheduled:
            raise Missing(BULK, id_)
        return found

    async def move(self, account: AccountId, id_: str, to: BulkPhase) -> Bulk:
        """Pause, resume or cancel a scheduled bulk.  Or `Missing`, `WrongPhase`."""
        async with self._turn:
            bulk = await self.bulk(account, id_)
            asked = to is not BulkPhase.PROCESSING or bulk.phase is BulkPhase.PAUSED
            if not asked or to not in PHASES[bulk.phase]:
                raise WrongPhase(bulk)
            changed = await self._keep(account, replace(bulk, phase=to))
        self._wake()
        return changed

    async def reschedule(self, account: AccountId, id_: str, starts_at: int) -> Bulk:
        """Let a scheduled bulk begin at another time.  Or `Missing`, `WrongPhase`."""
        async with self._turn:
            bulk = await self.bulk(account, id_)
            live = self._live.get((account, id_))
            if bulk.phase is not BulkPhase.PENDING or live is None:
                raise WrongPhase(bulk)
            parts = {
                number: _moved(part, starts_at) for number, part in live.parts.items()
            }
            changed = replace(bulk, starts_at=starts_at)

            def work(shelf: Shelf) -> None:
                shelf.put(BULK, id_, changed, label=_label(changed))
                for part in parts.values():
                    shelf.put(BULK_PART, part.id, part, label=id_)

            await self._shelves.write(account, work)
            live.bulk, live.parts = changed, parts
        self._wake()
        return changed

    # ------------------------------------------------------------- working

    async def open(self) -> None:
        """Take up the bulks that are not over.  Or `StorageUnavailable`."""
        self._open = True
        for account in await self._shelves.accounts(BULK):
            for live in await self._shelves.read(account, _unfinished):
                self._live[account, live.bulk.id] = live
        await self._recover()
        await self._work()

    def close(self) -> None:
        """Place no more calls."""
        self._open = False
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def ended(self, leg: Leg) -> None:
        """Hear that a leg of a bulk is over."""
        if self._open and (leg.account, leg.id) in self._calling:
            self._start(
                self._settled(leg.account, leg.id, call_state(leg.phase)),
                "bulk call over",
            )

    async def _recover(self) -> None:
        for (account, _), live in list(self._live.items()):
            for part in list(live.parts.values()):
                for call in part.calls:
                    if call.progress is Progress.CALLING:
                        await self._found(account, live, part, call)

    async def _found(
        self, account: AccountId, live: _Live, part: Part, call: BulkCall
    ) -> None:
        """See what became of a call that was being placed when the house ended."""
        id_ = call_id(account, part.bulk, call.number, call.tries)
        self._calling[account, id_] = part.bulk, part.number, call.number
        if self._lives(account, id_):
            return
        state = await self._outcome(account, id_)
        if state is None:
            await self._begin(account, live, part, call)
        else:
            await self._settled(account, id_, state)

    def _lives(self, account: AccountId, id_: LegId) -> bool:
        with suppress(NoSuchCall):
            self._desk.call(account, id_)
            return True
        return False

    def _wake(self) -> None:
        if self._open:
            self._start(self._work(), "bulks")

    async def _work(self) -> None:
        async with self._turn:
            if not self._open:
                return
            if self._next is not None:
                self._next.cancel()
                self._next = None
            try:
                times = [
                    when
                    for (account, _), live in list(self._live.items())
                    if (when := await self._advance(account, live)) is not None
                ]
            except StorageUnavailable as error:
                log.warning("bulk not written", trouble=error.trouble)
                times = [self._clock.now() + AGAIN]
            if times and self._open:
                self._next = self._clock.at(min(times), self._wake)

    async def _advance(self, account: AccountId, live: _Live) -> int | None:
        """Place what is due; say when something will be, if anything."""
        now, bulk = self._clock.now(), live.bulk
        if bulk.phase is BulkPhase.PENDING:
            if now < bulk.starts_at:
                return bulk.starts_at
            bulk = await self._keep(account, replace(bulk, phase=BulkPhase.PROCESSING))
        if bulk.phase is not BulkPhase.PROCESSING:
            return None
        times, placed = [], 0
        for part, call in sorted(live.waiting(), key=lambda it: it[1].due):
            when = placing(part.rules, call.due, live.last.get(part.item))
            if when is None:
                await self._step(
                    account, live, part.number, replace(call, progress=Progress.DONE)
                )
            elif when > now or placed == AT_ONCE:
                times.append(when)
            else:
                placed += 1
                live.last[part.item] = now
                await self._place(account, live, part, call)
        await self._finish(account, live)
        return min(times, default=None)

    async def _place(
        self, account: AccountId, live: _Live, part: Part, call: BulkCall
    ) -> None:
        trying = replace(
            call,
            progress=Progress.CALLING,
            tries=call.tries + 1,
            placed_at=self._clock.now(),
        )
        await self._step(account, live, part.number, trying)
        id_ = call_id(account, part.bulk, trying.number, trying.tries)
        self._calling[account, id_] = part.bulk, part.number, trying.number
        await self._begin(account, live, part, trying)

    async def _begin(
        self, account: AccountId, live: _Live, part: Part, call: BulkCall
    ) -> None:
        terms = replace(
            part.terms,
            external_id=call.external_id,
            bulk=part.bulk,
            retry=call.tries > 1,
        )
        new = NewCall(
            endpoint=Endpoint(EndpointType.PHONE, call.phone),
            owner=live.bulk.owner,
            source=part.source,
            terms=terms,
            custom_data=part.custom_data,
            recording_data=part.recording_data,
        )
        id_ = call_id(account, part.bulk, call.number, call.tries)
        try:
            await self._desk.create_call(account, new, id_)
        except Refused as refused:
            log.error("bulk call refused", call=id_, why=refused.text)  # noqa: TRY400
            self._calling.pop((account, id_), None)
            done = replace(call, progress=Progress.DONE)
            await self._step(account, live, part.number, done)

    async def _settled(self, account: AccountId, id_: LegId, state: CallState) -> None:
        """Go on after a call's end: it is done, or due again."""
        found = self._calling.get((account, id_))
        if found is None:
            return
        bulk, number, index = found
        live = self._live.get((account, bulk))
        if live is None:
            return
        async with self._turn:
            part = live.parts[number]
            call = next(it for it in part.calls if it.number == index)
            now = self._clock.now()
            due = retry(part.rules, call.tries, now)
            again = due is not None and state is not CallState.FINISHED
            if live.bulk.phase is BulkPhase.CANCELED:
                again = False
            after = replace(call, progress=Progress.DONE)
            if again and due is not None:
                after = replace(call, progress=Progress.WAITING, due=due)
            await self._until_kept(account, live, number, after)
            self._calling.pop((account, id_), None)
        self._wake()

    async def _until_kept(
        self, account: AccountId, live: _Live, number: int, call: BulkCall
    ) -> None:
        """Keep a step, or leave it to the next start: the leg's end is in the log."""
        try:
            await self._step(account, live, number, call)
        except StorageUnavailable as error:
            log.warning("end of a bulk call not written", trouble=error.trouble)

    async def _finish(self, account: AccountId, live: _Live) -> None:
        if live.done and live.bulk.phase is BulkPhase.PROCESSING:
            await self._keep(account, replace(live.bulk, phase=BulkPhase.FINISHED))

    async def _step(
        self, account: AccountId, live: _Live, number: int, call: BulkCall
    ) -> None:
        part = live.parts[number]
        calls = tuple(call if it.number == call.number else it for it in part.calls)
        changed = replace(part, calls=calls)
        await self._shelves.write(
            account,
            lambda shelf: shelf.put(BULK_PART, part.id, changed, label=part.bulk),
        )
        live.parts[number] = changed

    async def _keep(self, account: AccountId, bulk: Bulk) -> Bulk:
        await self._shelves.write(
            account, lambda shelf: shelf.put(BULK, bulk.id, bulk, label=_label(bulk))
        )
        if (live := self._live.get((account, bulk.id))) is not None:
            live.bulk = bulk
            if bulk.phase in _OVER:
                del self._live[account, bulk.id]
        return bulk


def _label(bulk: Bulk) -> str:
    return "over" if bulk.phase in _OVER else "live"


def _moved(part: Part, starts_at: int) -> Part:
    rules = replace(part.rules, starts_at=starts_at)
    calls = tuple(replace(call, due=starts_at) for call in part.calls)
    return replace(part, rules=rules, calls=calls)


def _unfinished(shelf: Shelf) -> list[_Live]:
    found: list[Bulk] = []
    while page := shelf.page(BULK, len(found) // _PAGE, _PAGE, "live").values:
        found += page
        if len(page) < _PAGE:
            break
    return [_taken_up(bulk, _parts(shelf, bulk)) for bulk in found]


def _taken_up(bulk: Bulk, parts: dict[int, Part]) -> _Live:
    last: dict[int, int] = {}
    for part in parts.values():
        for call in part.calls:
            if call.placed_at is not None:
                last[part.item] = max(call.placed_at, last.get(part.item, 0))
    return _Live(bulk, parts, last)


def _parts(shelf: Shelf, bulk: Bulk) -> dict[int, Part]:
    parts = (shelf.get(BULK_PART, part_id(bulk.id, it)) for it in range(bulk.parts))
    return {part.number: part for part in parts if part is not None}
