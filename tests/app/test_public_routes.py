"""What a stranger may have without a key, a token or an invitation: this, and no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from litestar import HttpMethod, Litestar

from ringway.app.house import Front
from ringway.rest.calls.door import Door, Doors
from ringway.rest.event_stream import PATH, EventStream
from tests.app.whole import Closed, Whole, whole

PUBLIC = {
    "/",
    "/api",
    "/api/{path:path}",
    "/demo",
    "/demo/{path:path}",
    "/docs",
    "/docs/{path:path}",
    "/livez",
    "/llms-full.txt",
    "/llms.txt",
    "/openapi.json",
    "/readyz",
    "/sdk/{path:path}",
}
"""Pages and the SDK, which are the same for everybody; and whether we are well."""
SIGNALLING = "/rtc/1/socket"
"""Its first message brings the token: `tests/rtc/test_connection.py`."""


def routes(it: Whole) -> Iterator[tuple[str, str]]:
    """Give the method and the path of every route there is."""
    inside = it.ringway.web.inside
    assert isinstance(inside, Doors)
    for door in inside.doors:
        if isinstance(door, Door):
            for operation in door.operations:
                yield operation.method, operation.path
        else:
            assert isinstance(door, EventStream)
            yield "GET", PATH
    assert isinstance(inside.rest, Litestar)
    for route in inside.rest.routes:
        for method in getattr(route, "methods", None) or {"websocket"}:
            if method != HttpMethod.OPTIONS:
                yield str(method), route.path


@pytest.mark.parametrize("url", ["http://ringway.test", "https://ringway.test:8443"])
async def test_every_other_route_wants_to_know_who_asks(url: str) -> None:
    async with whole(Front()) as it:
        it.http.base_url = url
        walked = set()
        for method, path in routes(it):
            if path in PUBLIC:
                assert method in {"GET", "HEAD"}, f"{method} {path} changes something"
            elif path != SIGNALLING:
                asked = {"name": "Dana", "identity": "dana"}
                response = await it.http.request(method, path, json=asked)
                assert response.status_code == 401, f"{method} {path}"
                walked.add(path)
        assert {"/metrics", "/demo/token", "/webrtc/1/token", PATH} <= walked
        assert {"/calls/1/files", "/calls/1/sip-trunks/{sipTrunkId}"} <= walked


async def test_signalling_is_there_and_says_nothing_first() -> None:
    async with whole() as it:
        assert SIGNALLING in {path for _, path in routes(it)}
        client = await it.socket()
        assert client.from_house.empty()
        client.say('{"t": "ping", "number": 1}')
        assert (await client.hear_raw())["t"] == "rejected"
        with pytest.raises(Closed):
            await client.hear_raw()


async def test_browsers_keep_to_https_where_the_certificate_is_a_real_one() -> None:
    for hsts, url, kept in (
        (True, "https://ringway.test", True),
        (True, "http://localhost:8080", False),
        (False, "https://ringway.test", False),
    ):
        async with whole(Front(hsts=hsts)) as it:
            response = await it.http.get(f"{url}/livez")
            assert ("strict-transport-security" in response.headers) == kept
