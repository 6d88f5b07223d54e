"""The page of docs/first-call.md works as it is printed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.backend import backend
from tests.browser.media import BLUE, RED, Voice
from tests.browser.server import Server

DOC = Path(__file__).parents[2] / "docs" / "first-call.md"
ROOMS = DOC.with_name("rooms.md")
PEOPLE = DOC.with_name("who-is-there.md")
CONDUCTED = DOC.with_name("call-an-application.md")
README = DOC.parents[1] / "README.md"


def snippet(kind: str, document: Path = DOC) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", document.read_text(), re.DOTALL)
    assert found, f"no {kind} snippet in {document.name}"
    return found[1]


@pytest.mark.parametrize("document", [DOC, PEOPLE], ids=["first-call", "people"])
def test_the_curl_command_gives_a_token(document: Path, server: Server) -> None:
    made = subprocess.run(
        ["sh", "-c", snippet("sh", document).replace("curl ", "curl -sS --fail ")],
        env={"RINGWAY_URL": server.url, "RINGWAY_KEY": server.key, "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"token"' in made.stdout
    assert '"expirationTime"' in made.stdout


@pytest.mark.parametrize("document", [DOC, README], ids=["first-call", "readme"])
async def test_the_page_calls(
    document: Path,
    server: Server,
    elsewhere: str,
    pages: dict[str, str],
    browser: Callable[[Voice], Awaitable[Browser]],
) -> None:
    async def open_page(voice: Voice, identity: str, doc: Path) -> Page:
        page = await (await browser(voice)).new_page()
        html = (
            snippet("html", doc)
            .replace("http://localhost:8080", server.url)
            .replace("TOKEN", f"'{server.token(identity)}'")
            .replace("Rtc(token)", f"Rtc('{server.token(identity)}')")
            .replace('"dana"', '"bob"')
        )
        if doc == README:
            html = "<!doctype html><audio autoplay></audio>" + html
        pages[f"{identity}.html"] = html
        await page.goto(f"{elsewhere}/{identity}.html")
        return page

    bob = await open_page(BLUE, "bob", DOC)
    await expect(bob.locator("#state")).to_have_text("here as bob")
    alice = await open_page(RED, "alice", document)
    if document == DOC:
        await expect(alice.locator("#state")).to_have_text("here as alice")
        await alice.click("#call")
        await expect(alice.locator("#state")).to_have_text("talking")
    await expect(bob.locator("#state")).to_have_text("talking")
    await bob.wait_for_function(
        "document.getElementById('remote-video').videoWidth > 0"
    )
    await bob.click("#hangup")
    await expect(bob.locator("#state")).to_have_text("ended: NORMAL_HANGUP")


async def test_the_page_joins_a_room(
    server: Server,
    elsewhere: str,
    pages: dict[str, str],
    browser: Callable[[Voice], Awaitable[Browser]],
) -> None:
    async def open_page(voice: Voice, identity: str) -> Page:
        page = await (await browser(voice)).new_page()
        pages[f"{identity}.html"] = (
            snippet("html", ROOMS)
            .replace("http://localhost:8080", server.url)
            .replace("TOKEN", f"'{server.token(identity)}'")
        )
        await page.goto(f"{elsewhere}/{identity}.html")
        await expect(page.locator("#state")).to_have_text(f"here as {identity}")
        await page.click("#join")
        await expect(page.locator("#state")).to_have_text("in the room")
        return page

    carol = await open_page(BLUE, "carol")
    dave = await open_page(RED, "dave")
    for page, other in ((carol, "dave"), (dave, "carol")):
        await expect(page.locator("#people li")).to_have_text([other])
        await page.wait_for_function(
            "document.querySelector('#pictures video')?.videoWidth > 0"
        )
    await carol.fill("#text", "hello")
    await carol.click("#send")
    await expect(dave.locator("#texts li")).to_have_text(["carol: hello"])
    await dave.click("#leave")
    await expect(dave.locator("#state")).to_have_text("left: NORMAL_HANGUP")
    await expect(carol.locator("#people li")).to_have_count(0)
    await expect(carol.locator("#pictures video")).to_have_count(0)
    await carol.click("#leave")


@pytest.mark.cell("who is there", "Chromium")
async def test_the_page_shows_who_is_there(
    server: Server,
    elsewhere: str,
    pages: dict[str, str],
    browser: Callable[[Voice], Awaitable[Browser]],
) -> None:
    async def open_page(voice: Voice, identity: str) -> Page:
        page = await (await browser(voice)).new_page()
        token = server.token(identity, f"{identity.title()} Example", presence=True)
        pages[f"{identity}.html"] = (
            snippet("html", PEOPLE)
            .replace("http://localhost:8080", server.url)
            .replace("TOKEN", f"'{token}'")
        )
        await page.goto(f"{elsewhere}/{identity}.html")
        await expect(page.locator("#state")).to_have_text(f"here as {identity}")
        return page

    def shown(page: Page, name: str) -> Locator:
        return page.locator("#people li", has_text=re.compile(f"^{name} Example$"))

    erin, frank = await open_page(RED, "erin"), await open_page(BLUE, "frank")
    await expect(shown(erin, "Frank")).to_have_count(1)
    await expect(shown(frank, "Erin")).to_have_count(1)
    await expect(shown(frank, "Frank")).to_have_count(0)
    second = await open_page(BLUE, "frank")
    await frank.close()
    third = await open_page(RED, "grace")
    await expect(shown(erin, "Grace")).to_have_count(1)
    await expect(shown(erin, "Frank")).to_have_count(1)
    await second.close()
    await expect(shown(erin, "Frank")).to_have_count(0)
    await third.close()
    await erin.close()


async def test_the_page_is_conducted(
    server: Server,
    elsewhere: str,
    pages: dict[str, str],
    browser: Callable[[Voice], Awaitable[Browser]],
) -> None:
    configure, answer, connect, hang_up = re.findall(
        r"```sh\n(.*?)```", CONDUCTED.read_text(), re.DOTALL
    )

    def run(command: str, call: str = "") -> None:
        given = {"RINGWAY_URL": server.url, "RINGWAY_KEY": server.key, "CALL": call}
        subprocess.run(
            ["sh", "-c", command.replace("curl ", "curl -sS --fail ")],
            env={**given, "PATH": "/usr/bin"},
            capture_output=True,
            check=True,
        )

    async def open_page(voice: Voice, identity: str) -> Page:
        page = await (await browser(voice)).new_page()
        pages[f"{identity}.html"] = (
            snippet("html", CONDUCTED)
            .replace("http://localhost:8080", server.url)
            .replace("TOKEN", f"'{server.token(identity)}'")
        )
        await page.goto(f"{elsewhere}/{identity}.html")
        await expect(page.locator("#state")).to_have_text(f"here as {identity}")
        return page

    run(configure)
    dana, erik = await open_page(BLUE, "dana"), await open_page(RED, "erik")
    async with backend(server, "shop", new=False) as it:
        await erik.click("#call")
        state = erik.locator("#state")
        await expect(state).to_have_text(re.compile("^calling: "))
        call = (await state.inner_text()).removeprefix("calling: ")
        await it.event("CALL_RECEIVED", callId=call)
    run(answer, call)
    await expect(state).to_have_text(f"answered: {call}")
    run(connect, call)
    await expect(dana.locator("#state")).to_have_text("The shop calls")
    await dana.click("#accept")
    for page, other in ((erik, "dana"), (dana, "erik")):
        await expect(page.locator("#state")).to_have_text("in a conference")
        await expect(page.locator("#people li")).to_have_text([other])
    run(hang_up, call)
    await expect(state).to_have_text("ended: NORMAL_HANGUP")
    await expect(dana.locator("#people li")).to_have_count(0)
    await dana.click("#hangup")
    await expect(dana.locator("#state")).to_have_text("ended: NORMAL_HANGUP")
