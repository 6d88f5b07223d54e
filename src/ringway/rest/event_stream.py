"""`GET /events/1/stream`: an account's events as they happen, without a webhook.

Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html),
for programs that nobody can reach.  An extension of ours: ids are those of webhooks,
so who comes back with `Last-Event-ID` misses nothing and hears nothing twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from litestar.enums import ScopeType
from litestar.types import HTTPScope, Receive, Scope, Send

from ringway.domain.values import SECOND, AccountId, ConfigurationId
from ringway.ports.clock import Clock
from ringway.ports.outbox import Mark, PublicEvent, mark_of
from ringway.ports.storage import StorageUnavailable
from ringway.public.operations.row import row
from ringway.rest.admission import require
from ringway.rest.authorization import recognised
from ringway.rest.errors import ApiError, bad_request, told, translated
from ringway.rest.recognition import Keys
from ringway.runtime.tail import Reader, Tail

PATH: Final = "/events/1/stream"
STREAM: Final = row(
    "get-event-stream", "GET /stream", bytes, "calls:logs:read", root="/events/1"
)
SCOPES: Final = ("calls:manage", "calls:logs:read", "subscriptions:manage")
KEEP_ALIVE: Final = 15 * SECOND
"""How often a comment is sent when nothing happens."""
SENT_WITHIN_S: Final = 10.0
"""How long a part may take to leave; then the stream is closed."""
MAX_STREAMS: Final = 200
"""Open at once; of one account…"""
MAX_OF_ACCOUNT: Final = 20
"""… so many."""
PART: Final = 100
"""Events that are sent at once."""
MAX_CONFIGURATION: Final = 128
"""Characters of a calls configuration's id."""
HEAD: Final = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # proxies hold back what they do not know
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    account: AccountId
    after: Mark
    configuration: ConfigurationId | None


class EventStream:
    """The streams that are open; `close` ends them."""

    operations = (STREAM,)

    def __init__(self, tail: Tail, keys: Keys, clock: Clock) -> None:
        self._tail, self._keys, self._clock = tail, keys, clock
        self._readers: dict[Reader, AccountId] = {}
        self._closing = False
        self.cut = 0
        """Streams that were closed because nobody read them."""

    def __len__(self) -> int:
        """Count the streams that are open."""
        return len(self._readers)

    def knows(self, path: str) -> bool:
        """Say whether the request is for this."""
        return path == PATH

    def close(self) -> None:
        """End all streams."""
        self._closing = True
        for reader in self._readers:
            reader.poke()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the client has gone."""
        assert scope["type"] == ScopeType.HTTP
        scope["path_template"] = PATH
        try:
            wanted = await self._wanted(scope)
        except Exception as error:  # noqa: BLE001 -- every fault is told in one shape
            await _refuse(send, translated(error, PATH))
            return
        reader = Reader(self._tail, wanted.account, wanted.after, wanted.configuration)
        self._readers[reader] = wanted.account
        gone = asyncio.create_task(_until_gone(receive), name="a stream's client")
        gone.add_done_callback(lambda _: reader.poke())
        try:
            await self._send_all(reader, gone, send)
        except TimeoutError:
            self.cut += 1
        except StorageUnavailable:
            pass  # the client comes back, and /readyz tells why
        finally:
            gone.cancel()
            reader.close()
            del self._readers[reader]

    async def _wanted(self, scope: HTTPScope) -> _Wanted:
        headers = dict(scope["headers"])
        if scope["method"] != "GET":
            raise ApiError(
                HTTPStatus.METHOD_NOT_ALLOWED,
                "This path does not take this method.",
                headers={"Allow": "GET"},
            )
        key = await recognised(headers.get(b"authorization", b""), self._keys)
        require(key, *SCOPES)
        query = dict(parse_qsl(scope["query_string"].decode("ascii", "replace")))
        configuration = query.get("callsConfigurationId")
        if configuration is not None and len(configuration) > MAX_CONFIGURATION:
            said = f"has at most {MAX_CONFIGURATION} characters"
            raise bad_request("A parameter is not valid.", callsConfigurationId=said)
        after = await self._tail.newest()
        last = headers.get(b"last-event-id")
        if last is not None:
            mark = mark_of(last.decode("latin-1"))
            if mark is None:
                text = "Last-Event-ID is the id of an event, as 17-0: send none to "
                raise bad_request(text + "begin with what happens next.")
            after = mark
        counts = Counter(self._readers.values())
        if len(self) >= MAX_STREAMS or counts[key.account] >= MAX_OF_ACCOUNT:
            raise ApiError(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"At most {MAX_OF_ACCOUNT} streams of an account are open at once, "
                f"and {MAX_STREAMS} of all: close one.",
                headers={"Retry-After": "10"},
            )
        return _Wanted(
            key.account,
            after,
            None if configuration is None else ConfigurationId(configuration),
        )

    async def _send_all(
        self, reader: Reader, gone: asyncio.Task[None], send: Send
    ) -> None:
        await _say_head(send)
        await _say(send, b": these are events\n\n")
        while not (gone.done() or self._closing):
            later = self._clock.at(self._clock.now() + KEEP_ALIVE, reader.poke)
            try:
                events = await reader.next(PART)
            finally:
                later.cancel()
            if events:
                await _say(send, _written(events))
            elif not (gone.done() or self._closing):
                await _say(send, b":\n\n")
        if not gone.done():
            await _say(send, b"", more=False)


def _written(events: Sequence[PublicEvent]) -> bytes:
    return b"".join(
        b"id: %s\ndata: %s\n\n"
        # What is posted is one line; a line break would end the event.
        % (str(it.mark).encode(), it.payload.replace(b"\n", b"\ndata: "))
        for it in events
    )


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say_head(send: Send) -> None:
    async with asyncio.timeout(SENT_WITHIN_S):
        await send(
            {"type": "http.response.start", "status": 200, "headers": list(HEAD)}
        )


async def _say(send: Send, part: bytes, *, more: bool = True) -> None:
    async with asyncio.timeout(SENT_WITHIN_S):
        await send({"type": "http.response.body", "body": part, "more_body": more})


async def _refuse(send: Send, error: ApiError) -> None:
    answer = told(error)
    headers = [(k.lower().encode(), v.encode()) for k, v in answer.headers.items()]
    headers.append((b"content-type", b"application/json"))
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": headers,
        }
    )
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})
