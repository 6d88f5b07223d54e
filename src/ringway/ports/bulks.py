"""Bulks as they are kept: what was asked for, and how far each call is.

A bulk is one value; its calls are in parts of some, so that a step of one call does
not write all of them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import auto, unique
from typing import Final

from ringway.domain.bulk import BulkPhase, Rules
from ringway.domain.values import Ids, LegId, Owner, PublicName, Terms
from ringway.ports.shelves import Kind

MAX_BULKS: Final = 10_000
"""Of one account."""
PART: Final = 50
"""Calls of a part."""


@unique
class Progress(PublicName):
    """How far a call of a bulk is."""

    WAITING = auto()
    CALLING = auto()
    DONE = auto()


@dataclass(frozen=True, slots=True)
class BulkCall:
    """One call: whom it reaches, and how often it was tried."""

    number: int
    """In its bulk, from 0."""
    phone: str
    """E.164."""
    external_id: str | None
    due: int
    """Microseconds since 1970, UTC."""
    progress: Progress = Progress.WAITING
    tries: int = 0
    placed_at: int | None = None
    """When its last try was placed."""


@dataclass(frozen=True, slots=True)
class Part:
    """Calls of one item, with the item's rules."""

    bulk: str
    number: int
    item: int
    rules: Rules
    source: str
    """The caller's number that is shown; may be empty."""
    terms: Terms
    calls: tuple[BulkCall, ...]
    custom_data: dict[str, str] = field(default_factory=dict, repr=False)
    recording_data: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        """What it is found by."""
        return part_id(self.bulk, self.number)


@dataclass(frozen=True, slots=True)
class Bulk:
    """A bulk, without its calls."""

    id: str
    owner: Owner
    starts_at: int
    scheduled: bool
    """Whether it was created with scheduling options: only then it has a status."""
    phase: BulkPhase
    parts: int


BULK: Final = Kind("bulk", Bulk, MAX_BULKS, "bulk")
BULK_PART: Final = Kind("bulk-part", Part, 1_000_000, "part of a bulk")


def part_id(bulk: str, number: int) -> str:
    """Give the id of a part."""
    return f"{bulk}/{number}"


def call_id(account: str, bulk: str, number: int, tries: int) -> LegId:
    """Give the id of a call's leg at its try of that number, from 1.

    Always the same, so that placing it twice is placing it once.
    """
    text = f"{account}/{bulk}/{number}/{tries}".encode()
    seed = hashlib.blake2b(text, digest_size=16, person=b"bulk-call").digest()
    return LegId(Ids(seed).nth(0))
