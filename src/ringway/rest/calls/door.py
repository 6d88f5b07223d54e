"""The door to operations: from a request to its handler, and back to a response.

A plain ASGI application, because every request passes here: the table of operations
is the router, its models read and write the bodies.  What a request is refused for
is looked at in this order: its path, method, sender, sender's rights, body and
parameters, and then by the handler.
"""

from __future__ import annotations

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Final, Protocol, TypeAlias
from urllib.parse import parse_qsl

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from ringway.domain.values import BridgeId, Ids, LegId
from ringway.ports.catalog import ApiKey
from ringway.public.operations import Operation
from ringway.public.reading import Reader, Unreadable, Wrong
from ringway.rest.authorization import recognised
from ringway.rest.bodies import MAX_BODY
from ringway.rest.errors import ApiError, Told, bad_request, told, translated
from ringway.rest.recognition import Keys
from ringway.rest.replies import HEADER, Replies

MAX_PARAMETERS: Final = 100
"""Parameters of a query that are looked at."""
JSON: Final = b"application/json"
Headers: TypeAlias = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose sender is known, and whose form is right."""

    key: ApiKey
    operation: Operation
    path: Mapping[str, str]
    """What the path names, such as ``callId``."""
    query: Any
    """The operation's model of parameters, or None."""
    body: Any
    """The operation's model of bodies, or None."""
    headers: Headers = field(repr=False)
    """By their names in lower case; of one that is there twice, the last."""
    receive: Receive = field(repr=False)
    """The rest of a body that is a file; for no one else."""
    ids: Ids | None = None
    """Of what it creates, if it is to be created once; else they are drawn."""

    @property
    def call_id(self) -> LegId | None:
        """The id of the call that it begins, if that is given."""
        return None if self.ids is None else LegId(self.ids.nth(0))

    @property
    def meeting_id(self) -> BridgeId | None:
        """The id of the dialog or conference that it begins, if that is given."""
        return None if self.ids is None else BridgeId(self.ids.nth(1))

    @property
    def account(self) -> Any:
        """Whose key it is."""
        return self.key.account


@dataclass(frozen=True, slots=True)
class Octets:
    """An answer that is no JSON: a file, or a part of one."""

    code: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with headers of its own; the code is the operation's."""

    body: Any
    headers: Mapping[str, str]


Handler: TypeAlias = Callable[[Asked], Awaitable[Any]]
Admit: TypeAlias = Callable[[ApiKey, Operation], None]


def everybody(_: ApiKey, __: Operation) -> None:
    """Admit who has a key."""


@dataclass(frozen=True, slots=True)
class _Way:
    """An operation, and what reads and handles its requests."""

    operation: Operation
    handler: Handler
    body: Reader | None
    query: Reader | None


@dataclass(slots=True)
class _Segment:
    """A place in the tree of paths."""

    below: dict[str, _Segment] = field(default_factory=dict)
    named: _Segment | None = None
    ways: dict[str, _Way] = field(default_factory=dict)


class Door:
    """Operations by their paths; an operation without a handler is not there."""

    def __init__(
        self,
        operations: Iterable[Operation],
        handlers: Mapping[str, Handler],
        keys: Keys,
        admit: Admit = everybody,
        *,
        refuse: Callable[[ApiError], Told] = told,
        replies: Replies | None = None,
    ) -> None:
        """`admit` may raise `ApiError` for a key; `refuse` writes errors.

        With `replies`, what is created with an Idempotency-Key is created once.
        """
        self._replies = replies
        self._keys, self._admit, self._refuse = keys, admit, refuse
        self._root = _Segment()
        self._encode = msgspec.json.Encoder().encode
        rows = {it.id: it for it in operations}
        self.operations = tuple(rows[name] for name in handlers)
        for name, handler in handlers.items():
            row = rows[name]
            body = row.body if row.body is not bytes else None
            way = _Way(
                row,
                handler,
                None if body is None else Reader(body),
                None if row.query is None else Reader(row.query),
            )
            self._place(row.path).ways[row.method] = way

    def _place(self, path: str) -> _Segment:
        at = self._root
        for part in _parts(path):
            if part.startswith("{"):
                at.named = at.named or _Segment()
                at = at.named
            else:
                at = at.below.setdefault(part, _Segment())
        return at

    def knows(self, path: str) -> bool:
        """Say whether an operation has this path."""
        return _find(self._root, _parts(path), 0) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request to a path that is known."""
        assert scope["type"] == ScopeType.HTTP
        try:
            answer = await self._answer(scope, receive)
        except Exception as error:  # noqa: BLE001 -- every fault is told in one shape
            answer = self._refuse(translated(error, scope["path"]))
        if isinstance(answer, Octets):
            await _send_octets(send, answer)
        else:
            await _send(send, answer)

    async def _answer(self, scope: HTTPScope, receive: Receive) -> Told | Octets:
        parts = _parts(scope["path"])
        found = _find(self._root, parts, 0)
        assert found is not None, "the path is known"
        way = found.ways.get(scope["method"])
        if way is None:
            raise _no_method(found)
        row = way.operation
        scope["path_template"] = row.path
        headers = dict(scope["headers"])
        key = await recognised(headers.get(b"authorization", b""), self._keys)
        self._admit(key, row)
        wrong: dict[str, list[str]] = {}
        query = _query(way, scope["query_string"], wrong)
        body, given = None, b""
        if way.body is not None:
            given = await _body(receive, headers, row.limit or MAX_BODY)
            body = _read(way, given, wrong)
        if wrong:
            raise ApiError(
                HTTPStatus.BAD_REQUEST, "Some fields are not valid.", fields=wrong
            )
        path = dict(zip(row.names, _named(row.path, parts), strict=True))
        asked = Asked(key, row, path, query, body, headers, receive)
        once = headers.get(HEADER)
        if once is None or self._replies is None or not row.creates:
            return await self._done(way, asked)

        async def work(ids: Ids) -> Told:
            answer = await self._done(way, replace(asked, ids=ids))
            assert isinstance(answer, Told), "what is created is no file"
            return answer

        what = scope["path"].encode() + b"\0" + given
        return await self._replies.once(key.account, row, once, what, work)

    async def _done(self, way: _Way, asked: Asked) -> Told | Octets:
        row = way.operation
        answer = await way.handler(asked)
        if isinstance(answer, Octets):
            return answer
        more: Mapping[str, str] = {}
        if isinstance(answer, Answer):
            answer, more = answer.body, answer.headers
        written = b"" if row.answer is None else self._encode(answer)
        return Told(row.code, {**_ALWAYS, **more}, written)


_ALWAYS: Final = {"cache-control": "no-store"}


class Entrance(Protocol):
    """A part of what is served that knows its own paths."""

    @property
    def operations(self) -> Sequence[Operation]: ...

    def knows(self, path: str) -> bool: ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class Doors:
    """Doors before the rest of what is served: the first that knows a path has it."""

    def __init__(self, doors: Iterable[Entrance], rest: ASGIApp) -> None:
        self.doors, self.rest = tuple(doors), rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == ScopeType.HTTP:
            for door in self.doors:
                if door.knows(scope["path"]):
                    await door(scope, receive, send)
                    return
        await self.rest(scope, receive, send)


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")


def _find(at: _Segment, parts: list[str], depth: int) -> _Segment | None:
    """Give the place of a path: a word of the table first, then a name of theirs."""
    if depth == len(parts):
        return at if at.ways else None
    below = at.below.get(parts[depth])
    found = below and _find(below, parts, depth + 1)
    if found is None and at.named is not None and parts[depth]:
        return _find(at.named, parts, depth + 1)
    return found


def _named(path: str, parts: list[str]) -> list[str]:
    """Give what stands in the path where its pattern has a name."""
    pattern = _parts(path)
    return [it for name, it in zip(pattern, parts, strict=True) if name.startswith("{")]


def _no_method(found: _Segment) -> ApiError:
    return ApiError(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "This path does not take this method.",
        headers={"Allow": ", ".join(sorted(found.ways))},
    )


def _query(way: _Way, text: bytes, wrong: dict[str, list[str]]) -> Any:
    if way.query is None:
        return None
    try:
        pairs = parse_qsl(
            text.decode("ascii", "replace"),
            keep_blank_values=True,
            max_num_fields=MAX_PARAMETERS,
        )
    except ValueError:
        raise bad_request(f"A query has at most {MAX_PARAMETERS} parameters.") from None
    try:
        return way.query.parameters(pairs)
    except Wrong as error:
        wrong.update(error.fields)
        return None


def _read(way: _Way, text: bytes, wrong: dict[str, list[str]]) -> Any:
    assert way.body is not None
    if not text:
        if way.operation.body_needed:
            raise bad_request("A body in JSON is required, at least {}.")
        text = b"{}"
    try:
        return way.body.body(text)
    except Unreadable as error:
        raise bad_request(str(error)) from None
    except Wrong as error:
        wrong.update(error.fields)
        return None


async def _body(receive: Receive, headers: Headers, limit: int) -> bytes:
    """Read a body whole.  Or `ApiError` 413, before more than the limit is kept."""
    too_large = ApiError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A body has at most {limit} bytes here."
    )
    told_size = headers.get(b"content-length", b"0")
    if told_size.isdigit() and int(told_size) > limit:
        raise too_large
    text = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise bad_request("The connection was closed before the body was whole.")
        text += message["body"]
        if len(text) > limit:
            raise too_large
        if not message["more_body"]:
            return bytes(text)


async def _send(send: Send, answer: Told) -> None:
    headers = [(k.lower().encode(), v.encode()) for k, v in answer.headers.items()]
    if answer.body:
        headers.append((b"content-type", JSON))
    if answer.status != HTTPStatus.NO_CONTENT:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": headers}
    )
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


async def _send_octets(send: Send, answer: Octets) -> None:
    headers = [(k.lower().encode(), v.encode()) for k, v in answer.headers.items()]
    await send(
        {"type": "http.response.start", "status": answer.code, "headers": headers}
    )
    async for chunk in answer.chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
