"""A registry of our own: histograms that are told, and what is read when asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from ringway.app.metrics.declared import BY_NAME, ENGINE, METRICS, Kind
from ringway.app.metrics.house import House, Sources
from ringway.ports.measures import Measure

HISTOGRAMS: Final[Mapping[Measure, tuple[str, tuple[str, ...]]]] = {
    Measure.RINGING: ("call_ring_seconds", ()),
    Measure.CONNECTING: ("call_connect_seconds", ()),
    Measure.JOINING: ("room_join_seconds", ()),
    Measure.TALKING: ("call_duration_seconds", ()),
    Measure.PIPE_ANSWER: ("engine_answer_seconds", ()),
    Measure.PIPE_CONNECT: ("engine_connect_seconds", ()),
    Measure.LOSS_RECEIVED: ("media_loss_ratio", ("received",)),
    Measure.LOSS_SENT: ("media_loss_ratio", ("sent",)),
    Measure.JITTER: ("media_jitter_seconds", ()),
    Measure.ROUND_TRIP: ("media_round_trip_seconds", ()),
}
"""Where each measure is counted: the metric, and the values of its labels."""


# When a series began is no use to anybody here, and as much text again.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """Hears what is measured, and writes everything as text."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        self._histograms = {
            it.name: Histogram(
                it.full_name,
                it.help,
                it.labels,
                buckets=it.buckets,
                registry=self._registry,
            )
            for it in METRICS
            if it.kind is Kind.HISTOGRAM
        }
        self._observe: dict[Measure, Callable[[float], None]] = {}
        for what, (name, values) in HISTOGRAMS.items():
            histogram = self._histograms[name]
            if BY_NAME[name].labels:
                histogram = histogram.labels(*values)
            self._observe[what] = histogram.observe
        self._append = self._histograms["log_append_seconds"].observe
        self._delay = self._histograms["event_loop_delay_seconds"].observe
        self._http: dict[str, Callable[[float], None]] = {}

    def observe(self, what: Measure, value: float) -> None:
        """Count a value."""
        self._observe[what](value)

    def observe_append(self, seconds: float) -> None:
        """Count an append to the log."""
        self._append(seconds)

    def observe_delay(self, seconds: float) -> None:
        """Count how late the event loop was."""
        self._delay(seconds)

    def observe_request(self, route: str, seconds: float) -> None:
        """Count an HTTP request; `route` is the template of one of our routes."""
        known = self._http.get(route)
        if known is None:
            known = self._histograms["http_request_seconds"].labels(route).observe
            self._http[route] = known
        known(seconds)

    def read_from(self, sources: Sources) -> None:
        """Add everything that is counted elsewhere."""
        self._registry.register(House(sources))
        ProcessCollector(
            namespace=ENGINE.rstrip("_"),
            pid=lambda: sources.engine.state.pid or "none",
            registry=self._registry,
        )

    def text(self) -> bytes:
        """Write everything as it is now (Prometheus' text format)."""
        return generate_latest(self._registry)
