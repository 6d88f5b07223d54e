"""`/calls/1/media-stream-configs`: where sound goes, and what it shows there."""

from __future__ import annotations

from typing import Any

import pytest

from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.ports.shelves import the
from ringway.ports.stream_configs import STREAM_CONFIG
from tests.app.whole import whole
from tests.rest.asking import ask, fields, somebody_else

PATH = "/calls/1/media-stream-configs"
STREAM = {"type": "MEDIA_STREAMING", "name": "ears", "url": "wss://example.com/calls"}
SOCKET = {"type": "WEBSOCKET_ENDPOINT", "name": "bot", "url": "ws://example.com:9/x"}
BASIC = {"type": "BASIC", "username": "ada", "password": "open sesame"}
HMAC = {"type": "HMAC", "secretKey": "a long key", "algorithm": "HMAC_SHA_256"}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (STREAM, {**STREAM, "audioEncoding": "RAW"}),
        (
            {**STREAM, "audioEncoding": "BASE64", "securityConfig": BASIC},
            {**STREAM, "audioEncoding": "BASE64"},
        ),
        ({**STREAM, "securityConfig": HMAC}, {**STREAM, "audioEncoding": "RAW"}),
        (SOCKET, {**SOCKET, "sampleRate": "8000"}),
        ({**SOCKET, "sampleRate": "24000"}, {**SOCKET, "sampleRate": "24000"}),
    ],
)
async def test_a_life(asked: dict[str, Any], told: dict[str, Any]) -> None:
    async with whole() as it:
        made = await ask(it, "POST", PATH, json=asked)
        assert made.status_code == 201
        id_ = made.json().pop("id")
        assert len(id_) == 24
        answer = {**told, "id": id_}
        assert made.json() == answer
        assert (await ask(it, "GET", f"{PATH}/{id_}")).json() == answer
        page = (await ask(it, "GET", PATH)).json()
        assert (page["results"], page["paging"]["totalResults"]) == ([answer], 1)
        other = {
            "type": "WEBSOCKET_ENDPOINT",
            "name": "new",
            "url": "wss://example.com",
        }
        put = await ask(it, "PUT", f"{PATH}/{id_}", json=other)
        assert (put.status_code, put.json()) == (
            200,
            {**other, "id": id_, "sampleRate": "8000"},
        )
        gone = await ask(it, "DELETE", f"{PATH}/{id_}")
        assert (gone.status_code, gone.json()) == (200, put.json())
        for method in ("GET", "PUT", "DELETE"):
            missing = await ask(it, method, f"{PATH}/{id_}", json=STREAM)
            assert missing.status_code == 404


@pytest.mark.parametrize(
    ("security", "secret"), [(BASIC, "open sesame"), (HMAC, "a long key")]
)
async def test_secrets_are_sealed(security: dict[str, str], secret: str) -> None:
    async with whole() as it:
        made = await ask(it, "POST", PATH, json={**STREAM, "securityConfig": security})
        assert secret not in made.text
        id_ = made.json()["id"]
        row = await it.ringway.ports.shelves.read(
            FIRST_ACCOUNT, lambda shelf: the(shelf, STREAM_CONFIG, id_)
        )
        assert row.credentials is not None
        assert row.credentials.type == security["type"]
        assert secret not in repr(row)
        place = f"{FIRST_ACCOUNT}/stream-config/{id_}/credentials"
        opened = it.ringway.ports.seal.open(row.credentials.secret, place)
        assert opened == secret.encode()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"type": "OTHER"}, "type"),
        ({"type": None}, "type"),
        ({"name": None}, "name"),
        ({"name": "x" * 129}, "name"),
        ({"url": None}, "url"),
        ({"url": "https://example.com"}, "url"),
        ({"url": "wss://"}, "url"),
        ({"url": "wss://example.com:0"}, "url"),
        ({"url": "wss://example.com:70000"}, "url"),
        ({"url": "wss://[::1"}, "url"),
        ({"url": "wss://ada:secret@example.com"}, "url"),
        ({"url": "wss://example.com/#part"}, "url"),
        ({"url": "wss://example.com/two words"}, "url"),
        ({"url": "wss://example.com/" + "x" * 2048}, "url"),
        ({"audioEncoding": "MP3"}, "audioEncoding"),
        ({"securityConfig": {"type": "OTHER"}}, "securityConfig.type"),
        ({"securityConfig": {**BASIC, "password": None}}, "securityConfig.password"),
        ({"securityConfig": {**BASIC, "password": ""}}, "securityConfig.password"),
        ({"securityConfig": {**BASIC, "username": "a:b"}}, "securityConfig.username"),
        ({"securityConfig": {**HMAC, "algorithm": "MD5"}}, "securityConfig.algorithm"),
        (
            {"securityConfig": {**HMAC, "secretKey": "x" * 1025}},
            "securityConfig.secretKey",
        ),
        ({"type": "WEBSOCKET_ENDPOINT", "sampleRate": 8000}, "sampleRate"),
        ({"type": "WEBSOCKET_ENDPOINT", "sampleRate": "44100"}, "sampleRate"),
    ],
)
async def test_what_can_not_be_kept(change: dict[str, Any], named: str) -> None:
    async with whole() as it:
        refused = await ask(it, "POST", PATH, json={**STREAM, **change})
        assert refused.status_code == 400
        assert set(fields(refused)) == {named}
        assert (await ask(it, "GET", PATH)).json()["results"] == []
        kept = (await ask(it, "POST", PATH, json=STREAM)).json()
        path = f"{PATH}/{kept['id']}"
        refused = await ask(it, "PUT", path, json={**STREAM, **change})
        assert refused.status_code == 400
        assert (await ask(it, "GET", path)).json() == kept


async def test_what_belongs_to_others_is_not_there() -> None:
    async with whole() as it:
        made = (await ask(it, "POST", PATH, json=STREAM)).json()
        other = await somebody_else(it)
        for method in ("GET", "PUT", "DELETE"):
            path = f"{PATH}/{made['id']}"
            missing = await ask(it, method, path, key=other, json=STREAM)
            assert missing.status_code == 404
