"""`GET /webrtc/1/user-activity`, as the reference's clients ask for it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ringway.domain.values import SECOND, DeviceId
from ringway.ports.activity import Connection
from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.public.moments import given_time, public_time
from tests.app.whole import Whole, whole

PATH = "/webrtc/1/user-activity"
NOON = 1_763_726_400_123_456


async def ask(it: Whole, **query: str) -> httpx.Response:
    shown = {"Authorization": f"App {it.key.secret}"}
    return await it.http.get(PATH, params=query, headers=shown)


async def remember(it: Whole, *connections: tuple[str, int, int | None]) -> None:
    await it.ringway.ports.activity.put(
        [
            Connection(FIRST_ACCOUNT, DeviceId(name), "ada", NOON + came * SECOND, went)
            for name, came, went in connections
        ]
    )


async def test_a_page_is_as_the_reference_has_it() -> None:
    async with whole() as it:
        await remember(it, ("one", 0, NOON + 5 * SECOND), ("two", 9, None))
        response = await ask(it, identity="ada", size="2")
        assert response.status_code == 200
        assert response.json() == {
            "identity": "ada",
            "results": [
                {
                    "sessionId": "two",
                    "activityType": "CONNECTED",
                    "timestamp": "2025-11-21T12:00:09.123+0000",
                },
                {
                    "sessionId": "one",
                    "activityType": "DISCONNECTED",
                    "timestamp": "2025-11-21T12:00:05.123+0000",
                },
            ],
            "pageInfo": {"page": 0, "size": 2, "totalPages": 2, "totalResults": 3},
        }


async def test_filters_and_an_empty_page() -> None:
    async with whole() as it:
        await remember(it, ("one", 0, NOON + 5 * SECOND), ("two", 9, None))
        since = {"startTime": "2025-11-21T12:00:06.000+0000"}
        found = (await ask(it, identity="ada", **since)).json()["results"]
        assert [each["sessionId"] for each in found] == ["two"]
        until = {"endTime": "2025-11-21T12:00:06Z", "sessionId": "one"}
        found = (await ask(it, identity="ada", **until)).json()["results"]
        assert [each["activityType"] for each in found] == ["DISCONNECTED", "CONNECTED"]
        nobody = (await ask(it, identity="bob", size="0")).json()
        assert nobody["results"] == []
        page = {"page": 0, "size": 20, "totalPages": 0, "totalResults": 0}
        assert nobody["pageInfo"] == page


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({}, "identity"),
        ({"identity": "a"}, "identity"),
        ({"identity": "ada", "page": "-1"}, "page"),
        ({"identity": "ada", "page": "9" * 30}, "page"),
        ({"identity": "ada", "size": "101"}, "size"),
        ({"identity": "ada", "size": "many"}, "size"),
        ({"identity": "ada", "startTime": "yesterday"}, "startTime"),
        ({"identity": "ada", "endTime": "2025-11-21"}, "endTime"),
        ({"identity": "ada", "sessionId": "x" * 65}, "sessionId"),
    ],
)
async def test_what_can_not_be_asked(query: dict[str, str], named: str) -> None:
    async with whole() as it:
        response = await ask(it, **query)
        assert response.status_code == 400
        told: dict[str, Any] = response.json()
        assert set(told) == {
            "errorCode",
            "description",
            "action",
            "violations",
            "resources",
        }
        assert told["errorCode"] == "E400"
        assert [each["property"] for each in told["violations"]] == [named]


async def test_without_a_key() -> None:
    async with whole() as it:
        response = await it.http.get(PATH, params={"identity": "ada"})
        assert (response.status_code, response.json()["errorCode"]) == (401, "E401")
        assert response.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-21T12:00:00.123456Z",
        "2025-11-21T12:00:00.123456+0000",
        "2025-11-21T12:00:00.123456 0000",
        "2025-11-21T12:00:00.123456",
        "2025-11-21T13:00:00.123456+01:00",
    ],
)
def test_ways_to_write_one_moment(text: str) -> None:
    assert given_time(text) == NOON


def test_a_moment_in_public_has_three_digits() -> None:
    assert public_time(NOON) == "2025-11-21T12:00:00.123+0000"
    assert given_time(public_time(NOON)) == NOON // 1000 * 1000
