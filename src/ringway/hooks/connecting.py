"""Connects to a customer's host: the address that was looked at is the one used."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import auto, unique
from typing import Any, Final, TypeAlias

import httpcore

from ringway.domain.values import PublicName
from ringway.hooks.addresses import Address, Network, may_be_reached
from ringway.hooks.joining import Joined

MAX_ADDRESSES: Final = 4
"""Of one name that are tried, one after the other."""
RESOLVING: Final = 32
"""Names that are looked up at once: threads of our own, so a name that never
resolves holds up nobody but others of its kind."""

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a host.  Or `OSError`."""


@unique
class Failure(PublicName):
    """Why there was no answer."""

    ADDRESS_REFUSED = auto()
    URL_REFUSED = auto()
    UNREACHABLE = auto()
    TIMEOUT = auto()
    TLS = auto()
    PROTOCOL = auto()


class NotAnswered(Exception):
    """A request has no answer; the text is a sentence for its customer."""

    def __init__(self, failure: Failure, text: str) -> None:
        super().__init__(text)
        self.failure = failure
        self.text = text


class Names:
    """Looks names up, in threads of our own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVING, "names")

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Give the addresses of a host, the best first.  Or `OSError`."""

        def look() -> Sequence[str]:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return tuple(dict.fromkeys(str(it[4][0]) for it in found))

        return await asyncio.get_running_loop().run_in_executor(self._threads, look)

    def close(self) -> None:
        """Look up nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Guarded(httpcore.AsyncNetworkBackend):
    """Connects to public addresses, and to those that an operator allows."""

    def __init__(self, resolve: Resolve, allowed: Sequence[Network]) -> None:
        self._resolve, self._allowed = resolve, allowed
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the library's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to one of the host's addresses.  Or `NotAnswered`."""
        try:
            async with asyncio.timeout(timeout):
                return await self._connect(host, port)
        except TimeoutError:
            text = f"No connection to {host} within {timeout:g} s."
            raise NotAnswered(Failure.TIMEOUT, text) from None

    async def _connect(self, host: str, port: int) -> httpcore.AsyncNetworkStream:
        try:
            found = [ipaddress.ip_address(it) for it in await self._resolve(host, port)]
        except (OSError, ValueError):  # ValueError: a label that is no name
            text = f"The name {host} can not be resolved."
            raise NotAnswered(Failure.UNREACHABLE, text) from None
        good: list[Address] = [it for it in found if may_be_reached(it, self._allowed)]
        if not good:
            raise NotAnswered(
                Failure.ADDRESS_REFUSED,
                f"{host} has no public address: whoever operates the server can allow "
                "a network with --egress-allow.",
            )
        for address in good[:MAX_ADDRESSES]:
            try:
                return Joined(await self._inner.connect_tcp(str(address), port))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        text = f"{host} takes no connection on port {port}."
        raise NotAnswered(Failure.UNREACHABLE, text)
