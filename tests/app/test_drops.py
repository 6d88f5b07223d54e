"""When a party drops: its application knows at once, and dials the person again."""

from __future__ import annotations

import json

from ringway.ports.outbox import BEGINNING
from ringway.rtc import messages as wire
from tests.app.test_calls_api import Shop
from tests.app.whole import FIRST_ACCOUNT, Whole, whole


async def told_of(it: Whole, call: str) -> list[str]:
    """Give the types of the public events of a call, in order."""
    await it.ringway.calls.catch_up()
    kept = await it.ringway.ports.outbox.read_of(FIRST_ACCOUNT, BEGINNING, 1000)
    return [each.type for each in kept if json.loads(each.payload)["callId"] == call]


async def test_who_drops_is_dialled_again_while_the_call_is_kept() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        ada = await it.client("ada")
        call = await shop.taken("ada", ada)
        ada.lose()
        await ada.ended()
        assert (await told_of(it, call))[-1] == "CALL_DISCONNECTED"
        assert (await shop.get(f"/calls/{call}"))["state"] == "ESTABLISHED"
        again = await it.client("ada")
        second = await shop.taken("ada", again)
        assert second != call
        await shop.post(f"/calls/{call}/hangup")
        assert (await told_of(it, call))[-1] == "CALL_FINISHED"
        assert (await shop.get(f"/calls/{second}"))["state"] == "ESTABLISHED"


async def test_who_comes_back_is_told_too() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        ada = await it.client("ada")
        call = await shop.taken("ada", ada)
        ada.lose()
        await ada.ended()
        back, told = await it.resume(ada, call)
        assert told["t"] == "resumed"
        assert (await told_of(it, call))[-2:] == [
            "CALL_DISCONNECTED",
            "CALL_RECONNECTED",
        ]
        back.say(wire.Hangup(call))
        await back.hear("ended")
