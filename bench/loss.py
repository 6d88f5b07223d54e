"""What loss does to a call: through Ringway, and from browser to browser.

Two Chromium browsers with a tone and a picture of 640 by 480 each, one call after the
other.  Through Ringway each party has a hop of its own to the server, and a datagram
takes two of them; the direct calls take one, with the delay of both.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop
from playwright.async_api import Browser, Page, async_playwright
from tests.browser.chromium import arrive, launch, record
from tests.browser.media import BLUE, FPS, RED
from tests.browser.relayed import hosted
from tests.browser.site import site
from tests.relay import Forward, relaying

from bench.figures import Figure
from bench.storage import RESULTS

MEASURED_S = 20
LOSS = 0.05
BOTH_HOPS = 1 - (1 - LOSS) ** 2
HOP_DELAY_MS = 20
CALM_FRAMES = 5 * FPS
"""Until then the browsers learn the rate of the way, and nothing is lost."""
DIRECT = Path(__file__).with_name("direct.js")
CANDIDATE = re.compile(
    r"^a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (?P<port>\d+) .*\r\n",
    re.MULTILINE | re.IGNORECASE,
)
ANY_CANDIDATE = re.compile(r"^a=candidate:.*\r\n", re.MULTILINE)

INBOUND = """
statistics().then((rows) => {
  const sum = (kind, name) => rows
    .filter((row) => row.type === "inbound-rtp" && row.kind === kind)
    .reduce((all, row) => all + (row[name] ?? 0), 0);
  return {
    concealed: sum("audio", "concealedSamples"),
    samples: sum("audio", "totalSamplesReceived"),
    soundNacks: sum("audio", "nackCount"),
    frames: sum("video", "framesDecoded"),
    freezes: sum("video", "freezeCount"),
    frozen: sum("video", "totalFreezesDuration"),
    pictureNacks: sum("video", "nackCount"),
    anew: sum("video", "pliCount"),
    soundHeld: sum("audio", "jitterBufferDelay"),
    soundPlayed: sum("audio", "jitterBufferEmittedCount"),
    picturesHeld: sum("video", "jitterBufferDelay"),
    picturesShown: sum("video", "jitterBufferEmittedCount"),
  };
})
"""
"""What has come so far, in the browser's own count (W3C webrtc-stats)."""
CALM = f"""
new Promise((done) => {{
  const look = async () =>
    (await {INBOUND.strip()}).frames < {CALM_FRAMES} ? setTimeout(look, 100) : done();
  look();
}})
"""


@dataclass(frozen=True, slots=True)
class Call:
    """Two who hear and see each other, and what lies between them."""

    listeners: Sequence[Page]
    hops: Sequence[Forward]


def measure() -> Sequence[Figure]:
    """Give each figure with a value for each of both listeners."""
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        return uvloop.run(_measure(Path(folder)))


async def _measure(folder: Path) -> Sequence[Figure]:
    record(folder, RED, BLUE)
    figures: list[Figure] = []
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browsers = []
        for voice in (RED, BLUE):
            browsers.append(await launch(playwright, voice, folder))
            stack.push_async_callback(browsers[-1].close)
        for loss in (0, LOSS):
            async with _through_ringway(folder / f"data-{loss}", browsers) as call:
                name = f"Ringway, {loss:.0%} on each hop"
                figures += _figures(name, await _heard(call, loss))
        for loss in (LOSS, BOTH_HOPS):
            async with _direct(browsers) as call:
                figures += _figures(f"direct, {loss:.2%}", await _heard(call, loss))
    return figures


@asynccontextmanager
async def _through_ringway(
    data: Path, browsers: Sequence[Browser]
) -> AsyncIterator[Call]:
    with hosted(data) as host, site(host.server.url, {}) as url:
        parties = []
        hops: list[Forward] = []
        for voice, browser in zip((RED, BLUE), browsers, strict=True):
            party, network = await arrive(browser, url, host, voice)
            for hop in network.udp:
                hop.set(delay_ms=HOP_DELAY_MS)
            hops += network.udp
            parties.append(party)
        red, blue = parties
        await red.dial(blue.identity, video=True)
        await blue.incoming()
        await blue.accept(video=True)
        for party in parties:
            await party.event("established")
        yield Call([browser.contexts[0].pages[0] for browser in browsers], hops)
        await _leave(browsers)


@asynccontextmanager
async def _direct(browsers: Sequence[Browser]) -> AsyncIterator[Call]:
    """Let the second find the first behind a hop, from which the first learns of it."""
    with relaying() as relay, site("", {"direct.html": "<body></body>"}) as url:
        pages = []
        for browser in browsers:
            page = await (await browser.new_context()).new_page()
            await page.goto(f"{url}/direct.html")
            await page.add_script_tag(path=DIRECT)
            pages.append(page)
        first, second = pages
        offer = str(await first.evaluate("propose()"))
        # The sections are bundled: of their candidates the first one's are used.
        there = CANDIDATE.search(offer)
        assert there is not None, f"not on loopback: {ANY_CANDIDATE.findall(offer)}"
        hop = relay.udp(int(there["port"]))
        hop.set(delay_ms=2 * HOP_DELAY_MS)
        way = there[0].replace(f" {there['port']} ", f" {hop.port} ")
        alone = ANY_CANDIDATE.sub("", offer)
        section = re.search(r"^m=.*\r\n", alone, re.MULTILINE)
        assert section is not None
        detoured = alone[: section.end()] + alone[section.end() :].replace(
            "a=ice-ufrag:", f"{way}a=ice-ufrag:", 1
        )
        said = str(await second.evaluate("(sdp) => answer(sdp)", detoured))
        await first.evaluate("(sdp) => agree(sdp)", ANY_CANDIDATE.sub("", said))
        yield Call(pages, [hop])
        await _leave(browsers)


async def _heard(call: Call, loss: float) -> Sequence[Mapping[str, float]]:
    """Begin to lose when all is well; tell how each one's counts grow from then on."""
    for page in call.listeners:
        await page.evaluate(CALM)
    for hop in call.hops:
        hop.set(drop=loss)
    began = time.monotonic()
    before = [await page.evaluate(INBOUND) for page in call.listeners]
    await asyncio.sleep(MEASURED_S)
    after = [await page.evaluate(INBOUND) for page in call.listeners]
    seconds = time.monotonic() - began
    lost = [
        way for hop in call.hops for it in [hop.count()] for way in (it.up, it.down)
    ]
    assert all(way.dropped > 0 for way in lost) == (loss > 0), lost
    return [
        {name: now[name] - then[name] for name in now} | {"seconds": seconds}
        for then, now in zip(before, after, strict=True)
    ]


def _figures(name: str, grown: Sequence[Mapping[str, float]]) -> Sequence[Figure]:
    def each(what: str, unit: str, part: str, of: str | None, scale: float) -> Figure:
        runs = [scale * it[part] / (it[of] if of else 1) for it in grown]
        return Figure(f"{name}: {what}", unit, runs)

    return [
        each("sound concealed", "%", "concealed", "samples", 100),
        each("freezes", "count", "freezes", None, 1),
        each("picture frozen", "%", "frozen", "seconds", 100),
        each("pictures", "1/s", "frames", "seconds", 1),
        each("NACKs for sound", "1/s", "soundNacks", "seconds", 1),
        each("NACKs for pictures", "1/s", "pictureNacks", "seconds", 1),
        each("key frames asked for", "count", "anew", None, 1),
        each("sound held back", "ms", "soundHeld", "soundPlayed", 1000),
        each("pictures held back", "ms", "picturesHeld", "picturesShown", 1000),
    ]


async def _leave(browsers: Sequence[Browser]) -> None:
    for browser in browsers:
        for context in browser.contexts:
            await context.close()
