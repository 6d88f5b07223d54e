"""A server that can be killed, behind networks that can be spoiled.

Each party has a network of its own, so that one alone can be cut off: a relayed port
for signalling, and one for media, UDP and TCP, for each shard. The page takes these
media ports in place of the server's when it reads a description (pages/network.js); so
the server needs no option for it, and nothing has to tell parties apart.
"""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.browser.party import Party
from tests.browser.server import Server, engine_of, free_port, start, stop
from tests.relay import Forward, Relay, relaying

ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class Network:
    """What lies between one party and the server; `udp` and `tcp` are for media."""

    signalling: Forward
    udp: tuple[Forward, ...]
    tcp: tuple[Forward, ...]
    detours: dict[int, int]
    """Which port here stands for which media port of the server."""

    @property
    def url(self) -> str:
        """Where the SDK finds the server."""
        return f"http://127.0.0.1:{self.signalling.port}"

    @property
    def forwards(self) -> tuple[Forward, ...]:
        return (self.signalling, *self.udp, *self.tcp)

    def cut(self) -> None:
        """Let nothing through, and tell nobody."""
        for it in self.forwards:
            it.cut()

    def restore(self) -> None:
        """Let everything through again."""
        for it in self.forwards:
            it.restore()

    def move(self) -> None:
        """Come from other ports from now on, as after a change of networks."""
        for it in self.forwards:
            it.rebind()

    async def lead(self, party: Party) -> None:
        """Let the party's page find its way through here."""
        await party.js(
            f"{json.dumps(list(self.detours.items()))}"
            ".forEach(([port, here]) => detours.set(port, here))"
        )


class Host:
    """A Ringway that can die and come back where it was."""

    def __init__(
        self, data: Path, relay: Relay, *options: str, shards: int = 1
    ) -> None:
        self._data = data
        self._relay = relay
        self._http = free_port()
        self._media = _media_ports(shards)
        self._options = (*options, "--shards", str(shards))
        self._server: Server | None = None
        self._key: str | None = None

    @property
    def server(self) -> Server:
        """The server that runs."""
        assert self._server is not None, "it is not running"
        return self._server

    def start(self) -> Server:
        """Start it, again on the same data and ports, and wait until it is ready."""
        self._server = start(
            self._data,
            f"127.0.0.1:{self._http}",
            f"127.0.0.1:{self._media[0]}",
            *self._options,
            key=self._key,
        )
        self._key = self._server.key
        return self._server

    def kill(self) -> None:
        """End the control plane with -9; the engine goes on."""
        self.server.process.kill()
        self.server.process.wait()
        self._server = None

    @property
    def engine(self) -> int:
        """The engine's process."""
        return engine_of(self._data)

    def kill_engine(self) -> None:
        """End the engine with -9."""
        os.kill(self.engine, signal.SIGKILL)

    def stop(self) -> None:
        """End everything that is left of it."""
        if self._server is not None:
            stop(self._server.process)
        else:
            # Without its control plane the engine stays, for a while.
            with suppress(OSError):
                self.kill_engine()

    def network(self) -> Network:
        """Give one party a way to here."""
        pairs = [self._relay.pair(port) for port in self._media]
        return Network(
            self._relay.tcp(self._http),
            tuple(udp for udp, _ in pairs),
            tuple(tcp for _, tcp in pairs),
            {port: udp.port for port, (udp, _) in zip(self._media, pairs, strict=True)},
        )


@contextmanager
def hosted(data: Path, *options: str, shards: int = 1) -> Iterator[Host]:
    """Start a server and a relay, and end both."""
    with ExitStack() as stack:
        host = Host(data, stack.enter_context(relaying()), *options, shards=shards)
        stack.callback(host.stop)
        host.start()
        yield host


def _media_ports(shards: int) -> range:
    """Ports in a row that were free a moment ago, for UDP and TCP."""
    for _ in range(ATTEMPTS):
        first = free_port(socket.SOCK_DGRAM)
        ports = range(first, first + shards)
        if all(_is_free(port) for port in ports):
            return ports
    raise AssertionError(f"no {shards} free ports in a row")


def _is_free(port: int) -> bool:
    try:
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(socket.AF_INET, kind) as it:
                it.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
