"""One mailbox, one life: takes one input at a time; logs, remembers, then acts."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import structlog

from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Address, Effect
from ringway.domain.values import SECOND, AccountId, Ids, Input
from ringway.ports.clock import Appointment, Clock
from ringway.ports.event_log import Entry, EventLog, Stream, Text, VersionConflict
from ringway.ports.storage import StorageUnavailable
from ringway.runtime.codec import decode, encode
from ringway.runtime.machines import Machine, State
from ringway.runtime.progress import Progress
from ringway.runtime.tasks import Tasks

log = structlog.get_logger(__name__)

RETRY: Final = SECOND
"""A signal that could not be logged is tried again so much later."""


def _nothing() -> None:
    pass


@dataclass(slots=True)
class Letter:
    """A command or signal on its way to a machine."""

    given: Any
    trace: str
    reply: asyncio.Future[None] | None = None
    """Somebody waits for it; otherwise it is tried until it is logged."""
    texts: Sequence[Text] = ()
    logged: Callable[[], None] = _nothing
    """Called between log and deed, if it decided anything."""
    refused: Callable[[Refused], None] | None = None
    """Called when it is refused, and nobody waits."""
    done: Callable[[], None] = _nothing
    """Called when the machine is through with it."""

    def refuse(self, why: Refused) -> None:
        """Tell whoever wants to know."""
        if self.refused is not None:
            self.refused(why)
        self.fail(why)

    def fail(self, error: Exception) -> None:
        """Raise it to whoever waits."""
        if self.reply is not None and not self.reply.done():
            self.reply.set_exception(error)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that was logged, and what came of it."""

    account: AccountId
    address: Address
    position: int
    trace: str
    before: Any
    after: Any
    event: Any
    effects: tuple[Effect, ...]


class Surroundings(Protocol):
    """What an actor needs from the house."""

    log: EventLog
    clock: Clock
    tasks: Tasks

    @property
    def progress(self) -> Progress:
        """How far the effects are done."""
        ...

    def mint(self) -> Ids: ...

    def happened(self, what: Happened) -> None:
        """Carry out the effects."""
        ...

    def idle(self, actor: Actor) -> None:
        """Hear that the mailbox is empty, and will not fill itself."""
        ...


@dataclass(slots=True)
class Actor:
    """Feeds one machine from one mailbox, in order."""

    house: Surroundings
    machine: Machine
    account: AccountId
    address: Address
    state: State | None = None
    version: int = 0
    _mailbox: deque[Letter] = field(default_factory=deque)
    _running: bool = False
    _doubtful: bool = False
    """An append has failed: what is in the log must be looked at first."""
    _alarm: Appointment | None = None
    _alarm_at: int | None = None
    _retry: Appointment | None = None

    @property
    def stream(self) -> Stream:
        """The machine's life in the log."""
        return Stream(self.account, self.address.kind, self.address.id)

    def post(self, letter: Letter) -> None:
        """Put the letter into the mailbox."""
        self._mailbox.append(letter)
        self._wake()

    def _wake(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if not self._running and self._mailbox:
            self._running = True
            name = f"{self.address.kind} {self.address.id}"
            self.house.tasks.start(self._drain(), name)

    async def _drain(self) -> None:
        try:
            while self._mailbox:
                try:
                    await self._take(self._mailbox[0])
                except StorageUnavailable as error:
                    self._put_off(error)
                    return
                self._mailbox.popleft().done()
        finally:
            self._running = False
        self._set_alarm()
        self.house.idle(self)

    def _put_off(self, error: StorageUnavailable) -> None:
        """Tell those who wait; keep signals, in order, for a better time."""
        kept = [letter for letter in self._mailbox if letter.reply is None]
        waiting = [letter for letter in self._mailbox if letter.reply is not None]
        self._mailbox = deque(kept)
        for letter in waiting:
            letter.fail(error)
            letter.done()
        if kept:
            when = self.house.clock.now() + RETRY
            self._retry = self.house.clock.at(when, self._try_again)
        else:
            self.house.idle(self)

    def _try_again(self) -> None:
        self._retry = None
        self._wake()

    async def _take(self, letter: Letter) -> None:
        try:
            await self._turn(letter)
        except Refused as refused:
            letter.refuse(refused)
        except StorageUnavailable:
            raise
        except Exception as error:
            # A fault in a machine must not stop its mailbox, nor be logged twice.
            log.exception("fault", address=self.address, given=type(letter.given))
            letter.fail(error)
        else:
            if letter.reply is not None and not letter.reply.done():
                letter.reply.set_result(None)

    async def _turn(self, letter: Letter) -> None:
        if self._doubtful:
            await self._catch_up()
            self._doubtful = False
        heard = Input(self.house.clock.now(), self.house.mint(), letter.given)
        events = tuple(self.machine.decide(self.state, heard))
        if not events:
            return
        steps: list[tuple[Any, Any, tuple[Effect, ...]]] = []
        state: Any = self.state
        for event in events:
            state = self.machine.evolve(state, event)
            steps.append((state, event, tuple(self.machine.react(state, event))))
        ticket = self.house.progress.expect()
        try:
            entries = self._entries(steps, heard.at, letter.trace)
            positions = await self.house.log.append(entries, letter.texts)
            letter.logged()
            self._acted(steps, positions, letter.trace)
        except StorageUnavailable:
            self._doubtful = True
            raise
        except VersionConflict as conflict:
            if not await self._catch_up():
                text = "This id is taken."
                raise Refused(Cause.INVALID_REQUEST, text) from conflict
        else:
            return
        finally:
            self.house.progress.finish(ticket)
        await self._turn(letter)

    def _entries(
        self, steps: Sequence[tuple[Any, Any, Any]], at: int, trace: str
    ) -> list[Entry]:
        entries = []
        for version, (state, event, _) in enumerate(steps, self.version + 1):
            name, number, payload = encode(self.machine.kind, event)
            entries.append(
                Entry(
                    self.stream, version, name, number, at, trace, payload, state.over
                )
            )
        return entries

    def _acted(
        self,
        steps: Sequence[tuple[Any, Any, tuple[Effect, ...]]],
        positions: Sequence[int],
        trace: str,
    ) -> None:
        for (state, event, effects), position in zip(steps, positions, strict=True):
            before, self.state = self.state, state
            self.version += 1
            self.house.happened(
                Happened(
                    self.account,
                    self.address,
                    position,
                    trace,
                    before,
                    state,
                    event,
                    effects,
                )
            )

    async def _catch_up(self) -> bool:
        """Learn what is in the log and we do not know; False if there is nothing.

        So it is when an append was carried out although it was reported as failed.
        """
        missed = await self.house.log.read_stream(self.stream, self.version)
        if not missed or (self.version == 0 and missed[-1].entry.ends):
            return False
        for recorded in missed:
            event = decode(recorded.entry)
            state = self.machine.evolve(self.state, event)
            effects = tuple(self.machine.react(state, event))
            step = (state, event, effects)
            self._acted([step], [recorded.position], recorded.entry.trace_id)
        return True

    # ---------------------------------------------------------- deadlines

    def _set_alarm(self) -> None:
        """Recompute from the state when the machine must be told something.

        Nothing else is remembered, so a restart keeps every deadline.
        """
        when = None
        if self.state is not None and not self.state.over:
            deadlines = self.machine.deadlines(self.state)
            when = min((deadline.at for deadline in deadlines), default=None)
        if when == self._alarm_at:
            return
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._alarm_at = when
        if when is not None:
            self._alarm = self.house.clock.at(when, self._ring)

    def _ring(self) -> None:
        self._alarm = self._alarm_at = None
        if self.state is None or self.state.over:
            return
        now = self.house.clock.now()
        for deadline in self.machine.deadlines(self.state):
            if deadline.at <= now:
                self.post(Letter(deadline.given, self.house.mint().nth(0)))
        if not self._mailbox:
            self._set_alarm()

    def watch(self) -> None:
        """Keep the deadlines of a machine that was just remembered."""
        self._set_alarm()

    @property
    def waiting(self) -> bool:
        """Whether letters are in the mailbox."""
        return bool(self._mailbox)
