"""The door to operations, with small handlers behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from ringway.adapters.catalog_memory import MemoryCatalog
from ringway.domain.causes import Cause, Refused
from ringway.ports.catalog import FIRST_ACCOUNT, ApiKey
from ringway.ports.storage import StorageUnavailable, Trouble
from ringway.public.models.calls import Call, CallPage
from ringway.public.models.endpoints import WebRtcEndpoint
from ringway.public.models.enums import ActionStatus, CallState
from ringway.public.models.parts import ActionResponse, PageInfo
from ringway.public.operations import BY_ID, OPERATIONS, Operation
from ringway.rest.bodies import MAX_BODY
from ringway.rest.calls.door import MAX_PARAMETERS, Answer, Asked, Door, Octets
from ringway.rest.errors import ApiError

CALL = Call(endpoint=WebRtcEndpoint(identity="ada"), id="c1", state=CallState.CALLING)
RIGHT = {
    "endpoint": {"type": "WEBRTC", "identity": "ada"},
    "callsConfigurationId": "shop",
}


class Counter:
    """The other side of the door."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.trouble: Exception | None = None
        self.admitted: list[tuple[str, str]] = []

    async def keep(self, asked: Asked) -> Any:
        self.asked.append(asked)
        if self.trouble is not None:
            raise self.trouble
        answer = BY_ID[asked.operation.id].answer
        if answer is CallPage:
            page, size = asked.query.page, asked.query.size
            told = PageInfo(page=page, size=size, total_pages=1, total_results=1)
            return CallPage(results=[CALL], paging=told)
        if answer is ActionResponse:
            return ActionResponse(status=ActionStatus.PENDING)
        if answer is bytes:
            return Octets(206, {"Content-Type": "audio/wav"}, _chunks())
        return Answer(CALL, {"Location": f"/calls/1/calls/{CALL.id}"})

    def admit(self, key: ApiKey, operation: Operation) -> None:
        self.admitted.append((key.account, operation.id))

    @property
    def last(self) -> Asked:
        return self.asked[-1]


async def _chunks() -> AsyncIterator[bytes]:
    for chunk in (b"ab", b"cd"):
        yield chunk


KNOWN = (
    "get-calls",
    "create-call",
    "get-call",
    "get-calls-history",
    "get-call-history",
    "hangup-call",
    "answer-call",
    "download-recording-file",
    "create-dialog-with-existing-calls",
)


@pytest.fixture
async def counter() -> Counter:
    return Counter()


@pytest.fixture
async def http(counter: Counter) -> AsyncIterator[httpx.AsyncClient]:
    catalog = MemoryCatalog()
    await catalog.open_account(FIRST_ACCOUNT, "Main", 0)
    key = await catalog.create_key(FIRST_ACCOUNT, "test", 0)
    handlers = dict.fromkeys(KNOWN, counter.keep)
    door: Any = Door(OPERATIONS, handlers, catalog, counter.admit)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(door),
        base_url="http://ringway.test/calls/1",
        headers={"Authorization": f"App {key.secret}"},
    ) as client:
        yield client


def fault(response: httpx.Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/json"
    found: dict[str, Any] = response.json()["requestError"]["serviceException"]
    return found


async def test_the_declared_code_and_the_model(
    http: httpx.AsyncClient, counter: Counter
) -> None:
    response = await http.post("/calls", json=RIGHT)
    assert response.status_code == 201
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["location"] == "/calls/1/calls/c1"
    assert response.json() == {
        "id": "c1",
        "endpoint": {"type": "WEBRTC", "identity": "ada"},
        "state": "CALLING",
    }
    assert counter.last.account == FIRST_ACCOUNT
    assert counter.last.body.endpoint.identity == "ada"
    assert counter.admitted == [(FIRST_ACCOUNT, "create-call")]


@pytest.mark.parametrize(
    ("path", "operation", "named"),
    [
        ("/calls/history", "get-calls-history", {}),
        ("/calls/c1", "get-call", {"callId": "c1"}),
        ("/calls/c1/", "get-call", {"callId": "c1"}),
        ("/calls/c1/history", "get-call-history", {"callId": "c1"}),
        ("/calls/history/history", "get-call-history", {"callId": "history"}),
        ("/calls/a%20b", "get-call", {"callId": "a b"}),
    ],
)
async def test_the_table_is_the_router(
    http: httpx.AsyncClient,
    counter: Counter,
    path: str,
    operation: str,
    named: dict[str, str],
) -> None:
    assert (await http.get(path)).status_code == 200
    assert counter.last.operation.id == operation
    assert counter.last.path == named


async def test_names_come_in_their_order(
    http: httpx.AsyncClient, counter: Counter
) -> None:
    await http.post("/dialogs/parent-call/a/child-call/b", json={})
    assert counter.last.path == {"parentCallId": "a", "childCallId": "b"}


async def test_what_has_no_handler_is_not_there(counter: Counter) -> None:
    door = Door(OPERATIONS, dict.fromkeys(KNOWN, counter.keep), MemoryCatalog())
    assert door.knows("/calls/1/calls")
    assert not door.knows("/calls/1/dialogs")
    assert not door.knows("/calls/1/calls/c1/play")
    assert not door.knows("/calls/1")
    assert not door.knows("/")


async def test_a_path_says_which_methods_it_takes(http: httpx.AsyncClient) -> None:
    response = await http.delete("/calls")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert fault(response)["messageId"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    "header", ["", "App", "App rw_wrong", "Digest x", "\xff", "App " + "x" * 2000]
)
async def test_nobody_comes_in_without_a_key(
    http: httpx.AsyncClient, counter: Counter, header: str
) -> None:
    shown = {b"Authorization": header.encode("latin-1")}
    response = await http.post("/calls", content=b"{", headers=shown)
    assert response.status_code == 401
    assert fault(response)["messageId"] == "UNAUTHORIZED"
    assert not counter.asked


async def test_every_wrong_member_of_body_and_query_is_named(
    http: httpx.AsyncClient, counter: Counter
) -> None:
    response = await http.post("/calls", json={"connectTimeout": 99})
    assert response.status_code == 400
    assert fault(response) == {
        "messageId": "BAD_REQUEST",
        "text": "Some fields are not valid.",
        "validationErrors": {
            "endpoint": ["is required"],
            "connectTimeout": ["is a whole number from 1 to 60"],
            "callsConfigurationId": ["is required"],
        },
    }
    response = await http.get("/calls", params={"size": "0", "status": "GONE"})
    assert set(fault(response)["validationErrors"]) == {"size", "status"}
    assert not counter.asked


async def test_a_page_has_its_defaults(
    http: httpx.AsyncClient, counter: Counter
) -> None:
    response = await http.get("/calls", params={"from": "ada", "other": "x"})
    assert response.json()["paging"] == {
        "page": 0,
        "size": 20,
        "totalPages": 1,
        "totalResults": 1,
    }
    assert counter.last.query.from_ == "ada"


async def test_a_body_that_may_be_missing_and_one_that_may_not(
    http: httpx.AsyncClient, counter: Counter
) -> None:
    assert (await http.post("/calls/c1/hangup")).status_code == 200
    assert counter.last.body.error_code is None
    response = await http.post("/calls/c1/answer")
    assert response.status_code == 400
    assert "{}" in fault(response)["text"]
    assert (await http.post("/calls/c1/answer", json={})).status_code == 200


async def test_too_much_is_not_kept(http: httpx.AsyncClient, counter: Counter) -> None:
    big = b" " * (MAX_BODY + 1)

    async def slowly() -> AsyncIterator[bytes]:
        for at in range(0, len(big), 1000):
            yield big[at : at + 1000]

    for content in (big, slowly()):
        response = await http.post("/calls", content=content)
        assert response.status_code == 413
        assert str(MAX_BODY) in fault(response)["text"]
    many = "&".join(f"a{i}=1" for i in range(MAX_PARAMETERS + 1))
    response = await http.get(f"/calls?{many}")
    assert response.status_code == 400
    assert not counter.asked


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 50_000, b"[]", b"1"])
async def test_a_body_that_is_no_object(
    http: httpx.AsyncClient, counter: Counter, content: bytes
) -> None:
    response = await http.post("/calls", content=content)
    assert response.status_code == 400
    assert "JSON" in fault(response)["text"]
    assert not counter.asked


@pytest.mark.parametrize(
    ("trouble", "status", "message"),
    [
        (Refused(Cause.INVALID_REQUEST, "Not now."), 400, "BAD_REQUEST"),
        (ApiError(HTTPStatus.NOT_FOUND, "No such call."), 404, "NOT_FOUND"),
        (
            StorageUnavailable(Trouble.FULL, "secret place"),
            500,
            "GENERAL_ERROR",
        ),
        (RuntimeError("secret"), 500, "GENERAL_ERROR"),
    ],
)
async def test_what_is_raised_is_told_in_one_shape(
    http: httpx.AsyncClient,
    counter: Counter,
    trouble: Exception,
    status: int,
    message: str,
) -> None:
    counter.trouble = trouble
    response = await http.get("/calls/c1")
    assert response.status_code == status
    assert fault(response)["messageId"] == message
    assert "secret" not in response.text


async def test_a_file_comes_as_it_is(http: httpx.AsyncClient) -> None:
    response = await http.get("/recordings/files/f1", headers={"Range": "bytes=0-3"})
    assert response.status_code == 206
    assert response.headers["content-type"] == "audio/wav"
    assert response.content == b"abcd"


def test_rows_are_unique() -> None:
    assert len(BY_ID) == len(OPERATIONS) == 109
    assert len({(it.method, it.path) for it in OPERATIONS}) == 109
