"""The demo page as people use it: names, a call, tabs that share a name, endings."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.media import BLUE, RED, Voice
from tests.browser.server import Server, running

Browsers = Callable[[Voice], Awaitable[Browser]]

SEES_PICTURE = """
(async (testid) => {
  const video = document.querySelector(`[data-testid=${testid}]`);
  const next = () => new Promise((seen) => video.requestVideoFrameCallback(seen));
  for (let n = 0; n < 20; n += 1) await next();
  const pen = Object.assign(document.createElement("canvas"), { width: 4, height: 4 }).getContext("2d");
  pen.drawImage(video, 0, 0, video.videoWidth / 8, video.videoHeight / 8, 0, 0, 4, 4);
  return [...pen.getImageData(1, 1, 1, 1).data].slice(0, 3);
})"""
HEARS = """
(async (hertz) => {
  const audio = document.querySelector("[data-testid=remote-audio]");
  while (!audio.srcObject) await new Promise(requestAnimationFrame);
  const context = new AudioContext();
  const analyser = Object.assign(context.createAnalyser(), { fftSize: 8192, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(audio.srcObject).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  const level = (f) => bins[Math.round((f * analyser.fftSize) / context.sampleRate)];
  for (;;) {
    analyser.getFloatFrequencyData(bins);
    if (level(hertz) > -60 && level(hertz) - level(1500) > 20) return true;
    await new Promise(requestAnimationFrame);
  }
})"""


class Person:
    """Somebody in front of the demo page."""

    def __init__(self, page: Page, voice: Voice) -> None:
        self.page, self.voice = page, voice

    def at(self, testid: str) -> object:
        return self.page.get_by_test_id(testid)

    async def enter(self, name: str) -> None:
        await self.page.get_by_test_id("name").fill(name)
        await self.page.get_by_test_id("enter").click()
        await expect(self.page.get_by_test_id("home-screen")).to_be_visible()

    async def call(self, whom: str, how: str = "call-video") -> None:
        await self.page.get_by_test_id("whom").fill(whom)
        await self.page.get_by_test_id(how).click()

    async def press(self, testid: str) -> None:
        await self.page.get_by_test_id(testid).click()

    async def shows(self, testid: str) -> None:
        await expect(self.page.get_by_test_id(testid)).to_be_visible(timeout=15_000)

    async def tab_to(self, testid: str) -> None:
        """Press Tab until the focus is there."""
        where = "document.activeElement.dataset.testid ?? ''"
        for _ in range(20):
            if await self.page.evaluate(where) == testid:
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {testid}")

    async def sees(self, voice: Voice) -> None:
        found = await self.page.evaluate(f"{SEES_PICTURE}('remote-video')")
        near = all(abs(a - b) < 48 for a, b in zip(found, voice.rgb, strict=True))
        assert near, f"{found} is not {voice.rgb}"

    async def hears(self, voice: Voice) -> None:
        assert await self.page.evaluate(f"{HEARS}({voice.hertz})")


async def come(
    browser: Browsers, server: Server, voice: Voice, **context: object
) -> tuple[BrowserContext, Person]:
    made = await (await browser(voice)).new_context(**context)  # type: ignore[arg-type]
    page = await made.new_page()
    await page.goto(f"{server.url}/demo")
    return made, Person(page, voice)


async def picture(page: Page, name: str) -> None:
    """Keep a screenshot where RINGWAY_SCREENSHOTS says."""
    folder = os.environ.get("RINGWAY_SCREENSHOTS")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800)])
async def test_two_people_talk_and_see_each_other(
    browser: Browsers, server: Server, width: int, height: int, scheme: str
) -> None:
    look = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
    _, red = await come(browser, server, RED, **look)
    _, blue = await come(browser, server, BLUE, **look)
    mark = f"{scheme}-{width}"
    await picture(red.page, f"name-{mark}")
    await red.enter(f"Ruby {mark}")
    await blue.enter(f"Dana {mark}")
    await picture(red.page, f"home-{mark}")
    await red.call(f"dana-{mark}")
    await blue.shows("incoming-screen")
    await expect(blue.page.get_by_test_id("incoming-who")).to_contain_text("Ruby")
    await picture(blue.page, f"incoming-{mark}")
    await blue.press("accept-video")
    await red.shows("timer")
    await blue.shows("timer")
    await red.sees(BLUE)
    await blue.sees(RED)
    await red.hears(BLUE)
    await blue.hears(RED)
    await picture(red.page, f"call-{mark}")
    await red.press("mute")
    await blue.shows("remote-muted")
    await red.press("camera")
    await expect(blue.page.get_by_test_id("remote-video")).to_be_hidden()
    await red.press("camera")
    await expect(blue.page.get_by_test_id("remote-video")).to_be_visible()
    await blue.press("hangup")
    await red.shows("ended-screen")
    await blue.shows("ended-screen")
    await expect(red.page.get_by_test_id("ended-duration")).to_have_text(
        re.compile(r"\d")
    )
    await picture(red.page, f"ended-{mark}")
    await red.press("call-again")
    await blue.shows("incoming-screen")
    await blue.press("decline")
    await red.shows("ended-screen")
    wide = await red.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide, "the page scrolls sideways"


async def test_an_audio_call_gets_a_picture_later(
    browser: Browsers, server: Server
) -> None:
    _, red = await come(browser, server, RED)
    _, blue = await come(browser, server, BLUE)
    await red.enter("Rosa")
    await blue.enter("Bea")
    await red.call("bea", "call-audio")
    await blue.shows("incoming-screen")
    await blue.press("accept-audio")
    await red.shows("timer")
    await blue.hears(RED)
    await red.press("camera")
    await blue.shows("remote-video")
    await blue.sees(RED)


async def test_tabs_of_one_name_all_ring_and_one_answers(
    browser: Browsers, server: Server
) -> None:
    context, blue = await come(browser, server, BLUE)
    _, red = await come(browser, server, RED)
    await blue.enter("Tabby")
    await red.enter("Rita")
    second = Person(await context.new_page(), BLUE)
    await second.page.goto(f"{server.url}/demo")
    await second.enter("Tabby")
    await red.call("tabby", "call-audio")
    await blue.shows("incoming-screen")
    await second.shows("incoming-screen")
    await second.press("accept-audio")
    await red.shows("timer")
    await expect(blue.page.get_by_test_id("incoming-screen")).to_be_hidden()
    await second.hears(RED)


async def test_a_name_belongs_to_the_browser_that_took_it(
    browser: Browsers, server: Server
) -> None:
    _, red = await come(browser, server, RED)
    _, other = await come(browser, server, BLUE)
    await red.enter("Only Me")
    await other.page.get_by_test_id("name").fill("only me")
    await other.press("enter")
    await expect(other.page.get_by_test_id("name-error")).not_to_be_empty()
    await expect(other.page.get_by_test_id("home-screen")).to_be_hidden()


async def test_calling_nobody_says_so_in_words(
    browser: Browsers, server: Server
) -> None:
    _, red = await come(browser, server, RED)
    await red.enter("Lonely")
    await red.call("nobody-at-all", "call-audio")
    await red.shows("ended-screen")
    reason = await red.page.get_by_test_id("ended-reason").inner_text()
    assert reason
    assert "DESTINATION" not in reason, "a sentence, not a code"


async def test_the_whole_story_by_keyboard(browser: Browsers, server: Server) -> None:
    _, red = await come(browser, server, RED)
    _, blue = await come(browser, server, BLUE)
    await blue.enter("Keys")
    await expect(red.page.get_by_test_id("name")).to_be_focused()
    await red.page.keyboard.type("Kim")
    await red.page.keyboard.press("Enter")
    await expect(red.page.get_by_test_id("home-title")).to_be_focused()
    await red.tab_to("whom")
    await red.page.keyboard.type("keys")
    await red.page.keyboard.press("Enter")
    await blue.shows("incoming-screen")
    await blue.tab_to("accept-audio")
    await blue.page.keyboard.press("Enter")
    await red.shows("timer")
    await red.tab_to("hangup")
    await red.page.keyboard.press("Enter")
    await red.shows("ended-screen")
    await blue.shows("ended-screen")


async def test_no_demo_when_it_is_off(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--no-demo") as server:
        status, answer = server.post("/demo/token", {"name": "Anna"})
        assert status in {403, 404}, answer
