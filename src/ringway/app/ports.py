"""The outside of a house: an adapter for each of its needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ringway.ports.activity import Activity
from ringway.ports.blobs import Blobs
from ringway.ports.calls import Calls
from ringway.ports.catalog import Catalog
from ringway.ports.clock import Clock
from ringway.ports.deliveries import Deliveries
from ringway.ports.engine import Engine
from ringway.ports.event_log import EventLog
from ringway.ports.files import Judge
from ringway.ports.meetings import Meetings
from ringway.ports.outbox import Outbox
from ringway.ports.push import Keys
from ringway.ports.sealing import Seal
from ringway.ports.shelves import Shelves
from ringway.ports.spans import NoSpans, Spans
from ringway.ports.subscriptions import Subscriptions
from ringway.ports.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside of a house."""

    log: EventLog
    calls: Calls
    meetings: Meetings
    outbox: Outbox
    subscriptions: Subscriptions
    deliveries: Deliveries
    activity: Activity
    catalog: Catalog
    shelves: Shelves
    blobs: Blobs
    seal: Seal
    judge: Judge
    keys: Keys
    tokens: Tokens
    clock: Clock
    engine: Engine
    engine_counts: Callable[[], Mapping[str, int]] = dict
    """What the adapter of the engine counts, by name."""
    spans: Spans = field(default_factory=NoSpans)
