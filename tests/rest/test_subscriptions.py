"""The Subscriptions API: all 22 operations, by HTTP against a whole Ringway."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from ringway.app.house import Front
from ringway.domain.values import AccountId
from ringway.public.models.subscriptions import Channel
from ringway.public.operations.subscriptions import SUBSCRIPTIONS
from ringway.public.subscriptions import MASK
from tests.app.whole import Whole, whole
from tests.hooks.receiver import OK, answering, receiving

OTHER = AccountId("other")
ROOT = "/subscriptions/1"
CALLS = f"{ROOT}/subscription/VOICE_VIDEO"
PROFILE: dict[str, Any] = {
    "profileId": "p1",
    "webhook": {"notifyUrl": "https://shop.test/events"},
}
FULL: dict[str, Any] = {
    "profileId": "full",
    "webhook": {"contentType": "application/json", "notifyUrl": "http://shop.test/"},
    "security": {"authId": "a1"},
    "clientCertificateId": "c1",
    "maxBucketSize": 1,
    "windowSize": 20,
    "connectTimeout": 300,
    "readTimeout": 1000,
    "enabledSSLProtocols": ["TLSv1.3"],
    "headers": {"X-Shop": "yes"},
    "responseRegex": ".*",
    "responseBodyRegex": ".*",
    "rateLimit": 5000,
}
BASIC: dict[str, Any] = {
    "authId": "a1",
    "type": "BASIC",
    "credentials": {"username": "shop", "password": "a-password"},
}
SUBSCRIPTION: dict[str, Any] = {
    "subscriptionId": "s1",
    "name": "Calls",
    "profile": {"profileId": "p1"},
    "events": ["CALL_RECEIVED", "CALL_FINISHED"],
    "criteria": [{"callsConfigurationId": "cfg1"}, {"applicationId": "shop"}],
    "resources": ["+1"],
    "users": ["me"],
}


@dataclass(slots=True)
class Api:
    """A client with a key."""

    it: Whole
    secret: str

    async def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.it.http.request(
            method,
            path,
            json=body,
            headers={"Authorization": f"App {self.secret}"},
        )

    async def good(self, code: int, method: str, path: str, body: Any = None) -> Any:
        answer = await self.ask(method, path, body)
        assert answer.status_code == code, answer.text
        return answer.json()

    async def refused(
        self, code: int, method: str, path: str, body: Any = None
    ) -> dict[str, list[str]]:
        """Give the sentences for each wrong member."""
        answer = await self.ask(method, path, body)
        assert answer.status_code == code, answer.text
        told = answer.json()["requestError"]["serviceException"]
        assert told["messageId"] == {400: "BAD_REQUEST", 404: "NOT_FOUND"}[code]
        assert told["text"].endswith(".")
        wrong: dict[str, list[str]] = told.get("validationErrors", {})
        return wrong


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    front = Front(egress_allow=[ipaddress.ip_network("127.0.0.0/8")])
    async with whole(front) as it:
        yield Api(it, it.key.secret)


def pem(*, years: int = 1, passphrase: bytes | None = None) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.test")])
    since = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(0xABC)
        .not_valid_before(since)
        .not_valid_after(since + dt.timedelta(days=365 * years))
        .sign(key, hashes.SHA256())
    )
    how = NoEncryption() if passphrase is None else BestAvailableEncryption(passphrase)
    return made.public_bytes(Encoding.PEM) + key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, how
    )


def upload(content: bytes, name: str = "c1", **more: str) -> dict[str, str]:
    text = base64.b64encode(content).decode()
    return {"certificateId": name, "certificateContent": text, **more}


def test_all_operations_of_the_reference_are_there() -> None:
    assert len(SUBSCRIPTIONS) == 22
    assert len({(it.method, it.path) for it in SUBSCRIPTIONS}) == 22


@pytest.mark.parametrize("row", SUBSCRIPTIONS, ids=lambda row: row.id)
async def test_nobody_does_anything_without_a_key(row: Any) -> None:
    async with whole() as it:
        answer = await it.http.request(row.method, row.path)
        assert answer.status_code == 401


async def test_the_usual_way(api: Api) -> None:
    """What an integration does: a profile, then a subscription that names it."""
    answer = await api.ask("POST", f"{ROOT}/profiles", PROFILE)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{ROOT}/profiles/p1"
    told = answer.json()
    assert told["profileId"] == "p1"
    assert told["signingSecret"].startswith("whsec_")
    assert len(base64.b64decode(told["signingSecret"][6:])) == 32
    answer = await api.ask("POST", CALLS, SUBSCRIPTION)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{CALLS}/s1"
    assert answer.json() == {"subscriptionId": "s1", "profile": {"profileId": "p1"}}
    assert await api.good(200, "GET", f"{CALLS}/s1") == {
        **SUBSCRIPTION,
        "profile": {"profileId": "p1"},
    }
    changed = {
        "name": "Others",
        "profile": {"profileId": "p1"},
        "events": ["CALL_STARTED", "SOMETHING_NEW", "CALL_STARTED"],
    }
    told = await api.good(200, "PUT", f"{CALLS}/s1", changed)
    assert told == {"subscriptionId": "s1", "profile": {"profileId": "p1"}}
    assert await api.good(200, "GET", f"{CALLS}/s1") == {
        "subscriptionId": "s1",
        "name": "Others",
        "profile": {"profileId": "p1"},
        "events": ["CALL_STARTED", "SOMETHING_NEW"],
        "criteria": [],
        "resources": [],
        "users": [],
    }
    assert await api.refused(400, "DELETE", f"{ROOT}/profiles/p1") == {}
    told = await api.good(200, "DELETE", f"{CALLS}/s1")
    assert told["subscriptionId"] == "s1"
    await api.good(200, "DELETE", f"{ROOT}/profiles/p1")
    await api.refused(404, "GET", f"{CALLS}/s1")
    await api.refused(404, "GET", f"{ROOT}/profiles/p1")


async def test_all_at_once(api: Api) -> None:
    """A subscription may bring its profile, and that its security setting."""
    body = {**SUBSCRIPTION, "profile": {**PROFILE, "security": BASIC}}
    told = await api.good(201, "POST", CALLS, body)
    assert told["profile"]["security"] == {"authId": "a1"}
    assert told["profile"]["signingSecret"].startswith("whsec_")
    assert (await api.good(200, "GET", f"{ROOT}/profiles/p1"))["security"] == {
        "authId": "a1"
    }
    wrong = await api.refused(400, "POST", CALLS, {**body, "subscriptionId": "s2"})
    assert wrong.keys() == {"profile.security.authId"}
    assert (await api.good(200, "GET", CALLS))["paging"]["totalResults"] == 1


async def test_a_profile_is_told_as_it_was_given(api: Api) -> None:
    await api.good(201, "POST", f"{ROOT}/security", BASIC)
    await api.good(201, "POST", f"{ROOT}/certificates", upload(pem()))
    told = await api.good(201, "POST", f"{ROOT}/profiles", FULL)
    assert told["security"] == {"authId": "a1"}
    assert await api.good(200, "GET", f"{ROOT}/profiles/full") == FULL
    less = {"webhook": {"notifyUrl": "https://other.test/"}}
    await api.good(200, "PUT", f"{ROOT}/profiles/full", less)
    told = await api.good(200, "GET", f"{ROOT}/profiles/full")
    assert told == {"profileId": "full", **less}
    await api.good(200, "DELETE", f"{ROOT}/security/a1")
    await api.good(200, "DELETE", f"{ROOT}/certificates/c1")


async def test_what_is_used_can_not_be_taken_away(api: Api) -> None:
    await api.good(201, "POST", f"{ROOT}/security", BASIC)
    await api.good(201, "POST", f"{ROOT}/certificates", upload(pem()))
    await api.good(201, "POST", f"{ROOT}/profiles", FULL)
    await api.refused(400, "DELETE", f"{ROOT}/security/a1")
    await api.refused(400, "DELETE", f"{ROOT}/certificates/c1")


SECRETS: list[dict[str, Any]] = [
    BASIC,
    {
        "authId": "a1",
        "type": "HMAC",
        "credentials": {"secretKey": "a-password", "algorithm": "HMAC_SHA_512"},
    },
    {
        "authId": "a1",
        "type": "OAUTH",
        "credentials": {
            "tokenUrl": "https://login.test/token",
            "grantType": "password",
            "clientId": "id",
            "clientSecret": "a-password",
            "username": "me",
            "password": "a-password",
            "refreshToken": "a-password",
            "scope": "a b",
            "resource": "r",
            "headers": {"X-Tenant": "a-password"},
        },
    },
]


@pytest.mark.parametrize("asked", SECRETS, ids=lambda it: it["type"])
async def test_no_secret_is_told_and_a_mask_keeps_it(
    api: Api, asked: dict[str, Any]
) -> None:
    await api.good(201, "POST", f"{ROOT}/security", asked)
    told = await api.good(200, "GET", f"{ROOT}/security/a1")
    assert told["type"] == asked["type"]
    shown = told["credentials"]
    assert "a-password" not in str(told)
    assert shown.keys() == asked["credentials"].keys()
    changed = {"type": told["type"], "credentials": shown}
    await api.good(200, "PUT", f"{ROOT}/security/a1", changed)
    books = api.it.ringway.ports.subscriptions
    book = await books.book(api.it.key.key.account)
    kept = str(book.security["a1"].credentials)
    assert MASK not in kept
    assert kept.count("a-password") == str(asked).count("a-password")


async def test_a_secret_can_be_changed(api: Api) -> None:
    await api.good(201, "POST", f"{ROOT}/security", BASIC)
    other = {"type": "HMAC", "credentials": {"secretKey": "k", "algorithm": "HMAC_MD5"}}
    await api.good(200, "PUT", f"{ROOT}/security/a1", other)
    told = await api.good(200, "GET", f"{ROOT}/security/a1")
    assert told["credentials"] == {"secretKey": MASK, "algorithm": "HMAC_MD5"}


WRONG_SECURITY: list[tuple[dict[str, Any], set[str]]] = [
    ({"type": "BASIC", "credentials": {}}, {"authId"}),
    ({"authId": "a b", "type": "BASIC"}, {"authId"}),
    ({"authId": "a"}, {"type"}),
    ({"authId": "a", "type": "CUSTOM", "credentials": {}}, {"type"}),
    ({"authId": "a", "type": "NEW", "credentials": {}}, {"type"}),
    (
        {"authId": "a", "type": "BASIC"},
        {"credentials.username", "credentials.password"},
    ),
    (
        {"authId": "a", "type": "HMAC", "credentials": {"username": "u"}},
        {"credentials.secretKey", "credentials.algorithm"},
    ),
    (
        {
            "authId": "a",
            "type": "OAUTH",
            "credentials": {"tokenUrl": "ftp://a", "headers": {"Host": "a"}},
        },
        {
            "credentials.tokenUrl",
            "credentials.grantType",
            "credentials.headers.Host",
        },
    ),
    (
        {
            "authId": "a",
            "type": "BASIC",
            "credentials": {"username": "a:b", "password": "p"},
        },
        {"credentials.username"},
    ),
]


@pytest.mark.parametrize(("body", "wrong"), WRONG_SECURITY)
async def test_wrong_credentials_are_named(
    api: Api, body: dict[str, Any], wrong: set[str]
) -> None:
    assert (await api.refused(400, "POST", f"{ROOT}/security", body)).keys() == wrong
    page = await api.good(200, "GET", f"{ROOT}/security")
    assert page["results"] == []


WRONG_PROFILES: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"profileId"}),
    ({"webhook": None}, {"webhook"}),
    ({"webhook": {}}, {"webhook.notifyUrl"}),
    ({"webhook": {"notifyUrl": "shop.test"}}, {"webhook.notifyUrl"}),
    ({"webhook": {"notifyUrl": "ftp://shop.test/"}}, {"webhook.notifyUrl"}),
    ({"webhook": {"notifyUrl": "http://a:b@shop.test/"}}, {"webhook.notifyUrl"}),
    ({"webhook": {"notifyUrl": "http://shop.test/#a"}}, {"webhook.notifyUrl"}),
    ({"webhook": {"notifyUrl": "http://shop.test:0/"}}, {"webhook.notifyUrl"}),
    ({"webhook": {"notifyUrl": "http://shop.test:99999/"}}, {"webhook.notifyUrl"}),
    ({"webhook": {"notifyUrl": "http://[::1/"}}, {"webhook.notifyUrl"}),
    ({"webhook": {"notifyUrl": "http://shöp.test/"}}, {"webhook.notifyUrl"}),
    ({"webhook": {"notifyUrl": "http://a.test/" + "a" * 512}}, {"webhook.notifyUrl"}),
    ({"windowSize": 19}, {"windowSize"}),
    ({"windowSize": 10_001}, {"windowSize"}),
    ({"windowSize": "20"}, {"windowSize"}),
    ({"connectTimeout": 299, "readTimeout": 999}, {"connectTimeout", "readTimeout"}),
    ({"maxBucketSize": 0, "rateLimit": 5001}, {"maxBucketSize", "rateLimit"}),
    ({"enabledSSLProtocols": ["TLSv1.1"]}, {"enabledSSLProtocols"}),
    ({"enabledSSLProtocols": ["TLSv1.2", "TLSv1.2"]}, {"enabledSSLProtocols"}),
    ({"headers": {"a b": "c"}}, {"headers.a b"}),
    ({"headers": {"X-A": "a\r\nX-B: b"}}, {"headers.X-A"}),
    ({"headers": {"Content-Length": "1"}}, {"headers.Content-Length"}),
    ({"headers": {f"X-{n}": "" for n in range(51)}}, {"headers"}),
    ({"security": {"authId": "none"}}, {"security.authId"}),
    ({"clientCertificateId": "none"}, {"clientCertificateId"}),
]


@pytest.mark.parametrize(("more", "wrong"), WRONG_PROFILES)
async def test_wrong_profiles_are_named(
    api: Api, more: dict[str, Any], wrong: set[str]
) -> None:
    body = {**PROFILE, **more} if more else {"webhook": PROFILE["webhook"]}
    told = await api.refused(400, "POST", f"{ROOT}/profiles", body)
    assert {it.partition("[")[0] for it in told} == wrong
    assert (await api.good(200, "GET", f"{ROOT}/profiles"))["results"] == []


WRONG_SUBSCRIPTIONS: list[tuple[dict[str, Any], set[str]]] = [
    ({"subscriptionId": None}, {"subscriptionId"}),
    ({"subscriptionId": "a/b"}, {"subscriptionId"}),
    ({"subscriptionId": "a" * 256}, {"subscriptionId"}),
    ({"name": ""}, {"name"}),
    ({"events": None}, {"events"}),
    ({"events": ["A"] * 256}, {"events"}),
    ({"events": "A"}, {"events"}),
    ({"criteria": [{"applicationId": "a" * 256}]}, {"criteria[0].applicationId"}),
    ({"profile": None}, {"profile"}),
    ({"profile": {"profileId": "none"}}, {"profile.profileId"}),
    ({"profile": {**PROFILE}}, {"profile.profileId"}),
]


@pytest.mark.parametrize(("more", "wrong"), WRONG_SUBSCRIPTIONS)
async def test_wrong_subscriptions_are_named(
    api: Api, more: dict[str, Any], wrong: set[str]
) -> None:
    await api.good(201, "POST", f"{ROOT}/profiles", PROFILE)
    told = await api.refused(400, "POST", CALLS, {**SUBSCRIPTION, **more})
    assert told.keys() == wrong
    assert (await api.good(200, "GET", CALLS))["results"] == []


async def test_an_id_is_taken_once(api: Api) -> None:
    for path, body, member in (
        (f"{ROOT}/security", BASIC, "authId"),
        (f"{ROOT}/profiles", PROFILE, "profileId"),
        (CALLS, SUBSCRIPTION, "subscriptionId"),
        (f"{ROOT}/certificates", upload(pem()), "certificateId"),
    ):
        await api.good(201, "POST", path, body)
        assert (await api.refused(400, "POST", path, body)).keys() == {member}


@pytest.mark.parametrize("channel", [it.value for it in Channel])
async def test_other_channels_are_known_and_not_here(api: Api, channel: str) -> None:
    path = f"{ROOT}/subscription/{channel}"
    if channel == Channel.VOICE_VIDEO:
        await api.good(200, "GET", path)
        return
    answer = await api.ask("GET", path)
    assert answer.status_code == 400
    assert "only the channel VOICE_VIDEO" in answer.text


@pytest.mark.parametrize("channel", ["voice_video", "FAX", "VOICE"])
async def test_unknown_channels_are_not_found(api: Api, channel: str) -> None:
    await api.refused(404, "GET", f"{ROOT}/subscription/{channel}")


async def test_lists_have_pages_newest_first(api: Api) -> None:
    for number in range(5):
        await api.good(
            201, "POST", f"{ROOT}/profiles", {**PROFILE, "profileId": f"p{number}"}
        )
        api.it.clock.move(1)
    page = await api.good(200, "GET", f"{ROOT}/profiles?page=1&size=2")
    assert [it["profileId"] for it in page["results"]] == ["p2", "p1"]
    assert page["paging"] == {
        "page": 1,
        "size": 2,
        "totalPages": 3,
        "totalResults": 5,
    }
    for query in ("size=0", "size=101", "page=-1", "size=a"):
        await api.refused(400, "GET", f"{ROOT}/profiles?{query}")


FILTERS = [
    ("callsConfigurationId=cfg1", ["s1"]),
    ("callsConfigurationId=cfg2", ["s2"]),
    ("applicationId=shop", ["s1"]),
    ("entityId=north", ["s2"]),
    ("resource=%2B1", ["s2", "s1"]),
    ("user=you", ["s2"]),
    ("user=you&user=me", ["s2", "s1"]),
    ("user=you&user=me&callsConfigurationId=cfg1", ["s1"]),
    ("user=you&applicationId=shop", []),
    ("user=me&applicationId=shop", ["s1"]),
]


@pytest.mark.parametrize(("query", "found"), FILTERS)
async def test_subscriptions_are_looked_for(
    api: Api, query: str, found: list[str]
) -> None:
    await api.good(201, "POST", f"{ROOT}/profiles", PROFILE)
    await api.good(201, "POST", CALLS, SUBSCRIPTION)
    api.it.clock.move(1)
    other = {
        **SUBSCRIPTION,
        "subscriptionId": "s2",
        "criteria": [{"callsConfigurationId": "cfg2", "entityId": "north"}],
        "users": ["you"],
    }
    await api.good(201, "POST", CALLS, other)
    page = await api.good(200, "GET", f"{CALLS}?{query}")
    assert [it["subscriptionId"] for it in page["results"]] == found


async def test_accounts_do_not_see_each_other(api: Api) -> None:
    for path, body in (
        (f"{ROOT}/security", BASIC),
        (f"{ROOT}/certificates", upload(pem())),
        (f"{ROOT}/profiles", PROFILE),
        (CALLS, SUBSCRIPTION),
    ):
        await api.good(201, "POST", path, body)
    catalog, now = api.it.ringway.ports.catalog, api.it.clock.now()
    await catalog.open_account(OTHER, "Other", now)
    minted = await catalog.create_key(OTHER, "key", now)
    theirs = replace(api, secret=minted.secret)
    changed = {"profile": {"profileId": "p1"}, "events": []}
    for path in (
        f"{ROOT}/security/a1",
        f"{ROOT}/certificates/c1",
        f"{ROOT}/certificates/status/c1",
        f"{ROOT}/profiles/p1",
        f"{CALLS}/s1",
    ):
        await theirs.refused(404, "GET", path)
    for path in (
        f"{ROOT}/security/a1",
        f"{ROOT}/certificates/c1",
        f"{ROOT}/profiles/p1",
        f"{CALLS}/s1",
    ):
        await theirs.refused(404, "DELETE", path)
    await theirs.refused(404, "PUT", f"{CALLS}/s1", changed)
    await theirs.refused(404, "PUT", f"{ROOT}/profiles/p1", PROFILE)
    await theirs.refused(404, "PUT", f"{ROOT}/security/a1", BASIC)
    assert (await theirs.good(200, "GET", CALLS))["results"] == []


async def test_a_certificate_is_read(api: Api) -> None:
    answer = await api.ask("POST", f"{ROOT}/certificates", upload(pem(years=2)))
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{ROOT}/certificates/c1"
    ready = {"certificateId": "c1", "status": "READY"}
    assert answer.json() == ready
    assert await api.good(200, "GET", f"{ROOT}/certificates/status/c1") == ready
    page = await api.good(200, "GET", f"{ROOT}/certificates/status")
    assert page["results"] == [ready]
    told = await api.good(200, "GET", f"{ROOT}/certificates/c1")
    assert told == {
        "certificateId": "c1",
        "issuedBy": "CN=shop.test",
        "issuedTo": "CN=shop.test",
        "validFrom": 1672531200000,
        "validUntil": 1735603200000,
        "certificateStatus": "READY",
        "serialNumber": "abc",
    }
    assert (await api.good(200, "GET", f"{ROOT}/certificates"))["results"] == [told]
    api.it.clock.move((told["validUntil"] + 1) * 1000 - api.it.clock.now())
    told = await api.good(200, "GET", f"{ROOT}/certificates/status/c1")
    assert told["status"] == "EXPIRED"


async def test_an_encrypted_key_needs_its_passphrase(api: Api) -> None:
    sealed = pem(passphrase=b"open")
    right, other = (base64.b64encode(it).decode() for it in (b"open", b"shut"))
    path = f"{ROOT}/certificates"
    assert (await api.refused(400, "POST", path, upload(sealed))).keys() == {
        "passphrase"
    }
    told = await api.refused(400, "POST", path, upload(sealed, passphrase=other))
    assert told.keys() == {"certificateContent"}
    told = await api.refused(400, "POST", path, upload(pem(), passphrase=right))
    assert told.keys() == {"passphrase"}
    await api.good(201, "POST", path, upload(sealed, passphrase=right))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no PEM",
        pem()[:600],
        pem().split(b"-----END CERTIFICATE-----\n")[1],
        pem().split(b"-----BEGIN PRIVATE")[0],
        pem().split(b"-----BEGIN PRIVATE")[0]
        + b"-----BEGIN PRIVATE"
        + pem().split(b"-----BEGIN PRIVATE")[1],
    ],
)
async def test_what_is_no_certificate_is_refused(api: Api, content: bytes) -> None:
    told = await api.refused(400, "POST", f"{ROOT}/certificates", upload(content))
    assert told.keys() == {"certificateContent"}
    body = {"certificateId": "c1", "certificateContent": "no base64!"}
    told = await api.refused(400, "POST", f"{ROOT}/certificates", body)
    assert told.keys() == {"certificateContent"}


def server_tls(folder: Path, content: bytes) -> ssl.SSLContext:
    file = folder / "server.pem"
    file.write_bytes(content)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


async def test_a_certificate_is_tried(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Really: the receiver asks for it, and takes it or not."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    here = x509.SubjectAlternativeName(
        [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    ca = x509.BasicConstraints(ca=True, path_length=None)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(ca, critical=True)
        .sign(key, hashes.SHA256())
    )
    mine = made.public_bytes(Encoding.PEM) + key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    context = server_tls(tmp_path, mine)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(tmp_path / "server.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    await api.good(201, "POST", f"{ROOT}/certificates", upload(mine, "good"))
    await api.good(201, "POST", f"{ROOT}/certificates", upload(pem(), "bad"))
    path = f"{ROOT}/certificates/test/webhook"
    async with receiving(answering(OK), tls=context) as receiver:
        url = receiver.url().replace("http:", "https:")
        body = {"certificateId": "good", "webhookUrl": url}
        told = await api.good(200, "POST", path, body)
        assert told == {
            "certificateId": "good",
            "webhookUrl": url,
            "result": "SUCCESS",
            "failReasons": [],
        }
        assert receiver.heard[0].line == "HEAD /events HTTP/1.1"
        told = await api.good(200, "POST", path, {**body, "certificateId": "bad"})
        assert told["result"] == "FAIL"
        assert len(told["failReasons"]) == 1
        assert len(receiver.heard) == 1
        plain = {**body, "webhookUrl": receiver.url()}
        assert (await api.good(200, "POST", path, plain))["result"] == "FAIL"
    gone = {"certificateId": "none", "webhookUrl": url}
    await api.refused(404, "POST", path, gone)
    told = await api.refused(400, "POST", path, {**body, "webhookUrl": "a.test"})
    assert told.keys() == {"webhookUrl"}


async def test_a_definition_is_in_force_at_once(api: Api) -> None:
    """An event is brought to a subscription that was made a moment ago."""
    from tests.hooks.model import World  # noqa: PLC0415

    async with receiving(answering(OK)) as receiver:
        to = {"profileId": "p1", "webhook": {"notifyUrl": receiver.url()}}
        await api.good(201, "POST", CALLS, {**SUBSCRIPTION, "profile": to})
        event = World().event(configuration="cfg1")
        hooks = api.it.ringway.hooks
        kept: Any = api.it.ringway.ports.outbox
        kept.put([event])
        hooks.tail.grown()
        [heard] = await receiver.until(1)
        assert heard.body == event.payload
        await hooks.dispatch.tasks.quiet()
