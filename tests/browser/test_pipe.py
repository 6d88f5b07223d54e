"""A pipe of the SDK begins ICE anew when the other side offers so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser

from tests.browser.firefox import firefox
from tests.browser.media import RED, Voice

RESTART = (
    "new Promise((go) => { const look = () =>"
    " window.restart ? go(window.restart()) : setTimeout(look, 20); look(); })"
)


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
@pytest.mark.cell("a new path in the same call (ICE restart)", "Chromium", "Firefox")
async def test_an_offer_with_new_credentials_restarts_ice(
    browser: Callable[[Voice], Awaitable[Browser]], elsewhere: str, kind: str
) -> None:
    url = f"{elsewhere}/pipe.html"
    if kind == "firefox":
        async with firefox(url) as fox:
            seen = await fox.evaluate(RESTART)
    else:
        page = await (await browser(RED)).new_page()
        await page.goto(url)
        seen = await page.evaluate(RESTART)
    assert seen == {
        "restarted": True,
        "anew": True,
        "sameKey": True,
        "sameWords": True,
        "ordinary": False,
        "kept": True,
        "state": "connected",
        "down": False,
    }
