"""How long a listener misses a tone when the media engine dies under a call.

Two Chromium browsers in one call; signalling and media go through the tests' relay,
which adds nothing here.  Each run has a server of its own: one whose engine dies again
and again waits before it starts another.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import uvloop
from playwright.async_api import Browser, async_playwright
from tests.browser.chromium import arrive, launch, record
from tests.browser.media import BLUE, RED, Voice
from tests.browser.party import Party
from tests.browser.relayed import hosted
from tests.browser.site import site

from bench.figures import Figure
from bench.storage import RESULTS

RUNS = 30
CALM_MS = 1000
"""Of sound before the death, and after it."""
MILLISECONDS = 1000


def measure() -> Sequence[Figure]:
    """Each run is a death; its figures are those of the worse of both listeners."""
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        missing, told = zip(*uvloop.run(_measure(Path(folder))), strict=True)
    return [
        Figure("engine killed: the tone is missing", "ms", missing),
        Figure("engine killed: until both are told of the new pipe", "ms", told),
    ]


async def _measure(folder: Path) -> Sequence[tuple[float, float]]:
    record(folder, RED, BLUE)
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browsers = []
        for voice in (RED, BLUE):
            browser = await launch(playwright, voice, folder)
            stack.push_async_callback(browser.close)
            browsers.append((voice, browser))
        return [await _run(folder / f"data-{n}", browsers) for n in range(RUNS)]


async def _run(
    data: Path, browsers: Sequence[tuple[Voice, Browser]]
) -> tuple[float, float]:
    """Kill the engine of a new call: the longest break, and until all is told; ms."""
    with hosted(data) as host, site(host.server.url, {}) as url:
        parties = []
        for voice, browser in browsers:
            party, _ = await arrive(browser, url, host, voice)
            parties.append(party)
        red, blue = parties
        await _talk(red, blue)
        await red.meter(BLUE)
        await blue.meter(RED)
        for who in parties:
            await _calm(who)
            await who.mark()
        began = time.monotonic()
        host.kill_engine()
        await asyncio.gather(*(who.event("reconnected") for who in parties))
        told = time.monotonic() - began
        for who in parties:
            await _calm(who)
        longest = max([(await who.sound()).longest for who in parties])
        for _, browser in browsers:
            for context in browser.contexts:
                await context.close()
    return longest, told * MILLISECONDS


async def _talk(red: Party, blue: Party) -> None:
    await red.dial(blue.identity, autoReconnect=True)
    await blue.incoming()
    await blue.accept(autoReconnect=True)
    for who in (red, blue):
        await who.event("established")
        await who.js("until(() => party.analyser !== null, 'sound')")


async def _calm(who: Party) -> None:
    """Wait until the tone was there for a while."""
    await who.js(
        f"until(() => meters.get('sound').lasted >= {CALM_MS}, 'a steady tone')"
    )
