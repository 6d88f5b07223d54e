"""A customer's walks: who calls the application meets whom its backend chooses.

The backend speaks HTTP, the people speak over sockets, and the engine says who gets
whose sound.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from ringway.rtc import messages as wire
from tests.app.test_calls_api import SHOP, Shop
from tests.app.whole import OFFER, Client, Whole, whole

VOICE = [wire.Sending("0", "MICROPHONE")]
AGENT = {"endpoint": {"type": "WEBRTC", "identity": "ben"}, "from": "shop"}


class Phone:
    """A device that answers the engine's offers, and remembers what it heard."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._unread: list[dict[str, Any]] = []

    async def _read(self) -> dict[str, Any]:
        told = await self.client.hear_raw()
        if told["t"] == "offer":
            call, generation = told["call"], told["generation"]
            answer = wire.Answer(call, generation, told["negotiation"], "v=0\r\n")
            self.client.say(answer)
        return told

    async def hear(self, kind: str) -> dict[str, Any]:
        """Give the next message of this type; others before it are passed over."""
        while True:
            told = self._unread.pop(0) if self._unread else await self._read()
            if told["t"] == kind:
                return told

    async def settle(self) -> list[str]:
        """Hear all that is said by now; give the types of what nobody has read."""
        again = True
        while again:
            again = False
            self.client.say(wire.Ping(7))
            while (told := await self._read())["t"] != "pong":
                self._unread.append(told)
                again = again or told["t"] == "offer"
        media = ("offer", "sections", "pipe_answer")
        return [told["t"] for told in self._unread if told["t"] not in media]

    async def dials(self) -> str:
        """Call the application."""
        call = str(uuid.uuid4())
        self.client.say(wire.CallApplication(call, SHOP, OFFER, VOICE))
        await self.hear("pipe_answer")
        return call

    async def takes(self, call: str) -> None:
        """Take the call that rings."""
        assert (await self.hear("incoming_application"))["call"] == call
        await self.client.accept(call)
        await self.hear("established")


class Floor:
    """A shop with its phones, and an engine that says who gets whose sound."""

    def __init__(self, it: Whole) -> None:
        self._it, self.shop = it, Shop(it)
        self.phones: list[Phone] = []

    async def open(self, *identities: str) -> list[Phone]:
        await self.shop.open()
        self.phones = [Phone(await self._it.client(name)) for name in identities]
        return self.phones

    async def answers(self, phone: Phone) -> str:
        """Have the backend answer who calls."""
        call = await phone.dials()
        await self.shop.post(f"/calls/{call}/answer")
        assert (await phone.hear("established"))["call"] == call
        return call

    async def heard_by(self, call: str) -> set[str]:
        """Give those whose sound the call gets."""
        for phone in self.phones * 2:
            await phone.settle()
        received = self._it.engine.received(call)
        return {sender for sender, of in received if of == "MICROPHONE"}


async def test_a_customer_an_agent_and_a_supervisor() -> None:
    async with whole() as it:
        floor = Floor(it)
        shop, (ada, ben, cleo) = floor.shop, await floor.open("ada", "ben", "cleo")
        customer = await floor.answers(ada)
        body = {
            "callRequest": AGENT,
            "conferenceRequest": {"name": "order 7"},
        }
        both = await shop.post(f"/calls/{customer}/connect", body)
        agent, meeting = both["call"]["id"], both["conference"]["id"]
        joined = await ada.hear("conference_joined")
        assert joined["room"]["name"] == "order 7"
        await ben.takes(agent)
        there = (await ben.hear("conference_joined"))["room"]["participants"]
        assert [each["call"] for each in there] == [customer]
        assert await floor.heard_by(customer) == {agent}
        assert await floor.heard_by(agent) == {customer}

        supervisor = await floor.answers(cleo)
        path = f"/conferences/{meeting}/call/{supervisor}"
        role = {"role": {"type": "MONITOR"}}
        await shop.ask("PUT", path, json=role)
        await cleo.hear("conference_joined")
        assert await floor.heard_by(supervisor) == {customer, agent}
        assert await floor.heard_by(customer) == {agent}

        advise = {"role": {"type": "ADVISOR", "advise": [agent]}}
        await shop.ask("PATCH", path, json=advise)
        assert (await cleo.hear("role_changed"))["role"]["type"] == "ADVISOR"
        assert await floor.heard_by(agent) == {customer, supervisor}
        assert await floor.heard_by(customer) == {agent}

        await shop.ask("PATCH", path, json={"role": {"type": "DEFAULT"}})
        await cleo.hear("role_changed")
        assert await floor.heard_by(customer) == {agent, supervisor}

        held = f"/conferences/{meeting}/call/{customer}"
        await shop.ask("PATCH", held, json={"muted": True, "deaf": True})
        assert await floor.heard_by(customer) == set()
        assert await floor.heard_by(agent) == {supervisor}

        await shop.ask("DELETE", path)
        assert (await cleo.hear("conference_left"))["call"] == supervisor
        assert await floor.heard_by(supervisor) == set()
        assert (await shop.get(f"/calls/{supervisor}"))["state"] == "ESTABLISHED"

        await shop.post(f"/conferences/{meeting}/hangup")
        for phone in (ada, ben):
            assert (await phone.hear("ended"))["code"]["name"] == "NORMAL_HANGUP"
        log = await shop.get(f"/conferences/{meeting}/history")
        assert {each["callId"] for each in log["sessions"]} == {
            customer,
            agent,
            supervisor,
        }


@pytest.mark.parametrize("role", ["MONITOR", "LISTENER", "AUDITOR"])
async def test_who_only_listens_is_heard_by_nobody(role: str) -> None:
    async with whole() as it:
        floor = Floor(it)
        shop, (ada, ben) = floor.shop, await floor.open("ada", "ben")
        customer, listener = await floor.answers(ada), await floor.answers(ben)
        made = await shop.post("/connect", {"callIds": [customer]})
        path = f"/conferences/{made['id']}/call/{listener}"
        await shop.ask("PUT", path, json={"role": {"type": role}})
        there = (await ben.hear("conference_joined"))["room"]["participants"]
        assert [each["call"] for each in there] == [customer]
        assert await floor.heard_by(listener) == {customer}
        assert await floor.heard_by(customer) == set()
        await shop.ask("DELETE", path)
        told = await ada.settle()
        told_of = {"participant_changed", "participant_left"} & set(told)
        assert bool(told_of) is (role != "AUDITOR")


async def test_the_agent_is_called_while_the_customer_waits() -> None:
    """An INBOUND parent that nobody has answered is answered when the child answers."""
    async with whole() as it:
        floor = Floor(it)
        shop, (ada, ben) = floor.shop, await floor.open("ada", "ben")
        parent = await ada.dials()
        body = {
            "parentCallId": parent,
            "childCallRequest": AGENT,
            "propagationOptions": {"childCallRinging": True, "childCallHangup": False},
        }
        made = await shop.post("/dialogs", body, 201)
        child = made["childCall"]["id"]
        assert made["state"] == "CREATED"
        assert (await ben.hear("incoming_application"))["call"] == child
        ben.client.say(wire.Ringing(child))
        await ada.hear("rang")
        await ben.client.accept(child)
        await ada.hear("established")
        remote = (await ada.hear("dialog_joined"))["remote"]
        assert remote["call"] == child
        assert await floor.heard_by(parent) == {child}
        live = await shop.get(f"/dialogs/{made['id']}")
        assert live["state"] == "ESTABLISHED"
        ben.client.say(wire.Hangup(child))
        assert (await ada.hear("dialog_left"))["call"] == parent
        log = await shop.get(f"/dialogs/{made['id']}/history")
        assert (log["state"], log["hangupSource"]) == ("FINISHED", "CHILD_ENDPOINT")
        assert (await shop.get(f"/calls/{parent}"))["state"] == "ESTABLISHED"


async def test_a_customer_is_passed_from_one_agent_to_another() -> None:
    async with whole() as it:
        floor = Floor(it)
        shop, (ada, ben, cleo) = floor.shop, await floor.open("ada", "ben", "cleo")
        customer = await floor.answers(ada)
        first, second = await floor.answers(ben), await floor.answers(cleo)
        one = await shop.post("/connect", {"callIds": [customer, first]})
        await ada.hear("conference_joined")
        other = await shop.post("/connect", {"callIds": [customer, second]})
        await ada.hear("conference_left")
        joined = await ada.hear("conference_joined")
        assert joined["room"]["id"] == other["id"]
        assert await floor.heard_by(customer) == {second}
        assert await floor.heard_by(first) == set()
        alone = await shop.get(f"/conferences/{one['id']}")
        assert [each["callId"] for each in alone["participants"]] == [first]
