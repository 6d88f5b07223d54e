"""Spans: pieces of work of one trace, for a collector of OpenTelemetry.

Ids are those of W3C Trace Context: 32 and 16 hexadecimal digits, not all zero.  The
span of a leg's whole life has an id that follows from its trace and its own id; so
who works for the leg knows its parent, also after a restart, and nothing is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto, unique
from types import MappingProxyType
from typing import Final, Protocol, TypeAlias

Attribute: TypeAlias = str | int | float | bool


@unique
class SpanKind(Enum):
    """OpenTelemetry's words for who is on the other side."""

    INTERNAL = auto()
    SERVER = auto()
    CLIENT = auto()


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of work that is over."""

    trace: str
    id: str
    parent: str | None
    name: str
    began: int
    """Microseconds since 1970, UTC."""
    ended: int
    kind: SpanKind = SpanKind.INTERNAL
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    fault: str | None = None
    """What went wrong; None: nothing."""


class Spans(Protocol):
    """Takes spans without waiting; whoever can not keep up drops and counts them."""

    @property
    def wanted(self) -> bool:
        """Whether anybody looks at spans."""
        ...

    @property
    def exported(self) -> int: ...

    @property
    def dropped(self) -> Mapping[str, int]:
        """Spans that nobody will see, by reason."""
        ...

    def record(self, span: Span) -> None: ...


class NoSpans:
    """Nobody looks."""

    wanted: Final = False
    exported: Final = 0
    dropped: Final[Mapping[str, int]] = MappingProxyType({})

    def record(self, span: Span) -> None:
        """Forget it."""


def leg_span(trace: str, leg: str) -> str:
    """Give the id of the span of a leg's life."""
    return hashlib.blake2b(f"{trace}/{leg}".encode(), digest_size=8).hexdigest()
