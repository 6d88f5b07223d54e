"""A whole Ringway tells a customer what happens, and answers the same."""

from __future__ import annotations

import json
from typing import Any

from ringway.ports import engine_messages as wire
from ringway.ports.outbox import BEGINNING
from ringway.runtime.call_follower import GATHER_TIME
from tests.app.test_calls_api import Shop
from tests.app.whole import FIRST_ACCOUNT, Whole, whole


async def told(it: Whole) -> list[dict[str, Any]]:
    """Give all that the customer was told so far."""
    await it.ringway.calls.catch_up()
    outbox = it.ringway.ports.outbox
    return [
        json.loads(event.payload)
        for event in await outbox.read_of(FIRST_ACCOUNT, BEGINNING, 999)
    ]


async def test_what_an_event_says_of_a_call_is_what_a_get_says() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        ada = await it.client("ada")
        call = await shop.taken("ada", ada, customData={"order": "7"})
        live = await shop.get(f"/calls/{call}")
        events = await told(it)
        assert [event["type"] for event in events] == [
            "CALL_STARTED",
            "CALL_RINGING",
            "CALL_ESTABLISHED",
        ]
        assert events[-1]["properties"]["call"] == live
        await shop.post(f"/calls/{call}/hangup")
        finished = (await told(it))[-1]
        assert finished["type"] == "CALL_FINISHED"
        log = await shop.get(f"/calls/{call}/history")
        assert finished["properties"]["callLog"] == log


async def test_a_conference_is_told_and_who_talks_in_it() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        ada, bob = await it.client("ada"), await it.client("bob")
        calls = [await shop.taken("ada", ada), await shop.taken("bob", bob)]
        opened = await shop.post("/connect", {"callIds": calls})
        conference = opened["id"]
        live = await shop.get(f"/conferences/{conference}")
        assert all(who["joinTime"] for who in live["participants"])
        for number, talking in enumerate((True, False), 900):
            news = wire.Talking(number, calls[0], 0, talking)
            it.ringway.newsroom.hear(news)
        it.clock.move(GATHER_TIME)
        about = [
            event["type"]
            for event in await told(it)
            if event.get("conferenceId") == conference
        ]
        assert about[0] == "CONFERENCE_CREATED"
        assert sorted(about[1:5]) == [
            *["PARTICIPANT_JOINED"] * 2,
            *["PARTICIPANT_JOINING"] * 2,
        ]
        assert about[5:] == [
            "PARTICIPANT_STARTED_TALKING",
            "PARTICIPANT_STOPPED_TALKING",
        ]
        await shop.post(f"/conferences/{conference}/hangup")
        events = await told(it)
        assert [it["type"] for it in events][-1] in {
            "CONFERENCE_FINISHED",
            "CALL_FINISHED",
        }
        log = await shop.get(f"/conferences/{conference}/history")
        assert {each["callId"] for each in log["sessions"]} == set(calls)
        assert log["errorCode"]["name"] == "NORMAL_HANGUP"


async def test_people_among_themselves_are_nobodys_to_be_told_of() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, _ = await it.established(ada, "bob", bob)
        assert await told(it) == []
        await shop.get(f"/calls/{mine}", 404)
        assert (await shop.get("/calls"))["results"] == []


async def test_live_and_ended_meetings_are_lists_of_their_own() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        ada, bob = await it.client("ada"), await it.client("bob")
        calls = [await shop.taken("ada", ada), await shop.taken("bob", bob)]
        opened = await shop.post(
            "/connect",
            {"callIds": calls, "conferenceRequest": {"name": "standup"}},
        )
        queries: tuple[tuple[dict[str, Any], int], ...] = (
            ({}, 1),
            ({"name": "standup"}, 1),
            ({"name": "other"}, 0),
            ({"callId": calls[1]}, 1),
            ({"callId": "nobody"}, 0),
            ({"callsConfigurationId": "shop"}, 1),
            ({"startTimeAfter": "2100-01-01T00:00:00.000+0000"}, 0),
        )
        for query, found in queries:
            live = await shop.get("/conferences", **query)
            assert live["paging"]["totalResults"] == len(live["results"]) == found
            assert (await shop.get("/conferences/history", **query))["results"] == []
            mine = await shop.get("/calls", conferenceId=opened["id"])
            assert {it["id"] for it in mine["results"]} == set(calls)
        await shop.post(f"/conferences/{opened['id']}/hangup")
        await it.ringway.calls.catch_up()
        assert (await shop.get("/conferences"))["results"] == []
        over = await shop.get("/conferences/history", name="standup", callId=calls[0])
        assert [log["conferenceId"] for log in over["results"]] == [opened["id"]]
        past = await shop.get("/calls/history", conferenceId=opened["id"])
        assert {log["callId"] for log in past["results"]} == set(calls)
        assert past["paging"]["totalResults"] == 2
