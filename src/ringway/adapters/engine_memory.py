"""An engine without media, in this process: it answers orders like the real one.

It keeps pipes, sections and bridges, and tells the news about them; sound and
picture there are none.  For tests of the floors above, and for one thing only a
test can do: to say when a pipe connects, breaks, or the whole engine dies.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Sequence
from typing import Final

from ringway.adapters.engine_memory_pipe import KIND, Kind, Part, Pipe, Section
from ringway.ports import engine_messages as wire
from ringway.ports.engine import EngineState

NOTHING: Final = wire.PipeStatistics([], [])
_MEDIA = re.compile(r"^m=(audio|video) ", re.MULTILINE)
_MID = re.compile(r"^a=mid:(\S+)", re.MULTILINE)


class EngineMemory:
    """The port `Engine`, obeyed at once."""

    def __init__(self, *, connects: bool = True) -> None:
        self.orders: list[wire.Order] = []
        """Everything that was ordered, in order."""
        self._connects = connects
        self._epoch = 1
        self._number = 0
        self._pipes: dict[str, Pipe] = {}
        self._unacknowledged: list[wire.PipeClosed] = []
        self._news: deque[wire.News] = deque()
        self._arrived = asyncio.Event()
        self._ready = True
        self._greet()

    # ------------------------------------------------------------ the port

    def submit(self, orders: Sequence[wire.Order]) -> None:
        """Obey."""
        for order in orders:
            self.orders.append(order)
            self._obey(order)

    async def news(self) -> Sequence[wire.News]:
        """Wait for, and take, everything that happened since last asked."""
        await self._arrived.wait()
        taken = tuple(self._news)
        self._news.clear()
        self._arrived.clear()
        return taken

    @property
    def state(self) -> EngineState:
        """Ready, unless a test has `stop`ped it."""
        text = "The engine in memory works." if self._ready else "It was stopped."
        return EngineState(self._ready, text, "memory", self._epoch, self._epoch - 1)

    # --------------------------------------------------- what only tests do

    def connect(self, pipe: str) -> None:
        """Let ICE and DTLS of a pipe succeed."""
        it = self._pipes[pipe]
        if it.told.connected is None:
            profile = "SRTP_AEAD_AES_128_GCM"
            number, remote = self._next(), "192.0.2.1:4000"
            self._tell(wire.Connected(number, it.id, it.generation, remote, profile))

    def interrupt(self, pipe: str) -> None:
        """Let nothing be heard of the client of a pipe."""
        it = self._pipes[pipe]
        self._tell(wire.Interrupted(self._next(), it.id, it.generation))

    def restore(self, pipe: str) -> None:
        """Let the client of a pipe be heard again."""
        it = self._pipes[pipe]
        self._tell(wire.Restored(self._next(), it.id, it.generation))

    def lose(self, pipe: str, reason: wire.CloseReason) -> None:
        """Let a pipe end by itself."""
        self._close(self._pipes[pipe], reason)

    def clash(self, receiver: str, sender: str, source: wire.Source) -> None:
        """Let a pipe be unable to receive what another one sends."""
        it = self._pipes[receiver]
        text = f"{sender} sends what {receiver} can not receive."
        self._tell(
            wire.Incompatible(self._next(), it.id, it.generation, sender, source, text)
        )

    def measure(
        self,
        counters: dict[str, int],
        gauges: dict[str, int],
        shards: Sequence[wire.ShardLoad] = (),
    ) -> None:
        """Tell what it has counted."""
        self._tell(wire.Load(self._next(), counters, gauges, list(shards)))

    def report(self, pipe: str, statistics: wire.PipeStatistics) -> None:
        """Tell what went through the pipe so far."""
        it = self._pipes[pipe]
        self._tell(wire.Statistics(self._next(), pipe, it.generation, statistics))

    def received(self, pipe: str) -> set[tuple[str, wire.Source]]:
        """Say whose sound and pictures a pipe gets now: the sender, and of what."""
        got = [it.receives for it in self._pipes[pipe].sections]
        return {(it.pipe, it.source) for it in got if it is not None}

    def reconnect(self) -> None:
        """Lose the connection, not the engine."""
        self._greet()

    def die(self) -> None:
        """Lose everything; another engine takes its place at once."""
        self._pipes.clear()
        self._unacknowledged.clear()
        self._epoch += 1
        self._number = 0
        self._ready = True
        self._greet()

    def stop(self) -> None:
        """Be not ready."""
        self._ready = False

    # ------------------------------------------------------------ the orders

    def _obey(self, order: wire.Order) -> None:
        match order:
            case wire.OpenPipe():
                self._open(order)
            case wire.ClosePipe(pipe, generation):
                it = self._pipes.get(pipe)
                if it is not None and it.generation <= generation:
                    self._close(it, "ORDERED")
            case wire.Attach(pipe, bridge):
                if (it := self._pipes.get(pipe)) is not None:
                    self._attach(it, bridge, Part.of(order))
            case wire.Detach(pipe):
                if (it := self._pipes.get(pipe)) is not None:
                    self._attach(it, None, Part())
            case wire.CloseBridge(bridge):
                for it in self._members(bridge):
                    it.bridge, it.part = None, Part()
                    self._show_to(it)
            case wire.Renegotiate(pipe, generation, sources):
                if (it := self._held(pipe, generation)) is not None:
                    it.wanted += [s for s in sources if s not in it.sources]
                    self._show_to(it)
            case wire.AnswerPipe(pipe, generation, negotiation, _):
                it = self._held(pipe, generation)
                if it is not None and it.offered and it.negotiation == negotiation:
                    self._answered(it)
            case wire.RestartIce(pipe, generation):
                it = self._held(pipe, generation)
                if it is not None and not it.restarts:
                    it.restart = True
                    self._show_to(it)
            case wire.Acknowledge(epoch, number):
                if epoch == self._epoch:
                    self._unacknowledged = [
                        it for it in self._unacknowledged if it.number > number
                    ]
            case wire.Ping(number):
                self._tell(wire.Pong(self._next(), number))
            case wire.Shutdown():
                for it in tuple(self._pipes.values()):
                    self._close(it, "ORDERED")
                self._ready = False
            case wire.ControlHello():
                pass

    def _held(self, pipe: str, generation: int) -> Pipe | None:
        it = self._pipes.get(pipe)
        return it if it is not None and it.generation == generation else None

    def _attach(self, it: Pipe, bridge: str | None, part: Part) -> None:
        if (it.bridge, it.part) == (bridge, part):
            return
        left, it.bridge, it.part = it.bridge, bridge, part
        if left != bridge:
            self._show(left)
        self._show_to(it)
        self._show(bridge)

    def _open(self, order: wire.OpenPipe) -> None:
        for end in self._unacknowledged:
            if (end.pipe, end.generation) == (order.pipe, order.generation):
                self._tell(end)
                return
        held = self._pipes.get(order.pipe)
        if held is not None and held.generation >= order.generation:
            if held.generation == order.generation and held.told.answered is not None:
                self._tell(held.told.answered)
            return
        if held is not None:
            self._close(held, "ORDERED")
        kinds: list[Kind] = [
            "audio" if kind == "audio" else "video"
            for kind in _MEDIA.findall(order.offer)
        ]
        mids = _MID.findall(order.offer)
        sends = {it.mid: it.source for it in order.sending}
        fits = all(
            KIND[source] == kind
            for mid, kind in zip(mids, kinds, strict=False)
            if (source := sends.get(mid)) is not None
        )
        if not mids or len(mids) != len(kinds) or not sends.keys() <= set(mids):
            fits = False
        sections = [
            Section(mid, kind, sends.get(mid))
            for mid, kind in zip(mids, kinds, strict=False)
        ]
        it = Pipe(order.pipe, order.generation, sections)
        self._pipes[order.pipe] = it
        if not fits:
            self._close(it, "BAD_OFFER")
            return
        answer = f"v=0\r\ns=answer to {it.id}\r\n"
        number = self._next()
        self._tell(wire.Answered(number, it.id, it.generation, answer, it.meaning))
        if held is not None and held.bridge is not None:
            self._attach(it, held.bridge, held.part)
        if self._connects:
            self.connect(it.id)

    def _answered(self, it: Pipe) -> None:
        it.restarts = False
        for section in it.sections:
            section.promised = False
        it.told.close_offer()
        self._show(it.bridge)
        self._show_to(it)

    def _close(self, it: Pipe, reason: wire.CloseReason) -> None:
        del self._pipes[it.id]
        told = wire.PipeClosed(
            self._next(),
            it.id,
            it.generation,
            reason,
            f"Closed: {reason}.",
            NOTHING,
            self._epoch,
        )
        self._unacknowledged.append(told)
        self._tell(told)
        self._show(it.bridge)

    # ------------------------------------------------- who receives whom

    def _members(self, bridge: str | None) -> list[Pipe]:
        return [
            it
            for it in self._pipes.values()
            if it.bridge is not None and it.bridge == bridge
        ]

    def _show(self, bridge: str | None) -> None:
        for it in self._members(bridge):
            self._show_to(it)

    def _show_to(self, it: Pipe) -> None:
        """Put what the pipe shall receive into its sections; offer what is missing."""
        if it.offered:
            return
        due = [
            track
            for other in self._members(it.bridge)
            if other is not it
            for track in other.shown_to(it)
        ]
        before = it.meaning
        if it.show(due) or it.restart:
            self._offer(it)
        elif it.meaning != before:
            number = self._next()
            self._tell(wire.Mapped(number, it.id, it.generation, it.meaning))

    def _offer(self, it: Pipe) -> None:
        it.negotiation += 1
        it.restart, it.restarts = False, it.restart
        offer = f"v=0\r\ns=offer {it.negotiation} to {it.id}\r\n"
        number = self._next()
        self._tell(
            wire.Offered(
                number, it.id, it.generation, it.negotiation, offer, it.meaning
            )
        )

    # ---------------------------------------------------------------- news

    def _greet(self) -> None:
        hello = wire.EngineHello(
            wire.PROTOCOL, "memory", "memory", self._epoch, shards=1
        )
        held = [
            wire.HeldPipe(
                it.id,
                it.generation,
                it.bridge,
                connected=it.told.connected is not None,
                interrupted=it.told.interrupted,
            )
            for it in self._pipes.values()
        ]
        told = [news for it in self._pipes.values() for news in it.told.news]
        for news in (hello, wire.Holding(held), *told, *self._unacknowledged):
            self._say(news)

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _tell(self, news: wire.News) -> None:
        """Tell what has happened."""
        match news:
            case (
                wire.Answered(pipe=pipe, generation=generation)
                | wire.Connected(pipe=pipe, generation=generation)
                | wire.Interrupted(pipe=pipe, generation=generation)
                | wire.Restored(pipe=pipe, generation=generation)
                | wire.Mapped(pipe=pipe, generation=generation)
                | wire.Offered(pipe=pipe, generation=generation)
            ):
                if (it := self._held(pipe, generation)) is not None:
                    it.told.note(news)
            case _:
                pass
        self._say(news)

    def _say(self, news: wire.News) -> None:
        self._news.append(news)
        self._arrived.set()
