"""The house: every live machine, and the letters between them.

A machine is in here from its creation to its end.  Whatever is not in here is
over, or never was: commands to it are refused, signals fall silent.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from ringway.domain import leg_messages as leg
from ringway.domain.bridge_state import Bridge
from ringway.domain.causes import Cause, Refused
from ringway.domain.effects import Address, Kind, Tell
from ringway.domain.leg_state import Leg
from ringway.domain.values import AccountId, BridgeId, Ids, LegId
from ringway.ports.clock import Clock
from ringway.ports.engine import Engine
from ringway.ports.event_log import EventLog, Stream, Text
from ringway.ports.lines import Lines
from ringway.ports.measures import Measures, Unmeasured
from ringway.ports.spans import NoSpans, Spans
from ringway.runtime.actor import Actor
from ringway.runtime.chronicle import Chronicle
from ringway.runtime.descriptions import Descriptions
from ringway.runtime.effects import Effects, Router
from ringway.runtime.letters import Happened, Letter
from ringway.runtime.machines import MACHINES
from ringway.runtime.progress import Progress
from ringway.runtime.tasks import Tasks
from ringway.runtime.tracing import Tracer, current, new_trace
from ringway.runtime.turn import unheard
from ringway.runtime.views import Views

BEGINNINGS: Final = tuple(machine.create for machine in MACHINES.values())
"""The commands with which machines begin."""


class House:
    """Runs the machines of all accounts."""

    def __init__(
        self,
        *,
        log: EventLog,
        clock: Clock,
        engine: Engine,
        lines: Lines,
        views: Views,
        router: Router,
        spans: Spans | None = None,
        measures: Measures | None = None,
        dice: Callable[[int], bytes] = os.urandom,
    ) -> None:
        spans = spans or NoSpans()
        self.tracer = Tracer(spans, clock)
        self.chronicle = Chronicle(clock, spans, measures or Unmeasured())
        self.log = log
        self.clock = clock
        self.engine = engine
        self.lines = lines
        self.views = views
        self.tasks = Tasks()
        self.descriptions = Descriptions()
        self.last_alive: int | None = None
        """When the run before this one was seen last, until that has been used."""
        self.effects = Effects(
            event_log=log,
            clock=clock,
            engine=engine,
            lines=lines,
            tasks=self.tasks,
            views=views,
            router=router,
            post=self.tell,
            ordered=self.chronicle.ordered,
        )
        self.ended: Callable[[Leg], None] = lambda _: None
        """Told of every leg that is over."""
        self._dice = dice
        self._actors: dict[tuple[AccountId, Address], Actor] = {}

    @property
    def progress(self) -> Progress:
        """How far the effects are done."""
        return self.effects.progress

    def mint(self) -> Ids:
        """Draw a seed for the ids of one decision."""
        return Ids(self._dice(16))

    # ---------------------------------------------------------- the machines

    def actor(self, account: AccountId, address: Address) -> Actor | None:
        """Give the live machine if it belongs to the account."""
        return self._actors.get((account, address))

    def adopt(self, stream: Stream, state: Any, version: int, trace: str) -> None:
        """Take in a live machine from the log, with the trace it began in."""
        actor = self._begin(stream.account, Address(Kind(stream.kind), stream.id))
        actor.state, actor.version, actor.trace = state, version, trace
        if isinstance(state, Leg):
            self.views.adopt(state)
        elif isinstance(state, Bridge):
            self.views.see_bridge(state)
        actor.watch()

    def happened(self, what: Happened) -> None:
        """Let everybody know who must."""
        if isinstance(what.after, Leg):
            self.views.see(what.after, what.event)
            self.chronicle.happened(what)
            if what.after.over:
                self.ended(what.after)
        elif isinstance(what.after, Bridge):
            self.views.see_bridge(what.after)
        self.effects.carry_out(what)

    def idle(self, actor: Actor) -> None:
        """Forget a machine that is over, or has never begun."""
        if actor.waiting or (actor.state is not None and not actor.state.over):
            return
        del self._actors[actor.account, actor.address]
        if actor.address.kind is Kind.BRIDGE:
            self.views.disclaim(BridgeId(actor.address.id))
        if actor.address.kind is Kind.LEG:
            self.views.release(actor.account, LegId(actor.address.id))
            self.descriptions.drop(LegId(actor.address.id))

    def invite(self, account: AccountId, tell: Tell) -> Actor | None:
        """Hold who is told for somebody else's turn; None if it is busy, or gone."""
        actor = self._actors.get((account, tell.to))
        if actor is None and isinstance(tell.given, BEGINNINGS):
            with suppress(Refused):
                actor = self._first(account, tell.to, tell.given)
        return actor if actor is not None and actor.hold() else None

    def trace(self, account: AccountId, address: Address) -> str:
        """Give the trace of a live machine; one of its own if there is none.

        A request that brings a trace has what it begins in that.
        """
        actor = self._actors.get((account, address))
        if actor is not None and actor.trace:
            return actor.trace
        context = current()
        return new_trace() if context is None else context.trace

    def _letter(self, account: AccountId, address: Address, given: Any) -> Letter:
        trace, context = self.trace(account, address), current()
        known = context is not None and context.trace == trace
        return Letter(given, trace, span=context.span if context and known else "")

    async def route(self, leg: Leg) -> Tell | None:
        """Say what to tell to whom for a new leg; None if that has to wait."""
        return await self.effects.route(leg)

    def _begin(self, account: AccountId, address: Address) -> Actor:
        actor = Actor(self, MACHINES[address.kind], account, address)
        self._actors[account, address] = actor
        return actor

    # ------------------------------------------------------------ the letters

    async def give(
        self,
        account: AccountId,
        address: Address,
        given: Any,
        *,
        texts: Sequence[Text] = (),
        logged: Callable[[], None] | None = None,
    ) -> None:
        """Give a command, and wait until what came of it is in the log.

        Or `Refused`, `StorageUnavailable`: then nothing has changed.
        """
        reply = asyncio.get_running_loop().create_future()
        letter = self._letter(account, address, given)
        letter.reply, letter.texts = reply, texts
        if logged is not None:
            letter.logged = logged
        self.post(account, address, letter)
        await reply

    def signal(
        self,
        account: AccountId,
        address: Address,
        given: Any,
        done: Callable[[], None] | None = None,
    ) -> None:
        """Report a fact; it is tried until it is logged."""
        letter = self._letter(account, address, given)
        if done is not None:
            letter.done = done
        self.post(account, address, letter)

    def tell(
        self,
        source: Happened,
        tell: Tell,
        done: Callable[[], None],
        over: Callable[[], None] | None = None,
    ) -> None:
        """Bring what a machine tells another one of its account.

        `over` is called, instead of telling it `Unheard`, when the other is no more.
        """
        letter = Letter(tell.given, source.trace, done=done, span=source.span)
        if tell.back:

            def refused(why: Refused) -> None:
                if over is not None and why.ended is not None:
                    over()
                    return
                given = unheard(source.address, tell, why)
                if given is not None:
                    back = Letter(given, source.trace)
                    self.post(source.account, source.address, back)

            letter.refused = refused
        self.post(source.account, tell.to, letter)

    def post(self, account: AccountId, address: Address, letter: Letter) -> None:
        """Bring a letter to a machine, which may begin with it."""
        actor = self._actors.get((account, address))
        if actor is None:
            try:
                actor = self._first(account, address, letter.given)
            except Refused as refused:
                letter.settle(refused)
                letter.done()
                return
        actor.post(letter)

    def _first(self, account: AccountId, address: Address, given: Any) -> Actor:
        """Make the machine that begins with what is given."""
        if not isinstance(given, BEGINNINGS):
            ended = self.views.cause(account, LegId(address.id))
            if address.kind is Kind.BRIDGE:
                ended = Cause.NORMAL_HANGUP
            raise Refused(Cause.INVALID_REQUEST, "There is no such call.", ended)
        if isinstance(given, leg.Create) and given.device is not None:
            if not self.lines.is_connected(given.device):
                gone = Cause.NETWORK_ERROR
                raise Refused(gone, "The device is not connected.", gone)
            if not self.views.hold(account, given.id, given.device):
                text = "This device is in a call already."
                raise Refused(Cause.INVALID_REQUEST, text, Cause.BUSY)
        return self._begin(account, address)
