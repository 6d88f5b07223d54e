"""One dialog between Firefox ESR and Chromium, sound and picture both ways."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Enter
from tests.browser.firefox import firefox
from tests.browser.media import RED, UNUSED, Voice
from tests.browser.party import Party
from tests.browser.server import Server

FAKE = Voice("firefox", 700, (0, 0, 0))
"""Firefox's own fake devices: a tone, and a colour that keeps changing."""


@pytest.mark.parametrize("caller", ["firefox", "chromium"])
@pytest.mark.cell("sound both ways", "Chromium", "Firefox")
@pytest.mark.cell("pictures both ways", "Chromium", "Firefox")
async def test_firefox_and_chromium(
    enter: Enter, server: Server, elsewhere: str, caller: str
) -> None:
    async with firefox(f"{elsewhere}/party.html") as page:
        fox = Party(page, FAKE, f"fox-{caller}")
        await fox.connect(server.token(fox.identity))
        red = await enter(RED)
        first, second = (fox, red) if caller == "firefox" else (red, fox)
        await first.dial(second.identity, video=True)
        await second.incoming()
        await second.accept(video=True)
        await red.event("established")
        await fox.event("established")
        await red.hears(FAKE)
        await fox.sees(RED)
        await red.event("remote-camera-video-added")
        await red.js("watch(); until(() => frames.count > 20, 'frames of Firefox')")
        assert await fox.js(f"recorded({RED.hertz}, {[*UNUSED, FAKE.hertz]})")
        await fox.hangup()
        assert await red.ended() == "NORMAL_HANGUP"
