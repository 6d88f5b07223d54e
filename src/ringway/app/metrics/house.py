"""What is counted where it happens, gathered whenever somebody asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from ringway.app.metrics import media
from ringway.app.metrics.declared import BY_NAME, Declared, Kind
from ringway.app.version import VERSION
from ringway.app.watched_log import WatchedLog
from ringway.domain.causes import Cause
from ringway.domain.leg_state import CallState
from ringway.domain.values import SECOND
from ringway.hooks.dispatch import Dispatch
from ringway.ports.deliveries import Result
from ringway.ports.engine import Engine
from ringway.ports.engine_messages import Load, ShardLoad
from ringway.ports.spans import Spans
from ringway.rest.event_stream import EventStream
from ringway.rtc.tally import Tally
from ringway.runtime.call_follower import CallFollower
from ringway.runtime.house import House as Machines

Values: TypeAlias = float | Mapping[str, float] | Mapping[tuple[str, ...], float]
"""One value; or one for each value of the label, or of the labels."""
BRIDGES: Final = ("DIALOG", "CONFERENCE", "ROOM")
"""The kinds of bridges, so that those without any are told as zero."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the numbers are."""

    house: Machines
    signalling: Tally
    log: WatchedLog
    calls: CallFollower
    engine: Engine
    engine_counts: Callable[[], Mapping[str, int]]
    """What the adapter of the engine counts."""
    requests: Mapping[tuple[str, ...], int]
    """HTTP requests by method, route and status."""
    spans: Spans
    hooks: Dispatch
    streams: EventStream


class House(Collector):
    """Everything that is counted outside this package."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        """Give everything as it is now."""
        engine = self._sources.engine.state.engine or ""
        build: Mapping[tuple[str, ...], float] = {(VERSION, engine): 1}
        yield _told("build_info", build)
        yield from self._calls()
        yield from self._signalling()
        yield _told("http_requests", self._sources.requests)
        yield from self._log()
        yield from self._hooks()
        yield from self._engine()
        load = self._sources.house.views.engine_load
        yield from _shards(() if load is None else load.shards)
        if load is not None:
            yield from _media(load)

    def _calls(self) -> Iterator[Metric]:
        views, chronicle = self._sources.house.views, self._sources.house.chronicle
        now = dict.fromkeys((state.name for state in CallState), 0)
        now |= {state.name: count for state, count in views.states().items()}
        yield _told("calls", now)
        yield _told("calls_created", views.created)
        # Also those that were never: a rate needs what it rises from.
        ended = {cause.name: views.ended[cause] for cause in Cause}
        yield _told("calls_ended", ended)
        yield _told("calls_without_media", views.without_media)
        yield _told("calls_media_lost", chronicle.media_lost)
        yield _told("calls_media_restored", chronicle.media_restored)
        kinds = Counter(dict.fromkeys(BRIDGES, 0))
        kinds.update(bridge.policy.name for bridge in views.bridges())
        yield _told("bridges", kinds)
        rooms = views.rooms()
        yield _told("rooms", len(rooms))
        yield _told("room_participants", sum(room.size for room in rooms))
        levels = {str(level): count for level, count in views.quality.items()}
        yield _told("network_quality", levels)

    def _signalling(self) -> Iterator[Metric]:
        it = self._sources.signalling
        open_now = {"stranger": it.strangers, "connected": it.connected}
        yield _told("signalling_sockets", open_now)
        yield _told("signalling_lines_away", it.away)
        yield _told("signalling_received", it.received)
        yield _told("signalling_sent", it.sent)
        yield _told("signalling_refused", it.refused)
        yield _told("signalling_rejected", it.rejected)
        yield _told("signalling_resumed", it.resumed)
        yield _told("signalling_closed", it.closed)
        yield _told("signalling_malformed", it.malformed)

    def _log(self) -> Iterator[Metric]:
        sources = self._sources
        yield _told("log_up", sources.log.trouble is None)
        yield _told("log_failures", sources.log.failures)
        effects = max(0, sources.calls.newest - sources.house.progress.done)
        lags = {
            "calls": sources.calls.lag,
            "effects": effects,
            "webhooks": sources.hooks.behind,
        }
        yield _told("consumer_lag_events", lags)
        faults = sources.house.tasks.faults + sources.calls.tasks.faults
        faults += sources.hooks.tasks.faults
        yield _told("task_faults", faults)
        yield _told("trace_spans_exported", sources.spans.exported)
        yield _told("trace_spans_dropped", sources.spans.dropped)

    def _hooks(self) -> Iterator[Metric]:
        hooks, streams = self._sources.hooks, self._sources.streams
        attempts = {it.name: hooks.depot.attempts[it] for it in Result}
        yield _told("webhook_attempts", attempts)
        yield _told("webhook_events_in_memory", hooks.in_memory)
        yield _told("webhook_lag_seconds", hooks.lag / SECOND)
        yield _told("webhook_subscriptions_stopped", hooks.stopped)
        yield _told("event_streams", len(streams))
        yield _told("event_streams_cut", streams.cut)

    def _engine(self) -> Iterator[Metric]:
        state = self._sources.engine.state
        yield _told("engine_up", state.ready)
        yield _told("engine_restarts", state.restarts)
        counts = self._sources.engine_counts()
        for name in AT_THE_SOCKET:
            yield _told(f"engine_{name}", counts.get(name, 0))


AT_THE_SOCKET: Final = (
    "connections",
    "orders",
    "orders_dropped",
    "news",
    "news_unknown",
    "unsupported",
)
"""What the adapter of an engine in another process counts."""
SHARDS: Final[Mapping[str, Callable[[ShardLoad], int]]] = {
    "shard_pipes": lambda it: it.pipes,
    "shard_packets_received": lambda it: it.packets_received,
    "shard_packets_sent": lambda it: it.packets_sent,
    "shard_bytes_received": lambda it: it.bytes_received,
    "shard_bytes_sent": lambda it: it.bytes_sent,
    "shard_packets_dropped": lambda it: it.dropped,
}


def _shards(shards: Sequence[ShardLoad]) -> Iterator[Metric]:
    for name, read in SHARDS.items():
        yield _told(name, {str(it.shard): read(it) for it in shards})


def _media(load: Load) -> Iterator[Metric]:
    drops, counters = media.split(load.counters)
    yield _told("media_drops", drops)
    for name, value in counters.items():
        yield _family(media.counter(name), value)
    for name, value in load.gauges.items():
        declared = media.gauge(name)
        if declared is not None:
            yield _family(declared, value)


def _told(name: str, values: Values) -> Metric:
    return _family(BY_NAME[name], values)


def _family(declared: Declared, values: Values) -> Metric:
    kind = CounterMetricFamily if declared.kind is Kind.COUNTER else GaugeMetricFamily
    family = kind(declared.full_name, declared.help, labels=declared.labels)
    if isinstance(values, Mapping):
        for key, value in sorted(values.items()):
            family.add_metric([key] if isinstance(key, str) else list(key), value)
    else:
        family.add_metric([], values)
    return family
