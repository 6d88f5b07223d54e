"""Calls that an application conducts, in real browsers, with the tones listened to."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.backend import Backend, backend
from tests.browser.conftest import Enter, Join
from tests.browser.media import BLUE, GREEN, RED
from tests.browser.party import Party
from tests.browser.relayed import Host, hosted
from tests.browser.server import Server


async def call_in(it: Backend, path: str, party: Party) -> tuple[str, str]:
    """Have a person called into a conference, who accepts; give both ids."""
    ring = {
        "callRequest": {
            "endpoint": {"type": "WEBRTC", "identity": party.identity},
            "from": "4930123",
            "fromDisplayName": "The shop",
            "customData": {"ticket": "17"},
        }
    }
    made = await it.request("POST", path, ring)
    conference, call = str(made["conference"]["id"]), str(made["call"]["id"])
    incoming = await party.incoming_application()
    assert incoming["customData"] == {"ticket": "17"}
    shown = await party.js(
        "[party.incoming.id(), party.incoming.from(), party.incoming.fromDisplayName(),"
        " party.incoming.callsConfigurationId()]"
    )
    assert shown == [call, "4930123", "The shop", it.configuration]
    await party.accept(dataChannel=True)
    await party.event("established")
    joined = await party.event("conference-joined")
    assert joined["id"] == conference
    return conference, call


@dataclass(frozen=True, slots=True)
class Meeting:
    """A conference of three, and the call of each."""

    it: Backend
    id: str
    customer: Party
    agent: Party
    guest: Party
    calls: dict[Party, str]

    async def update(self, party: Party, **wanted: object) -> None:
        """Change what one of them may do."""
        member = f"/conferences/{self.id}/call/{self.calls[party]}"
        await self.it.request("PATCH", member, wanted)

    async def everybody_hears(self) -> None:
        for listener, speaker in itertools.permutations(self.calls, 2):
            await listener.hears(speaker.voice)


async def roles_are_heard(meeting: Meeting) -> None:
    customer, agent, guest = meeting.customer, meeting.agent, meeting.guest
    for role in ("MONITOR", "LISTENER"):
        await meeting.update(guest, role={"type": role})
        await guest.told("role-changed", role=role)
        await customer.hears(BLUE, but_not=[GREEN])
        await agent.hears(RED, but_not=[GREEN])
        await guest.hears(RED)
        await guest.hears(BLUE)
    advisor = {"type": "ADVISOR", "advise": [meeting.calls[agent]]}
    await meeting.update(guest, role=advisor)
    await agent.hears(GREEN)
    await customer.hears(BLUE, but_not=[GREEN])
    await meeting.update(guest, role={"type": "AUDITOR"})
    for party in (customer, agent):
        await party.told("participant-left", participant=guest.identity)
    await agent.hears(RED, but_not=[GREEN])
    await guest.hears(BLUE)
    await meeting.update(guest, role={"type": "DEFAULT"})
    await meeting.everybody_hears()


async def restraints_are_heard(meeting: Meeting) -> None:
    customer, agent = meeting.customer, meeting.agent
    await meeting.update(agent, deaf=True)
    await customer.told("participant-deaf", participant=agent.identity)
    await agent.hears_nothing()
    await customer.hears(BLUE)
    await meeting.update(agent, deaf=False, muted=True)
    await customer.told("participant-muted", participant=agent.identity)
    await customer.hears(GREEN, but_not=[BLUE])
    await agent.hears(RED)


async def words_arrive(meeting: Meeting) -> None:
    it, customer = meeting.it, meeting.customer
    message = {"message": "Two minutes left."}
    path = f"/calls/{meeting.calls[customer]}/send-message"
    await it.request("POST", path, message)
    assert (await customer.event("message-received"))["message"] == message["message"]
    await customer.say("Thank you.")
    for party in (meeting.agent, meeting.guest):
        heard = await party.told("text-received", text="Thank you.")
        assert heard["from"] == customer.identity
    text = {"text": "Closing."}
    await it.request("POST", f"/conferences/{meeting.id}/broadcast-webrtc-text", text)
    for party in meeting.calls:
        assert (await party.event("broadcast-text-received"))["text"] == "Closing."


@pytest.mark.cell("calls of applications", "Chromium")
async def test_an_application_conducts_a_conference(
    enter: Enter, server: Server
) -> None:
    customer, agent, guest = await enter(RED), await enter(BLUE), await enter(GREEN)
    async with backend(server, f"shop-{customer.identity}") as it:
        mine = await customer.dial_application(
            it.configuration, customData={"order": "4711"}, dataChannel=True
        )
        received = await it.event("CALL_RECEIVED", callId=mine)
        assert received["callsConfigurationId"] == it.configuration
        assert received["properties"]["call"]["customData"] == {"order": "4711"}
        await it.request("POST", f"/calls/{mine}/send-ringing")
        await customer.event("ringing")
        await it.request("POST", f"/calls/{mine}/answer")
        await customer.event("established")
        await it.event("CALL_ESTABLISHED", callId=mine)
        room, theirs = await call_in(it, f"/calls/{mine}/connect", agent)
        await customer.event("conference-joined")
        await customer.hears(BLUE)
        await agent.hears(RED)
        _, third = await call_in(it, f"/conferences/{room}/call", guest)
        for party in (customer, agent):
            await party.told("participant-joined", participant=guest.identity)
        calls = {customer: mine, agent: theirs, guest: third}
        meeting = Meeting(it, room, customer, agent, guest, calls)
        await meeting.everybody_hears()
        await roles_are_heard(meeting)
        await restraints_are_heard(meeting)
        await words_arrive(meeting)

        await it.request("POST", f"/conferences/{room}/hangup")
        for party in meeting.calls:
            assert await party.ended() == "NORMAL_HANGUP"
            assert "error" not in await party.events()
        for call in meeting.calls.values():
            await it.event("CALL_FINISHED", callId=call)
            log = await it.request("GET", f"/calls/{call}/history")
            assert (log["state"], log["conferenceIds"]) == ("FINISHED", [room])
        life = ["CALL_RECEIVED", "CALL_RINGING", "CALL_ESTABLISHED", "CALL_FINISHED"]
        assert [each for each in it.told(callId=mine) if each in life] == life
        await it.event("CONFERENCE_FINISHED", conferenceId=room)
        past = await it.request("GET", f"/conferences/{room}/history")
        assert {each["callId"] for each in past["sessions"]} == {mine, theirs, third}


async def test_an_application_makes_a_dialog_and_a_device_is_answered_elsewhere(
    enter: Enter, server: Server
) -> None:
    customer, desk = await enter(RED), await enter(BLUE)
    laptop = await enter(GREEN, identity=desk.identity)
    async with backend(server, f"desk-{customer.identity}") as it:
        mine = await customer.dial_application(it.configuration, video=True)
        await it.event("CALL_RECEIVED", callId=mine)
        dialog = await it.request(
            "POST",
            "/dialogs",
            {
                "parentCallId": mine,
                "childCallRequest": {
                    "endpoint": {"type": "WEBRTC", "identity": desk.identity},
                    "from": "4930123",
                },
            },
        )
        for device in (desk, laptop):
            await device.incoming_application()
        await desk.accept(video=True)
        assert await laptop.ended() == "ANSWERED_ELSEWHERE"
        for party, other in ((customer, desk), (desk, customer)):
            joined = await party.event("dialog-joined")
            assert joined["id"] == dialog["id"]
            assert joined["remote"]["identity"] == other.identity
            await party.hears(other.voice)
            await party.told(
                "participant-camera-video-added", participant=other.identity
            )
            await party.sees(other.voice, f"camera-{other.identity}")
        await desk.hangup()
        assert await customer.ended() == "NORMAL_HANGUP"
        await it.event("DIALOG_FINISHED", dialogId=dialog["id"])


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with hosted(tmp_path / "data") as it:
        yield it


async def test_a_conference_outlives_both_processes_with_its_roles(
    host: Host, join: Join
) -> None:
    voices = (RED, BLUE, GREEN)
    customer, agent, guest = [(await join(host, voice))[0] for voice in voices]
    async with backend(host.server, "shop") as it:
        mine = await customer.dial_application("shop")
        await it.event("CALL_RECEIVED", callId=mine)
        await it.request("POST", f"/calls/{mine}/answer")
        room, theirs = await call_in(it, f"/calls/{mine}/connect", agent)
        _, third = await call_in(it, f"/conferences/{room}/call", guest)
        calls = {customer: mine, agent: theirs, guest: third}
        meeting = Meeting(it, room, customer, agent, guest, calls)
        await meeting.everybody_hears()
        await meeting.update(guest, role={"type": "MONITOR"})
        await customer.hears(BLUE, but_not=[GREEN])
        for party in calls:
            await party.js("party.events.length = 0")

        await asyncio.to_thread(host.kill)
        await asyncio.to_thread(host.kill_engine)
        await asyncio.to_thread(host.start)
        for party in calls:
            await party.event("reconnected")
        await customer.hears(BLUE, but_not=[GREEN])
        await agent.hears(RED, but_not=[GREEN])
        await guest.hears(RED)
        await guest.hears(BLUE)
        await meeting.update(guest, role={"type": "DEFAULT"})
        await guest.told("role-changed", role="DEFAULT")
        await meeting.everybody_hears()
        await it.request("POST", f"/conferences/{room}/hangup")
        for party in calls:
            assert await party.ended() == "NORMAL_HANGUP"
            told = await party.events()
            assert not {"conference-left", "participant-left", "error"} & set(told)
