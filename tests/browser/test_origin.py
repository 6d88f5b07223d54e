"""A customer's page on another origin: script build, familiar names, any server."""

from __future__ import annotations

import json

from tests.browser.conftest import Enter
from tests.browser.media import RED
from tests.browser.server import Server


async def test_bare_globals_under_both_families_of_names(enter: Enter) -> None:
    red = await enter(RED, connect=False)
    pairs = [
        ("createInfobipRtc", "createRingwayRtc"),
        ("InfobipRTCEvent", "RingwayRTCEvent"),
        ("InfobipCallsConfiguration", "RingwayCallsConfiguration"),
    ]
    for familiar, own in pairs:
        assert await red.js(f"{familiar} === {own} && {own} !== undefined")
    assert await red.js("CallsApiEvent.ESTABLISHED") == "established"


async def test_the_script_finds_its_own_server(enter: Enter, server: Server) -> None:
    red = await enter(RED)
    assert await red.js("location.origin") != server.url
    assert await red.js("party.rtc.connectedUser().identity") == red.identity


async def test_server_url_option(enter: Enter, server: Server) -> None:
    red = await enter(RED, connect=False)
    await red.connect(server.token(red.identity), serverUrl=server.url)
    assert (await red.event("connected"))["identity"] == red.identity


async def test_a_foreign_token_is_refused(enter: Enter, server: Server) -> None:
    red = await enter(RED, connect=False)
    header, claims, signature = server.token(red.identity).split(".")
    forged = f"{header}.{claims}.{signature[:-4]}AAAA"
    await red.js(
        f"party.rtc = createInfobipRtc({json.dumps(forged)});"
        "party.rtc.on('disconnected', (event) => record('disconnected', event));"
        "party.rtc.connect()"
    )
    assert "INVALID_TOKEN" in (await red.event("disconnected"))["reason"]
