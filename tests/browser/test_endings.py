"""Every way a call can end, with the reference's code on both sides."""

from __future__ import annotations

import asyncio

from tests.browser.conftest import Enter
from tests.browser.media import BLUE, GREEN, RED

OUTCOME = (
    "until(() => party.events.map((event) => event.name)"
    ".find((name) => name === 'established' || name === 'hangup'), 'an outcome')"
)


async def test_nobody_of_that_name(enter: Enter) -> None:
    red = await enter(RED)
    await red.dial("nobody-of-that-name")
    assert await red.ended() == "DESTINATION_NOT_FOUND"


async def test_known_but_not_connected(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    await blue.js("party.rtc.disconnect()")
    await blue.event("disconnected")
    await red.dial(blue.identity)
    assert await red.ended() == "DESTINATION_UNAVAILABLE"


async def test_decline(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    await red.dial(blue.identity)
    await blue.incoming()
    await blue.decline()
    assert await red.ended() == "REJECTED"
    assert await blue.ended() == "REJECTED"


async def test_cancel(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    await red.dial(blue.identity)
    await blue.incoming()
    await red.event("ringing")
    await red.hangup()
    assert await red.ended() == "CANCELLED"
    assert await blue.ended() == "CANCELLED"


async def test_nobody_answers_within_a_minute(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    await red.dial(blue.identity)
    await blue.incoming()
    await red.event("ringing")
    for party in (red, blue):
        wait = "until(() => seen('hangup')[0], 'the end of ringing', 75000)"
        assert (await party.js(wait))["errorCode"]["name"] == "NO_ANSWER"


async def test_busy(enter: Enter) -> None:
    red, blue, green = await enter(RED), await enter(BLUE), await enter(GREEN)
    await red.dial(blue.identity)
    await blue.incoming()
    await blue.accept()
    await red.event("established")
    await green.dial(blue.identity)
    assert await green.ended() == "BUSY"
    await red.hears(BLUE)


async def test_two_tabs_ring_and_the_first_to_answer_wins(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    other = await enter(GREEN, identity=blue.identity)
    await red.dial(blue.identity)
    await blue.incoming()
    await other.incoming()
    await other.accept()
    assert await blue.ended() == "ANSWERED_ELSEWHERE"
    await red.hears(GREEN)
    await other.hears(RED)
    await other.hangup()
    assert await red.ended() == "NORMAL_HANGUP"
    assert (await blue.events()).count("hangup") == 1


async def test_two_tabs_accept_at_once_and_one_wins(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    other = await enter(GREEN, identity=blue.identity)
    await red.dial(blue.identity)
    await asyncio.gather(blue.incoming(), other.incoming())
    await asyncio.gather(blue.accept(), other.accept())
    first = await asyncio.gather(*(who.js(OUTCOME) for who in (blue, other)))
    assert sorted(first) == ["established", "hangup"]
    winner, loser = (blue, other) if first[0] == "established" else (other, blue)
    assert await loser.ended() == "ANSWERED_ELSEWHERE"
    await red.hears(winner.voice)


async def test_decline_on_one_device_lets_the_other_ring(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    other = await enter(GREEN, identity=blue.identity)
    await red.dial(blue.identity)
    await asyncio.gather(blue.incoming(), other.incoming())
    await blue.decline()
    assert await blue.ended() == "REJECTED"
    await other.accept()
    await red.hears(GREEN)


async def test_decline_on_all_devices(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    other = await enter(GREEN, identity=blue.identity)
    await red.dial(blue.identity)
    await asyncio.gather(blue.incoming(), other.incoming())
    await blue.decline(everywhere=True)
    assert await red.ended() == "REJECTED"
    assert await blue.ended() == "REJECTED"
    assert await other.ended() == "REJECTED"


async def test_a_closed_tab_ends_the_call(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    await red.dial(blue.identity)
    await blue.incoming()
    await blue.accept()
    await red.hears(BLUE)
    await blue.page.close()  # type: ignore[attr-defined]
    assert await red.ended() in {"NETWORK_ERROR", "NORMAL_HANGUP"}
