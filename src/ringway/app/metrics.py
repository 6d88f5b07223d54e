"""What the house counts, as Prometheus reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from ringway.app.version import VERSION
from ringway.app.watched_log import WatchedLog
from ringway.domain.leg_state import CallState
from ringway.ports.engine import Engine
from ringway.rtc.tally import Tally
from ringway.runtime.call_follower import CallFollower
from ringway.runtime.house import House

APPEND_BUCKETS: Final = (
    *(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05),
    *(0.1, 0.2, 0.5, 1.0, 5.0),
)
"""Seconds."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the numbers are."""

    house: House
    signalling: Tally
    log: WatchedLog
    calls: CallFollower
    engine: Engine
    engine_counts: Callable[[], Mapping[str, int]]
    """What the adapter of the engine counts."""
    statuses: Mapping[int, int]


class Metrics:
    """A registry of our own, and its text."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        self._appends = Histogram(
            "ringway_log_append_seconds",
            "Time from an append to its commit.",
            buckets=APPEND_BUCKETS,
            registry=self._registry,
        )

    def observe_append(self, seconds: float) -> None:
        """Count an append to the log."""
        self._appends.observe(seconds)

    def read_from(self, sources: Sources) -> None:
        """Add everything that is counted elsewhere."""
        self._registry.register(_House(sources))

    def text(self) -> bytes:
        """Write everything as it is now (Prometheus' text format)."""
        return generate_latest(self._registry)


class _House(Collector):
    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        yield _gauge("info", "This version.", {VERSION: 1}, "version")
        yield from self._calls()
        yield from self._signalling()
        yield from self._log()
        yield from self._engine()
        statuses = {str(k): v for k, v in self._sources.statuses.items()}
        yield _counter("http_responses", "HTTP responses.", statuses, "status")

    def _calls(self) -> Iterator[Metric]:
        house = self._sources.house
        now = dict.fromkeys((state.name for state in CallState), 0)
        now |= {state.name: count for state, count in house.views.states().items()}
        yield _gauge("calls", "Live calls.", now, "state")
        yield _counter("calls_created", "Calls begun.", house.views.created)
        ended = {cause.name: count for cause, count in house.views.ended.items()}
        yield _counter("calls_ended", "Calls ended.", ended, "cause")
        rooms = house.views.rooms()
        yield _gauge("rooms", "Live rooms.", len(rooms))
        people = sum(room.size for room in rooms)
        yield _gauge("room_participants", "People in rooms.", people)
        away = house.views.without_media
        yield _gauge("calls_without_media", "Calls whose media is awaited.", away)
        levels = {str(level): count for level, count in house.views.quality.items()}
        text = "Changes of network quality; 1 is bad."
        yield _counter("network_quality", text, levels, "level")
        faults = house.tasks.faults + self._sources.calls.tasks.faults
        yield _counter("task_faults", "Faults in tasks.", faults)

    def _signalling(self) -> Iterator[Metric]:
        it = self._sources.signalling
        open_now = {"stranger": it.strangers, "connected": it.connected}
        yield _gauge("signalling_sockets", "Open sockets.", open_now, "state")
        yield _gauge("signalling_lines_away", "Lines without a socket.", it.away)
        for name, text, counts, label in (
            ("received", "Messages from clients.", it.received, "type"),
            ("sent", "Messages to clients.", it.sent, "type"),
            ("refused", "Commands refused.", it.refused, "code"),
            ("rejected", "Connections rejected.", it.rejected, "code"),
            ("resumed", "Lines resumed.", it.resumed, "by"),
            ("closed", "Sockets closed.", it.closed, "reason"),
        ):
            yield _counter(f"signalling_{name}", text, counts, label)
        yield _counter("signalling_malformed", "Texts not understood.", it.malformed)

    def _log(self) -> Iterator[Metric]:
        log = self._sources.log
        yield _gauge("log_up", "Whether the log can be written.", log.trouble is None)
        lag = {"calls": self._sources.calls.lag}
        yield _gauge("view_lag_events", "Events a view has not seen.", lag, "view")
        yield _counter("log_failures", "Failed writes.", log.failures, "trouble")

    def _engine(self) -> Iterator[Metric]:
        state = self._sources.engine.state
        yield _gauge("engine_up", "Whether the media engine works.", state.ready)
        yield _counter("engine_restarts", "Engines after the first.", state.restarts)
        for name, count in self._sources.engine_counts().items():
            yield _counter(f"engine_{name}", "Counted at its socket.", count)
        load = self._sources.house.views.engine_load
        if load is None:
            return
        for name, value in _named(load.counters.items()):
            yield _counter(f"media_{name}", "Counted by the engine.", value)
        for name, value in _named(load.gauges.items()):
            yield _gauge(f"media_{name}", "Told by the engine.", value)


def _named(told: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    return ((name, value) for name, value in told if _NAME.fullmatch(name))


def _gauge(
    name: str, text: str, value: float | Mapping[str, float], label: str = ""
) -> Metric:
    family = GaugeMetricFamily(f"ringway_{name}", text, labels=[label][: bool(label)])
    return _filled(family, value)


def _counter(
    name: str, text: str, value: float | Mapping[str, float], label: str = ""
) -> Metric:
    family = CounterMetricFamily(f"ringway_{name}", text, labels=[label][: bool(label)])
    return _filled(family, value)


def _filled(
    family: GaugeMetricFamily | CounterMetricFamily,
    value: float | Mapping[str, float],
) -> Metric:
    if isinstance(value, Mapping):
        for key, each in sorted(value.items()):
            family.add_metric([key], each)
    else:
        family.add_metric([], value)
    return family
