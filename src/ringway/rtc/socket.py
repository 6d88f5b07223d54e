"""A WebSocket as signalling sees it."""

from __future__ import annotations

from typing import Protocol

LOST = 1006
"""The close code when nobody said goodbye (RFC 6455 section 7.4.1)."""
TOO_BIG = 1009
"""The close code of a message that is too big."""


class Gone(Exception):
    """The socket is closed, or was lost."""

    def __init__(self, code: int = LOST) -> None:
        super().__init__(code)
        self.code = code


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
