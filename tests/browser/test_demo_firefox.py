"""The demo page in Firefox ESR: entering, trying devices, being called."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, expect

from tests.browser.demo import PATIENCE_MS, Guest
from tests.browser.firefox import FirefoxPage, firefox
from tests.browser.media import RED, Voice
from tests.browser.server import Server

FAKE = Voice("firefox", 700, (0, 0, 0))
"""Firefox's own fake devices: a tone, and a colour that keeps changing."""


async def there(page: FirefoxPage, selector: str) -> None:
    """Wait until the page has it."""
    await page.evaluate(
        f"(async () => {{ while (!document.querySelector({json.dumps(selector)}))"
        " await new Promise(requestAnimationFrame); })()"
    )


async def press(page: FirefoxPage, testid: str) -> None:
    await there(page, f"[data-testid={testid}]:not(:disabled)")
    await page.evaluate(f"document.querySelector('[data-testid={testid}]').click()")


@pytest.mark.cell("the demo page", "Chromium", "Firefox")
async def test_the_demo_page_in_firefox(
    browser: Callable[[Voice], Awaitable[Browser]], server: Server
) -> None:
    async with firefox(f"{server.url}/demo/?name=Foxy") as fox:
        await there(fox, "[data-testid=home-screen]")
        await press(fox, "devices-try")
        await there(fox, "[data-testid=preview]:not([hidden])")
        context = await (await browser(RED)).new_context()
        rosa = Guest(await context.new_page(), RED, "Rosa")
        await rosa.arrive(server.url)
        await there(fox, "[data-testid=person-rosa]")
        await rosa.at("whom").fill("foxy")
        await rosa.press("call-video")
        await press(fox, "accept-video")
        await rosa.shows("timer")
        await rosa.hears(Guest(rosa.page, FAKE, "Foxy"))
        await there(fox, "[data-testid=remote-video]")
        await press(fox, "hangup")
        await expect(rosa.at("ended-reason")).to_have_text(
            "The call was hung up.", timeout=PATIENCE_MS
        )
