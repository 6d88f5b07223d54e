"""Halves of the server die under a call; who listens to a tone says what was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Join
from tests.browser.media import BLUE, RED
from tests.browser.party import Party
from tests.browser.relayed import Host, hosted
from tests.browser.test_relayed import CALM_MS, talk

BACK_WITHIN_MS = 4000
"""Of the tone, after the engine's death, on a machine that does other things too."""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with hosted(tmp_path / "data") as it:
        yield it


async def measured(who: Party, ms: int) -> None:
    await who.js(
        f"until(() => meters.get('sound').read().measured >= {ms}, '{ms} ms of sound')"
    )


async def test_the_control_plane_dies_and_the_tone_does_not(
    host: Host, join: Join
) -> None:
    red, _ = await join(host, RED)
    blue, _ = await join(host, BLUE)
    await talk(red, blue, autoReconnect=True)
    for who, other in ((red, BLUE), (blue, RED)):
        await who.meter(other)
    host.kill()
    for who in (red, blue):
        await measured(who, 1000)
    await asyncio.to_thread(host.start)
    for who in (red, blue):
        await who.event("reconnected")
        await measured(who, 4000)
        sound = await who.sound()
        assert sound.longest <= CALM_MS, sound
    await red.js("party.call.mute(true)")
    await blue.hears_nothing()
    await red.hangup()
    for who in (red, blue):
        assert await who.ended() == "NORMAL_HANGUP"
        assert (await who.events()).count("hangup") == 1


async def test_the_engine_dies_and_the_tone_is_back_in_the_same_call(
    host: Host, join: Join
) -> None:
    red, _ = await join(host, RED)
    blue, _ = await join(host, BLUE)
    await talk(red, blue, autoReconnect=True)
    for who, other in ((red, BLUE), (blue, RED)):
        await who.meter(other)
    host.kill_engine()
    for who, other in ((red, BLUE), (blue, RED)):
        await who.event("reconnected")
        await who.js("until(() => meters.get('sound').read().heard, 'the tone again')")
        sound = await who.sound()
        assert sound.longest <= BACK_WITHIN_MS, sound
        await who.hears(other)
    assert "hangup" not in await red.events()
    await red.hangup()
    for who in (red, blue):
        assert await who.ended() == "NORMAL_HANGUP"
