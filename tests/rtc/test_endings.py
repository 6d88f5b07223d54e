"""docs/who-closes-whom.md, row by row, as clients hear it."""

from __future__ import annotations

import asyncio

import pytest

from ringway.domain.values import SECOND
from ringway.rtc import messages as wire
from tests.app.whole import Client, Whole, whole


async def code(who: Client) -> str:
    return str((await who.hear("ended"))["code"]["name"])


async def ringing(
    it: Whole, *names: str
) -> tuple[str, Client, list[tuple[Client, str]]]:
    """Let ada call bob, who has one device for each name."""
    ada = await it.client("ada")
    devices = [await it.client("bob") for _ in names]
    call = await ada.call("bob")
    incoming = [str((await each.hear("incoming"))["call"]) for each in devices]
    for each, theirs in zip(devices, incoming, strict=True):
        each.say(wire.Ringing(theirs))
    await ada.hear("rang")
    return call, ada, list(zip(devices, incoming, strict=True))


async def test_nobody_of_that_name() -> None:
    async with whole() as it:
        ada = await it.client("ada")
        await ada.call("nobody")
        assert await code(ada) == "DESTINATION_NOT_FOUND"


async def test_known_but_away() -> None:
    async with whole() as it:
        await it.known("bob")
        ada = await it.client("ada")
        await ada.call("bob")
        assert await code(ada) == "DESTINATION_UNAVAILABLE"


async def test_a_name_that_can_not_be() -> None:
    async with whole() as it:
        ada = await it.client("ada")
        await ada.call("?!")
        assert (await ada.hear("refused"))["code"]["name"] == "INVALID_DESTINATION"


async def test_busy() -> None:
    async with whole() as it:
        ada, bob, eve = [await it.client(name) for name in ("ada", "bob", "eve")]
        await it.established(ada, "bob", bob)
        await eve.call("bob")
        assert await code(eve) == "BUSY"
        assert await bob.heard_nothing()


async def test_answered_elsewhere() -> None:
    async with whole() as it:
        _, ada, [(one, theirs), (two, _)] = await ringing(it, "one", "two")
        await one.accept(theirs)
        assert await code(two) == "ANSWERED_ELSEWHERE"
        await ada.hear("established")
        await one.hear("established")


async def test_declined_on_the_last_device() -> None:
    async with whole() as it:
        _, ada, [(one, first), (two, second)] = await ringing(it, "one", "two")
        one.say(wire.Decline(first))
        assert await code(one) == "REJECTED"
        assert await ada.heard_nothing()
        two.say(wire.Decline(second))
        assert await code(two) == "REJECTED"
        assert await code(ada) == "REJECTED"


async def test_declined_for_all() -> None:
    async with whole() as it:
        _, ada, [(one, first), (two, _)] = await ringing(it, "one", "two")
        one.say(wire.Decline(first, everywhere=True))
        for who in (ada, one, two):
            assert await code(who) == "REJECTED"


async def test_cancelled() -> None:
    async with whole() as it:
        call, ada, [(one, _)] = await ringing(it, "one")
        ada.say(wire.Hangup(call))
        assert await code(ada) == "CANCELLED"
        assert await code(one) == "CANCELLED"


async def test_the_caller_is_lost() -> None:
    async with whole() as it:
        _, ada, [(one, _)] = await ringing(it, "one")
        ada.leave()
        assert await code(one) == "NETWORK_ERROR"


async def test_one_of_two_ringing_devices_is_lost() -> None:
    async with whole() as it:
        _, ada, [(one, _), (two, theirs)] = await ringing(it, "one", "two")
        one.leave()
        await asyncio.wait(it.tasks, return_when=asyncio.FIRST_COMPLETED)
        await two.accept(theirs)
        await ada.hear("established")


async def test_nobody_answers() -> None:
    async with whole() as it:
        _, ada, [(one, _)] = await ringing(it, "one")
        it.clock.move(59 * SECOND)
        assert await ada.heard_nothing()
        it.clock.move(2 * SECOND)
        assert await code(ada) == "NO_ANSWER"
        assert await code(one) == "NO_ANSWER"


@pytest.mark.parametrize(
    "own", ["DEVICE_FORBIDDEN", "DEVICE_NOT_FOUND", "DEVICE_UNAVAILABLE"]
)
async def test_own_devices_are_a_media_error_to_others(own: str) -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, _ = await it.established(ada, "bob", bob)
        ada.say(f'{{"t": "hangup", "call": "{mine}", "code": "{own}"}}')
        assert await code(ada) == own
        assert await code(bob) == "MEDIA_ERROR"


async def test_no_codec_in_common() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, theirs = await it.established(ada, "bob", bob)
        it.engine.clash(mine, theirs, "CAMERA")
        for who in (ada, bob):
            assert await code(who) == "MEDIA_ERROR"


async def test_a_bad_offer() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        call = "6f6f9b1e-4b1c-4d0e-9a51-0b6a5a1f2c3d"
        ada.say(wire.Call(call, "bob", "nonsense", []))
        assert await code(ada) == "MEDIA_ERROR"
        assert await code(bob) == "MEDIA_ERROR"


async def test_media_is_lost_for_good() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, _ = await it.established(ada, "bob", bob)
        it.engine.lose(mine, "PANIC")
        assert (await ada.hear("lost"))["generation"] == 1
        assert await bob.hear("sections")
        it.clock.move(14 * SECOND)
        assert await ada.heard_nothing()
        it.clock.move(2 * SECOND)
        for who in (ada, bob):
            assert await code(who) == "MEDIA_ERROR"


async def test_a_client_falls_silent() -> None:
    """Nobody has asked for the call to be kept."""
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, _ = await it.established(ada, "bob", bob)
        it.engine.lose(mine, "TIMED_OUT")
        for who in (ada, bob):
            assert await code(who) == "NETWORK_ERROR"


async def test_the_engine_dies() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        await it.established(ada, "bob", bob)
        it.engine.die()
        it.clock.move(16 * SECOND)
        await it.ringway.house.tasks.quiet()
        it.clock.move(16 * SECOND)
        for who in (ada, bob):
            assert await code(who) == "MEDIA_ERROR"
