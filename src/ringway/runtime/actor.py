"""One mailbox, one life: takes one input at a time; logs, remembers, then acts."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Protocol

import structlog

from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Address, Kind
from ringway.domain.values import SECOND, AccountId
from ringway.ports.clock import Appointment
from ringway.ports.event_log import EventLog, Stream, VersionConflict
from ringway.ports.spans import leg_span
from ringway.ports.storage import StorageUnavailable
from ringway.runtime.codec import decode
from ringway.runtime.letters import Happened, Letter
from ringway.runtime.machines import Machine, State
from ringway.runtime.progress import Progress
from ringway.runtime.tasks import Tasks
from ringway.runtime.tracing import Tracer, forget
from ringway.runtime.turn import Stage, Turn

log = structlog.get_logger(__name__)

RETRY: Final = SECOND
"""A signal that could not be logged is tried again so much later."""
MOST_TOGETHER: Final = 32
"""Letters of a mailbox that are taken in one turn."""


class Surroundings(Stage, Protocol):
    """What an actor needs from the house."""

    log: EventLog
    tasks: Tasks
    tracer: Tracer

    @property
    def progress(self) -> Progress:
        """How far the effects are done."""
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
    trace: str = ""
    """The one it began in: what happens to it later belongs there too."""
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
        forget()
        try:
            while self._mailbox:
                letters = tuple(islice(self._mailbox, MOST_TOGETHER))
                try:
                    taken = await self._take(letters)
                except StorageUnavailable as error:
                    self._put_off(error)
                    return
                for _ in range(taken):
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
            letter.settle(error)
            letter.done()
        if kept:
            when = self.house.clock.now() + RETRY
            self._retry = self.house.clock.at(when, self._try_again)
        else:
            self.house.idle(self)

    def _try_again(self) -> None:
        self._retry = None
        self._wake()

    async def _take(self, letters: Sequence[Letter]) -> int:
        """Hear these letters, or the first of them; say how many."""
        if self._doubtful:
            await self._catch_up()
            self._doubtful = False
        try:
            await self._turn(letters)
        except StorageUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  # it comes again, if it is ours
            if not isinstance(error, VersionConflict):
                log.warning("turn taken apart", address=self.address, why=repr(error))
        else:
            return len(letters)
        await self._take_alone(letters[0])
        return 1

    async def _take_alone(self, letter: Letter) -> None:
        """Hear one letter without anybody else: what is wrong is wrong here."""
        while True:
            try:
                await self._turn((letter,), alone=True)
            except StorageUnavailable:
                raise
            except VersionConflict:
                if not await self._catch_up():
                    text = "This id is taken."
                    letter.settle(Refused(Cause.INVALID_REQUEST, text))
                    return
            except Exception as error:
                log.exception("fault", address=self.address, given=type(letter.given))
                letter.settle(error)
                return
            else:
                return

    async def _turn(self, letters: Sequence[Letter], *, alone: bool = False) -> None:
        turn = Turn(self.house, self, letters)
        ticket = self.house.progress.expect()
        trace = letters[0].trace
        try:
            with self.house.tracer.span(
                f"{self.address.kind} turn",
                *(trace, letters[0].span or self._life(trace)),
                about=self.address,
            ) as span:
                span.attributes["ringway.given"] = type(letters[0].given).__name__
                await turn.decide(alone=alone)
                entries = turn.entries
                positions: Sequence[int] = ()
                if entries:
                    positions = await self.house.log.append(entries, turn.texts)
                span.attributes["ringway.events"] = len(entries)
                turn.carry_out(positions, trace, span.id)
        except StorageUnavailable:
            turn.doubt()
            raise
        except VersionConflict as conflict:
            if conflict.stream != self.stream:
                turn.doubt(conflict.stream)
            raise
        finally:
            turn.end()
            self.house.progress.finish(ticket)

    def _life(self, trace: str) -> str:
        """Give the span of all that happens to a leg."""
        is_leg = self.address.kind is Kind.LEG
        return leg_span(trace, self.address.id) if is_leg else ""

    def _acted(self, state: Any, event: Any, position: int, trace: str) -> None:
        before = self.state
        effects = tuple(self.machine.react(state, event))
        self.went_on(state, trace)
        self.house.happened(
            Happened(
                *(self.account, self.address, position, trace),
                *(before, state, event, effects),
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
            self._acted(state, event, recorded.position, recorded.entry.trace_id)
        return True

    # ----------------------------------------------- in somebody else's turn

    def is_free_after(self, letters: int) -> bool:
        """Say whether so many letters are all that it has to hear."""
        return len(self._mailbox) <= letters

    def hold(self) -> bool:
        """Be in somebody else's turn until `release`; False if it is not free."""
        if self._running or self._mailbox or self._doubtful:
            return False
        self._running = True
        return True

    def release(self) -> None:
        """Go on with letters that came during somebody else's turn."""
        self._running = False
        if self._mailbox:
            self._wake()
        else:
            self._set_alarm()
            self.house.idle(self)

    def went_on(self, state: Any, trace: str) -> None:
        """Be in this state, one version later; the first trace is the machine's."""
        self.state = state
        self.trace = self.trace or trace
        self.version += 1

    def doubt(self) -> None:
        """Look into the log before the next turn."""
        self._doubtful = True

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
                self.post(Letter(deadline.given, self.trace))
        if not self._mailbox:
            self._set_alarm()

    def watch(self) -> None:
        """Keep the deadlines of a machine that was just remembered."""
        self._set_alarm()

    @property
    def waiting(self) -> bool:
        """Whether letters are in the mailbox."""
        return bool(self._mailbox)
