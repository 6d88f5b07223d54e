"""The demo page outside calls: names, invitations, who is here, devices, being called."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Playwright, Route, expect

from tests.browser.chromium import CHROMIUM, launch_options
from tests.browser.demo import PATIENCE_MS, Guest
from tests.browser.media import BLUE, GREEN, RED, Voice
from tests.browser.server import Server, running

Come = Callable[..., Awaitable[Guest]]

NUMBERS = itertools.count(1)
SIZES = [(360, 740), (1280, 800)]
BUSY = """
const take = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
globalThis.busy = true;
navigator.mediaDevices.getUserMedia = (wanted) =>
  globalThis.busy && wanted.video
    ? Promise.reject(new DOMException("Device in use", "NotReadableError"))
    : take(wanted);"""
"""Chromium shares its cameras, so that none is ever taken by somebody else."""


@pytest.fixture
async def come(
    browser: Callable[[Voice], Awaitable[Browser]], server: Server
) -> AsyncIterator[Come]:
    """Open the page of a new visitor: `await come("Ruby", RED)`.

    Names get a number, so that tests never meet. Whatever the pages complain of in
    their consoles fails the test.
    """
    number = next(NUMBERS)
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # Refusals of the token are answers, which the browser reports as well.
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    async def arrive(
        name: str,
        voice: Voice,
        *,
        url: str | None = None,
        address: str = "/demo/",
        script: str = "",
        enters: bool = True,
        of: Browser | None = None,
        **look: object,
    ) -> Guest:
        context = await (of or await browser(voice)).new_context(**look)  # type: ignore[arg-type]
        if script:
            await context.add_init_script(script)
        page = await context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        guest = Guest(page, voice, f"{name}{number}")
        await page.goto((url or server.url) + address)
        if enters:
            await enter(guest)
        return guest

    yield arrive
    assert complaints == []


@pytest.fixture
async def bare(playwright: Playwright, voices: Path) -> AsyncIterator[Callable[..., Awaitable[Browser]]]:
    """Start Chromium with some of its options taken away or added."""
    async with AsyncExitStack() as open_ones:

        async def start(without: str, *more: str) -> Browser:
            args = [it for it in launch_options(RED, voices) if without not in it]
            it = await playwright.chromium.launch(
                executable_path=CHROMIUM, args=[*args, *more]
            )
            open_ones.push_async_callback(it.close)
            return it

        yield start


async def enter(guest: Guest) -> None:
    await guest.at("name").fill(guest.name)
    await guest.press("enter")
    await expect(guest.at("name-screen")).to_have_count(0)


async def looks_right(guest: Guest, name: str) -> None:
    """Check the screen as it is, and keep its picture if pictures are wanted."""
    await guest.picture(name)
    await guest.is_accessible()
    await guest.fits()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES, ids=["360", "1280"])
async def test_every_screen_is_for_everybody(
    come: Come, tmp_path: Path, width: int, height: int, scheme: str
) -> None:
    look = {
        "viewport": {"width": width, "height": height},
        "color_scheme": scheme,
        "reduced_motion": "reduce",
    }
    mark = f"{scheme}-{width}"
    ruby = await come("Ruby", RED, enters=False, **look)
    await looks_right(ruby, f"entry-{mark}")
    await enter(ruby)
    await ruby.shows("nobody")
    await looks_right(ruby, f"alone-{mark}")
    dana = await come("Dana", BLUE, script=BUSY, **look)
    await ruby.shows(f"person-{dana.identity}")
    await ruby.press("devices-try")
    await expect(ruby.at("preview")).to_be_visible()
    await looks_right(ruby, f"lobby-{mark}")
    await dana.at("room").fill("team-meeting")
    await dana.press("room-open")
    await dana.shows("camera-trouble")
    await looks_right(dana, f"room-{mark}")
    await dana.press("room-back")
    await ruby.page.get_by_label(f"Call {dana.name} with video").click()
    await dana.shows("incoming-screen")
    await looks_right(dana, f"incoming-{mark}")
    await dana.press("accept-video")
    await dana.shows("gate")
    await looks_right(dana, f"trouble-{mark}")
    await dana.press("gate-without")
    await ruby.shows("timer")
    await dana.shows("timer")
    await dana.press("hangup")
    await ruby.shows("ended-screen")
    await looks_right(ruby, f"ended-{mark}")
