"""`/webrtc/1/webrtc-push-config`: what opens push services, and is never told."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.ports.push import PUSH, PushConfiguration
from ringway.ports.shelves import the
from tests.app.whole import Whole, whole
from tests.rest.asking import ask, error, fields, somebody_else

PATH = "/webrtc/1/webrtc-push-config"
PASSWORD = "open sesame"
ROOT = Path(__file__).parents[2]


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def service_account(**changes: Any) -> dict[str, Any]:
    whole_file = {
        "type": "service_account",
        "project_id": "my-project",
        "private_key": pem(private_key()),
        "client_email": "push@my-project.example",
        "token_uri": "https://example.com/token",
        **changes,
    }
    return {name: it for name, it in whole_file.items() if it is not None}


def android(**changes: Any) -> dict[str, Any]:
    return {"privateKeyJson": json.dumps(service_account(**changes))}


@cache
def p12(*, with_key: bool = True, password: str | None = PASSWORD) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "push")])
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    protection: serialization.KeySerializationEncryption
    protection = serialization.NoEncryption()
    if password is not None:
        protection = serialization.BestAvailableEncryption(password.encode())
    content = pkcs12.serialize_key_and_certificates(
        b"push", key if with_key else None, certificate, None, protection
    )
    return base64.b64encode(content).decode()


def ios(**changes: Any) -> dict[str, Any]:
    return {
        "apnsCertificateFileName": "push.p12",
        "apnsCertificateFileContent": p12(),
        "apnsCertificatePassword": PASSWORD,
        **changes,
    }


async def kept(it: Whole, id_: str) -> PushConfiguration:
    return await it.ringway.ports.shelves.read(
        FIRST_ACCOUNT, lambda shelf: the(shelf, PUSH, id_)
    )


async def test_the_page_shows_what_is_sent() -> None:
    page = (ROOT / "docs" / "push-configurations.md").read_text()
    [example] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    shown = json.loads(example)
    body = {
        "name": shown["name"],
        "android": {name: android()[name] for name in shown["android"]},
        "ios": {name: ios()[name] for name in shown["ios"]},
    }
    async with whole() as it:
        made = (await ask(it, "POST", PATH, json=body)).json()
        assert made["name"] == shown["name"]
        assert made["androidConfigured"]
        assert made["iosConfigured"]


async def test_a_life() -> None:
    async with whole() as it:
        made = await ask(it, "POST", PATH, json={"name": "prod", "android": android()})
        assert made.status_code == 200
        id_ = made.json()["id"]
        answer = {
            "id": id_,
            "name": "prod",
            "androidConfigured": True,
            "iosConfigured": False,
        }
        assert made.json() == answer
        assert (await ask(it, "GET", f"{PATH}/{id_}")).json() == answer
        page = (await ask(it, "GET", PATH)).json()
        assert page == {
            "results": [answer],
            "pageInfo": {"page": 0, "size": 20, "totalPages": 1, "totalResults": 1},
        }
        patched = await ask(it, "PATCH", f"{PATH}/{id_}", json={"ios": ios()})
        assert patched.json() == {**answer, "iosConfigured": True}
        replaced = await ask(it, "PUT", f"{PATH}/{id_}", json={"ios": ios()})
        assert (replaced.status_code, replaced.json()) == (
            200,
            {"id": id_, "androidConfigured": False, "iosConfigured": True},
        )
        gone = await ask(it, "DELETE", f"{PATH}/{id_}")
        assert (gone.status_code, gone.content) == (200, b"")
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            body = {"ios": ios()}
            missing = await ask(it, method, f"{PATH}/{id_}", json=body)
            assert missing.status_code == 404


async def test_secrets_are_kept_sealed_and_can_be_used() -> None:
    async with whole() as it:
        body = {"android": android(), "ios": ios()}
        id_ = (await ask(it, "POST", PATH, json=body)).json()["id"]
        row, seal = await kept(it, id_), it.ringway.ports.seal
        assert row.android is not None
        assert row.ios is not None
        assert row.android.project == "my-project"
        place = f"{FIRST_ACCOUNT}/push/{id_}"
        opened = json.loads(seal.open(row.android.key, f"{place}/service-account"))
        assert opened == service_account()
        content = seal.open(row.ios.certificate, f"{place}/certificate")
        assert row.ios.password is not None
        password = seal.open(row.ios.password, f"{place}/certificate-password")
        key, _, _ = pkcs12.load_key_and_certificates(content, password)
        assert key is not None
        assert PASSWORD.encode() not in row.ios.password.box


async def test_a_certificate_may_have_no_password() -> None:
    async with whole() as it:
        open_one = ios(
            apnsCertificateFileContent=p12(password=None), apnsCertificatePassword=None
        )
        made = await ask(it, "POST", PATH, json={"ios": open_one})
        assert made.status_code == 200
        assert (await kept(it, made.json()["id"])).name is None


IOS_CONTENT = "ios.apnsCertificateFileContent"
ANDROID_KEY = "android.privateKeyJson"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "android"),
        ({"name": "prod"}, "android"),
        ({"name": "x" * 256, "ios": ios()}, "name"),
        ({"android": {"fcmServerKey": "AAAA-key"}}, ANDROID_KEY),
        ({"android": {}}, ANDROID_KEY),
        ({"android": {"privateKeyJson": "no JSON"}}, ANDROID_KEY),
        ({"android": {"privateKeyJson": "[]"}}, ANDROID_KEY),
        ({"android": {"privateKeyJson": 7}}, ANDROID_KEY),
        ({"android": android(type="authorized_user")}, ANDROID_KEY),
        ({"android": android(project_id=None)}, ANDROID_KEY),
        ({"android": android(project_id="")}, ANDROID_KEY),
        ({"android": android(private_key="-----BEGIN no key")}, ANDROID_KEY),
        (
            {
                "android": android(
                    private_key=pem(ec.generate_private_key(ec.SECP256R1()))
                )
            },
            ANDROID_KEY,
        ),
        ({"ios": {}}, "ios.apnsCertificateFileContent ios.apnsCertificateFileName"),
        ({"ios": ios(apnsCertificateFileName="")}, "ios.apnsCertificateFileName"),
        ({"ios": ios(apnsCertificateFileContent="!!!")}, IOS_CONTENT),
        ({"ios": ios(apnsCertificateFileContent="AAAA")}, IOS_CONTENT),
        ({"ios": ios(apnsCertificatePassword="wrong")}, IOS_CONTENT),
        ({"ios": ios(apnsCertificatePassword=None)}, IOS_CONTENT),
        ({"ios": ios(apnsCertificateFileContent=p12(with_key=False))}, IOS_CONTENT),
        (
            {"ios": ios(apnsCertificatePassword="wrong"), "android": {}},
            f"{ANDROID_KEY} {IOS_CONTENT}",
        ),
        ({"ios": ios(), "applicationId": ""}, "applicationId"),
    ],
)
async def test_what_can_not_be_kept(body: dict[str, Any], named: str) -> None:
    async with whole() as it:
        refused = await ask(it, "POST", PATH, json=body)
        assert refused.status_code == 400
        assert set(fields(refused)) == set(named.split())
        told = json.dumps(refused.json())
        assert "AAAA-key" not in told
        assert "BEGIN" not in told
        assert (await ask(it, "GET", PATH)).json()["results"] == []


async def test_a_server_key_alone_is_told_what_to_do() -> None:
    async with whole() as it:
        body = {"android": {"fcmServerKey": "AAAA-key"}}
        [sentence] = fields(await ask(it, "POST", PATH, json=body))[ANDROID_KEY]
        assert "service account" in sentence
        both = {"android": {"fcmServerKey": "AAAA-key", **android()}}
        assert (await ask(it, "POST", PATH, json=both)).status_code == 200


async def test_what_belongs_to_others_is_not_there() -> None:
    async with whole() as it:
        made = await ask(it, "POST", PATH, json={"ios": ios()})
        path, other = f"{PATH}/{made.json()['id']}", await somebody_else(it)
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            missing = await ask(it, method, path, key=other, json={"ios": ios()})
            assert missing.status_code == 404
        assert (await ask(it, "GET", PATH, key=other)).json()["results"] == []
        assert (await ask(it, "GET", path)).status_code == 200


# ------------------------------------------------------------ applications


async def association(it: Whole, id_: str, application: str) -> int:
    single = await ask(
        it,
        "GET",
        "/provisioning/1/associations/single",
        params={
            "resourceType": "WEBRTC_PUSH_CONFIG",
            "channel": "WEBRTC",
            "applicationId": application,
            "resourceId": id_,
        },
    )
    return single.status_code


async def test_an_application_is_an_association() -> None:
    async with whole() as it:
        body = {"ios": ios(), "applicationId": "shop"}
        made = (await ask(it, "POST", PATH, json=body)).json()
        assert made["applicationId"] == "shop"
        assert await association(it, made["id"], "shop") == 200
        found = await ask(it, "GET", "/provisioning/1/applications/shop")
        assert found.json() == {"applicationId": "shop"}
        # Changed on this side,
        path = f"{PATH}/{made['id']}"
        moved = await ask(it, "PATCH", path, json={"applicationId": "desk"})
        assert moved.json()["applicationId"] == "desk"
        assert await association(it, made["id"], "shop") == 404
        assert await association(it, made["id"], "desk") == 200
        # kept by who does not name it,
        again = await ask(it, "PUT", path, json={"ios": ios()})
        assert again.json()["applicationId"] == "desk"
        # changed on the other side,
        resource = {
            "resourceType": "WEBRTC_PUSH_CONFIG",
            "channel": "WEBRTC",
            "resourceId": made["id"],
        }
        associations = "/provisioning/1/associations"
        gone = await ask(
            it, "DELETE", associations, json={**resource, "applicationId": "desk"}
        )
        assert gone.status_code == 204
        assert "applicationId" not in (await ask(it, "GET", path)).json()
        put = await ask(
            it, "POST", associations, json={**resource, "applicationId": "shop"}
        )
        assert put.status_code == 201
        assert (await ask(it, "GET", PATH)).json()["results"][0][
            "applicationId"
        ] == "shop"
        # and gone with its configuration.
        await ask(it, "DELETE", path)
        assert await association(it, made["id"], "shop") == 404
        gone = await ask(it, "DELETE", "/provisioning/1/applications/shop")
        assert gone.status_code == 200


async def test_errors_are_in_the_envelope() -> None:
    async with whole() as it:
        missing = await ask(it, "GET", f"{PATH}/nothing")
        assert missing.status_code == 404
        assert error(missing)["messageId"] == "NOT_FOUND"
        strange = await ask(it, "OPTIONS", PATH)
        assert strange.status_code == 405
        assert set(strange.headers["Allow"].split(", ")) == {"GET", "POST"}
