"""Tokens instead of keys: got, shown, expired, given back; and their key revoked."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.rest.recognition import GIVEN_BACK
from tests.app.whole import Whole, whole

TOKEN, SESSION = "/auth/1/oauth2/token", "/auth/1/session"
LISTED = "/calls/1/configurations"
HOUR = 3600 * 1_000_000


def client(it: Whole) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_id": it.key.key.id,
        "client_secret": it.key.secret,
    }


async def access(it: Whole) -> str:
    answer = await it.http.post(TOKEN, data=client(it))
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["token_type"], said["expires_in"]) == ("Bearer", 3600)
    assert answer.headers["cache-control"] == "no-store"
    return str(said["access_token"])


async def shown(it: Whole, token: str, scheme: str = "Bearer") -> int:
    headers = {"Authorization": f"{scheme} {token}"}
    return (await it.http.get(LISTED, headers=headers)).status_code


async def test_a_token_stands_for_its_key_until_it_expires() -> None:
    async with whole() as it:
        token = await access(it)
        assert await shown(it, token) == 200
        assert await shown(it, token, "IBSSO") == 200
        it.clock.move(HOUR - 1_000_000)
        assert await shown(it, token) == 200
        it.clock.move(2_000_000)
        assert await shown(it, token) == 401


async def test_revoking_the_key_ends_its_tokens() -> None:
    async with whole() as it:
        token = await access(it)
        catalog = it.ringway.ports.catalog
        await catalog.revoke_key(FIRST_ACCOUNT, it.key.key.id, it.clock.now())
        assert await shown(it, token) == 401


async def test_a_token_may_do_what_its_key_may() -> None:
    async with whole() as it:
        catalog = it.ringway.ports.catalog
        key = await catalog.create_key(FIRST_ACCOUNT, "logs", 1, ["calls:logs:read"])
        form = client(it) | {"client_id": key.key.id, "client_secret": key.secret}
        said = (await it.http.post(TOKEN, data=form)).json()
        assert said["scope"] == "calls:logs:read"
        assert await shown(it, said["access_token"]) == 403


async def test_the_client_may_come_in_the_header() -> None:
    async with whole() as it:
        pair = base64.b64encode(f"{it.key.key.id}:{it.key.secret}".encode()).decode()
        answer = await it.http.post(
            TOKEN,
            data={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {pair}"},
        )
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "unsupported_grant_type"),
    ],
)
async def test_errors_have_the_shape_of_oauth(
    change: dict[str, str], status: int, error: str
) -> None:
    async with whole() as it:
        answer = await it.http.post(TOKEN, data=client(it) | change)
        assert answer.status_code == status
        assert answer.json()["error"] == error
        assert answer.json()["error_description"].endswith(".")


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"&".join([b"a=b"] * 50), b'{"grant_type": "x"}']
)
async def test_what_is_no_form_is_refused(content: bytes) -> None:
    async with whole() as it:
        answer = await it.http.post(TOKEN, content=content)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def begun(it: Whole) -> str:
    answer = await it.http.post(
        SESSION, json={"username": it.key.key.id, "password": it.key.secret}
    )
    assert answer.status_code == 200
    return str(answer.json()["token"])


async def ended(it: Whole, token: str) -> httpx.Response:
    return await it.http.delete(SESSION, headers={"Authorization": f"IBSSO {token}"})


async def test_a_token_that_was_given_back_is_good_no_longer() -> None:
    async with whole() as it:
        token, other = await begun(it), await begun(it)
        assert await shown(it, token, "IBSSO") == 200
        assert (await ended(it, token)).status_code == 204
        assert await shown(it, token, "IBSSO") == 401
        assert (await ended(it, token)).status_code == 401
        assert await shown(it, other, "IBSSO") == 200


async def test_tokens_given_back_are_forgotten_when_they_have_expired() -> None:
    async with whole() as it:
        for _ in range(3):
            await ended(it, await begun(it))
        it.clock.move(HOUR + 1_000_000)
        await ended(it, await begun(it))
        kept = await it.ringway.ports.shelves.read(
            FIRST_ACCOUNT, lambda shelf: shelf.page(GIVEN_BACK, 0, 10).total
        )
        assert kept == 1


@pytest.mark.parametrize(
    "body", [{}, {"username": 1, "password": "x"}, {"username": "a", "password": "b"}]
)
async def test_who_is_not_known_gets_no_token(body: dict[str, Any]) -> None:
    async with whole() as it:
        answer = await it.http.post(SESSION, json=body)
        assert answer.status_code == 401
        assert "serviceException" in answer.json()["requestError"]


async def test_guessing_is_slowed_down() -> None:
    async with whole() as it:
        form = client(it) | {"client_secret": "guess"}
        codes = [(await it.http.post(TOKEN, data=form)).status_code for _ in range(80)]
        assert codes[0] == 401
        assert codes[-1] == 429


async def test_tokens_of_people_are_no_keys() -> None:
    async with whole() as it:
        assert await shown(it, it.token("anna")) == 401
