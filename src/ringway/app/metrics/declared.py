"""Every metric there is: its name, its kind, its labels, what it is for.

`/metrics` and the table in `docs/operations.md` are made from this list.  No
label ever carries an identity, a name, a call or an account: whoever reads metrics
sees how many, never who; and the number of series has a bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

PREFIX: Final = "ringway_"


class Kind(Enum):
    """The types of Prometheus that are in use."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Declared:
    """One metric."""

    name: str
    """Without the prefix, and without the ``_total`` of a counter."""
    kind: Kind
    help: str
    """A sentence for whoever is on call."""
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    """Upper bounds, of a histogram."""

    @property
    def full_name(self) -> str:
        """Its name as queries have it."""
        end = "_total" if self.kind is Kind.COUNTER else ""
        return f"{PREFIX}{self.name}{end}"


def _counter(name: str, text: str, *labels: str) -> Declared:
    return Declared(name, Kind.COUNTER, text, labels)


def _gauge(name: str, text: str, *labels: str) -> Declared:
    return Declared(name, Kind.GAUGE, text, labels)


def _histogram(
    name: str, text: str, buckets: tuple[float, ...], *labels: str
) -> Declared:
    return Declared(name, Kind.HISTOGRAM, text, labels, buckets)


QUICK: Final = (
    *(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05),
    *(0.1, 0.2, 0.5, 1.0, 5.0),
)
"""Seconds that a program waits."""
PATIENT: Final = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0, 20.0)
"""Seconds that a person waits."""
TALKS: Final = (10.0, 30.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0)
"""Seconds that people talk."""
SHARES: Final = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
SPREADS: Final = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2)
ROUND_TRIPS: Final = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 1.0)

METRICS: Final = (
    _gauge("build_info", "Always 1; which version this is.", "version", "engine"),
    # Calls.
    _gauge("calls", "Live calls, one for each party, by state.", "state"),
    _counter("calls_created", "Calls that have begun, one for each party."),
    _counter("calls_ended", "Calls that have ended, by error code.", "cause"),
    _gauge("calls_without_media", "Live calls whose lost media is awaited."),
    _counter("calls_media_lost", "Times at which a call has lost its media."),
    _counter("calls_media_restored", "Times at which lost media came back."),
    _histogram("call_ring_seconds", "From a caller's request until it rings.", PATIENT),
    _histogram("call_connect_seconds", "From the answer until media flows.", PATIENT),
    _histogram(
        "room_join_seconds", "From a request to join until media flows.", PATIENT
    ),
    _histogram("call_duration_seconds", "How long established calls lasted.", TALKS),
    _gauge("bridges", "Live bridges, by what they are.", "kind"),
    _gauge("rooms", "Live rooms."),
    _gauge("room_participants", "People in rooms."),
    # Quality.
    _counter(
        "network_quality",
        "Changes of network quality that clients told; 1 is bad, 5 is good.",
        "level",
    ),
    _histogram(
        "media_loss_ratio",
        "Share of packets lost between two reports of a pipe, by direction as the "
        "engine sees it.",
        SHARES,
        "direction",
    ),
    _histogram(
        "media_jitter_seconds", "Jitter of sound from clients, by report.", SPREADS
    ),
    _histogram(
        "media_round_trip_seconds",
        "Round trip between engine and client, by report.",
        ROUND_TRIPS,
    ),
    # Signalling.
    _gauge(
        "signalling_sockets", "Open WebSockets; strangers have no token yet.", "state"
    ),
    _gauge("signalling_lines_away", "Clients that lost their socket and are awaited."),
    _counter("signalling_received", "Messages from clients, by type.", "type"),
    _counter("signalling_sent", "Messages to clients, by type.", "type"),
    _counter(
        "signalling_refused", "Commands that were refused, by error code.", "code"
    ),
    _counter("signalling_rejected", "Clients that were not let in, by code.", "code"),
    _counter("signalling_resumed", "Clients that came back, by how.", "by"),
    _counter(
        "signalling_closed",
        "Sockets that were closed, by reason; TOO_FAST is the rate limit.",
        "reason",
    ),
    _counter("signalling_malformed", "Texts of clients that are no message."),
    # HTTP.
    _counter(
        "http_requests",
        "Requests, by route and status; 429 is the rate limit.",
        *("method", "route", "status"),
    ),
    _histogram("http_request_seconds", "Time to respond, by route.", QUICK, "route"),
    # The log.
    _gauge("log_up", "1 while the event log can be written."),
    _histogram("log_append_seconds", "From an append to its commit.", QUICK),
    _counter("log_failures", "Writes that failed, by trouble.", "trouble"),
    _gauge(
        "consumer_lag_events",
        "Events in the log that a consumer has not dealt with.",
        "consumer",
    ),
    # What applications are told.
    _counter("webhook_attempts", "Requests to webhooks, by result.", "result"),
    _gauge("webhook_events_in_memory", "Events that are being brought to webhooks."),
    _gauge(
        "webhook_lag_seconds",
        "Age of the oldest event being brought; what is tried again is not counted.",
    ),
    _gauge("webhook_subscriptions_stopped", "Subscriptions whose receiver is gone."),
    _gauge("event_streams", "Open event streams."),
    _counter("event_streams_cut", "Streams closed because nobody read them."),
    # This program.
    _counter("task_faults", "Faults in the program: each is a bug worth a report."),
    _histogram(
        "event_loop_delay_seconds",
        "How late the control plane was, looked at once a second.",
        QUICK,
    ),
    _counter("trace_spans_exported", "Spans that the collector has taken."),
    _counter("trace_spans_dropped", "Spans that nobody will see, by reason.", "reason"),
    # The engine, as the control plane sees it.
    _gauge("engine_up", "1 while the media engine answers."),
    _counter("engine_restarts", "Engines after the first: its calls had to reconnect."),
    _counter("engine_connections", "Connections to the engine."),
    _counter("engine_orders", "Orders given to the engine."),
    _counter("engine_orders_dropped", "Orders dropped while the engine was away."),
    _counter("engine_news", "News heard from the engine."),
    _counter("engine_news_unknown", "News that this version does not know."),
    _counter("engine_unsupported", "Orders that the engine does not know."),
    _histogram(
        "engine_answer_seconds",
        "From the order to open a pipe until the engine has answered its offer.",
        QUICK,
    ),
    _histogram(
        "engine_connect_seconds",
        "From the order to open a pipe until ICE and DTLS are through.",
        PATIENT,
    ),
    # The engine, shard by shard, and what it drops.
    _gauge("shard_pipes", "Pipes that live on a shard.", "shard"),
    _counter("shard_packets_received", "Packets that came to a shard.", "shard"),
    _counter("shard_packets_sent", "RTP and RTCP that a shard sent.", "shard"),
    _counter("shard_bytes_received", "Bytes that came to a shard over UDP.", "shard"),
    _counter("shard_bytes_sent", "Bytes that a shard sent over UDP.", "shard"),
    _counter("shard_packets_dropped", "Packets that a shard dropped.", "shard"),
    _counter("media_drops", "Packets that the engine dropped, by reason.", "reason"),
)
BY_NAME: Final = {it.name: it for it in METRICS}

PROCESS: Final = {
    "process_cpu_seconds_total": "Time it has used a core.",
    "process_resident_memory_bytes": "Its memory.",
    "process_virtual_memory_bytes": "Its addresses.",
    "process_open_fds": "Its open files; each connection is one.",
    "process_max_fds": "How many files it may open.",
    "process_start_time_seconds": "When it was started, in seconds since 1970.",
}
"""What Prometheus' own library tells of this process, and, with `ENGINE`, of that."""
ENGINE: Final = f"{PREFIX}engine_"
"""Before the names of what is told of the engine's process."""
