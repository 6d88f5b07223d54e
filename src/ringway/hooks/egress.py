"""The one client for every URL that a customer gives.

It connects to public addresses only, resolves a name once for each connection and
uses that very address, looks again after each redirect, and reads little: what a
receiver answers is for us, and never shown to anybody who could choose the URL.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, TypeAlias
from urllib.parse import urljoin

import httpcore

from ringway.hooks.addresses import Network
from ringway.hooks.connecting import Failure, Guarded, Names, NotAnswered, Resolve
from ringway.hooks.trust import Contexts, Terms
from ringway.public.urls import Url, url_of

MAX_REDIRECTS: Final = 5
MAX_ANSWER: Final = 64 * 1024
"""Bytes of an answer that are read; then its connection is closed."""
MAX_IDLE: Final = 200
"""Connections to one receiver that are kept open, and…"""
MAX_ALL_IDLE: Final = 1000
"""… to all of them."""
IDLE_S: Final = 15.0
"""How long one is kept open for the next request."""
REDIRECTS: Final = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)
"""Followed with the same method and body: a webhook is no form in a browser."""

Headers: TypeAlias = Sequence[tuple[str, str]]
_Key: TypeAlias = tuple[tuple[str, str, int], Terms]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request that goes to a customer's URL."""

    url: str
    body: bytes = field(repr=False)
    headers: Headers = field(repr=False)
    private: Headers = field(default=(), repr=False)
    """More headers, which no other origin sees after a redirect."""
    connect_s: float = 5.0
    read_s: float = 10.0
    """Until the next packet; with `connect_s`, also until all of the answer."""
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes = field(repr=False)
    """At most `MAX_ANSWER` bytes, as they were sent."""


class Egress:
    """Sends requests; `close` it in the end."""

    def __init__(
        self,
        agent: str,
        allowed: Sequence[Network] = (),
        resolve: Resolve | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._agent, self._now = agent, now
        self._names = Names()
        self._network = Guarded(resolve or self._names.resolve, allowed)
        self._contexts = Contexts()
        self._idle: dict[_Key, list[tuple[float, httpcore.AsyncHTTPConnection]]] = {}
        self._all_idle = 0

    async def send(self, it: Outgoing, method: str = "POST") -> Answer:
        """Send a request, follow redirects, give the answer.  Or `NotAnswered`."""
        whole = it.connect_s + it.read_s
        try:
            async with asyncio.timeout(whole):
                return await self._follow(it, method)
        except TimeoutError:
            text = f"There was no whole answer within {whole:g} s."
            raise NotAnswered(Failure.TIMEOUT, text) from None

    async def close(self) -> None:
        """Close what is open."""
        self._names.close()
        idle, self._idle, self._all_idle = self._idle, {}, 0
        for kept in idle.values():
            for _, connection in kept:
                await connection.aclose()

    async def _follow(self, it: Outgoing, method: str) -> Answer:
        url, private = _url(it.url), it.private
        text = it.url
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._ask(url, it, method, [*it.headers, *private])
            where = answer.headers.get("location")
            if answer.status not in REDIRECTS or where is None:
                return answer
            text = urljoin(text, where)
            before, url = url, _url(text)
            if before.scheme == "https" and url.scheme == "http":
                text = "A redirect from https to http is not followed."
                raise NotAnswered(Failure.URL_REFUSED, text)
            if url.origin != before.origin:
                private = ()
        text = f"There were more than {MAX_REDIRECTS} redirects."
        raise NotAnswered(Failure.PROTOCOL, text)

    async def _ask(
        self, url: Url, it: Outgoing, method: str, headers: Headers
    ) -> Answer:
        key = url.origin, it.terms
        kept = await self._take(key)
        if kept is not None:
            try:
                return await self._exchange(kept, url, it, method, headers)
            except (httpcore.NetworkError, httpcore.RemoteProtocolError):
                pass  # it was closed just now: a new one tells more
        try:
            fresh = self._open(key)
            return await self._exchange(fresh, url, it, method, headers)
        except httpcore.TimeoutException:
            text = f"{url.host} was silent for {it.read_s:g} s."
            raise NotAnswered(Failure.TIMEOUT, text) from None
        except ssl.SSLError as error:
            raise _no_tls(url, error) from None
        except httpcore.ConnectError as error:
            raise _no_tls(url, error.__cause__ or error) from None
        except httpcore.NetworkError:
            text = f"{url.host} has closed the connection."
            raise NotAnswered(Failure.UNREACHABLE, text) from None
        except httpcore.ProtocolError:
            text = f"What {url.host} answers is no HTTP."
            raise NotAnswered(Failure.PROTOCOL, text) from None

    def _open(self, key: _Key) -> httpcore.AsyncHTTPConnection:
        (scheme, host, port), terms = key
        return httpcore.AsyncHTTPConnection(
            httpcore.Origin(scheme.encode(), host.encode(), port),
            ssl_context=self._contexts.of(terms) if scheme == "https" else None,
            keepalive_expiry=IDLE_S,
            network_backend=self._network,
        )

    async def _exchange(
        self,
        connection: httpcore.AsyncHTTPConnection,
        url: Url,
        it: Outgoing,
        method: str,
        headers: Headers,
    ) -> Answer:
        said = [
            ("Host", url.authority),
            ("User-Agent", self._agent),
            ("Accept-Encoding", "identity"),
            ("Content-Length", str(len(it.body))),
            *headers,
        ]
        whole = False
        try:
            async with connection.stream(
                method,
                httpcore.URL(
                    scheme=url.scheme.encode(),
                    host=url.host.encode(),
                    port=url.port,
                    target=url.target.encode(),
                ),
                headers=[(name.encode(), value.encode()) for name, value in said],
                content=it.body,
                extensions={
                    "timeout": {
                        "connect": it.connect_s,
                        "read": it.read_s,
                        "write": it.read_s,
                    }
                },
            ) as response:
                body = bytearray()
                async for part in response.aiter_stream():
                    body += part
                    if len(body) > MAX_ANSWER:
                        break
                else:
                    whole = True
            return Answer(
                response.status,
                {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in response.headers
                },
                bytes(body[:MAX_ANSWER]),
            )
        finally:
            if not (whole and self._keep((url.origin, it.terms), connection)):
                await connection.aclose()

    def _keep(self, key: _Key, connection: httpcore.AsyncHTTPConnection) -> bool:
        kept = self._idle.setdefault(key, [])
        if (
            not connection.is_idle()
            or len(kept) >= MAX_IDLE
            or self._all_idle >= MAX_ALL_IDLE
        ):
            return False
        kept.append((self._now(), connection))
        self._all_idle += 1
        return True

    async def _take(self, key: _Key) -> httpcore.AsyncHTTPConnection | None:
        """Give the connection that was used last; close those that are too old."""
        await self.close_old()
        while kept := self._idle.get(key):
            self._all_idle -= 1
            _, connection = kept.pop()
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return None

    async def close_old(self) -> None:
        """Close what nobody has used for so long that nobody will."""
        oldest = self._now() - IDLE_S
        for key in list(self._idle):
            kept = self._idle.get(key, [])
            while kept and kept[0][0] < oldest:
                self._all_idle -= 1
                await kept.pop(0)[1].aclose()
            if not kept:
                self._idle.pop(key, None)


def _url(text: str) -> Url:
    try:
        return url_of(text)
    except ValueError as error:
        text = f"The URL can not be used: it {error}."
        raise NotAnswered(Failure.URL_REFUSED, text) from None


def _no_tls(url: Url, error: BaseException) -> NotAnswered:
    if isinstance(error, ssl.SSLCertVerificationError):
        text = f"The certificate of {url.host} is not accepted: {error.verify_message}."
        return NotAnswered(Failure.TLS, text)
    if isinstance(error, ssl.SSLError):
        why = error.reason or "the handshake failed"
        text = f"TLS with {url.host} does not work: {why}."
        return NotAnswered(Failure.TLS, text)
    return NotAnswered(Failure.UNREACHABLE, f"{url.host} takes no connection.")
