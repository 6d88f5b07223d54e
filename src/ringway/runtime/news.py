"""What the engine reports: signals to legs, descriptions to lines, statistics.

Terminal news are acknowledged when what came of them is in the log; until then
the engine repeats them after each reconnection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeAlias

import structlog

from ringway.domain import leg_messages as leg
from ringway.domain.bridge_state import Bridge
from ringway.domain.effects import (
    Address,
    AttachPipe,
    ClosePipe,
    DetachPipe,
    Kind,
    OpenPipe,
)
from ringway.domain.leg_state import Leg, Media
from ringway.domain.values import LegId
from ringway.ports import engine_messages as wire
from ringway.ports.lines import (
    Receiving,
    SayOffer,
    SayPipeAnswer,
    SaySections,
    Section,
)
from ringway.runtime.announcing import seen_in, talking_of
from ringway.runtime.house import House
from ringway.runtime.progress import Progress

log = structlog.get_logger(__name__)

LOSSES: Final = {"CAPACITY": leg.Loss.NO_ROOM, "TIMED_OUT": leg.Loss.SILENT}


Talked: TypeAlias = Callable[[Bridge, LegId, bool], None]
"""Hears that a member of an application's conference talks, or no longer does.

Nothing of it is in the log: who was not there to hear it has missed it.
"""


def _nobody_asks(meeting: Bridge, call: LegId, talking: bool) -> None:
    pass


class Newsroom:
    """Hears the engine for the house."""

    def __init__(self, house: House, talked: Talked = _nobody_asks) -> None:
        self._house, self._talked = house, talked
        self._epoch: int | None = None
        self._terminal = Progress()
        self._acknowledged = 0
        self.fenced: str | None = None
        """Why the engine listens to another control plane, if it does."""

    async def run(self) -> None:
        """Hear the engine until cancelled."""
        while True:
            for each in await self._house.engine.news():
                try:
                    self.hear(each)
                except Exception:
                    # One news that we fail to hear must not make us deaf.
                    log.exception("fault", news=type(each).__name__)

    def hear(self, news: wire.News) -> None:
        """Let everybody know who must."""
        match news:
            case wire.EngineHello():
                if news.epoch != self._epoch:
                    self._epoch = news.epoch
                    self._terminal = Progress()
                self._acknowledged = 0
                self.fenced = None
            case wire.Holding():
                self._reconcile(news.pipes)
            case wire.PipeClosed():
                self._house.chronicle.heard(news)
                self._closed(news)
            case wire.Load():
                self._house.views.engine_load = news
            case wire.Unsupported():
                log.warning("engine refused", order=news.order, text=news.text)
            case wire.Fenced():
                self.fenced = news.text
                log.error("fenced", text=news.text)
            case wire.Pong():
                pass
            case _:
                self._of_pipe(news)

    def _of_pipe(
        self,
        news: wire.Answered
        | wire.Connected
        | wire.Interrupted
        | wire.Restored
        | wire.Talking
        | wire.Offered
        | wire.Mapped
        | wire.Incompatible
        | wire.Statistics,
    ) -> None:
        found = self._house.views.pipe(news.pipe)
        if found is None or found.generation != news.generation:
            return
        generation, say = news.generation, self._house.lines.say
        match news:
            case wire.Answered(answer=answer):
                self._house.chronicle.heard(news)
                sections = _sections(news.sections)
                self._describe(
                    found, SayPipeAnswer(found.id, generation, answer, sections)
                )
            case wire.Offered(negotiation=negotiation, offer=offer):
                sections = _sections(news.sections)
                self._describe(
                    found, SayOffer(found.id, generation, negotiation, offer, sections)
                )
            case wire.Mapped():
                sections = _sections(news.sections)
                self._describe(found, SaySections(found.id, generation, sections))
            case wire.Connected():
                self._house.chronicle.heard(news)
                self._house.descriptions.connected(found.id)
                self._signal(found, leg.PipeOpened(generation))
            case wire.Interrupted():
                self._signal(found, leg.PipeInterrupted(generation))
            case wire.Restored():
                self._signal(found, leg.PipeRestored(generation))
            case wire.Talking(talking=talking):
                for device, what_of in talking_of(found, talking, self._house.views):
                    say(device, what_of)
                seen = seen_in(found, self._house.views)
                if seen is not None and seen[0].is_conference:
                    self._talked(seen[0], found.id, talking)
            case wire.Incompatible(sender=sender, text=text):
                log.info("no common codec", text=text, **self._ids(found))
                self._signal(found, leg.Incompatible(generation, text))
                other = self._house.views.pipe(sender)
                if other is not None and not other.in_room:
                    signal = leg.Incompatible(other.generation, text)
                    self._signal(other, signal)
            case wire.Statistics(statistics=statistics):
                self._house.chronicle.measured(found.id, statistics)
                self._house.views.measured(found.id, statistics)

    def _ids(self, of: Leg) -> dict[str, str]:
        """Say of whom a line in the log is."""
        trace = self._house.trace(of.account, Address(Kind.LEG, of.id))
        return {"call": of.id, "trace": trace}

    def _describe(
        self, leg_: Leg, said: SayPipeAnswer | SayOffer | SaySections
    ) -> None:
        self._house.descriptions.describe(said)
        for device in leg_.devices:
            self._house.lines.say(device, said)

    def _signal(self, to: Leg, given: leg.Signal) -> None:
        self._house.signal(to.account, Address(Kind.LEG, to.id), given)

    # --------------------------------------------------------- terminal

    def _closed(self, news: wire.PipeClosed) -> None:
        """Tell the leg, and acknowledge when that is in the log."""
        terminal = self._terminal
        terminal.begin(news.number)
        self._house.views.measured(LegId(news.pipe), news.statistics)
        found = self._house.views.pipe(news.pipe)
        if found is None:
            self._settled(terminal, news.number)
            return
        ids = self._ids(found)
        log.info("pipe closed", reason=news.reason, text=news.text, **ids)
        loss = LOSSES.get(news.reason, leg.Loss.BROKEN)
        self._house.signal(
            found.account,
            Address(Kind.LEG, found.id),
            leg.PipeClosed(news.generation, loss, news.text, news.at or None),
            partial(self._settled, terminal, news.number),
        )

    def _settled(self, terminal: Progress, number: int) -> None:
        terminal.finish(number)
        if terminal is self._terminal and terminal.done > self._acknowledged:
            self._acknowledged = terminal.done
            epoch = self._epoch or 0
            self._house.engine.submit([wire.Acknowledge(epoch, terminal.done)])

    # ---------------------------------------------------------- adoption

    def _reconcile(self, pipes: Sequence[wire.HeldPipe]) -> None:
        """Make the engine hold what the house knows, and the house know the rest.

        Orders from before the connection may have been lost, and so may pipes.
        """
        held = {pipe.pipe: pipe for pipe in pipes}
        for pipe in pipes:
            known = self._house.views.pipe(pipe.pipe)
            if known is None or known.media in (Media.NONE, Media.LOST):
                self._order(ClosePipe(LegId(pipe.pipe), pipe.generation))
        for known in self._house.views.all_legs():
            there = held.get(known.id)
            if there is not None and there.generation == known.generation:
                self._adopt(known, there)
            elif known.media is Media.OPEN:
                heard_at = self._house.last_alive
                lost = leg.PipeClosed(known.generation, heard_at=heard_at)
                self._signal(known, lost)
            elif known.media in (Media.OPENING, Media.REOPENING):
                self._open_again(known)
        self._house.last_alive = None

    def _adopt(self, known: Leg, there: wire.HeldPipe) -> None:
        generation = known.generation
        if there.connected and known.media in (Media.OPENING, Media.REOPENING):
            self._signal(known, leg.PipeOpened(generation))
        if there.interrupted != known.look.away and known.media is Media.OPEN:
            moved = leg.PipeInterrupted if there.interrupted else leg.PipeRestored
            self._signal(known, moved(generation))
        if known.bridge is not None and known.bridge != there.bridge:
            self._order(AttachPipe(known.id, known.bridge))
        elif known.bridge is None and there.bridge is not None:
            self._order(DetachPipe(known.id))

    def _open_again(self, known: Leg) -> None:
        if self._house.effects.cargo.offer(known.id) is None:
            self._signal(known, leg.PipeClosed(known.generation))
            return
        trace = self._ids(known)["trace"]
        self._house.chronicle.ordered(
            trace, self._order(OpenPipe(known.id, known.generation))
        )
        if known.bridge is not None:
            self._order(AttachPipe(known.id, known.bridge))

    def _order(
        self, order: OpenPipe | ClosePipe | AttachPipe | DetachPipe
    ) -> Sequence[wire.Order]:
        orders = self._house.effects.orders(order)
        self._house.engine.submit(orders)
        return orders


def _sections(sections: Sequence[wire.Section]) -> tuple[Section, ...]:
    """Say whose media it is: a pipe has its leg's id, so no table is needed."""
    return tuple(
        Section(
            each.mid,
            each.sends,
            None
            if each.receives is None
            else Receiving(LegId(each.receives.pipe), each.receives.source),
        )
        for each in sections
    )
