"""Somebody in front of the demo page during calls: what they do, hear and see."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.async_api import Locator, Page, expect

from tests.browser.media import UNUSED, Voice

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FOLDER = os.environ.get("RINGWAY_SCREENSHOTS")
"""Where screenshots are kept; none are made without it."""
PATIENCE_MS = 15_000
"""For what takes a connection, on a machine that is busy."""

HEARS = """
async ([hertz, quiet]) => {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  const sources = new Map();
  const bins = new Float32Array(analyser.frequencyBinCount);
  const level = (f) => bins[Math.round((f * analyser.fftSize) / context.sampleRate)];
  try {
    for (const end = performance.now() + 15000; performance.now() < end; await new Promise(requestAnimationFrame)) {
      const audio = document.querySelector("[data-testid=remote-audio]");
      for (const track of audio?.srcObject?.getAudioTracks() ?? []) {
        if (sources.has(track)) continue;
        sources.set(track, context.createMediaStreamSource(new MediaStream([track])));
        sources.get(track).connect(analyser);
      }
      analyser.getFloatFrequencyData(bins);
      if (level(hertz) > -60 && quiet.every((other) => level(hertz) - level(other) > 20)) return !audio.paused;
    }
    return false;
  } finally {
    await context.close();
  }
}"""
SEES = """
async ([selector, colour]) => {
  let found = null;
  for (const end = performance.now() + 15000; performance.now() < end; await new Promise(requestAnimationFrame)) {
    const video = document.querySelector(selector);
    if (!video?.videoWidth) continue;
    await new Promise((seen) => video.requestVideoFrameCallback(seen));
    const pen = new OffscreenCanvas(4, 4).getContext("2d");
    pen.drawImage(video, 0, 0, video.videoWidth / 8, video.videoHeight / 8, 0, 0, 4, 4);
    found = [...pen.getImageData(1, 1, 1, 1).data].slice(0, 3);
    if (found.every((value, index) => Math.abs(value - colour[index]) < 48)) return "yes";
  }
  return `${selector} shows ${found}`;
}"""
SHARES_COLOUR = """
navigator.mediaDevices.getDisplayMedia = async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
  const pen = canvas.getContext("2d");
  let x = 0;
  setInterval(() => {
    pen.fillStyle = "rgb(210, 190, 40)";
    pen.fillRect(0, 0, 1280, 720);
    pen.fillStyle = "white";
    pen.fillRect((x += 8) % 1280, 400, 64, 64);
  }, 50);
  return (globalThis.shared = canvas.captureStream(20));
};"""
"""A canvas stands in for the screen, which no test machine has."""


@dataclass(frozen=True, slots=True)
class Guest:
    """One person on one page."""

    page: Page
    voice: Voice
    name: str

    def at(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    def tile(self, of: Guest) -> Locator:
        """The tile that shows somebody."""
        return self.page.locator(f"[data-testid=tile][data-who={of.identity}]")

    @property
    def identity(self) -> str:
        return "-".join(re.findall(r"\w+", self.name.lower()))

    async def arrive(self, url: str, room: str | None = None) -> None:
        """Open the page under this name; in front of a room if it is given."""
        where = "" if room is None else f"&room={room}"
        await self.page.goto(f"{url}/demo/?name={quote(self.name)}{where}")
        await self.shows("home-screen" if room is None else "room-screen")

    async def call(self, whom: Guest, *, video: bool = True) -> None:
        await self.at("whom").fill(whom.name)
        await self.press("call-video" if video else "call-audio")
        await whom.shows("incoming-screen")

    async def talk(self, to: Guest, *, video: bool = True) -> None:
        """Call somebody who accepts, until both are talking."""
        await self.call(to, video=video)
        await to.press("accept-video" if video else "accept-audio")
        for each in (self, to):
            await each.shows("timer")

    async def join(self) -> None:
        await self.press("join")
        await self.shows("timer")

    async def press(self, testid: str) -> None:
        await self.at(testid).click()

    async def shows(self, testid: str) -> None:
        await expect(self.at(testid)).to_be_visible(timeout=PATIENCE_MS)

    async def says(self, text: str) -> None:
        """Write a text to whom is chosen."""
        await self.at("chat-text").fill(text)
        await self.at("chat-text").press("Enter")

    async def hears(self, other: Guest) -> None:
        quiet = [*UNUSED, self.voice.hertz]
        heard = await self.page.evaluate(HEARS, [other.voice.hertz, quiet])
        assert heard, f"{self.name} does not hear {other.name}"

    async def sees(self, other: Guest, what: str = "remote-video") -> None:
        """Wait until the tile of somebody shows their colour."""
        where = f"[data-who={other.identity}] [data-testid={what}]"
        await self.sees_colour(where, other.voice.rgb)

    async def sees_colour(self, selector: str, rgb: tuple[int, int, int]) -> None:
        found = await self.page.evaluate(SEES, [selector, list(rgb)])
        assert found == "yes", f"{self.name}: {found}, not {rgb}"

    async def until(self, test: str) -> None:
        """Wait until a JavaScript expression holds.

        The page's policy forbids what Playwright's own waiting evaluates there.
        """
        held = await self.page.evaluate(
            "async () => { for (const end = performance.now() + 15000;"
            " performance.now() < end; await new Promise(requestAnimationFrame))"
            f" if ({test}) return true; return false; }}"
        )
        assert held, f"{self.name}: {test}"

    async def tab_to(self, testid: str) -> None:
        """Go to a control by the Tab key alone."""
        for _ in range(30):
            if await self.page.evaluate("document.activeElement?.dataset.testid") == (
                testid
            ):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{self.name} does not get to {testid} by Tab")

    async def fits(self) -> None:
        """Nothing scrolls sideways, and every control is large enough for a thumb."""
        assert await self.page.evaluate(
            "document.documentElement.scrollWidth <= innerWidth"
        ), "the page scrolls sideways"
        small = await self.page.evaluate(
            "[...document.querySelectorAll('.call button:not(summary)')]"
            ".filter((it) => it.checkVisibility())"
            ".map((it) => [it.dataset.testid ?? it.textContent, it.getBoundingClientRect()])"
            ".filter(([, { width, height }]) => width < 44 || height < 44)"
            ".map(([name]) => name)"
        )
        assert small == [], f"too small to touch: {small}"

    async def is_accessible(self) -> None:
        """Let axe look at the page as it is."""
        # The page's policy forbids script elements of others; this goes past it.
        await self.page.evaluate(AXE.read_text())
        result: dict[str, Any] = await self.page.evaluate(
            "axe.run(document, { resultTypes: ['violations'] })"
        )
        found = [
            (it["id"], it["help"], [node["html"][:160] for node in it["nodes"]])
            for it in result["violations"]
        ]
        assert found == [], found

    async def picture(self, name: str) -> None:
        """Keep a screenshot, if they are asked for."""
        if FOLDER is not None:
            await self.page.screenshot(path=Path(FOLDER) / f"{name}.png")
