"""`/calls/1/sip-trunks`: trunks, their secrets, addresses, countries and regions."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.ports.shelves import the
from ringway.ports.trunks import TRUNK, Trunk
from ringway.public.trunks import is_destination, is_host
from tests.app.whole import Whole, whole
from tests.rest.asking import ask, error, fields, somebody_else

PATH = "/calls/1/sip-trunks"
ADDRESSES = f"{PATH}/service-addresses"
COMMON: dict[str, Any] = {
    "name": "office",
    "channelLimit": 10,
    "billingPackage": {"packageType": "METERED"},
}
STATIC = {**COMMON, "type": "STATIC", "sourceHosts": ["192.0.2.1", "sip.example.com"]}
REGISTERED = {**COMMON, "type": "REGISTERED"}
PROVIDER = {
    **COMMON,
    "type": "PROVIDER",
    "provider": {"type": "GENESYS_CLOUD", "region": "EU_WEST_1"},
}
AUTHENTICATED = {
    **COMMON,
    "type": "AUTHENTICATED",
    "authentication": {
        "inbound": {"digestAuthenticationEnabled": True},
        "outbound": {"fqdn": "sip.example.com"},
    },
}
MEDIA = {
    "codecs": ["PCMU", "PCMA"],
    "dtmf": "RFC2833",
    "fax": "NONE",
    "numberFormat": "E164",
    "anonymization": "NONE",
}
ANSWER = {**COMMON, "internationalCallsAllowed": False, "tls": False}
HOUSE = {
    "name": "Head office",
    "street": "1 Main Street",
    "city": "Springfield",
    "postCode": "62701",
    "countryCode": "USA",
    "countryRegionCode": "IL",
}


async def make(it: Whole, asked: dict[str, Any]) -> dict[str, Any]:
    made = await ask(it, "POST", PATH, json=asked)
    assert made.status_code == 202, made.text
    told: dict[str, Any] = made.json()
    return told


async def kept(it: Whole, id_: str) -> Trunk:
    return await it.ringway.ports.shelves.read(
        FIRST_ACCOUNT, lambda shelf: the(shelf, TRUNK, id_)
    )


async def test_a_static_trunk() -> None:
    async with whole() as it:
        made = await make(it, STATIC)
        id_ = made.pop("id")
        assert made == {
            **ANSWER,
            **MEDIA,
            "type": "STATIC",
            "sourceHosts": ["192.0.2.1", "sip.example.com"],
            "destinationHosts": [],
            "strategy": "FAILOVER",
            "sipOptions": {},
        }
        read = await ask(it, "GET", f"{PATH}/{id_}")
        assert read.json() == {**made, "id": id_}
        change = {
            "type": "STATIC",
            "name": "branch",
            "destinationHosts": ["192.0.2.2:5060"],
            "strategy": "ROUND_ROBIN",
            "codecs": ["PCMA"],
            "sipOptions": {"enabled": True},
        }
        changed = await ask(it, "PUT", f"{PATH}/{id_}", json=change)
        assert changed.status_code == 202
        # What is not named has its default, but there is none for the limit.
        assert changed.json() == {
            **made,
            **change,
            "id": id_,
            "sourceHosts": [],
            "channelLimit": 10,
        }
        gone = await ask(it, "DELETE", f"{PATH}/{id_}")
        assert (gone.status_code, gone.json()) == (202, changed.json())
        for method, path in (
            ("GET", ""),
            ("PUT", ""),
            ("DELETE", ""),
            ("POST", "/reset-password"),
            ("GET", "/status"),
            ("POST", "/status"),
        ):
            body = {**STATIC, "adminStatus": "ENABLED"}
            missing = await ask(it, method, f"{PATH}/{id_}{path}", json=body)
            assert missing.status_code == 404, (method, path)


async def test_trunks_are_found_by_name() -> None:
    async with whole() as it:
        for name in ("one", "two", "one"):
            await make(it, {**STATIC, "name": name})
        page = (await ask(it, "GET", PATH, params={"name": "one"})).json()
        assert [each["name"] for each in page["results"]] == ["one", "one"]
        assert page["paging"]["totalResults"] == 2
        change = {"type": "STATIC", "name": "three", "sourceHosts": ["192.0.2.1"]}
        await ask(it, "PUT", f"{PATH}/{page['results'][0]['id']}", json=change)
        page = (await ask(it, "GET", PATH, params={"name": "three"})).json()
        assert page["paging"]["totalResults"] == 1
        assert (await ask(it, "GET", PATH)).json()["paging"]["totalResults"] == 3


async def test_a_registered_trunk_tells_its_password_once() -> None:
    async with whole() as it:
        made = await make(it, {**REGISTERED, "inviteAuthentication": True, "tls": True})
        username, password = made["username"], made.pop("password")
        assert len(password) == 32
        assert (made["inviteAuthentication"], made["tls"]) == (True, True)
        read = await ask(it, "GET", f"{PATH}/{made['id']}")
        assert read.json() == made
        listed = await ask(it, "GET", PATH)
        assert password not in listed.text + read.text
        row, seal = await kept(it, made["id"]), it.ringway.ports.seal
        assert row.registration is not None
        place = f"{FIRST_ACCOUNT}/trunk/{row.id}/password"
        assert seal.open(row.registration.password, place) == password.encode()
        new = await ask(it, "POST", f"{PATH}/{made['id']}/reset-password")
        assert new.status_code == 200
        assert (new.json()["type"], new.json()["username"]) == ("REGISTERED", username)
        assert new.json()["password"] != password
        row = await kept(it, made["id"])
        assert row.registration is not None
        opened = seal.open(row.registration.password, place)
        assert opened == new.json()["password"].encode()
        change = {"type": "REGISTERED", "name": "office"}
        changed = await ask(it, "PUT", f"{PATH}/{made['id']}", json=change)
        assert changed.json()["inviteAuthentication"] is False
        after = await kept(it, made["id"])
        assert after.registration is not None
        assert after.registration.password == row.registration.password


async def test_an_authenticated_trunk_tells_its_secrets_once() -> None:
    async with whole() as it:
        made = await make(it, AUTHENTICATED)
        told = made["authentication"]
        assert told["inbound"]["headerValue"].startswith("Bearer ")
        assert told["inbound"]["digestAuthenticationEnabled"] is True
        assert told["outbound"]["fqdn"] == "sip.example.com"
        secrets = [
            told["inbound"]["headerValue"],
            told["inbound"]["digestPassword"],
            told["outbound"]["digestPassword"],
        ]
        path = f"{PATH}/{made['id']}"
        read = (await ask(it, "GET", path)).json()
        assert read["authentication"] == {
            "inbound": {"digestAuthenticationEnabled": True},
            "outbound": {"fqdn": "sip.example.com"},
        }
        new = (await ask(it, "POST", f"{path}/reset-password")).json()
        after = new["authentication"]
        assert new["type"] == "AUTHENTICATED"
        assert after["inbound"]["digestUsername"] == told["inbound"]["digestUsername"]
        for way, name in (
            ("inbound", "headerValue"),
            ("inbound", "digestPassword"),
            ("outbound", "digestPassword"),
        ):
            assert after[way][name]
            assert after[way][name] not in secrets
        change = {"type": "AUTHENTICATED", "name": "office"}
        changed = (await ask(it, "PUT", path, json=change)).json()
        assert changed["authentication"]["inbound"] == {}
        assert "fqdn" not in changed["authentication"]["outbound"]
        last = (await ask(it, "POST", f"{path}/reset-password")).json()
        inbound = last["authentication"]["inbound"]
        assert "digestPassword" not in inbound
        assert inbound["digestAuthenticationEnabled"] is False


async def test_a_header_of_ones_own() -> None:
    async with whole() as it:
        inbound = {"headerValue": "Bearer mine"}
        asked = {**AUTHENTICATED, "authentication": {"inbound": inbound}}
        made = await make(it, asked)
        assert made["authentication"]["inbound"]["headerValue"] == "Bearer mine"
        assert made["authentication"]["inbound"]["digestAuthenticationEnabled"] is False
        row = await kept(it, made["id"])
        assert "mine" not in repr(row)


@pytest.mark.parametrize(
    "provider",
    [
        {"type": "FRESHWORKS", "accountSid": "sid", "sipDomain": "example.com"},
        {"type": "GENESYS_CLOUD", "region": "EU_WEST_1"},
        {"type": "CISCO_WEBEX", "ciscoUUID": "uuid"},
        {"type": "OPENAI_REALTIME", "projectId": "project"},
    ],
)
async def test_a_providers_trunk(provider: dict[str, str]) -> None:
    async with whole() as it:
        read_only = {"outboundTerminationFQDN": "x.example.com"}
        made = await make(it, {**PROVIDER, "provider": {**read_only, **provider}})
        assert made["provider"] == provider
        read = (await ask(it, "GET", f"{PATH}/{made['id']}")).json()
        assert read["provider"] == provider
        assert "codecs" not in read
        refused = await ask(it, "POST", f"{PATH}/{made['id']}/reset-password")
        assert refused.status_code == 400
        assert "no password" in error(refused)["text"]


async def test_a_trunk_is_switched_off_and_on() -> None:
    async with whole() as it:
        path = f"{PATH}/{(await make(it, REGISTERED))['id']}/status"
        told = {
            "adminStatus": "ENABLED",
            "actionStatus": {"status": "SUCCESS"},
            "registrationStatus": "UNREGISTERED",
            "activeCalls": 0,
        }
        assert (await ask(it, "GET", path)).json() == told
        for status in ("DISABLED", "ENABLED"):
            done = await ask(it, "POST", path, json={"adminStatus": status})
            assert (done.status_code, done.json()) == (200, {"adminStatus": status})
            now = (await ask(it, "GET", path)).json()
            assert now == {**told, "adminStatus": status}
        for wrong in ("SYSTEM_DISABLED", "OFF", None):
            refused = await ask(it, "POST", path, json={"adminStatus": wrong})
            assert set(fields(refused)) == {"adminStatus"}
        path = f"{PATH}/{(await make(it, STATIC))['id']}/status"
        assert "registrationStatus" not in (await ask(it, "GET", path)).json()


def changed(of: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {**of, **members}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (changed(STATIC, type="OTHER"), "type"),
        (changed(STATIC, name=None), "name"),
        (changed(STATIC, name="x" * 129), "name"),
        (changed(STATIC, channelLimit=0), "channelLimit"),
        (changed(STATIC, channelLimit=1001), "channelLimit"),
        (changed(STATIC, channelLimit="10"), "channelLimit"),
        (changed(STATIC, location="MOON"), "location"),
        (changed(STATIC, billingPackage=None), "billingPackage"),
        (changed(STATIC, billingPackage={}), "billingPackage.packageType"),
        (
            changed(STATIC, billingPackage={"packageType": "UNLIMITED"}),
            "billingPackage.countryCode",
        ),
        (
            changed(
                STATIC,
                billingPackage={"packageType": "METERED", "countryCode": "HRV"},
            ),
            "billingPackage.countryCode",
        ),
        (
            changed(
                STATIC, billingPackage={"packageType": "METERED", "addressId": "no"}
            ),
            "billingPackage.addressId",
        ),
        (changed(STATIC, sourceHosts=[]), "sourceHosts"),
        (changed(STATIC, sourceHosts=None), "sourceHosts"),
        (changed(STATIC, sourceHosts=["192.0.2.1:5060"]), "sourceHosts[0]"),
        (changed(STATIC, sourceHosts=["192.0.2.1"] * 33), "sourceHosts"),
        (changed(STATIC, destinationHosts=["a", "b:80"]), "destinationHosts[1]"),
        (changed(STATIC, codecs=["OPUS"]), "codecs"),
        (changed(STATIC, codecs=[]), "codecs"),
        (changed(STATIC, tls="yes"), "tls"),
        (changed(STATIC, dtmf="SMOKE"), "dtmf"),
        (changed(PROVIDER, provider=None), "provider"),
        (changed(PROVIDER, provider={"type": "ACME"}), "provider.type"),
        (
            changed(PROVIDER, provider={"type": "CISCO_WEBEX", "ciscoUUID": ""}),
            "provider.ciscoUUID",
        ),
        (
            changed(
                AUTHENTICATED, authentication={"outbound": {"fqdn": "not a domain"}}
            ),
            "authentication.outbound.fqdn",
        ),
        (
            changed(
                AUTHENTICATED, authentication={"inbound": {"headerValue": "a\r\nb"}}
            ),
            "authentication.inbound.headerValue",
        ),
    ],
)
async def test_what_can_not_be_made(body: dict[str, Any], named: str) -> None:
    async with whole() as it:
        refused = await ask(it, "POST", PATH, json=body)
        assert refused.status_code == 400
        assert {each.split("[")[0] for each in fields(refused)} == {
            named.split("[", maxsplit=1)[0]
        }
        assert named in fields(refused) or "codecs" in named
        assert (await ask(it, "GET", PATH)).json()["results"] == []


async def test_a_trunk_keeps_its_type() -> None:
    async with whole() as it:
        made = await make(it, STATIC)
        change = {"type": "REGISTERED", "name": "office"}
        refused = await ask(it, "PUT", f"{PATH}/{made['id']}", json=change)
        assert refused.status_code == 400
        assert set(fields(refused)) == {"type"}
        assert (await ask(it, "GET", f"{PATH}/{made['id']}")).json() == made


@pytest.mark.parametrize(
    ("text", "host", "destination"),
    [
        ("192.0.2.1", True, False),
        ("2001:db8::1", True, False),
        ("sip.example.com", True, True),
        ("sip", True, True),
        ("192.0.2.1:5060", False, True),
        ("[2001:db8::1]:5060", False, True),
        ("[192.0.2.1]:5060", False, False),
        ("sip.example.com:0", False, True),
        ("sip.example.com:1024", False, False),
        ("sip.example.com:1025", False, True),
        ("sip.example.com:65535", False, True),
        ("sip.example.com:65536", False, False),
        ("-sip.example.com", False, False),
        ("sip..example.com", False, False),
        ("sip example", False, False),
        ("x" * 64, False, False),
        (".".join(["x" * 60] * 5), False, False),
        ("192.0.2", False, False),
        ("", False, False),
        (":5060", False, False),
        ("sip.example.com\n", False, False),
    ],
)
def test_hosts(text: str, host: bool, destination: bool) -> None:
    assert (is_host(text), is_destination(text)) == (host, destination)


# --------------------------------------------------------------- addresses


async def test_the_life_of_an_address() -> None:
    async with whole() as it:
        made = await ask(it, "POST", ADDRESSES, json={**HOUSE, "suite": "7"})
        assert made.status_code == 201
        id_ = made.json()["id"]
        answer = {
            "id": id_,
            "name": "Head office",
            "street": "1 Main Street",
            "city": "Springfield",
            "postCode": "62701",
            "suite": "7",
            "country": {"name": "United States of America", "code": "USA"},
            "region": {"name": "Illinois", "code": "IL", "countryCode": "USA"},
        }
        assert made.json() == answer
        assert (await ask(it, "GET", f"{ADDRESSES}/{id_}")).json() == answer
        assert (await ask(it, "GET", ADDRESSES)).json()["results"] == [answer]
        move = {**HOUSE, "countryCode": "HRV", "countryRegionCode": None}
        moved = await ask(it, "PUT", f"{ADDRESSES}/{id_}", json=move)
        assert moved.status_code == 200
        assert moved.json()["country"]["code"] == "HRV"
        assert moved.json().keys() == answer.keys() - {"suite", "region"}
        gone = await ask(it, "DELETE", f"{ADDRESSES}/{id_}")
        assert (gone.status_code, gone.json()) == (200, moved.json())
        for method in ("GET", "PUT", "DELETE"):
            missing = await ask(it, method, f"{ADDRESSES}/{id_}", json=HOUSE)
            assert missing.status_code == 404


async def test_an_address_in_use_stays() -> None:
    async with whole() as it:
        id_ = (await ask(it, "POST", ADDRESSES, json=HOUSE)).json()["id"]
        billing = {
            "packageType": "UNLIMITED",
            "countryCode": "USA",
            "addressId": id_,
        }
        made = await make(it, {**STATIC, "billingPackage": billing})
        assert made["billingPackage"] == billing
        refused = await ask(it, "DELETE", f"{ADDRESSES}/{id_}")
        assert refused.status_code == 400
        assert made["id"] in error(refused)["text"]
        await ask(it, "DELETE", f"{PATH}/{made['id']}")
        assert (await ask(it, "DELETE", f"{ADDRESSES}/{id_}")).status_code == 200


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"name": None}, "name"),
        ({"street": " "}, "street"),
        ({"city": "x" * 256}, "city"),
        ({"postCode": ""}, "postCode"),
        ({"suite": "x" * 256}, "suite"),
        ({"countryCode": "US"}, "countryCode"),
        ({"countryCode": None}, "countryCode"),
        ({"countryRegionCode": None}, "countryRegionCode"),
        ({"countryRegionCode": "ZZ"}, "countryRegionCode"),
        ({"countryCode": "HRV"}, "countryRegionCode"),
    ],
)
async def test_what_is_no_address(change: dict[str, Any], named: str) -> None:
    async with whole() as it:
        refused = await ask(it, "POST", ADDRESSES, json={**HOUSE, **change})
        assert refused.status_code == 400
        assert set(fields(refused)) == {named}


async def test_countries_and_regions() -> None:
    async with whole() as it:
        countries = (await ask(it, "GET", f"{ADDRESSES}/countries")).json()
        assert len(countries) == 250
        assert {"name": "Croatia", "code": "HRV"} in countries

        async def regions(**query: str) -> httpx.Response:
            return await ask(it, "GET", f"{ADDRESSES}/countries/regions", params=query)

        states = (await regions(countryCode="USA")).json()
        assert len(states) == 51
        assert states[0] == {"name": "Alabama", "code": "AL", "countryCode": "USA"}
        for country, number in (("CAN", 13), ("AUS", 8), ("BRA", 27), ("MEX", 32)):
            assert len((await regions(countryCode=country)).json()) == number
        assert (await regions(countryCode="HRV")).json() == []
        for query in ({}, {"countryCode": "XXX"}):
            refused = await regions(**query)
            assert refused.status_code == 400
            assert set(fields(refused)) == {"countryCode"}


async def test_what_belongs_to_others_is_not_there() -> None:
    async with whole() as it:
        other = await somebody_else(it)
        trunk = (await make(it, STATIC))["id"]
        house = (await ask(it, "POST", ADDRESSES, json=HOUSE)).json()["id"]
        for path, body in (
            (f"{PATH}/{trunk}", {"type": "STATIC", "name": "x"}),
            (f"{ADDRESSES}/{house}", HOUSE),
        ):
            for method in ("GET", "PUT", "DELETE"):
                missing = await ask(it, method, path, key=other, json=body)
                assert missing.status_code == 404
        billing = {"packageType": "METERED", "addressId": house}
        asked = {**STATIC, "billingPackage": billing}
        refused = await ask(it, "POST", PATH, key=other, json=asked)
        assert set(fields(refused)) == {"billingPackage.addressId"}
