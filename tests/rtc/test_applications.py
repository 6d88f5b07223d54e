"""Calls of applications over sockets: what devices hear, and what they may have missed."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from ringway.domain.bridge_messages import Restrain
from ringway.domain.bridge_state import Propagation
from ringway.domain.causes import Cause
from ringway.domain.leg_requests import PickUp, Release
from ringway.domain.values import (
    RING_TIME,
    SECOND,
    BridgeId,
    ConfigurationId,
    Endpoint,
    EndpointType,
    LegId,
    Owner,
    Role,
    RoleType,
    Terms,
)
from ringway.ports.lines import SayMessage
from ringway.rtc import limits
from ringway.rtc import messages as wire
from ringway.runtime.application import NewCall, NoSuchCall
from ringway.runtime.meeting_terms import MeetingTerms
from ringway.runtime.meetings import Meetings
from tests.app.whole import DEMO_ACCOUNT, FIRST_ACCOUNT, OFFER, Client, Whole, whole

SHOP = ConfigurationId("shop")
VOICE = [wire.Sending("0", "MICROPHONE")]


def meetings_of(it: Whole) -> Meetings:
    return Meetings(it.ringway.house, it.ringway.desk)


async def dial(client: Client, configuration: str = SHOP, **more: Any) -> LegId:
    call = LegId(str(uuid.uuid4()))
    client.say(wire.CallApplication(call, configuration, OFFER, VOICE, **more))
    return call


async def answered(it: Whole, client: Client, **more: Any) -> LegId:
    """Have the application answer a call to it."""
    call = await dial(client, **more)
    await client.hear("pipe_answer")
    await it.ringway.desk.command(FIRST_ACCOUNT, call, PickUp())
    assert (await client.hear("established"))["call"] == call
    return call


def calling(identity: str, **more: Any) -> NewCall:
    party = Endpoint(EndpointType.WEBRTC, identity)
    return NewCall(party, Owner(SHOP), "4930123", "The shop", **more)


async def test_names_that_the_page_gave_are_the_calls() -> None:
    async with whole() as it:
        await it.configured(SHOP)
        ada = await it.client("ada")
        call = await answered(it, ada, application_id="web", entity_id="berlin")
        leg = it.ringway.desk.call(FIRST_ACCOUNT, call)
        assert leg.owner == Owner(SHOP, "web", "berlin")


@pytest.mark.parametrize(
    ("configuration", "code"),
    [
        ("nowhere", "DESTINATION_NOT_FOUND"),
        ("conversations", "FEATURE_UNAVAILABLE"),
        ("ada", "DESTINATION_NOT_FOUND"),
    ],
)
async def test_what_is_no_application_ends_the_call(
    configuration: str, code: str
) -> None:
    """Also when a person has the same name: nobody's device rings."""
    async with whole() as it:
        await it.configured(SHOP)
        ada, ben = await it.client("ada"), await it.client("ben")
        await dial(ben, configuration)
        assert (await ben.hear("ended"))["code"]["name"] == code
        assert await ada.heard_nothing()


async def test_another_accounts_application_is_none() -> None:
    async with whole() as it:
        await it.configured(SHOP)
        mallory = await it.client("mallory", DEMO_ACCOUNT)
        await dial(mallory)
        ended = await mallory.hear("ended")
        assert ended["code"]["name"] == "DESTINATION_NOT_FOUND"


async def test_every_device_rings_with_one_id_and_the_first_has_it() -> None:
    async with whole() as it:
        desk = it.ringway.desk
        devices = [await it.client("ben") for _ in range(3)]
        data = {"ticket": "17"}
        call = await desk.create_call(FIRST_ACCOUNT, calling("ben", custom_data=data))
        for device in devices:
            incoming = await device.hear("incoming_application")
            assert (incoming["call"], incoming["configuration"]) == (call, SHOP)
            assert (incoming["from"], incoming["fromDisplayName"]) == (
                "4930123",
                "The shop",
            )
            assert incoming["customData"] == data
            device.say(wire.Ringing(call))
        first, second, third = devices
        third.say(wire.Decline(call))
        assert (await third.hear("ended"))["code"]["name"] == "REJECTED"
        await second.accept(call)
        assert (await second.hear("established"))["call"] == call
        assert (await first.hear("ended"))["code"]["name"] == "ANSWERED_ELSEWHERE"
        await first.accept(call)
        assert (await first.hear("refused"))["command"] == "accept"


async def in_conference(it: Whole) -> tuple[Client, Client, LegId, LegId, BridgeId]:
    """Have ada, who has called, and ben, who was called, in one conference."""
    await it.configured(SHOP)
    ada, ben = await it.client("ada"), await it.client("ben")
    mine = await answered(it, ada, auto_reconnect=True)
    bridge, leg = await meetings_of(it).connect_with_new_call(
        FIRST_ACCOUNT, mine, calling("ben")
    )
    theirs = LegId((await ben.hear("incoming_application"))["call"])
    assert theirs == leg.id
    await ben.accept(theirs)
    joined = await ben.hear("conference_joined")
    assert [each["call"] for each in joined["room"]["participants"]] == [mine]
    return ada, ben, mine, theirs, bridge.id


async def miss_too_much(it: Whole, client: Client, identity: str, call: LegId) -> None:
    """Lose the socket, and have more said than the line keeps."""
    client.lose()
    await client.ended()
    (device,) = it.ringway.switchboard.devices_of(FIRST_ACCOUNT, identity)
    for _ in range(limits.MOST_KEPT + 1):
        it.ringway.switchboard.say(device.id, SayMessage(call, "Hello?"))


async def test_a_snapshot_has_the_conference_and_ones_role() -> None:
    async with whole() as it:
        ada, ben, mine, theirs, conference = await in_conference(it)
        await miss_too_much(it, ada, "ada", mine)
        update = meetings_of(it).update_call
        monitor = Restrain(role=Role(RoleType.MONITOR))
        await update(FIRST_ACCOUNT, conference, mine, monitor)
        await update(FIRST_ACCOUNT, conference, theirs, Restrain(deaf=True))
        again, told = await it.resume(ada, mine)
        (state,) = told["snapshot"]
        assert (state["configuration"], state["meeting"]) == (SHOP, "CONFERENCE")
        assert state["phase"] == "ESTABLISHED"
        room = state["room"]
        assert (room["id"], room["role"]) == (conference, {"type": "MONITOR"})
        (other,) = room["participants"]
        assert (other["call"], other["deaf"]) == (theirs, True)
        ben.say(wire.Hangup(theirs))
        assert (await again.hear("participant_left"))["participant"] == theirs


async def test_a_snapshot_has_the_call_that_rings() -> None:
    async with whole() as it:
        ben = await it.client("ben")
        data = {"ticket": "17"}
        new = calling("ben", custom_data=data)
        call = await it.ringway.desk.create_call(FIRST_ACCOUNT, new)
        await miss_too_much(it, ben, "ben", call)
        again, told = await it.resume(ben, call, identity="ben")
        (state,) = told["snapshot"]
        assert (state["call"], state["configuration"]) == (call, SHOP)
        assert (state["incoming"], state["phase"]) == (True, "CALLING")
        assert state["source"] == {"identity": "4930123", "displayName": "The shop"}
        assert state["customData"] == data
        await again.accept(call)
        assert (await again.hear("established"))["call"] == call


async def code_of(client: Client) -> str:
    return str((await client.hear("ended"))["code"]["name"])


async def test_an_application_that_does_nothing_is_no_answer() -> None:
    async with whole() as it:
        await it.configured(SHOP)
        ada = await it.client("ada")
        await dial(ada)
        await ada.hear("pipe_answer")
        it.clock.move(RING_TIME)
        assert await code_of(ada) == "NO_ANSWER"


async def test_a_caller_who_gives_up_has_cancelled() -> None:
    async with whole() as it:
        await it.configured(SHOP)
        ada = await it.client("ada")
        call = await dial(ada)
        await ada.hear("pipe_answer")
        ada.say(wire.Hangup(call))
        assert await code_of(ada) == "CANCELLED"


async def test_an_application_hangs_up() -> None:
    async with whole() as it:
        await it.configured(SHOP)
        ada = await it.client("ada")
        call = await answered(it, ada)
        await it.ringway.desk.command(FIRST_ACCOUNT, call, Release())
        assert await code_of(ada) == "NORMAL_HANGUP"


async def test_an_application_declines_a_call_with_its_code() -> None:
    async with whole() as it:
        await it.configured(SHOP)
        ada = await it.client("ada")
        call = await dial(ada)
        await ada.hear("pipe_answer")
        await it.ringway.desk.command(FIRST_ACCOUNT, call, Release(Cause.BUSY))
        assert await code_of(ada) == "BUSY"


async def test_a_call_that_lasts_too_long_is_ended() -> None:
    async with whole() as it:
        ben = await it.client("ben")
        new = calling("ben", terms=Terms(max_duration=60 * SECOND))
        call = await it.ringway.desk.create_call(FIRST_ACCOUNT, new)
        await ben.accept(call)
        await ben.hear("established")
        it.clock.move(60 * SECOND)
        assert await code_of(ben) == "MAX_DURATION_REACHED"


async def test_who_leaves_a_conference_ends_nobody_and_its_end_ends_all() -> None:
    async with whole() as it:
        ada, ben, mine, theirs, conference = await in_conference(it)
        eve = await it.client("eve")
        meetings = meetings_of(it)
        await meetings.add_new_call(FIRST_ACCOUNT, conference, calling("eve"))
        third = LegId((await eve.hear("incoming_application"))["call"])
        await eve.accept(third)
        await eve.hear("conference_joined")
        ben.say(wire.Hangup(theirs))
        assert await code_of(ben) == "NORMAL_HANGUP"
        for client in (ada, eve):
            left = await client.hear("participant_left")
            assert left["participant"] == theirs
        await meetings.hangup(FIRST_ACCOUNT, conference)
        for client in (ada, eve):
            assert await code_of(client) == "NORMAL_HANGUP"
        with pytest.raises(NoSuchCall):
            it.ringway.desk.call(FIRST_ACCOUNT, mine)


@pytest.mark.parametrize("ends_both", [True, False])
async def test_the_child_of_a_dialog_ends_it_and_its_parent_if_that_is_wanted(
    ends_both: bool,
) -> None:
    async with whole() as it:
        await it.configured(SHOP)
        ada, ben = await it.client("ada"), await it.client("ben")
        mine = await answered(it, ada)
        terms = MeetingTerms(propagation=Propagation(child_hangup=ends_both))
        await meetings_of(it).create_dialog(FIRST_ACCOUNT, mine, calling("ben"), terms)
        theirs = LegId((await ben.hear("incoming_application"))["call"])
        await ben.accept(theirs)
        for client, other in ((ada, theirs), (ben, mine)):
            assert (await client.hear("dialog_joined"))["remote"]["call"] == other
        ben.say(wire.Hangup(theirs))
        assert await code_of(ben) == "NORMAL_HANGUP"
        if ends_both:
            assert await code_of(ada) == "NORMAL_HANGUP"
        else:
            assert (await ada.hear("dialog_left"))["call"] == mine
            assert it.ringway.desk.call(FIRST_ACCOUNT, mine).bridge is None


async def test_all_devices_decline() -> None:
    async with whole() as it:
        devices = [await it.client("ben") for _ in range(2)]
        call = await it.ringway.desk.create_call(FIRST_ACCOUNT, calling("ben"))
        for device in devices:
            await device.hear("incoming_application")
        devices[0].say(wire.Decline(call, everywhere=True))
        for device in devices:
            assert await code_of(device) == "REJECTED"
