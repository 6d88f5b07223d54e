"""An engine without media, in this process: it answers orders like the real one.

It keeps pipes, sections and bridges, and tells the news about them; sound and
picture there are none.  For tests of the floors above, and for one thing only a
test can do: to say when a pipe connects, breaks, or the whole engine dies.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from ringway.ports import engine_messages as wire
from ringway.ports.engine import EngineState

Kind: TypeAlias = Literal["audio", "video"]
KIND: Final[dict[wire.Source, Kind]] = {
    "MICROPHONE": "audio",
    "CAMERA": "video",
    "SCREEN": "video",
}
NOTHING: Final = wire.PipeStatistics([], [])
_MEDIA = re.compile(r"^m=(audio|video) ", re.MULTILINE)
_MID = re.compile(r"^a=mid:(\S+)", re.MULTILINE)


@dataclass(slots=True)
class _Section:
    mid: str
    kind: Kind
    sends: wire.Source | None = None
    receives: wire.Received | None = None

    @property
    def told(self) -> wire.Section:
        return wire.Section(self.mid, self.sends, self.receives)


@dataclass(slots=True)
class _Pipe:
    id: str
    generation: int
    sections: list[_Section]
    bridge: str | None = None
    connected: bool = False
    negotiation: int = 0
    offered: bool = False
    wanted: list[wire.Source] = field(default_factory=list)
    """What the client wants to send, beyond what it does."""

    @property
    def tracks(self) -> Iterator[wire.Received]:
        for section in self.sections:
            if section.sends is not None:
                yield wire.Received(self.id, section.sends)

    @property
    def told(self) -> list[wire.Section]:
        return [section.told for section in self.sections]


class EngineMemory:
    """The port `Engine`, obeyed at once."""

    def __init__(self, *, connects: bool = True) -> None:
        self.orders: list[wire.Order] = []
        """Everything that was ordered, in order."""
        self._connects = connects
        self._epoch = 1
        self._number = 0
        self._pipes: dict[str, _Pipe] = {}
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
        if not it.connected:
            it.connected = True
            profile = "SRTP_AEAD_AES_128_GCM"
            number, remote = self._next(), "192.0.2.1:4000"
            self._tell(wire.Connected(number, it.id, it.generation, remote, profile))

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

    def measure(self, counters: dict[str, int], gauges: dict[str, int]) -> None:
        """Tell what it has counted."""
        self._tell(wire.Load(self._next(), counters, gauges))

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
                if (it := self._pipes.get(pipe)) is not None and it.bridge != bridge:
                    left, it.bridge = it.bridge, bridge
                    self._show(left)
                    self._show(bridge)
            case wire.Detach(pipe):
                if (it := self._pipes.get(pipe)) is not None and it.bridge is not None:
                    left, it.bridge = it.bridge, None
                    self._show_to(it)
                    self._show(left)
            case wire.CloseBridge(bridge):
                for it in self._members(bridge):
                    it.bridge = None
                    self._show_to(it)
            case wire.Renegotiate(pipe, generation, sources):
                it = self._pipes.get(pipe)
                if it is not None and it.generation == generation:
                    sent = {track.source for track in it.tracks}
                    it.wanted += [s for s in sources if s not in sent]
                    self._show_to(it)
            case wire.AnswerPipe(pipe, generation, negotiation, _):
                self._answered(pipe, generation, negotiation)
            case wire.RestartIce(pipe, generation):
                it = self._pipes.get(pipe)
                if it is not None and it.generation == generation and not it.offered:
                    self._offer(it)
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

    def _open(self, order: wire.OpenPipe) -> None:
        held = self._pipes.get(order.pipe)
        if held is not None and held.generation >= order.generation:
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
            _Section(mid, kind, sends.get(mid))
            for mid, kind in zip(mids, kinds, strict=False)
        ]
        it = _Pipe(order.pipe, order.generation, sections)
        self._pipes[order.pipe] = it
        if not fits:
            self._close(it, "BAD_OFFER")
            return
        answer = f"v=0\r\ns=answer to {it.id}\r\n"
        number = self._next()
        self._tell(wire.Answered(number, it.id, it.generation, answer, it.told))
        if self._connects:
            self.connect(it.id)

    def _answered(self, pipe: str, generation: int, negotiation: int) -> None:
        it = self._pipes.get(pipe)
        if (
            it is None
            or it.generation != generation
            or it.negotiation != negotiation
            or not it.offered
        ):
            return
        it.offered = False
        self._show(it.bridge)
        self._show_to(it)

    def _close(self, it: _Pipe, reason: wire.CloseReason) -> None:
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

    def _members(self, bridge: str | None) -> list[_Pipe]:
        return [
            it
            for it in self._pipes.values()
            if it.bridge is not None and it.bridge == bridge
        ]

    def _show(self, bridge: str | None) -> None:
        for it in self._members(bridge):
            self._show_to(it)

    def _show_to(self, it: _Pipe) -> None:
        """Put what the pipe shall receive into its sections; offer what is missing."""
        if it.offered:
            return
        due = [
            track
            for other in self._members(it.bridge)
            if other is not it and not other.offered
            for track in other.tracks
        ]
        before = it.told
        for section in it.sections:
            if section.receives is not None and section.receives not in due:
                section.receives = None
        shown = [s.receives for s in it.sections]
        grows = False
        for track in due:
            if track in shown:
                continue
            free = self._free(it, KIND[track.source])
            grows = grows or free is None
            section = free or self._add(it, KIND[track.source])
            section.receives = track
        for source in it.wanted:
            section = next(
                (s for s in it.sections if s.sends is None and s.kind == KIND[source]),
                None,
            ) or self._add(it, KIND[source])
            section.sends = source
            grows = True
        it.wanted.clear()
        if grows:
            self._offer(it)
        elif it.told != before:
            self._tell(wire.Mapped(self._next(), it.id, it.generation, it.told))

    def _offer(self, it: _Pipe) -> None:
        it.negotiation += 1
        it.offered = True
        offer = f"v=0\r\ns=offer {it.negotiation} to {it.id}\r\n"
        self._tell(
            wire.Offered(
                self._next(), it.id, it.generation, it.negotiation, offer, it.told
            )
        )

    @staticmethod
    def _free(it: _Pipe, kind: Kind) -> _Section | None:
        return next(
            (s for s in it.sections if s.kind == kind and s.receives is None), None
        )

    @staticmethod
    def _add(it: _Pipe, kind: Kind) -> _Section:
        section = _Section(str(len(it.sections)), kind)
        it.sections.append(section)
        return section

    # ---------------------------------------------------------------- news

    def _greet(self) -> None:
        hello = wire.EngineHello(
            wire.PROTOCOL, "memory", "memory", self._epoch, shards=1
        )
        held = [
            wire.HeldPipe(it.id, it.generation, it.bridge, it.connected)
            for it in self._pipes.values()
        ]
        self._tell(hello)
        self._tell(wire.Holding(held))
        for told in self._unacknowledged:
            self._tell(told)

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _tell(self, told: wire.News) -> None:
        self._news.append(told)
        self._arrived.set()
