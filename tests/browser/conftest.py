"""Browsers with a tone and a colour each, and a real server for them."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Playwright, async_playwright

from tests.browser.chromium import arrive, launch, record
from tests.browser.media import BLUE, GREEN, RED, YELLOW, Voice
from tests.browser.party import Party
from tests.browser.relayed import Host, Network
from tests.browser.server import Server, running
from tests.browser.site import site

Enter = Callable[..., Awaitable[Party]]
Join = Callable[..., Awaitable[tuple[Party, Network]]]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("ringway")
    # The webhooks of tests are on this machine.
    with running(folder / "data", "--egress-allow", "127.0.0.0/8") as it:
        yield it


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with NAME.wav and NAME.y4m for each voice."""
    folder = tmp_path_factory.mktemp("voices")
    record(folder, RED, BLUE, GREEN, YELLOW)
    return folder


@pytest.fixture(scope="session")
def pages() -> dict[str, str]:
    """Pages that tests add to the customer's site, by name."""
    return {}


@pytest.fixture(scope="session")
def elsewhere(server: Server, pages: dict[str, str]) -> Iterator[str]:
    """A customer's site on another origin; it loads the SDK from the server."""
    with site(server.url, pages) as url:
        yield url


@pytest.fixture
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as it:
        yield it


@pytest.fixture
async def browser(
    playwright: Playwright, voices: Path
) -> AsyncIterator[Callable[[Voice], Awaitable[Browser]]]:
    """One Chromium for each voice a test uses."""
    open_ones: dict[str, Browser] = {}

    async def of(voice: Voice) -> Browser:
        if voice.name not in open_ones:
            open_ones[voice.name] = await launch(playwright, voice, voices)
        return open_ones[voice.name]

    yield of
    for it in open_ones.values():
        await it.close()


NUMBERS = itertools.count(1)


@pytest.fixture
async def enter(
    server: Server,
    elsewhere: str,
    browser: Callable[[Voice], Awaitable[Browser]],
) -> Enter:
    """Open a page for a voice and connect it: `await enter(RED)`.

    Each voice gets an identity of its own per test, so that tests never meet.
    """
    number = next(NUMBERS)

    async def come(
        voice: Voice,
        *,
        identity: str | None = None,
        codecs: dict[str, list[str]] | None = None,
        connect: bool = True,
    ) -> Party:
        who = identity or f"{voice.name}-{number}"
        context = await (await browser(voice)).new_context()
        page = await context.new_page()
        await page.goto(f"{elsewhere}/party.html")
        party = Party(page, voice, who)
        if codecs is not None:
            await page.evaluate("(codecs) => { party.codecs = codecs; }", codecs)
        if connect:
            await party.connect(server.token(who))
        return party

    return come


@pytest.fixture
async def join(
    browser: Callable[[Voice], Awaitable[Browser]],
) -> AsyncIterator[Join]:
    """Open a page for a voice, on a network of its own: `await join(host, RED)`.

    Options are those of the SDK. The page comes from a site beside the server, and
    straight; signalling and media go through the network.
    """
    with ExitStack() as sites:

        async def come(
            host: Host, voice: Voice, **options: Any
        ) -> tuple[Party, Network]:
            url = sites.enter_context(site(host.server.url, {}))
            return await arrive(await browser(voice), url, host, voice, **options)

        yield come
