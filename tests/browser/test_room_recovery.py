"""Processes die under a room, and under a call both at once: who was there stays."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.browser.conftest import Join
from tests.browser.media import BLUE, GREEN, RED, Voice
from tests.browser.party import Party
from tests.browser.relayed import Host, hosted

CALM_MS = 250
"""What a room may lose of a tone whose pipe is left alone, on a busy machine."""
ROOM = "kitchen"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with hosted(tmp_path / "data") as it:
        yield it


async def hear_each_other(parties: Sequence[Party]) -> None:
    for listener, speaker in itertools.permutations(parties, 2):
        await listener.hears(speaker.voice)


async def meet(host: Host, join: Join, *voices: Voice) -> list[Party]:
    """Let them into the room, and forget what was told until all are heard."""
    parties = [(await join(host, voice))[0] for voice in voices]
    for party in parties:
        await party.join(ROOM)
    await hear_each_other(parties)
    for party, heard in zip(parties, parties[1:] + parties[:1], strict=True):
        await party.meter(heard.voice)
        await party.js("party.events.length = 0")
    return parties


async def counted(who: Party) -> Counter[str]:
    return Counter(await who.events())


async def test_a_room_does_not_hear_its_control_plane_die(
    host: Host, join: Join
) -> None:
    red, blue = parties = await meet(host, join, RED, BLUE)
    await asyncio.to_thread(host.kill)
    for who in parties:
        await who.event("reconnecting")
    await red.js("party.call.mute(true)")
    await blue.hears_nothing()
    await red.js("party.call.mute(false)")
    await blue.hears(RED)
    await red.js("party.call.mute(true)")
    await asyncio.to_thread(host.start)
    for who in parties:
        await who.event("reconnected")
    await blue.told("participant-muted", participant=red.identity)
    assert (await red.sound()).longest <= CALM_MS

    # As if nothing had happened: somebody comes, speaks, leaves.
    green, _ = await join(host, GREEN)
    joined = await green.join(ROOM)
    known = {each["identity"] for each in joined["participants"]}
    assert known == {red.identity, blue.identity}
    await blue.told("participant-joined", participant=green.identity)
    await red.js("party.call.mute(false)")
    await blue.js("party.call.cameraVideo(true)")
    await hear_each_other((red, blue, green))
    for who in (red, green):
        await who.sees(BLUE, f"camera-{blue.identity}")
    assert await blue.leave() == "NORMAL_HANGUP"
    for who in (red, green):
        await who.told("participant-left", participant=blue.identity)
    once = await counted(red)
    for name in ("participant-joined", "participant-left", "reconnecting"):
        assert once[name] == 1, name
    assert once["participant-disconnected"] == once["error"] == 0


async def test_a_room_outlives_its_engine(host: Host, join: Join) -> None:
    parties = await meet(host, join, RED, BLUE, GREEN)
    await parties[0].js("party.call.mute(true)")
    for who in parties[1:]:
        await who.told("participant-muted", participant=parties[0].identity)
    await asyncio.to_thread(host.kill_engine)
    for who in parties:
        await who.event("reconnecting")
        await who.event("reconnected")
    await parties[0].hears(BLUE)
    await parties[1].hears(GREEN)
    await parties[0].js("party.call.mute(false)")
    await hear_each_other(parties)
    for who in parties:
        told = await counted(who)
        assert told["participant-left"] == told["room-left"] == 0
        assert told["participant-disconnected"] == told["participant-reconnected"]


async def both_die(host: Host) -> None:
    await asyncio.to_thread(host.kill)
    await asyncio.to_thread(host.kill_engine)
    await asyncio.to_thread(host.start)


async def test_a_room_outlives_both(host: Host, join: Join) -> None:
    red, blue = parties = await meet(host, join, RED, BLUE)
    await both_die(host)
    for who in parties:
        await who.event("reconnected")
        await who.js("until(() => meters.get('sound').read().heard, 'tone', 30000)")
    await hear_each_other(parties)
    green, _ = await join(host, GREEN)
    await green.join(ROOM)
    await hear_each_other((red, blue, green))
    assert await red.leave() == "NORMAL_HANGUP"
    for who in (blue, green):
        await who.told("participant-left", participant=red.identity)
    told = await counted(blue)
    assert told["participant-left"] == told["participant-joined"] == 1


async def test_a_call_outlives_both(host: Host, join: Join) -> None:
    red, blue = [(await join(host, voice))[0] for voice in (RED, BLUE)]
    await red.dial(blue.identity)
    await blue.incoming()
    await blue.accept()
    for who, whom in ((red, blue), (blue, red)):
        await who.event("established")
        await who.hears(whom.voice)
        await who.js("party.events.length = 0")
    await both_die(host)
    for who in (red, blue):
        await who.event("reconnected")
    await hear_each_other((red, blue))
    await red.js("party.call.mute(true)")
    await blue.event("remote-muted")
    await blue.hears_nothing()
    await blue.hangup()
    assert await red.ended() == "NORMAL_HANGUP"
    told = await counted(red)
    assert told["hangup"] == 1
