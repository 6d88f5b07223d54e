"""How long things took, and how good networks were: for who counts it."""

from __future__ import annotations

from enum import Enum, auto, unique
from typing import Protocol


@unique
class Measure(Enum):
    """What is measured; times are in seconds, shares from 0 to 1."""

    RINGING = auto()
    """From a caller's request until somebody's device rings."""
    CONNECTING = auto()
    """From the answer until the caller's media flows."""
    JOINING = auto()
    """From a request to join a room until media flows."""
    TALKING = auto()
    """From media that flows until the end of the call."""
    PIPE_ANSWER = auto()
    """From the order to open a pipe until the engine has answered the offer."""
    PIPE_CONNECT = auto()
    """From the order to open a pipe until ICE and DTLS are through."""
    LOSS_RECEIVED = auto()
    """Share of packets that were lost on the way from a client."""
    LOSS_SENT = auto()
    """Share of packets that were lost on the way to a client."""
    JITTER = auto()
    """Of sound that comes from a client (RFC 3550)."""
    ROUND_TRIP = auto()
    """Between engine and client."""


class Measures(Protocol):
    """Whoever is told of each value."""

    def observe(self, what: Measure, value: float) -> None: ...


class Unmeasured:
    """Nobody counts."""

    def observe(self, what: Measure, value: float) -> None:
        """Forget it."""
