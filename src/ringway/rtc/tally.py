"""What signalling counts; the composition root shows it as metrics."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Numbers since the start; only the first three go down."""

    strangers: int = 0
    """Open sockets that have not said `Connect`."""
    connected: int = 0
    away: int = 0
    """Lines that have lost their socket and are kept."""
    resumed: Counter[str] = field(default_factory=Counter)
    """Lines that came back: with a ``replay`` or a ``snapshot``."""
    received: Counter[str] = field(default_factory=Counter)
    """Messages by `t`."""
    sent: Counter[str] = field(default_factory=Counter)
    malformed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Commands by the name of the error code."""
    rejected: Counter[str] = field(default_factory=Counter)
    """Connections by code."""
    closed: Counter[str] = field(default_factory=Counter)
    """Ends of sockets by reason (`ending.Ending`)."""
