"""Where spans go: to a collector if one is named, otherwise nowhere."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import structlog

from ringway.app.stops import Stop
from ringway.app.version import VERSION
from ringway.ports.spans import NoSpans, Spans

log = structlog.get_logger("traces")

STANDARD: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""OpenTelemetry's own variables for where spans go."""
OFF: Final = "OTEL_SDK_DISABLED"
ABSENT: Final = (
    "OpenTelemetry is not installed: install ringway[otel], or set no endpoint."
)


@contextmanager
def spans(endpoint: str | None, environ: Mapping[str, str]) -> Iterator[Spans]:
    """Give where spans go.  Or `Stop`: it was told to us, and we can not.

    Variables are for every program of a machine: if we can not, we go on without.
    """
    ours = endpoint is not None
    off = environ.get(OFF, "").strip().lower() == "true"
    if off or not (ours or any(environ.get(name) for name in STANDARD)):
        yield NoSpans()
        return
    if importlib.util.find_spec("opentelemetry") is None:
        if ours:
            raise Stop(ABSENT)
        log.warning("no traces", why=ABSENT)
        yield NoSpans()
        return
    # A second and seven megabytes that only those pay for who want it.
    from ringway.adapters.spans_otlp import OtlpSpans, exporter  # noqa: PLC0415

    sends = OtlpSpans(exporter(endpoint), VERSION)
    log.info("traces are exported")
    try:
        yield sends
    finally:
        sends.close()
