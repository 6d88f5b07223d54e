"""What we write about ourselves: lines for people, or JSON for programs.

Secrets never get here: neither headers nor bodies nor query strings are logged,
and of an exception the frames without their variables.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Final, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer

from ringway.settings import Settings

JUNK: Final = frozenset(
    {
        "Invalid HTTP request received.",
        "Invalid UTF-8 sequence received from client.",
    }
)
"""What the HTTP server would write for everybody who sends it rubbish."""


def writes_json(settings: Settings, stream: TextIO = sys.stderr) -> bool:
    """Whether lines are for programs."""
    return settings.log_format == "json" or (
        settings.log_format == "auto" and not stream.isatty()
    )


def set_up(settings: Settings, stream: TextIO = sys.stderr) -> None:
    """Send everything, also what libraries say, to one place."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    as_json = writes_json(settings, stream)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = (
        [
            structlog.processors.ExceptionRenderer(
                ExceptionDictTransformer(show_locals=False)
            ),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(
                colors=stream.isatty(),
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.addFilter(lambda record: record.getMessage() not in JUNK)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))
