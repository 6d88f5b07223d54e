"""Twelve in one room, on two shards: four browsers, and eight without."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from ringway.rtc import messages as wire
from tests.browser.conftest import Join
from tests.browser.media import BLUE, GREEN, RED, UNUSED, YELLOW
from tests.browser.party import Party
from tests.browser.relayed import Host, hosted
from tests.headless import Look, Media, Person, arriving, people
from tests.headless.person import came

VOICES = (RED, BLUE, GREEN, YELLOW)
TONES = (520, 600, 800, 860, 920, 1160, 1220, 1300)
COLOURS = (
    "c850c8",
    "505028",
    "a0a0f0",
    "c8b428",
    "28b4b4",
    "a028b4",
    "c87828",
    "7850c8",
)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with hosted(tmp_path / "data", shards=2) as it:
        yield it


@pytest.fixture
async def media() -> AsyncIterator[Media]:
    async with people() as it:
        yield it


async def guest(stack: AsyncExitStack, host: Host, media: Media, number: int) -> Person:
    clips: dict[wire.Source, str] = {
        "MICROPHONE": str(TONES[number]),
        "CAMERA": COLOURS[number],
    }
    it = Look(f"guest-{number}", clips)
    network, token = host.network(), host.server.token(it.identity)
    person = arriving(media, network.url, token, it, network.detours)
    return await stack.enter_async_context(person)


def alone_with(who: Person, others: int) -> bool:
    return len(who.roster) == others


async def hears_all(who: Party, others: set[int]) -> None:
    """Wait until each of the tones stands out, and nothing else does."""
    unused = [*UNUSED, who.voice.hertz]
    await who.js(
        f"until(() => {sorted(others)}.every((hertz) => hears(hertz, {unused})),"
        " 'all tones', 30000)"
    )


async def test_twelve_hear_and_see_each_other(
    host: Host, join: Join, media: Media
) -> None:
    async with AsyncExitStack() as stack:
        guests = [await guest(stack, host, media, n) for n in range(len(TONES))]
        parties = [(await join(host, voice))[0] for voice in VOICES]
        for it in guests:
            await it.join("crowd")
        joined = [await party.join("crowd", video=True) for party in parties]
        assert [len(it["participants"]) for it in joined] == [8, 9, 10, 11]
        everybody = {it.look.identity for it in guests} | {v.name for v in VOICES}
        for it in guests:
            others = everybody - {it.look.identity}
            await came(it, {(who, "MICROPHONE") for who in others})
            await came(it, {(who, "CAMERA") for who in others})
        tones = {*TONES, *(voice.hertz for voice in VOICES)}
        for party in parties:
            await hears_all(party, tones - {party.voice.hertz})
            for colour, it in zip(COLOURS, guests, strict=True):
                rgb = list(bytes.fromhex(colour))
                video = f"camera-{it.look.identity}"
                await party.js(f"until(() => sees({rgb}, '{video}'), '{video}')")
        # Half of them leave at once; the others are not disturbed.
        await asyncio.gather(*(it.hangup() for it in guests[4:]))
        for party in parties:
            gone = {*TONES[4:]}
            await hears_all(party, tones - gone - {party.voice.hertz})
            await party.js(
                f"until(() => {sorted(gone)}.every((hertz) => level(hertz) < -60),"
                " 'nobody of those who left')"
            )
        for it in guests[:4]:
            await it.until(functools.partial(alone_with, it, 7), "four to leave")
