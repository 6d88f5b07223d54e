"""Sockets on loopback that wait, and give up in the end."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Self

PATIENCE_S = 10.0
NEVER = threading.Event()


def until(true: Callable[[], bool]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        NEVER.wait(0.005)


class Socket:
    """A UDP socket."""

    def __init__(self, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self._socket.settimeout(PATIENCE_S)
        self.port: int = self._socket.getsockname()[1]
        self.source = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, data: bytes, port: int) -> None:
        """Send a datagram to a port."""
        self._socket.sendto(data, ("127.0.0.1", port))

    def receive(self) -> bytes:
        """Wait for a datagram; `source` is the port it came from."""
        data, (_, self.source) = self._socket.recvfrom(65_535)
        return data

    def answer(self, data: bytes) -> None:
        """Send to where the last datagram came from."""
        self.send(data, self.source)

    def empty(self) -> bool:
        """Tell whether nothing has come."""
        return not select.select([self._socket], [], [], 0)[0]
