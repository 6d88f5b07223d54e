"""Bulks over HTTP: placed by their rules, paused, cancelled, and never lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ringway.domain.bulk import MINUTE
from ringway.domain.values import SECOND
from ringway.ports.bulks import BULK, BULK_PART, Progress
from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.ports.outbox import Mark
from ringway.public.moments import public_time
from tests.app.test_calls_api import SHOP, Shop
from tests.app.whole import Whole, whole

HOUR = 60 * MINUTE


def numbers(count: int) -> list[dict[str, Any]]:
    return [
        {"endpoint": {"type": "PHONE", "phoneNumber": f"4930{number:06}"}}
        for number in range(count)
    ]


def asked(count: int = 1, **item: Any) -> dict[str, Any]:
    return {
        "bulkId": "b1",
        "callsConfigurationId": SHOP,
        "items": [{"callRequests": numbers(count), "from": "49301", **item}],
    }


def at(it: Whole, later: int) -> dict[str, str]:
    return {"startTime": public_time(it.clock.now() + later)}


async def logs(shop: Shop) -> list[dict[str, Any]]:
    return list((await shop.get("/calls/history", bulkId="b1", size=100))["results"])


async def calm(it: Whole) -> None:
    """Let everything happen that is due now."""
    await it.ringway.house.tasks.quiet()
    await it.ringway.calls.catch_up()


async def told(it: Whole) -> list[str]:
    await it.ringway.calls.catch_up()
    events = await it.ringway.ports.outbox.read_after(Mark(0, 0), 1000)
    return [each.type for each in events]


async def test_a_bulk_is_placed_at_once_and_each_call_fails_as_an_event() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        made = await shop.post("/bulks", asked(3, customData={"a": "b"}), 201)
        assert made["bulkId"] == "b1"
        assert [each["status"] for each in made["calls"]] == ["PENDING"] * 3
        await calm(it)
        found = await logs(shop)
        assert {each["callId"] for each in found} == {
            each["callId"] for each in made["calls"]
        }
        assert {each["errorCode"]["name"] for each in found} == {"FEATURE_UNAVAILABLE"}
        assert {each["state"] for each in found} == {"FAILED"}
        assert found[0]["customData"] == {"a": "b"}
        events = await told(it)
        assert events.count("CALL_STARTED") == 3
        assert events.count("CALL_FAILED") == 3
        assert events.count("BULK_CALL_STATUS") == 3
        # Only what was scheduled has a status.
        await shop.get("/bulks/b1", 404)


async def test_the_same_bulk_twice_is_refused() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        await shop.post("/bulks", asked(), 201)
        refused = await shop.post("/bulks", asked(), 400)
        errors = refused["requestError"]["serviceException"]["validationErrors"]
        assert list(errors) == ["bulkId"]
        await calm(it)
        assert len(await logs(shop)) == 1


async def test_a_scheduled_bulk_waits_moves_and_is_told_about() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        options = {"schedulingOptions": at(it, HOUR)}
        await shop.post("/bulks", asked(2, **options), 201)
        assert (await shop.get("/bulks/b1"))["status"] == "PENDING"
        await shop.post("/bulks/b1/pause", code=404)
        await shop.post("/bulks/b1/resume", code=404)
        moved = await shop.post("/bulks/b1/reschedule", at(it, 2 * HOUR))
        assert moved["startTime"] == public_time(it.clock.now() + 2 * HOUR)
        it.clock.move(HOUR + SECOND)
        await calm(it)
        assert await logs(shop) == []
        it.clock.move(HOUR)
        await calm(it)
        assert len(await logs(shop)) == 2
        assert (await shop.get("/bulks/b1"))["status"] == "FINISHED"
        await shop.post("/bulks/b1/cancel", code=404)
        refused = await shop.post("/bulks/b1/reschedule", at(it, HOUR), 400)
        assert "FINISHED" in refused["requestError"]["serviceException"]["text"]


async def test_pause_resume_and_cancel() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        rate = {"callRate": {"maxCalls": 1, "timeUnit": "MINUTES"}}
        options = {"schedulingOptions": at(it, 0), **rate}
        await shop.post("/bulks", asked(4, **options), 201)
        await calm(it)
        assert len(await logs(shop)) == 1
        assert (await shop.post("/bulks/b1/pause"))["status"] == "PAUSED"
        it.clock.move(5 * MINUTE)
        await calm(it)
        assert len(await logs(shop)) == 1
        assert (await shop.post("/bulks/b1/resume"))["status"] == "PROCESSING"
        await calm(it)
        # What is late is not made up for: the rate holds.
        assert len(await logs(shop)) == 2
        assert (await shop.post("/bulks/b1/cancel"))["status"] == "CANCELED"
        it.clock.move(5 * MINUTE)
        await calm(it)
        assert len(await logs(shop)) == 2


async def test_what_failed_is_tried_again_and_says_so() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        again = {"minWaitPeriod": 1, "maxWaitPeriod": 2, "maxAttempts": 2}
        await shop.post("/bulks", asked(1, retryOptions=again), 201)
        await calm(it)
        for wait, count in ((1, 2), (2, 3), (60, 3)):
            it.clock.move(wait * MINUTE + SECOND)
            await calm(it)
            assert len(await logs(shop)) == count
        assert len({each["callId"] for each in await logs(shop)}) == 3
        shelf = await it.ringway.ports.shelves.read(
            FIRST_ACCOUNT, lambda shelf: shelf.get(BULK, "b1")
        )
        assert shelf is not None
        assert shelf.phase == "FINISHED"


async def test_what_is_no_longer_valid_is_not_placed() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        rate = {"callRate": {"maxCalls": 1, "timeUnit": "MINUTES"}}
        await shop.post("/bulks", asked(5, validityPeriod=2, **rate), 201)
        for _ in range(6):
            await calm(it)
            it.clock.move(MINUTE)
        await calm(it)
        assert len(await logs(shop)) == 2


async def test_a_bulk_that_was_under_way_is_taken_up_after_a_crash() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        await shop.post("/bulks", asked(3, schedulingOptions=at(it, HOUR)), 201)
        bulks = it.ringway.bulks
        bulks.close()
        it.clock.move(2 * HOUR)

        def forget(shelf: Any) -> None:
            """Leave one call as a crash between its step and its leg leaves it."""
            part = shelf.get(BULK_PART, "b1/0")
            first, *others = part.calls
            begun = replace(first, progress=Progress.CALLING, tries=1)
            changed = replace(part, calls=(begun, *others))
            shelf.put(BULK_PART, "b1/0", changed, label="b1")

        await it.ringway.ports.shelves.write(FIRST_ACCOUNT, forget)
        await bulks.open()
        await calm(it)
        assert len(await logs(shop)) == 3
        bulks.close()
        await bulks.open()
        await calm(it)
        assert len(await logs(shop)) == 3
        assert (await shop.get("/bulks/b1"))["status"] == "FINISHED"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"items": []}, "items"),
        ({"callsConfigurationId": None}, "callsConfigurationId"),
        ({"bulkId": "a/b"}, "bulkId"),
        ({"bulkId": "x" * 200}, "bulkId"),
    ],
)
async def test_wrong_fields_are_named(change: dict[str, Any], field: str) -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        refused = await shop.post("/bulks", asked() | change, 400)
        errors = refused["requestError"]["serviceException"]["validationErrors"]
        assert list(errors) == [field]


async def test_foreign_and_unknown_bulks_are_not_there() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        await shop.post("/bulks", asked() | {"callsConfigurationId": "x"}, 404)
        for action in ("pause", "resume", "cancel"):
            await shop.post(f"/bulks/none/{action}", code=404)
        await shop.post("/bulks/none/reschedule", at(it, HOUR), 404)
