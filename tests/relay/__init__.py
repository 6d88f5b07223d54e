"""A network between clients and a server that a test can spoil while it runs."""

from __future__ import annotations

from tests.relay.relay import (
    Bursts,
    Counted,
    Counts,
    Forward,
    Refused,
    Relay,
    Way,
    relaying,
)

__all__ = [
    "Bursts",
    "Counted",
    "Counts",
    "Forward",
    "Refused",
    "Relay",
    "Way",
    "relaying",
]
