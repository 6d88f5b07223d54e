"""Chromium with the voices of the tests for microphone and camera."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, Playwright

from tests.browser.media import Voice, picture, tone
from tests.browser.party import Party
from tests.browser.relayed import Host, Network

CHROMIUM = "/usr/bin/chromium"


def record(folder: Path, *voices: Voice) -> None:
    """Write NAME.wav and NAME.y4m for each voice."""
    for voice in voices:
        tone(folder / f"{voice.name}.wav", voice.hertz)
        picture(folder / f"{voice.name}.y4m", voice.rgb)


async def launch(playwright: Playwright, voice: Voice, voices: Path) -> Browser:
    """Start a browser with this voice, of those recorded in a folder."""
    return await playwright.chromium.launch(
        executable_path=CHROMIUM, args=launch_options(voice, voices)
    )


async def arrive(
    browser: Browser,
    site: str,
    host: Host,
    voice: Voice,
    *,
    presence: bool = False,
    **options: object,
) -> tuple[Party, Network]:
    """Open a site's page, and connect it on a network of its own.

    With `presence` it may see who is there. Other options are those of the SDK. The page comes straight; signalling and media go
    through the network.
    """
    network = host.network()
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{site}/party.html")
    party = Party(page, voice, voice.name)
    await network.lead(party)
    token = host.server.token(party.identity, presence=presence)
    await party.connect(token, serverUrl=network.url, **options)
    return party, network


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
