"""Which trace the work at hand belongs to: for spans, and for every log line.

The ids are bound while the work goes on, as context variables, so what is logged on
the way has them whoever logs it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from structlog.contextvars import bound_contextvars, clear_contextvars

from ringway.domain.effects import Address, Kind
from ringway.ports.clock import Clock
from ringway.ports.spans import Attribute, Span, SpanKind, Spans

NAMES: Final = {Kind.LEG: "call", Kind.BRIDGE: "bridge", Kind.FORK: "fork"}
"""What lines call the id of a machine: a leg's is what the SDKs know as the call's."""


@dataclass(frozen=True, slots=True)
class Context:
    """The work at hand."""

    trace: str
    span: str
    """Empty when nobody looks at spans."""


_current: ContextVar[Context | None] = ContextVar("ringway_trace", default=None)


def current() -> Context | None:
    """Give the trace this runs for, if there is one."""
    return _current.get()


@dataclass(slots=True)
class Open:
    """A span that is not over."""

    trace: str
    id: str
    parent: str | None
    attributes: dict[str, Attribute] = field(default_factory=dict)
    fault: str | None = None


class Tracer:
    """Measures pieces of work, and binds their ids."""

    def __init__(self, spans: Spans, clock: Clock) -> None:
        self.spans = spans
        self._clock = clock

    @contextmanager
    def span(
        self,
        name: str,
        trace: str,
        parent: str | None,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        about: Address | None = None,
        recorded: bool = True,
    ) -> Iterator[Open]:
        """Do a piece of work in the trace; what it raises is its fault.

        Not `recorded`: only its ids are bound.
        """
        wanted = recorded and self.spans.wanted
        it = Open(trace, new_span() if wanted else "", parent or None)
        ids = {"trace": trace}
        if about is not None:
            ids[NAMES[about.kind]] = about.id
            if wanted:
                it.attributes[f"ringway.{NAMES[about.kind]}"] = about.id
        token = _current.set(Context(trace, it.id))
        began = self._clock.now() if wanted else 0
        try:
            with bound_contextvars(**ids):
                yield it
        except Exception as error:
            it.fault = it.fault or type(error).__name__
            raise
        finally:
            _current.reset(token)
            if wanted:
                self.spans.record(
                    Span(
                        trace=trace,
                        id=it.id,
                        parent=it.parent,
                        name=name,
                        began=began,
                        ended=self._clock.now(),
                        kind=kind,
                        attributes=it.attributes,
                        fault=it.fault,
                    )
                )


def forget() -> None:
    """Be no part of whatever this was started from."""
    _current.set(None)
    clear_contextvars()


def new_trace() -> str:
    """Draw the id of a trace: 32 hexadecimal digits."""
    return os.urandom(16).hex()


def new_span() -> str:
    """Draw the id of a span: 16 hexadecimal digits."""
    return os.urandom(8).hex()
