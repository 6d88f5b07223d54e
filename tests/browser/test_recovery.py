"""Lines and pipes die under calls, and come back: what is told, and what is heard."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Join
from tests.browser.media import BLUE, RED
from tests.browser.party import Party
from tests.browser.relayed import Host, hosted

CALM_MS = 250
"""What a call may lose of a tone whose pipe is left alone, on a busy machine."""
QUALITY = {"network-quality-changed", "remote-network-quality-changed"}
"""Told whenever the network is; how often is not what is tested here."""

COMES_BACK = ["reconnecting", "reconnected"]
REMOTE_COMES_BACK = ["remote-disconnected", "remote-reconnected"]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with hosted(tmp_path / "data") as it:
        yield it


async def talk(one: Party, other: Party, **wanted: object) -> None:
    """Let one call the other, and forget what was told until both are heard."""
    await one.dial(other.identity, **wanted)
    await other.incoming()
    await other.accept(**wanted)
    for who, whom in ((one, other), (other, one)):
        await who.event("established")
        await who.hears(whom.voice)
        await who.meter(whom.voice)
        await who.js("party.events.length = 0")


async def told(who: Party, of: str) -> list[str]:
    """Give the names of what the call, or the client, has told since then."""
    events = await who.js("party.events")
    return [
        it["name"]
        for it in events
        if it.get("of", "client") == of and it["name"] not in QUALITY
    ]


async def passes(who: Party, seconds: float) -> None:
    """Let time pass on the page: that is what is done to it."""
    await who.js(
        f"(() => {{ const begin = performance.now(); return until("
        f"() => performance.now() - begin > {seconds * 1000}, 'time', 60000); }})()"
    )


async def has_told(who: Party, of: str, names: list[str]) -> None:
    """Wait until the call, or the client, has told exactly these."""
    wanted = json.dumps(names)
    await who.js(
        "until(() => JSON.stringify(party.events.filter((it) =>"
        f" (it.of ?? 'client') === '{of}' && !{json.dumps([*QUALITY])}"
        f".includes(it.name)).map((it) => it.name)) === {json.dumps(wanted)}"
        f".replaceAll(', ', ','), {json.dumps(f'{of}: {wanted}')}, 40000)"
    )


async def test_a_lost_line_leaves_its_call_alone(host: Host, join: Join) -> None:
    red, reds = await join(host, RED)
    blue, _ = await join(host, BLUE)
    await talk(red, blue)
    reds.signalling.refuse()
    reds.signalling.cut(reset=True)
    await has_told(red, "client", ["reconnecting"])
    await red.js("party.call.mute(true)")
    await blue.hears_nothing()
    await red.js("party.call.mute(false)")
    await blue.hears(RED)
    await red.js("party.call.mute(true)")
    await passes(red, 5)
    reds.signalling.restore()
    await has_told(red, "client", COMES_BACK)
    await has_told(blue, "call", ["remote-muted", "remote-unmuted", "remote-muted"])
    assert await told(red, "call") == []
    assert await told(blue, "client") == []
    assert (await red.sound()).longest <= CALM_MS
    await red.hangup()
    assert await blue.ended() == "NORMAL_HANGUP"


async def test_a_line_that_falls_silent_is_noticed(host: Host, join: Join) -> None:
    red, reds = await join(host, RED)
    blue, _ = await join(host, BLUE)
    await talk(red, blue)
    reds.signalling.cut()
    await has_told(red, "client", ["reconnecting"])
    reds.signalling.restore()
    await has_told(red, "client", COMES_BACK)
    assert await told(red, "call") == []
    assert await told(blue, "call") == []
    assert (await red.sound()).longest <= CALM_MS
    assert (await blue.sound()).longest <= CALM_MS


@pytest.mark.cell("a page that sleeps", "Chromium")
async def test_a_page_that_slept_goes_on(host: Host, join: Join) -> None:
    red, reds = await join(host, RED)
    blue, _ = await join(host, BLUE)
    await talk(red, blue)
    cdp = await red.page.context.new_cdp_session(red.page)  # type: ignore[attr-defined]
    await cdp.send("Page.setWebLifecycleState", {"state": "frozen"})
    reds.signalling.rebind()
    await blue.js("party.call.mute(true)")
    await passes(blue, 5)
    await cdp.send("Page.setWebLifecycleState", {"state": "active"})
    await has_told(red, "client", COMES_BACK)
    await has_told(red, "call", ["remote-muted"])
    assert await told(blue, "call") == []
    await blue.hears(RED)


@pytest.mark.parametrize("seconds", [5, 15])
@pytest.mark.cell("a network that is gone for 15 s", "Chromium")
async def test_a_call_without_network_comes_back(
    host: Host, join: Join, seconds: int
) -> None:
    red, reds = await join(host, RED)
    blue, _ = await join(host, BLUE)
    await talk(red, blue, autoReconnect=True)
    reds.cut()
    await passes(blue, seconds)
    reds.restore()
    await red.js("until(() => meters.get('sound').read().heard, 'tone again', 30000)")
    await red.hears(BLUE)
    await blue.hears(RED)
    for who, names in ((red, COMES_BACK), (blue, REMOTE_COMES_BACK)):
        if seconds > 10 or await told(who, "call"):
            await has_told(who, "call", names)
    if seconds > 10:
        assert await told(red, "client") == COMES_BACK
    assert await told(blue, "client") == []


@pytest.mark.parametrize("seconds", [5, 15])
@pytest.mark.cell("a network that is gone for 15 s", "Chromium")
async def test_a_room_without_network_comes_back_by_itself(
    host: Host, join: Join, seconds: int
) -> None:
    """Nobody has asked for it: rooms do so unless they are told not to."""
    red, reds = await join(host, RED)
    blue, _ = await join(host, BLUE)
    before = await red.join("kitchen")
    await blue.join("kitchen")
    for who, whom in ((red, blue), (blue, red)):
        await who.hears(whom.voice)
        await who.js("party.events.length = 0")
    reds.cut()
    await passes(blue, seconds)
    reds.restore()
    if seconds > 10:
        await red.event("reconnected")
        await blue.event("participant-reconnected")
    await red.hears(BLUE)
    await blue.hears(RED)
    # Rooms do not say whose event it is: one pair is the line's, one the pipe's.
    names = Counter(await told(red, "client"))
    begun, ended = (names[it] for it in COMES_BACK)
    assert begun == ended
    assert begun == 2 or (seconds < 10 and begun < 2)
    heard = [it for it in await told(blue, "client") if "connect" in it]
    wanted = ["participant-disconnected", "participant-reconnected"]
    assert heard == wanted or (seconds < 10 and heard == [])
    assert before["room"] == "kitchen"


@pytest.mark.cell("a new path in the same call (ICE restart)", "Chromium")
async def test_ice_begins_anew_where_the_old_path_is_gone(
    host: Host, join: Join
) -> None:
    red, reds = await join(host, RED)
    blue, _ = await join(host, BLUE)
    await talk(red, blue, autoReconnect=True)
    for it in (*reds.udp, *reds.tcp):
        it.cut()
    # The server's next description leads through other ports.
    await host.network().lead(red)
    await has_told(red, "call", COMES_BACK)
    await has_told(blue, "call", REMOTE_COMES_BACK)
    await red.hears(BLUE)
    await blue.hears(RED)
    assert await red.js("party.connections.length") == 1, "the same pipe"
    assert await told(red, "client") == []


async def test_another_address_is_not_even_told(host: Host, join: Join) -> None:
    red, reds = await join(host, RED)
    blue, _ = await join(host, BLUE)
    await talk(red, blue, autoReconnect=True)
    reds.move()
    await has_told(red, "client", COMES_BACK)
    await red.js("markMeters()")
    await red.hears(BLUE)
    await blue.hears(RED)
    assert await told(red, "call") == []
    assert await told(blue, "call") == []


@pytest.mark.cell("a media engine that dies", "Chromium")
async def test_a_dead_engine_gives_each_call_another_pipe(
    host: Host, join: Join
) -> None:
    red, _ = await join(host, RED)
    blue, _ = await join(host, BLUE)
    await talk(red, blue, video=True)
    await red.js("party.call.mute(true)")
    await has_told(blue, "call", ["remote-muted"])
    await blue.js("party.events.length = 0")
    await red.sees(BLUE)
    await asyncio.to_thread(host.kill_engine)
    for who in (red, blue):
        await has_told(who, "call", COMES_BACK)
        assert await told(who, "client") == []
    await red.hears(BLUE)
    await red.sees(BLUE)
    await blue.sees(RED)
    await blue.hears_nothing()
    await red.js("party.call.mute(false)")
    await blue.hears(RED)
    assert await red.js("party.connections.length") == 2
    assert await red.js("party.connections[0].signalingState") == "closed"
    await has_told(blue, "call", [*COMES_BACK, "remote-unmuted"])


@pytest.mark.cell("a server that dies", "Chromium")
async def test_a_dead_control_plane_is_not_heard(host: Host, join: Join) -> None:
    red, _ = await join(host, RED)
    blue, _ = await join(host, BLUE)
    await talk(red, blue)
    await asyncio.to_thread(host.kill)
    for who in (red, blue):
        await has_told(who, "client", ["reconnecting"])
    await red.js("party.call.mute(true)")
    await asyncio.to_thread(host.start)
    for who in (red, blue):
        await has_told(who, "client", COMES_BACK)
    await has_told(blue, "call", ["remote-muted"])
    assert await told(red, "call") == []
    assert (await red.sound()).longest <= CALM_MS
    await blue.js("party.call.cameraVideo(true)")
    await red.event("remote-camera-video-added")
    await red.sees(BLUE)
    await blue.hangup()
    assert await red.ended() == "NORMAL_HANGUP"
