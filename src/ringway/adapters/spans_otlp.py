"""Spans to a collector, by OTLP over HTTP; needs the extra `ringway[otel]`.

A thread of its own takes them from a queue with a bound, so a collector that is slow
or gone costs no call anything: what does not fit is dropped, and counted.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from typing import Final, cast

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags
from opentelemetry.trace import SpanKind as TheirKind

from ringway.ports.spans import Span, SpanKind

log = structlog.get_logger("traces")

MOST_WAITING: Final = 8192
"""Spans that wait; a later one is dropped."""
BATCH: Final = 512
"""Spans in one request."""
GATHER_S: Final = 1.0
"""How long spans are gathered before they are sent."""
SENT_WITHIN_S: Final = 5.0
"""How long one request to the collector may take, with all its repetitions."""
LEFT_WITHIN_S: Final = 1.0
"""How long the last spans have to leave when the house is closed."""
KINDS: Final = {
    SpanKind.INTERNAL: TheirKind.INTERNAL,
    SpanKind.SERVER: TheirKind.SERVER,
    SpanKind.CLIENT: TheirKind.CLIENT,
}


def exporter(endpoint: str | None) -> SpanExporter:
    """Make what sends; without an endpoint the OTEL_ variables say where to.

    As those say, ``/v1/traces`` is added to the endpoint.
    """
    full = None if endpoint is None else f"{endpoint.rstrip('/')}/v1/traces"
    return cast("SpanExporter", OTLPSpanExporter(full, timeout=SENT_WITHIN_S))


class OtlpSpans:
    """The port `Spans`; `close` sends what is left."""

    wanted: Final = True

    def __init__(self, sends: SpanExporter, version: str) -> None:
        self.exported = 0
        self.dropped: Counter[str] = Counter()
        self._exporter = sends
        self._resource = Resource.create(
            {"service.name": "ringway", "service.version": version}
        )
        self._scope = InstrumentationScope("ringway", version)
        self._waiting: deque[Span] = deque()
        self._some, self._ending = threading.Event(), threading.Event()
        self._failed = False
        # Whoever exports says on each failure what we say once.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        self._thread = threading.Thread(target=self._work, name="spans", daemon=True)
        self._thread.start()

    def record(self, span: Span) -> None:
        """Keep the span until it is sent, if there is room."""
        if len(self._waiting) >= MOST_WAITING:
            self.dropped["queue_full"] += 1
            return
        self._waiting.append(span)
        self._some.set()

    def close(self) -> None:
        """Send what is left, within `LEFT_WITHIN_S`; what is not is dropped."""
        self._ending.set()
        self._some.set()
        self._thread.join(LEFT_WITHIN_S)
        self._exporter.shutdown()

    def _work(self) -> None:
        while not self._ending.is_set():
            self._some.wait()
            self._ending.wait(GATHER_S)
            self._some.clear()
            while self._waiting:
                self._send()

    def _send(self) -> None:
        most = min(BATCH, len(self._waiting))
        batch = [self._theirs(self._waiting.popleft()) for _ in range(most)]
        try:
            done = self._exporter.export(batch)
        except Exception as error:  # noqa: BLE001 -- a thread must not end of it
            log.debug("exporter failed", why=repr(error))
            done = SpanExportResult.FAILURE
        failed = done is not SpanExportResult.SUCCESS
        if failed:
            self.dropped["export_failed"] += len(batch)
        else:
            self.exported += len(batch)
        if failed and not self._failed:
            log.warning("spans can not be exported: is the collector reachable?")
        elif self._failed and not failed:
            log.info("spans can be exported again")
        self._failed = failed

    def _theirs(self, span: Span) -> ReadableSpan:
        trace = int(span.trace, 16)
        sampled = TraceFlags(TraceFlags.SAMPLED)

        def context(id_: str) -> SpanContext:
            return SpanContext(
                trace, int(id_, 16), is_remote=False, trace_flags=sampled
            )

        status = (
            Status(StatusCode.UNSET)
            if span.fault is None
            else Status(StatusCode.ERROR, span.fault)
        )
        return ReadableSpan(
            name=span.name,
            context=context(span.id),
            parent=None if span.parent is None else context(span.parent),
            resource=self._resource,
            attributes=dict(span.attributes),
            kind=KINDS[span.kind],
            status=status,
            start_time=span.began * 1000,
            end_time=span.ended * 1000,
            instrumentation_scope=self._scope,
        )
