"""What the house asks of a media engine, and hears from one.

The messages themselves are declared in `engine_messages`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ringway.ports.engine_messages import News, Order


@dataclass(frozen=True, slots=True)
class EngineState:
    """How the engine is doing, for `/readyz` and metrics."""

    ready: bool
    """Hellos are exchanged, and its shards answer pings."""
    text: str
    """A sentence for a person: which engine, or what is wrong."""
    engine: str | None = None
    epoch: int | None = None
    restarts: int = 0
    pid: int | None = None
    """Its process, if it is one of this machine."""


class Engine(Protocol):
    """Moves media.  Takes batches of orders; hands back batches of news."""

    def submit(self, orders: Sequence[Order]) -> None:
        """Queue orders without waiting; kept while the engine is away.

        Hellos, pings and shutdown are the adapter's own business.
        """
        ...

    async def news(self) -> Sequence[News]:
        """Wait for, and take, everything that happened since last asked.

        Each (re)connection begins with `EngineHello` and one `Holding`; what was
        submitted before may or may not have reached the engine.  Cancelling it
        loses nothing.
        """
        ...

    @property
    def state(self) -> EngineState: ...
