"""How fast a live call is read over HTTP, with a key, from a real server.

The client is another process: connections that are kept, one request at a time on
each.  What a core of the server can do is what it did in the processor time it took.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import uvloop
from tests.browser.server import Server, running
from websockets.asyncio.client import connect

from bench.figures import Figure
from bench.storage import RESULTS
from ringway.rtc import messages as wire

RUNS = 5
RUN_S = 3.0
CONNECTIONS = 8
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
MILLISECONDS = 1000
CONFIGURATION = "bench"


def measure() -> Sequence[Figure]:
    """One server, one call that rings, several runs."""
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        runs = uvloop.run(_measure(Path(folder)))
    return (
        Figure("reads of a live call", "1/s", [it.rate for it in runs]),
        Figure("the same, for a core of it", "1/s", [it.of_core for it in runs]),
        Figure("the same, 99 of 100 within", "ms", [it.p99_ms for it in runs]),
    )


@dataclass(slots=True)
class _Run:
    """What one run has seen."""

    took: list[float] = field(default_factory=list)
    cpu_s: float = 0

    @property
    def rate(self) -> float:
        return len(self.took) / RUN_S

    @property
    def of_core(self) -> float:
        return len(self.took) / self.cpu_s

    @property
    def p99_ms(self) -> float:
        return sorted(self.took)[len(self.took) * 99 // 100] * MILLISECONDS


async def _measure(folder: Path) -> Sequence[_Run]:
    with running(folder / "data", "--rate-limits", "0") as server:
        _post(server, "/configurations", {"id": CONFIGURATION})
        url = server.url.replace("http", "ws", 1) + wire.PATH
        async with connect(url, compression=None) as socket:
            hello = wire.Connect(wire.PROTOCOL, server.token("callee"))
            await socket.send(msgspec.json.encode(hello).decode())
            await socket.recv()
            endpoint = {"type": "WEBRTC", "identity": "callee"}
            body = {"endpoint": endpoint, "callsConfigurationId": CONFIGURATION}
            call = str(_post(server, "/calls", body)["id"])
            return [await _run(server, call) for _ in range(RUNS)]


def _post(server: Server, path: str, body: object) -> dict[str, object]:
    status, told = server.post(f"/calls/1{path}", body)
    if status != 201:  # noqa: PLR2004 -- Created
        text = f"The server has refused: {told}"
        raise RuntimeError(text)
    return told


async def _run(server: Server, call: str) -> _Run:
    run, before = _Run(), _cpu_s(server.process.pid)
    until = time.perf_counter() + RUN_S
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(_ask(server, call, until, run))
    run.cpu_s = _cpu_s(server.process.pid) - before
    return run


async def _ask(server: Server, call: str, until: float, run: _Run) -> None:
    where = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    request = (
        f"GET /calls/1/calls/{call} HTTP/1.1\r\nHost: {where.netloc}\r\n"
        f"Authorization: App {server.key}\r\n\r\n"
    ).encode()
    while (began := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            text = f"The server has not told of the call: {head!r}"
            raise RuntimeError(text)
        _, _, length = head.lower().partition(b"content-length: ")
        await reader.readexactly(int(length.partition(b"\r\n")[0]))
        run.took.append(time.perf_counter() - began)
    writer.close()


def _cpu_s(pid: int) -> float:
    """Give the seconds of processor time that the process took so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S
