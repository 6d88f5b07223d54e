"""What a default `ringway serve` may not import: it would be paid for by everybody."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.browser.server import free_port

PROGRAM = """
import atexit, json, pathlib, sys
told = pathlib.Path(sys.argv.pop(1))
atexit.register(lambda: told.write_text(json.dumps(sorted(sys.modules))))
from ringway.cli import main
main()
"""
NEVER = {
    "IPython": "a console",
    "PIL": "pictures",
    "aiohttp": "we call nobody",
    "aiortc": "the engine has the media",
    "alembic": "only an older database needs it",
    "av": "the engine has the media",
    "ctranslate2": "speech to text",
    "faster_whisper": "speech to text",
    "grpc": "we call nobody",
    "httpx": "we call nobody",
    "hypothesis": "tests",
    "jinja2": "nothing is made from templates",
    "mako": "only an older database needs it",
    "numpy": "nothing here computes",
    "onnxruntime": "speech",
    "opentelemetry.exporter": "only for those who name a collector",
    "opentelemetry.sdk": "only for those who name a collector",
    "pandas": "nothing here computes",
    "piper": "speech",
    "playwright": "tests",
    "google.protobuf": "only for those who name a collector",
    "pytest": "tests",
    "requests": "we call nobody",
    "scipy": "nothing here computes",
    "sqlalchemy.orm": "rows are enough",
    "torch": "speech",
    "websockets.asyncio": "uvicorn has its own way to use it",
}
"""Module, and why not."""
THIRD = {
    *("annotated_types", "anyio", "attr", "attrs", "certifi", "click"),
    *("cryptography", "cyclopts", "docstring_parser", "greenlet", "h11"),
    *("httpcore", "httptools", "idna"),
    *("ifaddr", "joserfc", "litestar", "litestar_htmx", "markdown_it", "mdurl"),
    *("msgspec", "multidict", "multipart", "polyfactory", "prometheus_client"),
    # Litestar looks for their interfaces, where they are installed.
    *("opentelemetry", "pydantic", "pydantic_core", "typing_inspection"),
    *("pygments", "rich", "rich_rst", "sniffio", "sqlalchemy", "structlog"),
    *("typing_extensions", "uvicorn", "uvloop", "websockets", "yaml"),
}
"""What we depend on, and what that brings with it; what is not here is new."""
PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Serve as a user does, with nothing set but ports, and say what was imported."""
    folder = tmp_path_factory.mktemp("serve")
    told, http = folder / "modules.json", free_port()
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                *(sys.executable, "-c", PROGRAM, told, "serve"),
                *("--data", folder / "data", "--http", f"127.0.0.1:{http}"),
                *("--media", f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}"),
            ],
            stdout=out,
            stderr=out,
        )
    try:
        _wait(f"http://127.0.0.1:{http}/readyz", process, log)
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_S)
    finally:
        process.kill()
    return frozenset(json.loads(told.read_text()))


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url):
                return
        except (urllib.error.URLError, ConnectionError):
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
    raise AssertionError(log.read_text())


def test_it_serves_with_what_we_know(imported: frozenset[str]) -> None:
    assert {"ringway.app.serving", "uvloop", "sqlalchemy"} <= imported


@pytest.mark.parametrize("module", NEVER)
def test_it_does_without(module: str, imported: frozenset[str]) -> None:
    assert module not in imported, NEVER[module]


def test_nothing_comes_in_unseen(imported: frozenset[str]) -> None:
    packages = packages_distributions()
    tops = {name.partition(".")[0] for name in imported if name[0] != "_"}
    third = {it for it in tops if it in packages and it not in sys.stdlib_module_names}
    assert third - THIRD - {"ringway"} == set()
