"""`/calls/1/configurations`, as the reference's clients use it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.ports.configurations import (
    CONFIGURATION,
    MAX_CONFIGURATIONS,
    configuration,
)
from ringway.ports.shelves import Shelf
from tests.app.whole import Whole, whole
from tests.rest.asking import ask, error, fields, somebody_else

PATH = "/calls/1/configurations"


async def test_a_life() -> None:
    async with whole() as it:
        made = await ask(it, "POST", PATH, json={"id": "desk-1", "name": "The desk"})
        assert (made.status_code, made.json()) == (
            201,
            {"id": "desk-1", "name": "The desk"},
        )
        read = await ask(it, "GET", f"{PATH}/desk-1")
        assert (read.status_code, read.json()) == (200, made.json())
        renamed = await ask(it, "PUT", f"{PATH}/desk-1", json={"name": "Cellar"})
        assert (renamed.status_code, renamed.json()["name"]) == (200, "Cellar")
        gone = await ask(it, "DELETE", f"{PATH}/desk-1")
        assert (gone.status_code, gone.json()) == (
            200,
            {"id": "desk-1", "name": "Cellar"},
        )
        for method in ("GET", "PUT", "DELETE"):
            missing = await ask(it, method, f"{PATH}/desk-1", json={})
            assert missing.status_code == 404
            assert "desk-1" in error(missing)["text"]


async def test_an_id_and_a_name_are_given_where_there_are_none() -> None:
    async with whole() as it:
        made = (await ask(it, "POST", PATH, json={})).json()
        assert len(made["id"]) == 24
        assert int(made["id"], 16) >= 0
        assert made["name"] == made["id"]


async def test_pages_have_the_newest_first() -> None:
    async with whole() as it:
        for id_ in "abc":
            await ask(it, "POST", PATH, json={"id": id_})
        page = (await ask(it, "GET", PATH, params={"size": "2"})).json()
        assert [each["id"] for each in page["results"]] == ["c", "b"]
        assert page["paging"] == {
            "page": 0,
            "size": 2,
            "totalPages": 2,
            "totalResults": 3,
        }
        rest = (await ask(it, "GET", PATH, params={"size": "2", "page": "1"})).json()
        assert [each["id"] for each in rest["results"]] == ["a"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"id": "conversations"}, "id"),
        ({"id": ""}, "id"),
        ({"id": "ä"}, "id"),
        ({"id": "x" * 129}, "id"),
        ({"id": 7}, "id"),
        ({"name": ""}, "name"),
        ({"name": "x" * 129}, "name"),
        ({"id": "desk"}, "id"),
    ],
)
async def test_what_can_not_be_made(body: dict[str, Any], named: str) -> None:
    async with whole() as it:
        await ask(it, "POST", PATH, json={"id": "desk"})
        refused = await ask(it, "POST", PATH, json=body)
        assert refused.status_code == 400
        assert set(fields(refused)) == {named}
        assert (await ask(it, "GET", PATH)).json()["paging"]["totalResults"] == 1


async def test_the_same_id_at_once_is_made_once() -> None:
    async with whole() as it:
        done = await asyncio.gather(
            *(ask(it, "POST", PATH, json={"id": "desk"}) for _ in range(5))
        )
        assert sorted(each.status_code for each in done) == [201, 400, 400, 400, 400]


async def test_what_belongs_to_others_is_not_there() -> None:
    async with whole() as it:
        await ask(it, "POST", PATH, json={"id": "desk"})
        other = await somebody_else(it)
        for method in ("GET", "PUT", "DELETE"):
            missing = await ask(it, method, f"{PATH}/desk", key=other, json={})
            assert missing.status_code == 404
        made = await ask(it, "POST", PATH, key=other, json={"id": "desk"})
        assert made.status_code == 201
        page = (await ask(it, "GET", PATH, key=other)).json()
        assert page["paging"]["totalResults"] == 1


async def test_there_are_not_too_many() -> None:
    async with whole() as it:
        await fill(it)
        refused = await ask(it, "POST", PATH, json={})
        assert refused.status_code == 400
        assert str(MAX_CONFIGURATIONS) in error(refused)["text"]


async def fill(it: Whole) -> None:
    def work(shelf: Shelf) -> None:
        for number in range(MAX_CONFIGURATIONS):
            made = configuration(f"desk-{number}", None)
            shelf.add(CONFIGURATION, made.id, made, it.clock.now())

    await it.ringway.ports.shelves.write(FIRST_ACCOUNT, work)
