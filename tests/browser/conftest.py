"""Browsers with a tone and a colour each, and a real server for them."""

from __future__ import annotations

import functools
import http.server
import itertools
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Playwright, async_playwright

from tests.browser.media import BLUE, GREEN, RED, Voice, picture, tone
from tests.browser.party import Party
from tests.browser.server import Server, running

PAGES = Path(__file__).parent / "pages"
CHROMIUM = "/usr/bin/chromium"

Enter = Callable[..., Awaitable[Party]]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("ringway") / "data") as it:
        yield it


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with NAME.wav and NAME.y4m for each voice."""
    folder = tmp_path_factory.mktemp("voices")
    for voice in (RED, BLUE, GREEN):
        tone(folder / f"{voice.name}.wav", voice.hertz)
        picture(folder / f"{voice.name}.y4m", voice.rgb)
    return folder


@pytest.fixture(scope="session")
def pages() -> dict[str, str]:
    """Pages that tests add to the customer's site, by name."""
    return {}


@pytest.fixture(scope="session")
def elsewhere(server: Server, pages: dict[str, str]) -> Iterator[str]:
    """A customer's site on another origin; it loads the SDK from the server."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.split("?")[0].lstrip("/")
            path = PAGES / name
            if name not in pages and not path.is_file():
                self.send_error(404)
                return
            text = pages[name] if name in pages else path.read_text()
            body = text.replace("{{SDK}}", f"{server.url}/sdk/ringway-rtc.js")
            kind = "text/javascript" if path.suffix == ".js" else "text/html"
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler)
    ) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://localhost:{site.server_address[1]}"
        site.shutdown()


def launch_options(voice: Voice, voices: Path) -> list[str]:
    return [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={voices / voice.name}.wav",
        f"--use-file-for-fake-video-capture={voices / voice.name}.y4m",
        "--autoplay-policy=no-user-gesture-required",
        "--allow-loopback-in-peer-connection",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-quic",
        "--disable-background-timer-throttling",
        "--disable-renderer-backgrounding",
    ]


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
            open_ones[voice.name] = await playwright.chromium.launch(
                executable_path=CHROMIUM, args=launch_options(voice, voices)
            )
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
