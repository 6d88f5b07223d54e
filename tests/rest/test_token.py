from __future__ import annotations

import base64
import re
from typing import Any

import httpx
import pytest

from ringway.domain.values import SECOND
from ringway.ports.tokens import Capability
from ringway.public.moments import timestamp
from ringway.rest.bodies import MAX_BODY
from tests.app.whole import FIRST_ACCOUNT, Whole, whole

PATH = "/webrtc/1/token"


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


async def ask(it: Whole, body: Any, authorization: str | None = None) -> httpx.Response:
    shown = authorization or f"App {it.key.secret}"
    return await it.http.post(PATH, json=body, headers={"Authorization": shown})


def error(response: httpx.Response) -> dict[str, Any]:
    """Give what is inside the envelope, which is all there is."""
    body = response.json()
    assert list(body) == ["requestError"]
    assert list(body["requestError"]) == ["serviceException"]
    told: dict[str, Any] = body["requestError"]["serviceException"]
    assert told["text"]
    return told


async def test_a_token_says_who_and_until_when() -> None:
    async with whole() as it:
        asked = {"identity": "ada", "displayName": "Ada L.", "timeToLive": 60}
        response = await ask(it, asked)
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("application/json")
        assert response.headers["cache-control"] == "no-store"
        told = response.json()
        assert set(told) == {"token", "expirationTime"}
        said = it.tokens.verify(told["token"], it.clock.now())
        assert said.bearer.account == FIRST_ACCOUNT
        assert said.bearer.identity == "ada"
        assert said.bearer.display_name == "Ada L."
        assert told["expirationTime"] == timestamp(said.expires_at)
        assert re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", told["expirationTime"]
        )
        assert said.expires_at - it.clock.now() <= 60 * SECOND
        known = await it.ringway.ports.catalog.known(FIRST_ACCOUNT, "ada")
        assert known is not None


async def test_a_token_lasts_eight_hours_unless_said() -> None:
    async with whole() as it:
        told = (await ask(it, {"identity": "ada"})).json()
        said = it.tokens.verify(told["token"], it.clock.now())
        assert said.expires_at - said.issued_at == 28_800 * SECOND


@pytest.mark.parametrize(
    "identity", ["abc", "a" * 64, "-_+=/.", "名前さ", "Zoë", "٣٤٥", "a/b+c=d.e"]
)
async def test_these_are_identities(identity: str) -> None:
    async with whole() as it:
        assert (await ask(it, {"identity": identity})).status_code == 200


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"identity"}),
        ({"identity": None}, {"identity"}),
        ({"identity": 7}, {"identity"}),
        ({"identity": "ab"}, {"identity"}),
        ({"identity": "a" * 65}, {"identity"}),
        ({"identity": "a b c"}, {"identity"}),
        ({"identity": "ada\n"}, {"identity"}),
        ({"identity": "ada\u0301😀"}, {"identity"}),
        ({"identity": "ada", "displayName": "Adam"[:4]}, {"displayName"}),
        ({"identity": "ada", "displayName": "A" * 51}, {"displayName"}),
        ({"identity": "ada", "displayName": 12345}, {"displayName"}),
        ({"identity": "ada", "timeToLive": 0}, {"timeToLive"}),
        ({"identity": "ada", "timeToLive": -1}, {"timeToLive"}),
        ({"identity": "ada", "timeToLive": 86401}, {"timeToLive"}),
        ({"identity": "ada", "timeToLive": "60"}, {"timeToLive"}),
        ({"identity": "ada", "timeToLive": 60.5}, {"timeToLive"}),
        ({"identity": "ada", "timeToLive": True}, {"timeToLive"}),
        ({"identity": "ada", "capabilities": 1}, {"capabilities"}),
        (
            {"identity": "ada", "capabilities": {"recording": "SOMETIMES"}},
            {"capabilities.recording"},
        ),
        (
            {"identity": "ada", "capabilities": {"recording": []}},
            {"capabilities.recording"},
        ),
        ({"identity": "?", "displayName": "?"}, {"identity", "displayName"}),
    ],
)
async def test_a_wrong_field_is_named(body: Any, fields: set[str]) -> None:
    async with whole() as it:
        response = await ask(it, body)
        assert response.status_code == 400
        told = error(response)
        assert told["messageId"] == "BAD_REQUEST"
        assert set(told["validationErrors"]) == fields
        assert all(
            isinstance(text, str)
            for each in told["validationErrors"].values()
            for text in each
        )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b"\xff\xfe",
        b'{"identity": "\\ud800"}',
        b"[" * 60_000,
        b'{"identity": "ada", "timeToLive": 1e999}',
    ],
)
async def test_a_body_that_is_no_object(body: bytes) -> None:
    async with whole() as it:
        response = await it.http.post(
            PATH, content=body, headers={"Authorization": f"App {it.key.secret}"}
        )
        assert response.status_code == 400
        assert error(response)["messageId"] == "BAD_REQUEST"


async def test_a_body_that_is_too_large() -> None:
    async with whole() as it:
        asked = {"identity": "ada", "more": "x" * MAX_BODY}
        response = await ask(it, asked)
        assert response.status_code == 413
        assert error(response)["messageId"] == "PAYLOAD_TOO_LARGE"


async def test_unknown_and_absent_members_are_fine() -> None:
    async with whole() as it:
        asked = {
            "identity": "ada",
            "displayName": None,
            "timeToLive": None,
            "capabilities": {"recording": None, "more": 1},
            "applicationId": "mine",
            "more": {"and": ["more"]},
        }
        assert (await ask(it, asked)).status_code == 200


@pytest.mark.parametrize(
    ("option", "capability"),
    [
        ("ALWAYS", Capability.RECORDING_ALWAYS),
        ("ON_DEMAND", Capability.RECORDING_ON_DEMAND),
        ("DISABLED", Capability.RECORDING_DISABLED),
    ],
)
async def test_recording_is_carried(option: str, capability: Capability) -> None:
    async with whole() as it:
        asked = {"identity": "ada", "capabilities": {"recording": option}}
        token = (await ask(it, asked)).json()["token"]
        said = it.tokens.verify(token, it.clock.now())
        assert said.bearer.capabilities == {capability}


async def test_the_schemes() -> None:
    async with whole() as it:
        key, secret = it.key.key.id, it.key.secret
        random = secret.removeprefix(f"rw_{key}_")
        for shown in (
            f"App {secret}",
            f"app {secret}",
            f"IBSSO {secret}",
            f"Bearer {secret}",
            basic(key, secret),
            basic(key, random),
        ):
            response = await ask(it, {"identity": "ada"}, shown)
            assert response.status_code == 200, shown


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "App",
        "App ",
        "App nonsense",
        "App rw_aaaaaaaaaaaa_" + "A" * 43,
        "Digest abc",
        "Basic !!!!",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        "App " + "x" * 5000,
    ],
)
async def test_who_shows_no_key_is_unauthorized(shown: str) -> None:
    async with whole() as it:
        response = await it.http.post(
            PATH, content=b"{", headers={"Authorization": shown}
        )
        assert response.status_code == 401
        assert error(response)["messageId"] == "UNAUTHORIZED"
        assert "Basic" not in response.headers["www-authenticate"]


async def test_a_key_of_another_id_or_a_revoked_one_is_unauthorized() -> None:
    async with whole() as it:
        catalog = it.ringway.ports.catalog
        other = await catalog.create_key(FIRST_ACCOUNT, "other", it.clock.now())
        mixed = basic(other.key.id, it.key.secret)
        assert (await ask(it, {"identity": "ada"}, mixed)).status_code == 401
        await catalog.revoke_key(FIRST_ACCOUNT, other.key.id, it.clock.now())
        revoked = f"App {other.secret}"
        assert (await ask(it, {"identity": "ada"}, revoked)).status_code == 401


async def test_other_methods_and_paths_have_the_envelope() -> None:
    async with whole() as it:
        missing = await it.http.get("/calls/2/calls")
        assert missing.status_code == 404
        assert error(missing)["messageId"] == "NOT_FOUND"
        wrong = await it.http.get(PATH)
        assert wrong.status_code == 405
        assert "POST" in wrong.headers["allow"]
        assert error(wrong)["messageId"] == "METHOD_NOT_ALLOWED"


async def test_a_fault_tells_nothing_about_us(monkeypatch: pytest.MonkeyPatch) -> None:
    async with whole() as it:

        async def broken(*_: object) -> None:
            raise ZeroDivisionError("secret")

        monkeypatch.setattr(it.ringway.ports.catalog, "meet", broken)
        response = await ask(it, {"identity": "ada"})
        assert response.status_code == 500
        assert error(response)["messageId"] == "GENERAL_ERROR"
        assert "secret" not in response.text
        assert "ZeroDivision" not in response.text
