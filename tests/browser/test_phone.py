"""A phone beside the machine: it reads the QR code, comes by https, and talks.

Chromium accepts exactly the server's certificate, as a person does who taps
"proceed"; without that it stays outside.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.async_api import Browser, Error, Page, Playwright, expect

from ringway.rest.invitations import WRONG_AT_ONCE
from ringway.settings import address_for_others
from tests.browser.chromium import CHROMIUM, launch_options
from tests.browser.media import BLUE, RED, Voice
from tests.browser.server import Server, free_port, running
from tests.cli.terminal import at_terminal, read_qr_code

LISTEN = """
(() => {
  const Native = window.RTCPeerConnection;
  window.heard = [];
  window.RTCPeerConnection = class extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener("track", ({ track }) => track.kind === "audio" && window.heard.push(track));
    }
  };
})()"""
"""Keeps what comes, whatever the page does with it."""
HEARS = """
(async (hertz) => {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  const bins = new Float32Array(analyser.frequencyBinCount);
  const level = (f) => bins[Math.round((f * analyser.fftSize) / context.sampleRate)];
  const listening = new Set();
  for (;;) {
    for (const track of window.heard) {
      if (listening.has(track)) continue;
      listening.add(track);
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    }
    analyser.getFloatFrequencyData(bins);
    if (level(hertz) > -60 && level(hertz) - level(1500) > 20) return true;
    await new Promise(requestAnimationFrame);
  }
})"""


@dataclass(frozen=True, slots=True)
class Shared:
    """A server that others are invited to."""

    server: Server
    link: str
    """As the QR code has it."""
    pin: str
    """Base64 of the SHA-256 of the certificate's public key (RFC 7469 section 2.4)."""

    @property
    def origin(self) -> str:
        return self.link.partition("/demo/")[0]


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Shared]:
    """Serve to the network; each time anew, for wrong codes are remembered."""
    data = tmp_path / "data"
    tls = ("--tls", "self-signed", "--https", f"0.0.0.0:{free_port()}")
    with running(data, *tls) as server:
        words = ("invitation", "--data", data, *tls)
        _, drawn = at_terminal(*words, columns=80, folder=tmp_path).split("\n\n")
        pem = (data / "tls-certificate.pem").read_bytes()
        public = x509.load_pem_x509_certificate(pem).public_key()
        spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        pin = base64.b64encode(hashlib.sha256(spki).digest()).decode()
        yield Shared(server, read_qr_code(drawn), pin)


async def phone(playwright: Playwright, voices: Path, voice: Voice, pin: str) -> Page:
    """Take a phone that accepts the certificate with this key, and no other."""
    browser = await playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=[
            *launch_options(voice, voices),
            f"--ignore-certificate-errors-spki-list={pin}",
        ],
    )
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True
    )
    await context.add_init_script(LISTEN)
    return await context.new_page()


async def closed(page: Page) -> None:
    browser = page.context.browser
    assert browser is not None
    await browser.close()


async def enter(page: Page, name: str) -> None:
    await page.get_by_test_id("name").fill(name)
    await page.get_by_test_id("enter").click()
    await expect(page.get_by_test_id("home-screen")).to_be_visible()


@pytest.mark.cell("the demo page", "Chromium")
async def test_a_phone_comes_by_the_qr_code_and_talks(
    shared: Shared,
    playwright: Playwright,
    voices: Path,
    browser: Callable[[Voice], Awaitable[Browser]],
) -> None:
    assert shared.origin == re.sub(
        r"//[^:/]+", f"//{address_for_others()}", shared.origin
    )
    mobile = await phone(playwright, voices, BLUE, shared.pin)
    desk = await (await browser(RED)).new_page()
    await desk.add_init_script(LISTEN)
    await desk.goto(f"{shared.server.url}/demo/")
    await mobile.goto(shared.link)
    await enter(desk, "Ruby Desk")
    await enter(mobile, "Dana Phone")
    assert "invitation" not in mobile.url, "it would be seen and copied"
    await mobile.get_by_test_id("whom").fill("ruby-desk")
    await mobile.get_by_test_id("call-audio").click()
    await expect(desk.get_by_test_id("incoming-who")).to_contain_text("Dana Phone")
    await desk.get_by_test_id("accept-audio").click()
    for page, other in ((desk, BLUE), (mobile, RED)):
        assert await page.evaluate(f"{HEARS}({other.hertz})")
    await closed(mobile)


async def test_a_certificate_that_nobody_has_accepted_keeps_a_browser_out(
    shared: Shared, playwright: Playwright, voices: Path
) -> None:
    other = base64.b64encode(hashlib.sha256(b"another key").digest()).decode()
    page = await phone(playwright, voices, BLUE, other)
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        await page.goto(shared.link)
    await closed(page)


async def test_http_is_for_the_machine_alone(
    shared: Shared, playwright: Playwright, voices: Path
) -> None:
    page = await phone(playwright, voices, BLUE, shared.pin)
    port = shared.server.url.rpartition(":")[2]
    with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
        await page.goto(f"http://{address_for_others()}:{port}/demo/")
    await closed(page)


async def test_who_guesses_is_sent_away(
    shared: Shared, playwright: Playwright, voices: Path
) -> None:
    page = await phone(playwright, voices, BLUE, shared.pin)
    ask = """async (invitation) => {
      const body = JSON.stringify({ name: "Guest", invitation });
      const response = await fetch("/demo/token", { method: "POST", body });
      return [response.status, Number(response.headers.get("retry-after"))];
    }"""
    await page.goto(f"{shared.origin}/demo/")
    assert (await page.evaluate(ask))[0] == 401
    for number in range(WRONG_AT_ONCE):
        assert (await page.evaluate(ask, f"guess number {number}"))[0] == 403
    status, seconds = await page.evaluate(ask, "another guess")
    assert status == 429
    assert seconds >= 1
    await closed(page)
