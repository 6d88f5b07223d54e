"""A pipe of the engine in memory: its sections, and what was told of it last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from ringway.ports import engine_messages as wire

Kind: TypeAlias = Literal["audio", "video"]
KIND: Final[dict[wire.Source, Kind]] = {
    "MICROPHONE": "audio",
    "CAMERA": "video",
    "SCREEN": "video",
}


@dataclass(slots=True)
class Section:
    """A section of a pipe's description."""

    mid: str
    kind: Kind
    sends: wire.Source | None = None
    receives: wire.Received | None = None
    promised: bool = False
    """The client was asked to send in it, and has not answered yet."""

    @property
    def told(self) -> wire.Section:
        """What is said of it."""
        return wire.Section(self.mid, self.sends, self.receives)


@dataclass(slots=True)
class Told:
    """The last news of each kind that say how a pipe is."""

    answered: wire.Answered | None = None
    connected: wire.Connected | None = None
    mapped: wire.Mapped | None = None
    offered: wire.Offered | None = None
    """Not answered yet."""
    interrupted: bool = False

    def note(self, news: wire.News) -> None:
        """Keep what the news say, if they say how the pipe is."""
        match news:
            case wire.Answered():
                self.answered = news
            case wire.Connected():
                self.connected = news
            case wire.Mapped():
                self.mapped = news
            case wire.Offered():
                self.offered = news
            case wire.Interrupted():
                self.interrupted = True
            case wire.Restored():
                self.interrupted = False
            case _:
                pass

    def close_offer(self) -> None:
        """Let what the open offer said of the sections hold from now on."""
        offered, self.offered = self.offered, None
        if offered is None:
            return
        if self.mapped is None or self.mapped.number < offered.number:
            self.mapped = wire.Mapped(
                offered.number, offered.pipe, offered.generation, offered.sections
            )

    @property
    def news(self) -> list[wire.News]:
        """All of it, in the order in which it was told first."""
        kept: list[
            wire.Answered | wire.Connected | wire.Mapped | wire.Offered | None
        ] = [self.answered, self.connected, self.mapped, self.offered]
        known = [it for it in kept if it is not None]
        return [*sorted(known, key=lambda it: it.number)]


@dataclass(frozen=True, slots=True)
class Part:
    """What a pipe does in its bridge."""

    way: wire.Way | None = None
    heard_by: frozenset[str] | None = None
    seen_by: frozenset[str] | None = None
    deaf: bool = False
    blind: bool = False

    @classmethod
    def of(cls, order: wire.Attach) -> Part:
        """Read it in the order."""
        heard, seen = order.heard_by, order.seen_by
        return cls(
            order.way,
            None if heard is None else frozenset(heard),
            None if seen is None else frozenset(seen),
            order.deaf,
            order.blind,
        )

    def gives(self, source: wire.Source, receiver: str) -> bool:
        """Whether this pipe may get what it sends."""
        audience = self.heard_by if KIND[source] == "audio" else self.seen_by
        return self.way != "RECEIVE" and (audience is None or receiver in audience)

    def takes(self, source: wire.Source) -> bool:
        """Whether it gets what others send."""
        closed = self.deaf if KIND[source] == "audio" else self.blind
        return self.way != "SEND" and not closed


@dataclass(slots=True)
class Pipe:
    """One client's connection."""

    id: str
    generation: int
    sections: list[Section]
    bridge: str | None = None
    part: Part = Part()
    negotiation: int = 0
    wanted: list[wire.Source] = field(default_factory=list)
    """What the client wants to send, beyond what it does."""
    restart: bool = False
    """The next offer shall have new ICE credentials."""
    restarts: bool = False
    """The open offer has."""
    told: Told = field(default_factory=Told)

    @property
    def offered(self) -> bool:
        """Whether an answer of the client is awaited."""
        return self.told.offered is not None

    def shown_to(self, other: Pipe) -> Iterator[wire.Received]:
        """Say what another one in its bridge gets of it."""
        for section in self.sections:
            source = section.sends
            if source is None or section.promised:
                continue
            if self.part.gives(source, other.id) and other.part.takes(source):
                yield wire.Received(self.id, source)

    @property
    def sources(self) -> set[wire.Source]:
        """What its client sends."""
        return {it.sends for it in self.sections if it.sends is not None}

    @property
    def meaning(self) -> list[wire.Section]:
        """What is said of its sections."""
        return [section.told for section in self.sections]

    def show(self, due: list[wire.Received]) -> bool:
        """Put what it shall receive, and what it wants to send, into its sections.

        Says whether the client has to be told by an offer.
        """
        for section in self.sections:
            if section.receives is not None and section.receives not in due:
                section.receives = None
        seen = [it.receives for it in self.sections]
        grows = False
        for track in due:
            if track in seen:
                continue
            kind = KIND[track.source]
            free = next(
                (s for s in self.sections if s.kind == kind and s.receives is None),
                None,
            )
            grows = grows or free is None
            section = free or self._add(kind)
            section.receives = track
        for source in self.wanted:
            kind = KIND[source]
            section = next(
                (s for s in self.sections if s.sends is None and s.kind == kind), None
            ) or self._add(kind)
            section.sends, section.promised = source, True
            grows = True
        self.wanted.clear()
        return grows

    def _add(self, kind: Kind) -> Section:
        section = Section(str(len(self.sections)), kind)
        self.sections.append(section)
        return section
