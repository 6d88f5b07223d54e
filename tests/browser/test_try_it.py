"""The page that tries the API, with what this server serves and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from tests.browser.server import Server
from tests.browser.test_docs_site import Browsers, get, opened

FILES = Path(__file__).parents[2] / "src" / "ringway" / "pages" / "api"


def test_the_page_asks_nobody_else(server: Server) -> None:
    for file in FILES.iterdir():
        status, text = get(f"{server.url}/api/{file.name}")
        assert (status, text) == (200, file.read_text())
        assert not re.search(r"https?://|//cdn", text)


async def test_an_operation_is_tried(browser: Browsers, server: Server) -> None:
    page, said = await opened(browser)
    await page.goto(f"{server.url}/api/")
    await page.fill("#key", server.key)
    await page.fill("#find", "create-calls-conf")
    await page.click("#operations button")
    await page.fill("#body", '{"id": "tried"}')
    await page.click("#send")
    await expect(page.locator("#status")).to_contain_text("201")
    await expect(page.locator("#answer")).to_contain_text('"id": "tried"')
    await page.fill("#find", "get-calls-configuration")
    await page.click("#operations li:last-child button")
    await page.fill("label:has-text('callsConfigurationId') input", "not there")
    await page.click("#send")
    await expect(page.locator("#status")).to_contain_text("404")
    # A browser has something to say about every field for a key.
    assert [it for it in said if "404" not in it and "[DOM]" not in it] == []
