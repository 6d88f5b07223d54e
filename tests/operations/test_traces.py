"""A call is one trace: in the event log, in log lines, and at a collector."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from ringway.adapters import spans_otlp
from ringway.adapters.spans_otlp import OtlpSpans
from ringway.app.stops import Stop
from ringway.app.traces import STANDARD, spans
from ringway.app.web import parent_of
from ringway.ports.spans import NoSpans, Span, leg_span
from tests.browser.relayed import hosted
from tests.operations.meeting import two

PATIENCE_S = 30.0
OTHERS = "4bf92f3577b34da6a3ce929d0e0e4736"
THEIR_SPAN = "00f067aa0ba902b7"


class Collector(ThreadingHTTPServer):
    """Hears OTLP over HTTP, as protobuf."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.heard: list[Span] = []
        self.services: set[str] = set()
        self.came = threading.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def take(self, body: bytes) -> None:
        request = ExportTraceServiceRequest.FromString(body)
        with self.came:
            for resource in request.resource_spans:
                self.services |= {
                    it.value.string_value
                    for it in resource.resource.attributes
                    if it.key == "service.name"
                }
                for scope in resource.scope_spans:
                    for it in scope.spans:
                        attributes = {
                            each.key: each.value.string_value for each in it.attributes
                        }
                        self.heard.append(
                            Span(
                                trace=it.trace_id.hex(),
                                id=it.span_id.hex(),
                                parent=it.parent_span_id.hex() or None,
                                name=it.name,
                                began=it.start_time_unix_nano // 1000,
                                ended=it.end_time_unix_nano // 1000,
                                attributes=attributes,
                                fault=it.status.message or None,
                            )
                        )
            self.came.notify_all()

    def until(self, names: Sequence[str]) -> list[Span]:
        """Wait until spans of these names were heard, as often as they are here."""
        with self.came:
            there = self.came.wait_for(
                lambda: all(
                    sum(it.name == name for it in self.heard) >= names.count(name)
                    for name in names
                ),
                PATIENCE_S,
            )
            assert there, sorted(it.name for it in self.heard)
            return list(self.heard)


class _Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        assert self.path == "/v1/traces"
        assert self.headers["content-type"] == "application/x-protobuf"
        self.server.take(body)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(ExportTraceServiceResponse().SerializeToString())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def collecting() -> Iterator[Collector]:
    with Collector() as it:
        thread = threading.Thread(target=it.serve_forever)
        thread.start()
        try:
            yield it
        finally:
            it.shutdown()
            thread.join()


def traces_in_the_log(data: Path, call: str) -> set[str]:
    with closing(sqlite3.connect(f"file:{data}/ringway.db?mode=ro", uri=True)) as db:
        found = db.execute("select trace_id from events where stream_id = ?", [call])
        return {row[0] for row in found}


async def test_a_call_is_one_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with hosted(data, "--log-format", "json", "--log-level", "debug") as host:
            async with two(host) as there:
                await there.call()
                await there.hang_up()
                ada, bob = there.ada.call, there.bob.call
            wanted = ["call", "call", "engine connect", "engine connect", "HTTP POST"]
            heard = await asyncio.to_thread(collector.until, wanted)
            log = host.server.log
        assert collector.services == {"ringway"}
    [(trace, root)] = [
        (it.trace, it)
        for it in heard
        if it.name == "call" and it.attributes["ringway.call"] == ada
    ]
    ours = [it for it in heard if it.trace == trace]
    _check_parents(ours, root, ada, bob)
    for call in (ada, bob):
        assert traces_in_the_log(data, call) == {trace}
    _check_lines(log, trace, ada, bob)


def _check_parents(ours: Sequence[Span], root: Span, ada: str, bob: str) -> None:
    by_id = {it.id: it for it in ours}
    assert len(by_id) == len(ours)
    assert [it for it in ours if it.parent is None] == [root]
    assert {it.parent for it in ours if it.parent} <= set(by_id), "a parent is missing"
    lives = {it.attributes["ringway.call"]: it for it in ours if it.name == "call"}
    assert set(lives) == {ada, bob}
    assert lives[bob].parent == root.id == leg_span(root.trace, ada)
    assert lives[bob].attributes["ringway.cause"] == "NORMAL_HANGUP"
    for call, names in (
        (ada, {"signal call", "engine answer", "engine connect", "signal hangup"}),
        (bob, {"signal ringing", "signal accept", "engine answer", "engine connect"}),
    ):
        children = {it.name for it in ours if it.parent == lives[call].id}
        assert names <= children
    [said] = [it for it in ours if it.name == "signal call"]
    turns = [it for it in ours if it.parent == said.id]
    assert [it.name for it in turns] == ["leg turn"]
    assert said.began <= turns[0].began <= turns[0].ended <= said.ended
    assert all(it.fault is None for it in ours)


def _check_lines(log: Path, trace: str, ada: str, bob: str) -> None:
    """Every line is JSON; those of the two calls have the trace, or are the engine's."""
    lines = [json.loads(it) for it in log.read_text().splitlines() if it[:1] == "{"]
    rest = [it for it in log.read_text().splitlines() if it[:1] not in {"{", "", " "}]
    assert not [it for it in rest if "level=" in it], "the engine writes JSON too"
    about = [it for it in lines if it.get("call") in {ada, bob}]
    told = {it["event"] for it in about}
    assert {"call begun", "call established", "call ended"} <= told
    assert {"pipe answered", "pipe connected", "pipe closed"} <= told
    for it in about:
        if it.get("logger") == "media":
            assert {"shard", "timestamp", "level"} <= set(it)
        else:
            assert it["trace"] == trace, it


async def test_a_request_is_part_of_whose_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        collecting() as collector,
        hosted(tmp_path / "data", "--otlp-endpoint", collector.url + "/") as host,
    ):
        for flags in ("01", "00"):
            header = {"traceparent": f"00-{OTHERS}-{THEIR_SPAN}-{flags}"}
            status, _ = await asyncio.to_thread(
                host.server.post, "/webrtc/1/token", {"identity": "ada"}, header
            )
            assert status == 200
        heard = await asyncio.to_thread(collector.until, ["HTTP POST"])
        metrics = await asyncio.to_thread(host.server.get, "/metrics")
    [it] = [it for it in heard if it.trace == OTHERS]
    assert it.parent == THEIR_SPAN
    assert it.attributes["http.route"] == "/webrtc/1/token"
    assert it.attributes["http.request.method"] == "POST"
    assert "ringway_trace_spans_exported_total" in metrics[1]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        f"00-{OTHERS}-{THEIR_SPAN}",
        f"00-{'0' * 32}-{THEIR_SPAN}-01",
        f"00-{OTHERS}-{'0' * 16}-01",
        f"ff-{OTHERS}-{THEIR_SPAN}-01",
        f"00-{OTHERS.upper()}-{THEIR_SPAN}-01",
        f"00-{OTHERS}-{THEIR_SPAN}-01-more",
        f"01-{OTHERS}-{THEIR_SPAN}-01more",
    ],
)
def test_a_bad_traceparent_is_none(header: str) -> None:
    assert parent_of([(b"traceparent", header.encode())]) is None


def test_a_good_traceparent_of_a_later_version_is_one() -> None:
    later = f"01-{OTHERS}-{THEIR_SPAN}-01-more".encode()
    found = parent_of([(b"traceparent", later)])
    assert found is not None
    assert (found.trace, found.span, found.sampled) == (OTHERS, THEIR_SPAN, True)
    assert parent_of([(b"traceparent", later)] * 2) is None


class Stuck(SpanExporter):
    """A collector that does not answer until it is let."""

    def __init__(self) -> None:
        self.asked, self.let = threading.Event(), threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.asked.set()
        assert self.let.wait(PATIENCE_S)
        return SpanExportResult.FAILURE

    def shutdown(self) -> None:
        self.let.set()


def test_a_collector_that_is_gone_costs_a_bounded_queue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spans_otlp, "GATHER_S", 0.0)
    exporter = Stuck()
    sends = OtlpSpans(exporter, "1")
    span = Span("1" * 32, "2" * 16, None, "it", 1, 2)
    sends.record(span)
    assert exporter.asked.wait(PATIENCE_S)
    for _ in range(spans_otlp.MOST_WAITING + 100):
        sends.record(span)
    assert sends.dropped == {"queue_full": 100}
    exporter.let.set()
    sends.close()
    assert sends.exported == 0
    assert sends.dropped["export_failed"] == spans_otlp.MOST_WAITING + 1


def test_without_an_endpoint_there_are_no_spans() -> None:
    with spans(None, {}) as it:
        assert isinstance(it, NoSpans)
    off = {STANDARD[0]: "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"}
    with spans("http://127.0.0.1:9", off) as it:
        assert isinstance(it, NoSpans)


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "opentelemetry" else find(name, *rest),
    )
    with pytest.raises(Stop, match=r"ringway\[otel\]"), spans("http://127.0.0.1:9", {}):
        raise AssertionError
    # The variable may be meant for others.
    with spans(None, {STANDARD[1]: "http://127.0.0.1:9"}) as it:
        assert isinstance(it, NoSpans)
