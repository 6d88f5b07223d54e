"""Why a signalling socket ends: WebSocket close codes and their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique


@dataclass(frozen=True, slots=True)
class _Close:
    code: int
    reason: str


@unique
class Ending(Enum):
    """Each way a socket ends (RFC 6455 section 7.4.1); `docs/who-closes-whom.md`."""

    LEFT = _Close(1000, "the client has left")
    """Closed by the other side, or lost."""
    HOUSE_ENDS = _Close(1001, "the server is being stopped")
    BINARY = _Close(1003, "messages are texts")
    REJECTED = _Close(1008, "rejected")
    TOO_FAST = _Close(1008, "more than 50 messages a second")
    TOO_MALFORMED = _Close(1008, "more than 50 texts that can not be understood")
    TOO_BIG = _Close(1009, "a message was too big")
    REPLACED = _Close(1008, "another socket has resumed this line")
    MISSED = _Close(1008, "messages are missing: resume the line")
    FAULT = _Close(1011, "a fault in the server")
    TOO_SLOW = _Close(1013, "messages are not being read")
    TOO_MANY = _Close(1013, "too many connections")

    @property
    def code(self) -> int:
        """The close code on the wire."""
        return self.value.code

    @property
    def reason(self) -> str:
        """The reason on the wire."""
        return self.value.reason
