"""The documentation as it is served: readable by all, whole, and searched offline."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

from playwright.async_api import Browser, Page, expect

from tests.browser.media import RED, Voice
from tests.browser.server import Server

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SITE = ROOT / "src" / "ringway" / "built" / "docs"
PAGES = ["/", *(f"/docs/{path.name}" for path in sorted(SITE.glob("*.html")))]

Browsers = Callable[[Voice], Awaitable[Browser]]


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


async def opened(browser: Browsers, **options: Any) -> tuple[Page, list[str]]:
    """A page, and what its console says."""
    context = await (await browser(RED)).new_context(**options)
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return page, said


def test_the_pages_have_been_built() -> None:
    assert len(PAGES) > 20, "make build"


KINDS = ["/", *(f"/docs/{name}.html" for name in ("404", "index", "rooms", "faq"))]
KINDS += [f"/docs/{name}.html" for name in ("configuration", "failures", "first-call")]
"""Together they have every kind of thing there is on a page: code in colours, tables."""


async def looked_at(page: Page) -> object:
    """What axe finds wrong."""
    await page.evaluate(AXE.read_text())
    return await page.evaluate(
        "axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>"
        " `${id}: ${nodes.map(({ html }) => html).slice(0, 3)}`))"
    )


async def fits(page: Page) -> bool:
    return bool(
        await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    )


async def test_every_page_can_be_read_by_everybody(
    browser: Browsers, server: Server
) -> None:
    page, said = await opened(browser, viewport={"width": 360, "height": 740})
    for path in PAGES:
        await page.goto(server.url + path)
        assert await looked_at(page) == [], path
        assert await fits(page), path
    assert said[:3] == []


async def test_also_where_there_is_room_and_in_the_dark(
    browser: Browsers, server: Server
) -> None:
    page, said = await opened(browser, viewport={"width": 1280, "height": 800})
    for path in PAGES:
        await page.goto(server.url + path)
        assert await fits(page), path
    for path in KINDS:
        await page.goto(server.url + path)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            assert await looked_at(page) == [], (path, scheme)
    assert said[:3] == []


def test_every_link_leads_somewhere(server: Server) -> None:
    texts: dict[str, str] = {}
    wanted: dict[str, str] = {}
    for path in PAGES:
        url = server.url + path
        status, texts[url] = get(url)
        assert status == 200
        for found in re.findall(r'(?:href|src)="([^"]+)"', texts[url]):
            wanted[urljoin(url, found)] = path
    for path in ("/llms.txt", "/llms-full.txt"):
        status, text = get(server.url + path)
        assert status == 200
        for found in re.findall(r"\]\((/[^)]+)\)", text):
            wanted[urljoin(server.url, found)] = path
    ours = {url: path for url, path in wanted.items() if url.startswith(server.url)}
    assert len(ours) > 200
    assert f"{server.url}/demo/" in ours
    for url, path in ours.items():
        where, anchor = urldefrag(url)
        if where not in texts:
            status, texts[where] = get(where)
            assert status == 200, f"{path} links to {url}"
        if anchor:
            assert f'id="{anchor}"' in texts[where], f"{path} links to {url}"


def test_programs_are_given_the_same(server: Server) -> None:
    listed = get(f"{server.url}/llms.txt")[1]
    assert listed.startswith("# Ringway documentation\n\n> Ringway is ")
    whole = get(f"{server.url}/llms-full.txt")[1]
    for path in PAGES:
        name = Path(path).stem
        if name not in {"", "404", "welcome"}:
            text = get(f"{server.url}/docs/{name}.md")[1]
            assert text.startswith("# ")
            assert text.strip() in whole
            assert "\n<!--" not in text, "marks are for us"
            assert name == "index" or f"(/docs/{name}.md): " in listed


async def test_it_is_searched_by_keyboard(browser: Browsers, server: Server) -> None:
    page, said = await opened(browser)
    await page.goto(f"{server.url}/docs/")
    await page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Search in all pages")
    await expect(field).to_be_focused()
    await page.keyboard.type("generation pipe resume")
    results = page.get_by_role("dialog").get_by_role("link")
    await expect(results.first).to_be_visible()
    await field.fill("xyzzy plugh")
    await expect(page.get_by_text("Nothing found.")).to_be_visible()
    await field.fill("lost sock")
    await expect(results.first).to_have_text("The signalling protocol: A lost socket")
    await page.keyboard.press("ArrowDown")
    await expect(results.first).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(field).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/docs/protocol.html#a-lost-socket")
    await page.keyboard.press("/")
    await page.keyboard.press("Escape")
    await expect(field).to_be_hidden()
    assert said == []


async def test_a_search_without_its_server_says_so(
    browser: Browsers, server: Server
) -> None:
    page, _ = await opened(browser)
    await page.goto(f"{server.url}/docs/")
    await page.route("**/search-*.json", lambda route: route.abort())
    await page.get_by_role("button", name="Search").click()
    await page.keyboard.type("room")
    await expect(page.get_by_text("The search could not be loaded.")).to_be_visible()
    await page.unroute("**/search-*.json")
    await page.keyboard.type("s")
    await expect(page.get_by_role("dialog").get_by_role("link").first).to_be_visible()


async def test_an_example_is_copied_whole(browser: Browsers, server: Server) -> None:
    page, _ = await opened(browser, permissions=["clipboard-read", "clipboard-write"])
    await page.goto(f"{server.url}/docs/first-call.html")
    block = page.locator(".code").first
    await block.hover()
    await block.get_by_role("button").click()
    await expect(block.get_by_role("button")).to_have_text("Copied")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == await block.locator("pre").text_content()
    assert copied.startswith("curl ")


async def test_it_is_read_without_a_script(browser: Browsers, server: Server) -> None:
    page, _ = await opened(
        browser, java_script_enabled=False, viewport={"width": 360, "height": 740}
    )
    await page.goto(f"{server.url}/docs/rooms.html")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Rooms")
    pages = page.get_by_role("navigation", name="Pages")
    await expect(pages).to_be_hidden()
    await page.get_by_role("button", name="Pages").click()
    await pages.get_by_role("link", name="Limits", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Limits")
    await expect(page.get_by_role("button", name="Search")).to_have_count(0)


async def test_the_colours_are_remembered(browser: Browsers, server: Server) -> None:
    page, _ = await opened(browser, color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    await page.goto(f"{server.url}/docs/")
    light = await page.evaluate(ground)
    button = page.get_by_role("button", name="Colours: as the system")
    await button.click()
    await page.get_by_role("button", name="Colours: light").click()
    await expect(page.get_by_role("button", name="Colours: dark")).to_be_visible()
    dark = await page.evaluate(ground)
    assert dark != light
    await page.goto(f"{server.url}/docs/faq.html")
    assert await page.evaluate(ground) == dark


async def test_on_paper_there_is_only_the_text(
    browser: Browsers, server: Server
) -> None:
    page, _ = await opened(browser, viewport={"width": 1280, "height": 800})
    await page.goto(f"{server.url}/docs/faq.html")
    await page.emulate_media(media="print")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    for name in ("Pages", "On this page", "Next and previous"):
        await expect(page.locator(f'nav[aria-label="{name}"]')).not_to_be_visible()
    await expect(page.locator("header")).to_be_hidden()


async def test_an_address_that_leads_nowhere(browser: Browsers, server: Server) -> None:
    page, _ = await opened(browser)
    answer = await page.goto(f"{server.url}/docs/old/name.html")
    assert answer is not None
    assert answer.status == 404
    await page.get_by_role("link", name="All pages").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "Ringway documentation"
    )


async def test_the_root_leads_to_the_demo_and_the_pages(
    browser: Browsers, server: Server
) -> None:
    page, _ = await opened(browser)
    await page.goto(server.url)
    await page.get_by_role("link", name="Try the demo").click()
    await page.wait_for_url("**/demo/")
    await page.go_back()
    await page.get_by_role("link", name="Read the documentation").click()
    await page.wait_for_url("**/docs/")
