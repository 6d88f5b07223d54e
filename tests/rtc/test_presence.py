"""Who is there: told to who may know, each person once, and no more than that."""

from __future__ import annotations

from typing import Any

import pytest

from ringway.adapters.clock_manual import ManualClock
from ringway.domain.leg_state import RESUME_TIME
from ringway.domain.values import Device, DeviceId
from ringway.ports.tokens import Capability
from ringway.rtc import messages as wire
from ringway.rtc import presence
from ringway.rtc.limits import MOST_PER_IDENTITY, PEOPLE_TOLD_EVERY_MS
from ringway.rtc.line import Line
from tests.app.whole import DEMO_ACCOUNT, FIRST_ACCOUNT, Client, Whole, whole

PAUSE = PEOPLE_TOLD_EVERY_MS * 1000
MAY_WATCH = {Capability.PRESENCE}


async def watching(it: Whole, identity: str = "ada") -> tuple[Client, list[str]]:
    """Let somebody come and watch; give who is there."""
    client = await it.client(identity, capabilities=MAY_WATCH)
    client.say(wire.WatchPeople())
    return client, identities((await client.hear("people"))["people"])


def identities(people: list[dict[str, Any]]) -> list[str]:
    return [person["identity"] for person in people]


async def changed(it: Whole, client: Client) -> tuple[list[str], list[str]]:
    """Let the pause pass; give who has come and who has gone."""
    it.clock.move(PAUSE)
    told = await client.hear_raw()
    assert told["t"] == "people_changed", told
    return identities(told.get("here", [])), told.get("gone", [])


async def gone(it: Whole, client: Client) -> None:
    """Let the client close its socket, and wait until the house knows."""
    client.leave()
    await client.ended()
    assert not it.ringway.switchboard.is_connected(DeviceId(client.connection))


async def test_who_watches_is_told_of_the_others_and_of_who_comes_and_goes() -> None:
    async with whole() as it:
        bob = await it.client("bob")
        ada, there = await watching(it)
        assert there == ["bob"]
        cid = await it.client("cid")
        assert await changed(it, ada) == (["cid"], [])
        await gone(it, bob)
        assert await changed(it, ada) == ([], ["bob"])
        assert await cid.heard_nothing(), "who does not watch is not told"


async def test_names_are_told_and_the_newest_device_has_the_say() -> None:
    async with whole() as it:
        ada, _ = await watching(it)
        await it.client("bob")
        it.clock.move(PAUSE)
        (bob,) = (await ada.hear("people_changed"))["here"]
        assert bob == {"identity": "bob", "displayName": f"bob of {FIRST_ACCOUNT}"}


async def test_a_token_without_the_capability_sees_nobody() -> None:
    async with whole() as it:
        await it.client("bob")
        ada = await it.client("ada", capabilities={Capability.RECORDING_ALWAYS})
        ada.say(wire.WatchPeople())
        refused = await ada.hear_raw()
        assert (refused["t"], refused["command"]) == ("refused", "watch_people")
        assert refused["code"]["name"] == "FORBIDDEN"
        await it.client("cid")
        it.clock.move(PAUSE)
        assert await ada.heard_nothing()


async def test_accounts_do_not_see_each_other() -> None:
    async with whole() as it:
        await it.client("bob", DEMO_ACCOUNT)
        ada, there = await watching(it)
        assert there == []
        await it.client("cid", DEMO_ACCOUNT)
        it.clock.move(PAUSE)
        assert await ada.heard_nothing()


async def test_a_person_with_many_tabs_is_one() -> None:
    async with whole() as it:
        ada, _ = await watching(it)
        tabs = [await it.client("bob") for _ in range(MOST_PER_IDENTITY)]
        assert await changed(it, ada) == (["bob"], [])
        for tab in tabs[1:]:
            await gone(it, tab)
        it.clock.move(PAUSE)
        assert await ada.heard_nothing()
        await gone(it, tabs[0])
        assert await changed(it, ada) == ([], ["bob"])


async def test_nobody_is_told_of_another_tab_of_their_own() -> None:
    async with whole() as it:
        ada, _ = await watching(it)
        _, there = await watching(it)
        assert there == []
        it.clock.move(PAUSE)
        assert await ada.heard_nothing()


async def test_a_socket_that_is_replaced_in_time_is_nothing_to_anybody() -> None:
    async with whole() as it:
        bob = await it.client("bob")
        ada, _ = await watching(it)
        bob.lose()
        await bob.ended()
        it.clock.move(RESUME_TIME - 1)
        again, told = await it.resume(bob, identity="bob")
        assert told["t"] == "resumed"
        it.clock.move(RESUME_TIME)
        assert await ada.heard_nothing()
        again.lose()
        await again.ended()
        it.clock.move(RESUME_TIME)
        assert await changed(it, ada) == ([], ["bob"])


async def test_who_watches_misses_nothing_while_the_socket_is_away() -> None:
    async with whole() as it:
        ada, _ = await watching(it)
        ada.lose()
        await ada.ended()
        await it.client("bob")
        it.clock.move(PAUSE)
        again, _ = await it.resume(ada)
        assert identities((await again.hear("people_changed"))["here"]) == ["bob"]


async def test_a_resumed_line_may_what_its_token_says_now() -> None:
    async with whole() as it:
        ada, _ = await watching(it)
        again, _ = await it.resume(ada)
        again.say(wire.WatchPeople())
        assert (await again.hear_raw())["t"] == "refused"
        await it.client("bob")
        it.clock.move(PAUSE)
        assert await again.heard_nothing()


async def test_many_who_come_at_once_are_one_message() -> None:
    async with whole() as it:
        ada, _ = await watching(it)
        for number in range(30):
            await it.client(f"guest-{number}")
        here, _ = await changed(it, ada)
        assert len(here) == 30
        assert await ada.heard_nothing()


async def test_who_comes_and_goes_within_the_pause_was_not_there() -> None:
    async with whole() as it:
        ada, _ = await watching(it)
        await gone(it, await it.client("bob"))
        it.clock.move(PAUSE)
        assert await ada.heard_nothing()


async def test_of_too_many_the_first_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "MOST_PEOPLE", 3)
    async with whole() as it:
        people = [await it.client(f"guest-{number}") for number in range(5)]
        ada, there = await watching(it)
        assert there == ["guest-0", "guest-1", "guest-2"]
        await gone(it, people[1])
        assert await changed(it, ada) == (["guest-3"], ["guest-1"])


def test_nothing_is_due_while_nobody_watches_or_nobody_moves() -> None:
    clock = ManualClock()
    there = presence.Presence(clock)

    def line(identity: str) -> Line:
        device = Device(DeviceId(f"device of {identity}"), FIRST_ACCOUNT, identity)
        return Line(device, frozenset(MAY_WATCH))

    ada, bob, cid, dan = map(line, ("ada", "bob", "cid", "dan"))
    there.came(bob)
    there.came(ada)
    assert clock.due() == 0, "nobody watches"
    there.watch(ada.device)
    assert clock.due() == 0, "nobody moves"
    there.came(cid)
    there.went(bob)
    assert clock.due() == 1, "once for all who move"
    clock.move(PAUSE)
    assert clock.due() == 0
    there.came(dan)
    there.went(ada)
    assert clock.due() == 0, "the last one who watched has gone"
