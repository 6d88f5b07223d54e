"""What the generator needs to know about a server: what drivers implement."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, cast

from loadgen.farm import Peer

RoomKind = Literal["forward", "mix"]
KNOWN = {"janus": "loadgen.janus:Janus", "ringway": "bench.ringway_driver:Ringway"}
"""Drivers that have a short name."""


@dataclass(frozen=True)
class Audio:
    """An Opus stream. `speech` sends frames that decode, which a mixing server needs."""

    packets_per_second: float = 50
    packet_bytes: int = 120
    speech: bool = False


@dataclass(frozen=True)
class Video:
    """A VP8 stream; the packets of a frame leave in one burst."""

    packets_per_second: float = 150
    frames_per_second: float = 30
    packet_bytes: int = 1100


@dataclass(frozen=True)
class Media:
    """What a publisher sends."""

    audio: Audio | None = Audio()
    video: Video | None = None


@dataclass(frozen=True)
class Place:
    """Where a driver shall run its server: on which cores, with which folder for its files."""

    server_cpus: tuple[int, ...]
    folder: Path

    @property
    def cpu_list(self) -> str:
        """The cores as taskset(1) takes them."""
        return ",".join(map(str, self.server_cpus))


class Room(Protocol):
    """A room on the server.

    Both methods negotiate for a peer that is open, call `peer.add` for what it sends and
    `peer.connect` with the server's answer, and return without waiting for the connection. Several
    calls may be under way at once.
    """

    async def publish(self, peer: Peer, media: Media) -> None:
        """Make the peer a publisher; in a mixing room, a participant who also hears the mix."""

    async def subscribe(self, peer: Peer) -> None:
        """Make the peer receive every publisher; in a mixing room, the mix."""

    async def settled(self) -> None:
        """Wait until every viewer that is connected has been given every publisher."""

    async def close(self) -> None:
        """Destroy the room."""


class Driver(Protocol):
    """A server under test. The class is called without arguments."""

    name: str

    @property
    def pid(self) -> int:
        """The server's process; its children are measured with it."""

    async def open(self, place: Place) -> None:
        """Start the server pinned to `place.server_cpus`, and connect to its signalling."""

    async def room(self, kind: RoomKind) -> Room:
        """Create a room that forwards packets or mixes audio."""

    async def close(self) -> None:
        """Stop the server. Called even if `open` has failed."""


def load(spec: str) -> Callable[[], Driver]:
    """Find a driver: a known name, or "package.module:Class" from PYTHONPATH."""
    module, _, name = KNOWN.get(spec, spec).partition(":")
    if not name:
        known = ", ".join(map(repr, KNOWN))
        raise ValueError(f"{spec!r} is neither one of {known} nor 'package.module:Class'")
    return cast(Callable[[], Driver], getattr(importlib.import_module(module), name))
