"""A WebSocket as signalling sees it."""

from __future__ import annotations

from typing import Protocol


class Gone(Exception):
    """The other side has closed the socket, or was lost."""


class Binary(Exception):
    """A message that is no text."""


class Socket(Protocol):
    """A WebSocket that was accepted."""

    async def receive(self) -> str:
        """Wait for the next text.  Or `Gone`, `Binary`."""
        ...

    async def send(self, text: str) -> None:
        """Send a text; waits while the client reads too slowly.  Or `Gone`."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close it; harmless when it is gone."""
        ...
