"""What letters bring about in several machines: decided, and logged, together.

Whoever is told something hears it in the same turn if it has nothing else to do:
then cause and consequence are in the log with one commit, all of it or nothing.
Whoever is busy is told by letter, when the turn is in the log.

Whatever leaves the house still waits for the log; only decisions are ahead of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import structlog

from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Address, Effect, Kind, Route, Tell
from ringway.domain.leg_state import Leg
from ringway.domain.values import AccountId, Ids, Input
from ringway.ports.clock import Clock
from ringway.ports.event_log import Entry, Stream, Text
from ringway.runtime.codec import encode
from ringway.runtime.letters import Happened, Letter
from ringway.runtime.machines import MACHINES, Machine

log = structlog.get_logger(__name__)

MOST_EVENTS: Final = 128
"""When a turn has so many, who is told more hears it by letter."""


class Player(Protocol):
    """A machine with a mailbox, as a turn sees it."""

    @property
    def machine(self) -> Machine: ...
    @property
    def account(self) -> AccountId: ...
    @property
    def address(self) -> Address: ...
    @property
    def stream(self) -> Stream: ...
    @property
    def state(self) -> Any: ...
    @property
    def version(self) -> int: ...

    def is_free_after(self, letters: int) -> bool:
        """Say whether so many letters are all that it has to hear."""
        ...

    def went_on(self, state: Any, trace: str) -> None:
        """Be in this state, one version later; the first trace is the machine's."""
        ...

    def doubt(self) -> None:
        """Look into the log before the next turn."""
        ...

    def release(self) -> None:
        """Go on with letters that came during somebody else's turn."""
        ...


class Stage(Protocol):
    """What a turn needs from the house."""

    clock: Clock

    def mint(self) -> Ids: ...

    def invite(self, account: AccountId, tell: Tell) -> Player | None:
        """Hold who is told for this turn; None if that has to wait."""
        ...

    async def route(self, leg: Leg) -> Tell | None:
        """Say what to tell to whom for a new leg; None if that has to wait."""
        ...

    def happened(self, what: Happened) -> None:
        """Carry out the effects."""
        ...


@dataclass(slots=True)
class _Step:
    """An event that one machine has decided."""

    player: Player
    version: int
    at: int
    before: Any
    after: Any
    event: Any
    effects: list[Effect]
    """Those that nobody has heard in this turn."""

    def entry(self, trace: str) -> Entry:
        kind = self.player.machine.kind
        name, number, payload = encode(kind, self.event)
        return Entry(
            *(self.player.stream, self.version, name, number, self.at),
            *(trace, payload, self.after.over),
        )


@dataclass(slots=True)
class _Hearing:
    """What came of one letter."""

    player: Player
    letter: Letter
    steps: list[_Step] = field(default_factory=list)
    trouble: Exception | None = None


class Turn:
    """`decide`, log `entries`, `carry_out`; and in any case `end`."""

    def __init__(self, stage: Stage, host: Player, letters: Sequence[Letter]) -> None:
        self._stage, self._host, self._letters = stage, host, letters
        self._hearings: list[_Hearing] = []
        self._drafts: dict[Address, tuple[Any, int]] = {}
        self._guests: dict[Address, Player] = {}
        self._busy: set[Address] = set()
        self._untold: deque[tuple[_Hearing, _Step, Effect]] = deque()
        self._events = 0

    # -------------------------------------------------------------- decide

    async def decide(self, *, alone: bool) -> None:
        """Let the host hear its letters, and then, unless `alone`, who is told."""
        for letter in self._letters:
            self._hear(self._host, letter)
        if alone:
            return
        for hearing, step, effect in tuple(self._untold):
            if isinstance(effect, Route):
                # Nobody else is held yet: this may take its time.
                await self._route(hearing, step, effect)
        while self._untold:
            hearing, step, effect = self._untold.popleft()
            if isinstance(effect, Tell):
                self._tell(hearing, step, effect)

    def _hear(self, player: Player, letter: Letter) -> _Hearing:
        hearing = _Hearing(player, letter)
        self._hearings.append(hearing)
        try:
            hearing.steps = self._steps(player, letter.given)
        except Refused as refused:
            hearing.trouble = refused
        except Exception as error:
            # A fault in a machine must not stop its mailbox, nor be logged twice.
            log.exception("fault", address=player.address, given=type(letter.given))
            hearing.trouble = error
        for step in hearing.steps:
            self._drafts[player.address] = step.after, step.version
            self._untold += ((hearing, step, effect) for effect in step.effects)
        self._events += len(hearing.steps)
        return hearing

    def _steps(self, player: Player, given: Any) -> list[_Step]:
        machine, now = player.machine, self._stage.clock.now()
        here = player.state, player.version
        state, version = self._drafts.get(player.address, here)
        if state is None and not isinstance(given, machine.create):
            # Whoever should have begun it could not.
            text = "There is no such call."
            raise Refused(Cause.INVALID_REQUEST, text, Cause.NORMAL_HANGUP)
        steps = []
        for event in tuple(
            machine.decide(state, Input(now, self._stage.mint(), given))
        ):
            before, state = state, machine.evolve(state, event)
            version += 1
            effects = list(machine.react(state, event))
            steps.append(_Step(player, version, now, before, state, event, effects))
        return steps

    async def _route(self, hearing: _Hearing, step: _Step, route: Route) -> None:
        tell = await self._stage.route(step.after)
        if tell is None:
            return
        told = self._told(hearing, tell)
        if told is None or _is_over(told):
            return  # routed anew when this is in the log
        step.effects = [effect for effect in step.effects if effect is not route]
        self._answer(hearing, tell, told)

    def _tell(self, hearing: _Hearing, step: _Step, tell: Tell) -> None:
        told = self._told(hearing, tell)
        if told is not None:
            step.effects = [effect for effect in step.effects if effect is not tell]
            self._answer(hearing, tell, told)

    def _told(self, hearing: _Hearing, tell: Tell) -> _Hearing | None:
        """Let who is told hear it now; None if it can not."""
        player = self._player(tell)
        if player is None:
            return None
        return self._hear(player, Letter(tell.given, hearing.letter.trace))

    def _answer(self, source: _Hearing, tell: Tell, told: _Hearing) -> None:
        if isinstance(told.trouble, Refused) and tell.back:
            given = unheard(source.player.address, tell, told.trouble)
            if given is not None:
                self._hear(source.player, Letter(given, source.letter.trace))

    def _player(self, tell: Tell) -> Player | None:
        to = tell.to
        if to in self._busy or self._events >= MOST_EVENTS:
            return None
        if to == self._host.address:
            found = self._host.is_free_after(len(self._letters))
            return self._host if found else None
        guest = self._guests.get(to)
        if guest is None:
            guest = self._stage.invite(self._host.account, tell)
            if guest is None:
                self._busy.add(to)
                return None
            self._guests[to] = guest
        return guest

    # ----------------------------------------------------------------- log

    @property
    def entries(self) -> list[Entry]:
        """What is to be logged; nothing if nothing has happened."""
        return [
            step.entry(hearing.letter.trace)
            for hearing in self._hearings
            for step in hearing.steps
        ]

    @property
    def texts(self) -> list[Text]:
        """What people have said with it."""
        heard = (it.letter for it in self._hearings if it.steps)
        return [text for letter in heard for text in letter.texts]

    # ----------------------------------------------------------------- act

    def carry_out(self, positions: Sequence[int], trace: str, span: str) -> None:
        """Be in the new states, and act: all of it is in the log at `positions`.

        What happened in the trace has the turn's `span`.
        """
        given = iter(positions)
        for hearing in self._hearings:
            if hearing.steps:
                hearing.letter.logged()
            known = span if hearing.letter.trace == trace else ""
            for what in self._happened(hearing, given, known):
                try:
                    self._stage.happened(what)
                except Exception as error:
                    # What is logged is so, whatever becomes of its effects.
                    log.exception("fault", address=what.address, event=type(what.event))
                    hearing.trouble = error
            hearing.letter.settle(hearing.trouble)

    def _happened(
        self, it: _Hearing, positions: Iterator[int], span: str
    ) -> Iterator[Happened]:
        for step in it.steps:
            step.player.went_on(step.after, it.letter.trace)
            yield Happened(
                *(step.player.account, step.player.address, next(positions)),
                *(it.letter.trace, step.before, step.after, step.event),
                *(tuple(step.effects), span),
            )

    # ----------------------------------------------------------------- end

    def doubt(self, stream: Stream | None = None) -> None:
        """Have those whose events may be in the log look there: all, or the one."""
        players = {
            step.player.address: step.player
            for it in self._hearings
            for step in it.steps
        }
        for player in players.values():
            if stream is None or player.stream == stream:
                player.doubt()

    def end(self) -> None:
        """Let the guests go, in whatever state they are."""
        for guest in self._guests.values():
            guest.release()


def _is_over(told: _Hearing) -> bool:
    return isinstance(told.trouble, Refused) and told.trouble.ended is not None


def unheard(source: Address, tell: Tell, why: Refused) -> Any | None:
    """Give the signal to a machine that what it told was refused, if it takes one."""
    signal = MACHINES[source.kind].unheard
    if signal is None:
        return None
    otherwise = why.code if source.kind is Kind.LEG else Cause.NORMAL_HANGUP
    return signal(tell.to.id, why.ended or otherwise)
