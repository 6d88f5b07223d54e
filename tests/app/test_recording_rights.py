"""What a token says of recording is kept with the calls of who shows it."""

from __future__ import annotations

import pytest

from ringway.domain.values import LegId, RecordingRight
from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.ports.tokens import Capability
from ringway.rtc import messages as wire
from tests.app.test_calls_api import Shop
from tests.app.whole import OFFER, Client, Whole, whole

RIGHTS = {
    None: None,
    Capability.PRESENCE: None,
    Capability.RECORDING_ALWAYS: RecordingRight.ALWAYS,
    Capability.RECORDING_ON_DEMAND: RecordingRight.ON_DEMAND,
    Capability.RECORDING_DISABLED: RecordingRight.DISABLED,
}


def right_of(it: Whole, call: str) -> RecordingRight | None:
    leg = it.ringway.house.views.leg(FIRST_ACCOUNT, LegId(call))
    assert leg is not None, f"{call} is over"
    return leg.wishes.capability


async def calls_the_shop(it: Whole, client: Client) -> str:
    call = "0b8f4e0c-5d6a-4c1e-9a53-1f2d3c4b5a69"
    sending = [wire.Sending("0", "MICROPHONE")]
    client.say(wire.CallApplication(call, "shop", OFFER, sending))
    await client.hear("pipe_answer")
    return call


@pytest.mark.parametrize(("capability", "right"), RIGHTS.items())
async def test_it_goes_with_calls_of_both_directions(
    capability: Capability | None, right: RecordingRight | None
) -> None:
    capabilities = () if capability is None else (capability,)
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        ada = await it.client("ada", capabilities=capabilities)
        assert right_of(it, await calls_the_shop(it, ada)) is right
        bob = await it.client("bob", capabilities=capabilities)
        assert right_of(it, await shop.taken("bob", bob)) is right


async def test_a_device_that_goes_on_has_what_its_new_token_says() -> None:
    async with whole() as it:
        shop = Shop(it)
        await shop.open()
        ada = await it.client("ada", capabilities=[Capability.RECORDING_ALWAYS])
        ada.lose()
        await ada.ended()
        back, _ = await it.resume(ada)
        assert right_of(it, await calls_the_shop(it, back)) is None
