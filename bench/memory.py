"""What an idle server takes: memory, CPU time, and memory of each client."""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import uvloop
from tests.browser.server import Server, running
from websockets.asyncio.client import ClientConnection, connect
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from bench.figures import Figure
from bench.storage import RESULTS
from ringway.rtc import messages as wire

RUNS = 3
CALM_S = 2.0
"""From the last thing that happened to the look at the memory."""
IDLE_S = 20.0
"""For so long its CPU time is counted; it wakes about once a second."""
BEFORE = 100
"""Clients that are there when counting begins: what all share is paid by then."""
CLIENTS = 500


def measure() -> Sequence[Figure]:
    """Start a server for each run."""
    _allow_many_files()
    seen: dict[str, list[float]] = {
        name: []
        for name in (
            "idle server: Python, PSS",
            "idle server: Python, RSS",
            "idle server: engine, PSS",
            "idle server: engine, RSS",
            "idle server: both, PSS",
        )
    }
    sockets = []
    cpu = []
    for _ in range(RUNS):
        with (
            tempfile.TemporaryDirectory(dir=RESULTS) as folder,
            running(Path(folder) / "data", "--shards", "1") as server,
        ):
            for name, value in _idle(server).items():
                seen[name].append(value)
            cpu.append(_cpu_of_idleness(server))
            sockets.append(uvloop.run(_of_a_socket(server)))
    return (
        *(Figure(name, "MB", values) for name, values in seen.items()),
        Figure("idle server: CPU, both", "% of a core", cpu),
        Figure("signalling socket, idle: server memory", "kB", sockets),
    )


def _idle(server: Server) -> Mapping[str, float]:
    time.sleep(CALM_S)
    python = server.process.pid
    (engine,) = _children(python)
    pss = [_kilobytes(pid, "Pss") / 1e3 for pid in (python, engine)]
    rss = [_kilobytes(pid, "Rss") / 1e3 for pid in (python, engine)]
    return {
        "idle server: Python, PSS": pss[0],
        "idle server: Python, RSS": rss[0],
        "idle server: engine, PSS": pss[1],
        "idle server: engine, RSS": rss[1],
        "idle server: both, PSS": sum(pss),
    }


def _cpu_of_idleness(server: Server) -> float:
    """Give percent of a core, of Python and engine together."""
    processes = (server.process.pid, *_children(server.process.pid))
    before, began = sum(map(_cpu_s, processes)), time.monotonic()
    time.sleep(IDLE_S)
    used = sum(map(_cpu_s, processes)) - before
    return 100 * used / (time.monotonic() - began)


async def _of_a_socket(server: Server) -> float:
    """Give kB by which Python's resident memory grows with each client."""
    url = server.url.replace("http", "ws", 1) + wire.PATH
    tokens = [server.token(f"client-{n}") for n in range(BEFORE + CLIENTS)]
    async with AsyncExitStack() as stack:
        for token in tokens[:BEFORE]:
            await stack.enter_async_context(_Client(url, token))
        await asyncio.sleep(CALM_S)
        before = _kilobytes(server.process.pid, "Rss")
        for token in tokens[BEFORE:]:
            await stack.enter_async_context(_Client(url, token))
        await asyncio.sleep(CALM_S)
        return (_kilobytes(server.process.pid, "Rss") - before) / CLIENTS


class _Client:
    """One that is let in, and offers compression word for word as Chromium does.

    Which is ``permessage-deflate; client_max_window_bits`` (RFC 7692 section 7.1).
    """

    def __init__(self, url: str, token: str) -> None:
        offered = ClientPerMessageDeflateFactory(client_max_window_bits=True)
        self._connecting = connect(url, compression=None, extensions=[offered])
        self._token = token

    async def __aenter__(self) -> ClientConnection:
        socket = await self._connecting.__aenter__()
        hello = wire.Connect(wire.PROTOCOL, self._token)
        await socket.send(msgspec.json.encode(hello).decode())
        answer = msgspec.json.decode(await socket.recv(), type=wire.FromHouse)
        if not isinstance(answer, wire.Connected):
            text = f"The server has not let a client in: {answer}"
            raise RuntimeError(text)  # noqa: TRY004  # the type tells what was said
        return socket

    async def __aexit__(self, *error: object) -> None:
        await self._connecting.connection.close()


def _cpu_s(pid: int) -> float:
    """Sum up all threads in ns: the first number of proc_pid_schedstat(5)."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((it / "schedstat").read_text().split()[0]) for it in threads) / 1e9


def _kilobytes(pid: int, name: str) -> float:
    """Read from what the kernel sums up: proc_pid_smaps_rollup(5), in kB of 1,024."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0]) * 1.024
    raise RuntimeError(f"The kernel does not tell {name} of a process.")


def _children(pid: int) -> Sequence[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _allow_many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
