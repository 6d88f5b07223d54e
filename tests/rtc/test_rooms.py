"""Rooms as their members hear them: who comes, who is there, who goes."""

from __future__ import annotations

import uuid

import pytest

from ringway.ports.catalog import Settings
from ringway.rtc import messages as wire
from tests.app.whole import DEMO_ACCOUNT, FIRST_ACCOUNT, OFFER, Client, Whole, whole

MICROPHONE = [wire.Sending("0", "MICROPHONE")]


def join(
    client: Client,
    room: str = "kitchen",
    *,
    sending: list[wire.Sending] | None = None,
    way: wire.Way | None = None,
    participant_events: bool = True,
) -> str:
    call = str(uuid.uuid4())
    client.say(
        wire.Join(
            call,
            room,
            OFFER,
            MICROPHONE if sending is None else sending,
            way,
            participant_events,
        )
    )
    return call


async def joined(it: Whole, identity: str, room: str = "kitchen") -> tuple[Client, str]:
    client = await it.client(identity)
    call = join(client, room)
    await client.hear("room_joined")
    return client, call


async def test_the_first_begins_the_room_and_the_next_finds_it() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        hers = join(ada)
        first = await ada.hear("room_joined")
        assert first["call"] == hers
        assert first["room"]["name"] == "kitchen"
        assert first["room"]["participants"] == []
        his = join(bob)
        second = await bob.hear("room_joined")
        assert second["room"]["id"] == first["room"]["id"]
        (other,) = second["room"]["participants"]
        assert other == {
            "call": hers,
            "identity": "ada",
            "displayName": f"ada of {FIRST_ACCOUNT}",
            "state": "JOINED",
        }
        coming = await ada.hear("participant_changed")
        assert coming["call"] == hers
        assert coming["participant"]["call"] == his
        assert coming["participant"]["state"] == "JOINING"
        there = await ada.hear("participant_changed")
        assert there["participant"]["state"] == "JOINED"


async def test_two_who_come_at_once_meet() -> None:
    async with whole() as it:
        clients = [await it.client(f"guest-{n}") for n in range(8)]
        for client in clients:
            join(client)
        rooms = {(await it_.hear("room_joined"))["room"]["id"] for it_ in clients}
        assert len(rooms) == 1


async def test_what_a_member_shows_is_told_to_the_others() -> None:
    async with whole() as it:
        ada, hers = await joined(it, "ada")
        bob, his = await joined(it, "bob")
        bob.say(wire.Mute(his, True))
        bob.say(wire.Show(his, "SCREEN", True))
        for _ in ("joining", "joined"):
            await ada.hear("participant_changed")
        muted = (await ada.hear("participant_changed"))["participant"]
        assert (muted["muted"], muted.get("shows", [])) == (True, [])
        shown = (await ada.hear("participant_changed"))["participant"]
        assert (shown["muted"], shown["shows"]) == (True, ["SCREEN"])
        cid, _ = await joined(it, "cid")
        assert await cid.heard_nothing()
        ada.say(wire.Quality(hers, 2))
        told = await bob.hear("participant_quality")
        assert (told["call"], told["participant"], told["level"]) == (his, hers, 2)


async def test_who_leaves_is_gone_and_the_last_one_ends_the_room() -> None:
    async with whole() as it:
        ada, hers = await joined(it, "ada")
        bob, his = await joined(it, "bob")
        bob.say(wire.Hangup(his))
        assert (await bob.hear("ended"))["code"]["name"] == "NORMAL_HANGUP"
        assert (await ada.hear("participant_left"))["participant"] == his
        before = it.ringway.house.views.room(FIRST_ACCOUNT, "kitchen")
        assert before is not None
        ada.say(wire.Hangup(hers))
        await ada.hear("ended")
        await it.ringway.house.tasks.quiet()
        assert it.ringway.house.views.room(FIRST_ACCOUNT, "kitchen") is None
        again = join(bob)
        fresh = await bob.hear("room_joined")
        assert fresh["call"] == again
        assert fresh["room"]["id"] != before.id
        assert fresh["room"]["participants"] == []


async def test_who_comes_while_the_last_one_leaves_gets_a_room() -> None:
    async with whole() as it:
        ada, hers = await joined(it, "ada")
        bob = await it.client("bob")
        ada.say(wire.Hangup(hers))
        his = join(bob)
        await ada.hear("ended")
        assert (await bob.hear("room_joined"))["call"] == his


async def test_one_too_many_is_told_why() -> None:
    async with whole() as it:
        catalog = it.ringway.ports.catalog
        await catalog.change_settings(FIRST_ACCOUNT, Settings(max_room_size=2))
        ada, _ = await joined(it, "ada")
        await joined(it, "bob")
        cid = await it.client("cid")
        join(cid)
        ended = await cid.hear("ended")
        assert ended["code"]["name"] == "BUSY"
        for _ in ("joining", "joined"):
            await ada.hear("participant_changed")
        assert await ada.heard_nothing(), "nobody else notices"
        join(cid, "attic")
        assert (await cid.hear("room_joined"))["room"]["name"] == "attic"


async def test_accounts_have_rooms_of_their_own() -> None:
    async with whole() as it:
        ada, _ = await joined(it, "ada")
        eve = await it.client("eve", DEMO_ACCOUNT)
        join(eve)
        assert (await eve.hear("room_joined"))["room"]["participants"] == []
        assert await ada.heard_nothing()


async def test_who_wants_no_participant_events_hears_none() -> None:
    async with whole() as it:
        silent = await it.client("silent")
        join(silent, sending=[], way="RECEIVE", participant_events=False)
        assert (await silent.hear("room_joined"))["room"]["participants"] == []
        ada, hers = await joined(it, "ada")
        ada.say(wire.Mute(hers, True))
        assert (await it.client("other")).connection
        await it.ringway.house.tasks.quiet()
        silent.say(wire.Ping(1))
        kinds = set()
        while (told := await silent.hear_raw())["t"] != "pong":
            kinds.add(told["t"])
        assert kinds <= {"pipe_answer", "sections", "offer"}
        assert (await joined(it, "bob"))[1]
        there = it.ringway.house.views.room(FIRST_ACCOUNT, "kitchen")
        assert there is not None
        assert len(there.members) == 3


async def test_only_who_sends_nothing_may_leave_participant_events_out() -> None:
    async with whole() as it:
        ada = await it.client("ada")
        join(ada, participant_events=False)
        assert (await ada.hear("refused"))["code"]["name"] == "INVALID_REQUEST"
        join(ada, way="RECEIVE", participant_events=False)
        assert (await ada.hear("room_joined"))["room"]["name"] == "kitchen"


@pytest.mark.parametrize(
    "name", ["", "ab", "a" * 251, "a" * 10_000, "a b", "a:b", "<b>"]
)
async def test_a_name_that_can_not_be_a_rooms(name: str) -> None:
    async with whole() as it:
        ada, hers = await joined(it, "ada", "attic")
        bob = await it.client("bob")
        join(bob, name)
        assert (await bob.hear("refused"))["code"]["name"] == "INVALID_DESTINATION"
        assert await ada.heard_nothing()
        assert (
            it.ringway.house.views.leg_of(  # the device is free
                next(
                    d.id
                    for d in it.ringway.switchboard.devices_of(FIRST_ACCOUNT, "bob")
                )
            )
            is None
        )
        assert hers


async def test_the_ways_of_a_pipe_and_its_label_are_told_to_the_engine() -> None:
    async with whole() as it:
        ada = await it.client("ada")
        call = join(ada, way="SEND")
        await ada.hear("room_joined")
        attached = [o for o in it.engine.orders if getattr(o, "way", None) == "SEND"]
        assert {o.pipe for o in attached} == {call}  # type: ignore[union-attr]
        label = f'{{"identity":"ada","displayName":"ada of {FIRST_ACCOUNT}"}}'
        assert {o.label for o in attached} == {label}  # type: ignore[union-attr]
