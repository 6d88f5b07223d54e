"""Idempotency-Key: a create that is repeated creates nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from ringway.domain.values import AccountId
from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.public.operations import OPERATIONS
from ringway.rest.replies import KEPT, MAX_KEY, REPLY
from tests.app.test_calls_api import SHOP, Shop
from tests.app.whole import Whole, whole

KEY = "order-4711"
CALL = {
    "endpoint": {"type": "WEBRTC", "identity": "ada"},
    "callsConfigurationId": SHOP,
}


async def create(
    it: Whole, path: str = "/calls", body: Any = CALL, *, key: str = KEY, **more: str
) -> httpx.Response:
    headers = {"Authorization": f"App {it.key.secret}", "Idempotency-Key": key}
    return await it.http.post(f"/calls/1{path}", json=body, headers=headers | more)


async def shop_of(it: Whole) -> Shop:
    shop = Shop(it)
    await shop.open()
    return shop


async def begun(it: Whole) -> int:
    await it.ringway.calls.catch_up()
    return it.ringway.house.views.created


async def lose_the_answer(it: Whole, account: AccountId = FIRST_ACCOUNT) -> None:
    """Leave everything as a crash between the deed and its answer does."""

    def work(shelf: Any) -> None:
        for reply in shelf.page(REPLY, 0, 100).values:
            shelf.put(REPLY, reply.id, replace(reply, told=None))

    await it.ringway.ports.shelves.write(account, work)


def test_what_creates_is_known() -> None:
    assert {row.id for row in OPERATIONS if row.creates} >= {
        "create-call",
        "create-bulk",
        "create-conference",
        "create-dialog",
        "create-calls-configuration",
        "connect-with-new-call",
    }
    assert not any(row.creates for row in OPERATIONS if row.method != "POST")


async def test_the_second_answer_is_the_first_and_nothing_more_begins() -> None:
    async with whole() as it:
        await shop_of(it)
        await it.client("ada")
        first, second = await create(it), await create(it)
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.content == second.content
        assert await begun(it) == 1
        other = await create(it, key="order-4712")
        assert other.json()["id"] != first.json()["id"]


async def test_two_at_once_are_one() -> None:
    async with whole() as it:
        await shop_of(it)
        await it.client("ada")
        answers = await asyncio.gather(*(create(it) for _ in range(5)))
        assert {it.content for it in answers} == {answers[0].content}
        assert await begun(it) == 1


async def test_a_key_stands_for_one_request() -> None:
    async with whole() as it:
        await shop_of(it)
        first = await create(it)
        other = await create(it, body=CALL | {"from": "shop"})
        assert (first.status_code, other.status_code) == (201, 400)
        text = other.json()["requestError"]["serviceException"]["text"]
        assert "used for another request" in text
        # The same key for another operation is another key.
        made = await create(it, "/conferences", {"callsConfigurationId": SHOP})
        assert made.status_code == 201


async def test_what_was_refused_can_be_mended_and_sent_again() -> None:
    async with whole() as it:
        shop = Shop(it)
        assert (await create(it)).status_code == 404
        await shop.open()
        assert (await create(it)).status_code == 201


@pytest.mark.parametrize("is_over", [False, True])
async def test_a_lost_answer_is_made_anew_without_a_second_call(is_over: bool) -> None:
    async with whole() as it:
        shop = await shop_of(it)
        await it.client("ada")
        first = await create(it)
        call = first.json()["id"]
        if is_over:
            await shop.post(f"/calls/{call}/hangup")
        await lose_the_answer(it)
        again = await create(it)
        assert again.status_code == 201, again.text
        assert again.json()["id"] == call
        assert await begun(it) == 1


async def test_meetings_and_bulks_are_begun_once() -> None:
    async with whole() as it:
        shop = await shop_of(it)
        await it.client("ada")
        call = await shop.taken("bob", await it.client("bob"))
        number = {"endpoint": {"type": "PHONE", "phoneNumber": "4930123456"}}
        later = {"startTime": "2099-01-01T00:00:00.000+0000"}
        item = {"callRequests": [number], "schedulingOptions": later}
        new = {"callRequest": {"endpoint": CALL["endpoint"]}}
        wanted: list[tuple[str, Any, Callable[[Any], str]]] = [
            (f"/calls/{call}/connect", new, lambda it: str(it["conference"]["id"])),
            ("/conferences", {"callsConfigurationId": SHOP}, lambda it: str(it["id"])),
            (
                "/bulks",
                {"callsConfigurationId": SHOP, "items": [item]},
                lambda it: str(it["bulkId"]),
            ),
        ]
        for path, body, id_of in wanted:
            first = await create(it, path, body)
            await lose_the_answer(it)
            again = await create(it, path, body)
            assert first.is_success, first.text
            assert again.status_code == first.status_code, again.text
            assert id_of(again.json()) == id_of(first.json())


async def test_a_key_is_forgotten_after_a_day() -> None:
    async with whole() as it:
        await shop_of(it)
        first = await create(it)
        it.clock.move(KEPT + 1)
        second = await create(it)
        assert second.json()["id"] != first.json()["id"]
        shelves = it.ringway.ports.shelves
        kept = await shelves.read(FIRST_ACCOUNT, lambda it: it.page(REPLY, 0, 1).total)
        assert kept == 1


@pytest.mark.parametrize("key", ["", "a b", "x" * (MAX_KEY + 1), "\x7f"])
async def test_a_key_that_can_be_none_is_refused(key: str) -> None:
    async with whole() as it:
        await shop_of(it)
        refused = await create(it, key=key)
        assert refused.status_code == 400
        assert await begun(it) == 0


async def test_other_accounts_have_keys_of_their_own() -> None:
    async with whole() as it:
        await shop_of(it)
        first = await create(it)
        catalog = it.ringway.ports.catalog
        other = AccountId("other")
        await catalog.open_account(other, "Other", 1)
        key = await catalog.create_key(other, "other", 1)
        shown = {"Authorization": f"App {key.secret}"}
        refused = await create(it, Authorization=shown["Authorization"])
        assert first.status_code == 201
        assert refused.status_code == 404  # its own shop is not there


async def test_what_only_reads_or_acts_does_not_look_at_it() -> None:
    async with whole() as it:
        shop = await shop_of(it)
        ada = await it.client("ada")
        call = await shop.taken("ada", ada)
        for _ in range(2):
            path = f"/calls/{call}/send-message"
            answer = await create(it, path, {"message": "hello"})
            assert answer.status_code == 200
            assert (await ada.hear("message_received"))["message"] == "hello"
