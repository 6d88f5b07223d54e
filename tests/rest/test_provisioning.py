"""`/provisioning/1`: applications, entities and associations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.whole import Whole, whole
from tests.rest.asking import ask, error, fields, somebody_else

ROOT = "/provisioning/1"
NUMBER = {
    "resourceType": "NUMBER",
    "channel": "SMS",
    "applicationId": "shop",
    "resourceId": "number-1",
}


@pytest.mark.parametrize(
    ("family", "word"), [("applications", "application"), ("entities", "entity")]
)
async def test_a_life(family: str, word: str) -> None:
    path, id_, name = f"{ROOT}/{family}", f"{word}Id", f"{word}Name"
    async with whole() as it:
        made = await ask(it, "POST", path, json={id_: "shop", name: "The shop"})
        assert (made.status_code, made.content) == (201, b"")
        again = await ask(it, "POST", path, json={id_: "shop"})
        assert again.status_code == 409
        assert error(again)["messageId"] == "CONFLICT"
        read = await ask(it, "GET", f"{path}/shop")
        assert read.json() == {id_: "shop", name: "The shop"}
        page = (await ask(it, "GET", path, params={"size": "1000"})).json()
        assert page["results"] == [read.json()]
        assert page["paging"]["totalResults"] == 1
        changed = await ask(it, "PUT", f"{path}/shop", json={name: "Market"})
        assert (changed.status_code, changed.content) == (204, b"")
        assert "content-length" not in changed.headers
        assert (await ask(it, "GET", f"{path}/shop")).json()[name] == "Market"
        gone = await ask(it, "DELETE", f"{path}/shop")
        assert (gone.status_code, gone.content) == (200, b"")
        for method in ("GET", "PUT", "DELETE"):
            missing = await ask(it, method, f"{path}/shop", json={})
            assert missing.status_code == 404


@pytest.mark.parametrize("id_", [None, "", "x" * 256, "a/b", "a\nb", 7])
async def test_ids_that_can_not_be(id_: object) -> None:
    async with whole() as it:
        refused = await ask(
            it, "POST", f"{ROOT}/applications", json={"applicationId": id_}
        )
        assert refused.status_code == 400
        assert set(fields(refused)) == {"applicationId"}


async def shop(it: Whole) -> None:
    await ask(it, "POST", f"{ROOT}/applications", json={"applicationId": "shop"})
    await ask(it, "POST", f"{ROOT}/entities", json={"entityId": "north"})


async def test_a_resource_belongs_to_one_application() -> None:
    path = f"{ROOT}/associations"
    async with whole() as it:
        await shop(it)
        made = await ask(it, "POST", path, json={**NUMBER, "entityId": "north"})
        assert (made.status_code, made.content) == (201, b"")
        assert (await ask(it, "POST", path, json=NUMBER)).status_code == 409
        other = {**NUMBER, "channel": "WHATSAPP"}
        assert (await ask(it, "POST", path, json=other)).status_code == 201
        whole_page = (await ask(it, "GET", path)).json()
        assert whole_page["results"] == [other, {**NUMBER, "entityId": "north"}]
        single = await ask(it, "GET", f"{path}/single", params=NUMBER)
        assert single.json() == {**NUMBER, "entityId": "north"}
        for change in (
            {"applicationId": "market"},
            {"resourceId": "number-2"},
            {"entityId": "south"},
        ):
            asked = {**NUMBER, **change}
            missing = await ask(it, "GET", f"{path}/single", params=asked)
            assert missing.status_code == 404
            missing = await ask(it, "DELETE", path, json=asked)
            assert missing.status_code == 404
        gone = await ask(it, "DELETE", path, json={**NUMBER, "entityId": "north"})
        assert gone.status_code == 204
        missing = await ask(it, "GET", f"{path}/single", params=NUMBER)
        assert missing.status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"applicationId": "nobody"},
        {"entityId": "nobody"},
        {"resourceType": "WEBRTC_PUSH_CONFIG", "channel": "WEBRTC"},
    ],
)
async def test_an_association_needs_both_ends(change: dict[str, str]) -> None:
    async with whole() as it:
        await shop(it)
        made = await ask(it, "POST", f"{ROOT}/associations", json={**NUMBER, **change})
        assert made.status_code == 404
        assert (await ask(it, "GET", f"{ROOT}/associations")).json()["results"] == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"resourceType": "SHIP"}, "resourceType"),
        ({"channel": None}, "channel"),
        ({"resourceId": ""}, "resourceId"),
    ],
)
async def test_what_is_no_association(change: dict[str, Any], named: str) -> None:
    async with whole() as it:
        await shop(it)
        refused = await ask(
            it, "POST", f"{ROOT}/associations", json={**NUMBER, **change}
        )
        assert refused.status_code == 400
        assert set(fields(refused)) == {named}
        query = {"resourceType": "SHIP"}
        refused = await ask(it, "GET", f"{ROOT}/associations/single", params=query)
        assert refused.status_code == 400
        assert set(fields(refused)) == {*NUMBER}


async def test_what_something_belongs_to_stays() -> None:
    async with whole() as it:
        await shop(it)
        body = {**NUMBER, "entityId": "north"}
        await ask(it, "POST", f"{ROOT}/associations", json=body)
        for path in ("applications/shop", "entities/north"):
            refused = await ask(it, "DELETE", f"{ROOT}/{path}")
            assert refused.status_code == 400
            assert "associations first" in error(refused)["text"]
            assert (await ask(it, "GET", f"{ROOT}/{path}")).status_code == 200
        await ask(it, "DELETE", f"{ROOT}/associations", json=body)
        for path in ("applications/shop", "entities/north"):
            assert (await ask(it, "DELETE", f"{ROOT}/{path}")).status_code == 200


async def test_what_belongs_to_others_is_not_there() -> None:
    async with whole() as it:
        await shop(it)
        other = await somebody_else(it)
        read = await ask(it, "GET", f"{ROOT}/applications/shop", key=other)
        assert read.status_code == 404
        made = await ask(it, "POST", f"{ROOT}/associations", key=other, json=NUMBER)
        assert made.status_code == 404
