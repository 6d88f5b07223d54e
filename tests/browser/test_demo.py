"""The demo page outside calls: names, invitations, who is here, devices, being called."""

from __future__ import annotations

import itertools
import json
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Playwright,
    Route,
    WebSocketRoute,
    expect,
)

from tests.browser import portraits
from tests.browser.chromium import CHROMIUM, launch_options
from tests.browser.demo import FOLDER, PATIENCE_MS, Guest
from tests.browser.media import BLUE, GREEN, RED, Voice
from tests.browser.server import Server, free_port, running, start, stop

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
COUNTS_TONES = """
globalThis.tones = 0;
const start = AudioScheduledSourceNode.prototype.start;
AudioScheduledSourceNode.prototype.start = function (...when) {
  globalThis.tones += 1;
  return start.apply(this, when);
};"""
RINGS = """
(async () => {
  while (globalThis.tones === 0) await new Promise(requestAnimationFrame);
})()"""


@pytest.fixture
async def come(
    browser: Callable[[Voice], Awaitable[Browser]], server: Server
) -> AsyncIterator[Come]:
    """Open the page of a new visitor: `await come("Ruby", RED)`.

    Names get a number, so that tests never meet. Whatever the pages complain of in
    their consoles fails the test. For screenshots they have faces.
    """
    number = next(NUMBERS)
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # Refused tokens and cut lines are told by the browser as well.
        expected = ("Failed to load resource", "WebSocket connection to")
        if message.type == "error" and not message.text.startswith(expected):
            complaints.append(message.text)

    async def arrive(
        name: str,
        voice: Voice,
        *,
        number: int | str = number,
        url: str | None = None,
        address: str = "/demo/",
        script: str = "",
        enters: bool = True,
        of: Browser | None = None,
        **look: object,
    ) -> Guest:
        context = await (of or await browser(voice)).new_context(**look)  # type: ignore[arg-type]
        if FOLDER is not None:
            voice = portraits.walled(voice)
            script = portraits.script(voice) + script
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
async def bare(
    playwright: Playwright, voices: Path
) -> AsyncIterator[Callable[..., Awaitable[Browser]]]:
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


async def share(route: Route) -> None:
    """Answer as a server does that other devices reach by https."""
    answer = await route.fetch()
    sharing = {"url": "https://192.0.2.7:8443/demo/", "invitation": "7KQ2-M4XT"}
    await route.fulfill(
        response=answer, json={**await answer.json(), "sharing": sharing}
    )


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
    with running(tmp_path / "data") as empty:
        ruby = await come("Ruby", RED, number="", url=empty.url, enters=False, **look)
        await ruby.page.route("**/demo/token", share)
        await looks_right(ruby, f"name-{mark}")
        await enter(ruby)
        await ruby.shows("nobody")
        link = "https://192.0.2.7:8443/demo/#invitation=7KQ2-M4XT"
        await expect(ruby.at("share-link")).to_have_text(link)
        await expect(ruby.at("qr")).to_have_accessible_name(f"QR code of {link}")
        await looks_right(ruby, f"nobody-here-{mark}")
        dana = await come("Dana", BLUE, number="", url=empty.url, script=BUSY, **look)
        await ruby.shows("person-dana")
        await ruby.press("devices-try")
        await ruby.shows("preview")
        await ruby.at("home-title").scroll_into_view_if_needed()
        await looks_right(ruby, f"lobby-{mark}")
        await ruby.press("devices-try")
        await dana.at("room").fill("team-meeting")
        await dana.press("room-open")
        await dana.shows("camera-trouble")
        await looks_right(dana, f"before-room-{mark}")
        await dana.press("room-back")
        await ruby.press("person-video")
        await dana.shows("incoming-screen")
        await looks_right(dana, f"incoming-{mark}")
        await dana.press("accept-video")
        await dana.shows("gate")
        await looks_right(dana, f"no-camera-{mark}")
        await dana.press("gate-without")
        await ruby.shows("timer")
        await dana.shows("timer")
        await dana.press("hangup")
        await ruby.shows("ended-screen")
        await looks_right(ruby, f"ended-{mark}")


async def test_a_name_is_taken_or_refused_in_words(come: Come) -> None:
    guest = await come("Any", RED, enters=False, viewport={"width": 360, "height": 740})
    error = guest.at("name-error")
    for name, said in [
        ("x" * 300, "50 characters at most; this one has 300"),
        ("\N{PARTY POPPER}" * 6, "at least 3 letters"),
        ("", "at least 3 letters"),
    ]:
        await guest.at("name").fill(name)
        await guest.press("enter")
        await expect(error).to_contain_text(said)
        await expect(guest.at("name")).to_be_focused()
        await guest.fits()
    name = f"<img src=x onerror=alert(1)> \N{PARTY POPPER} {guest.name}"
    await guest.at("name").fill(name)
    await guest.press("enter")
    await expect(guest.at("my-name")).to_have_text(name)
    await guest.fits()


async def test_a_name_belongs_to_the_browser_that_took_it(come: Come) -> None:
    ruby = await come("Ruby", RED)
    other = await come("Ruby", BLUE, enters=False)
    await other.at("name").fill(ruby.name.upper())
    await other.press("enter")
    await expect(other.at("name-error")).to_contain_text("Somebody else")
    await expect(other.at("name-screen")).to_be_visible()


def refusal(status: int, code: str) -> dict[str, object]:
    """Write an answer as the server does."""
    text = {"messageId": code, "text": "No."}
    body = json.dumps({"requestError": {"serviceException": text}})
    return {"status": status, "content_type": "application/json", "body": body}


async def test_an_invitation_is_asked_for_and_corrected(come: Come) -> None:
    guest = await come("Guest", RED, address="/demo/#invitation=wrong", enters=False)
    seen: list[str | None] = []

    async def judge(route: Route) -> None:
        code = json.loads(route.request.post_data or "{}").get("invitation")
        seen.append(code)
        if code is None:
            await route.fulfill(**refusal(401, "INVITATION_REQUIRED"))  # type: ignore[arg-type]
        elif code != "right":
            await route.fulfill(**refusal(403, "INVITATION_UNKNOWN"))  # type: ignore[arg-type]
        else:
            await route.continue_()

    await guest.page.route("**/demo/token", judge)
    assert "invitation" not in guest.page.url
    await guest.at("name").fill(guest.name)
    await guest.press("enter")
    await expect(guest.at("invitation-error")).to_contain_text("not valid")
    await expect(guest.at("invitation")).to_be_focused()
    await guest.at("invitation").fill("")
    await guest.press("enter")
    await expect(guest.at("invitation-error")).to_contain_text("who was invited")
    await guest.is_accessible()
    await guest.at("invitation").fill(" right ")
    await guest.press("enter")
    await guest.shows("home-screen")
    assert seen == ["wrong", None, "right"]
    assert "right" not in guest.page.url


async def test_too_many_tries_are_told_with_the_time_left(come: Come) -> None:
    guest = await come("Hasty", RED, enters=False)
    limits = iter([{"Retry-After": "2"}])

    async def judge(route: Route) -> None:
        headers = next(limits, None)
        if headers is None:
            await route.continue_()
        else:
            answer = refusal(429, "TOO_MANY_REQUESTS")
            await route.fulfill(**answer, headers=headers)  # type: ignore[arg-type]

    await guest.page.route("**/demo/token", judge)
    await guest.at("name").fill(guest.name)
    await guest.press("enter")
    await expect(guest.at("entry-error")).to_have_text(re.compile(r"in [12] seconds?"))
    await expect(guest.at("enter")).to_be_disabled()
    await expect(guest.at("enter")).to_be_enabled()
    await expect(guest.at("entry-error")).to_be_empty()
    await guest.press("enter")
    await guest.shows("home-screen")


@pytest.mark.cell("the demo page", "Chromium")
async def test_who_is_here_is_told_as_they_come_and_go(come: Come) -> None:
    ruby = await come("Ruby", RED)
    dana = await come("Dana", BLUE)
    row = ruby.at(f"person-{dana.identity}")
    await expect(row).to_contain_text(dana.name)
    await expect(ruby.at("comings")).to_contain_text(f"{dana.name} has come")
    await expect(ruby.at(f"person-{ruby.identity}")).to_have_count(0)
    await dana.press("leave")
    await expect(row).to_have_count(0)
    await expect(ruby.at("comings")).to_contain_text(f"{dana.name} has gone")
    await expect(dana.at("name")).to_be_focused()
    assert "name=" not in dana.page.url


async def test_tabs_of_one_name_all_ring_and_one_answers(come: Come) -> None:
    tabby = await come("Tabby", BLUE)
    rita = await come("Rita", RED)
    second = replace(tabby, page=await tabby.page.context.new_page())
    await second.page.goto(tabby.page.url)
    await second.shows("home-screen")
    await rita.call(tabby, video=False)
    await second.shows("incoming-screen")
    await second.press("accept-audio")
    await rita.shows("timer")
    await expect(tabby.at("ended-reason")).to_contain_text("another tab")
    await second.hears(rita)


async def test_calling_nobody_says_so_in_words(come: Come) -> None:
    ruby = await come("Ruby", RED)
    await ruby.at("whom").fill("x")
    await ruby.press("call-audio")
    await expect(ruby.at("call-error")).to_contain_text("at least 3")
    await ruby.at("whom").fill(ruby.name)
    await ruby.press("call-audio")
    await expect(ruby.at("call-error")).to_contain_text("That is you")
    await ruby.at("whom").fill("nobody-at-all")
    await ruby.press("call-audio")
    await ruby.shows("ended-screen")
    await expect(ruby.at("ended-title")).to_be_focused()
    await expect(ruby.at("ended-reason")).to_have_text(
        "Nobody called nobody-at-all has been here."
    )
    await ruby.page.locator("summary").click()
    await expect(ruby.at("ended-code")).to_contain_text("10303 DESTINATION_NOT_FOUND")
    await ruby.press("close")
    await expect(ruby.at("home-title")).to_be_focused()


async def test_a_call_rings_blinks_and_can_be_silenced(come: Come) -> None:
    ruby = await come("Ruby", RED)
    dana = await come("Dana", BLUE, script=COUNTS_TONES)
    await ruby.call(dana, video=True)
    await expect(dana.at("accept-video")).to_be_focused()
    await expect(dana.at("incoming-how")).to_have_text("calls you with video")
    await dana.page.evaluate(RINGS)
    await expect(dana.page).to_have_title(f"{ruby.name} calls")
    await expect(dana.page).to_have_title("Ringway demo")
    await dana.press("silence")
    tones = await dana.page.evaluate("tones")
    for _ in range(2):
        await expect(dana.page).to_have_title(f"{ruby.name} calls")
        await expect(dana.page).to_have_title("Ringway demo")
    assert await dana.page.evaluate("tones") == tones, "longer than the ringing pauses"
    await dana.press("decline")
    await expect(ruby.at("ended-reason")).to_contain_text("declined")
    await expect(dana.page).to_have_title("Ringway demo")
    await ruby.press("call-again")
    await dana.shows("incoming-screen")
    await ruby.press("hangup")
    await expect(dana.at("ended-reason")).to_contain_text("given up")


async def test_whoever_calls_during_a_call_hears_that_it_is_busy(come: Come) -> None:
    ruby = await come("Ruby", RED)
    dana = await come("Dana", BLUE)
    mia = await come("Mia", GREEN)
    await ruby.talk(dana, video=False)
    await mia.at("whom").fill(dana.name)
    await mia.press("call-audio")
    await expect(mia.at("ended-reason")).to_contain_text("is in another call")
    await expect(dana.at("timer")).to_be_visible()
    await dana.hears(ruby)


async def test_a_refused_device_is_explained_and_not_needed(
    come: Come, bare: Callable[..., Awaitable[Browser]]
) -> None:
    dana = await come("Dana", BLUE)
    strict = await bare("--use-fake-ui", "--deny-permission-prompts")
    ruby = await come("Ruby", RED, of=strict)
    await ruby.press("devices-try")
    for which in ("microphone", "camera"):
        trouble = ruby.at(f"{which}-trouble")
        await expect(trouble).to_have_attribute("data-trouble", "refused")
    await ruby.press("camera-allow")
    await expect(ruby.at("camera-trouble")).to_contain_text("left of the address")
    await ruby.is_accessible()
    await ruby.at("whom").fill(dana.name)
    await ruby.press("call-video")
    await ruby.shows("gate")
    await expect(ruby.at("gate-again")).to_be_focused()
    await ruby.page.keyboard.press("Escape")
    await expect(ruby.at("gate")).to_have_count(0)
    await expect(ruby.at("home-screen")).to_be_visible()


async def test_without_any_device_one_can_listen(
    come: Come, bare: Callable[..., Awaitable[Browser]]
) -> None:
    dana = await come("Dana", BLUE)
    ruby = await come("Ruby", RED, of=await bare("fake-device"))
    await ruby.at("whom").fill(dana.name)
    await ruby.press("call-video")
    for which in ("microphone", "camera"):
        trouble = ruby.at(f"{which}-trouble")
        await expect(trouble).to_have_attribute("data-trouble", "missing")
    await ruby.press("gate-without")
    await dana.shows("incoming-screen")
    await dana.press("accept-video")
    await ruby.shows("timer")
    await ruby.hears(dana)


async def test_a_busy_camera_is_tried_again(come: Come) -> None:
    ruby = await come("Ruby", RED, script=BUSY)
    await ruby.at("room").fill("team-meeting")
    await ruby.press("room-open")
    await expect(ruby.at("camera-trouble")).to_have_attribute("data-trouble", "busy")
    await expect(ruby.at("join")).to_have_text("Join without camera")
    await expect(ruby.at("level")).not_to_have_attribute("aria-valuenow", "0")
    await ruby.page.evaluate("globalThis.busy = false")
    await ruby.press("camera-retry")
    await ruby.sees_colour("[data-testid=preview]", RED.rgb)
    await expect(ruby.at("join")).to_have_text("Join")


async def test_the_same_camera_in_a_second_tab(come: Come) -> None:
    ruby = await come("Ruby", RED, address=f"/demo/?room=tabs-{next(NUMBERS)}")
    second = replace(ruby, page=await ruby.page.context.new_page())
    await second.page.goto(ruby.page.url)
    for tab in (ruby, second):
        await tab.sees_colour("[data-testid=preview]", RED.rgb)
        await tab.join()
    # Another voice, as one's own is never counted as heard.
    await replace(ruby, voice=BLUE).hears(second)


async def test_chosen_devices_are_remembered(come: Come) -> None:
    ruby = await come("Ruby", RED)
    await ruby.press("devices-try")
    await ruby.shows("preview")
    picker = ruby.at("microphone-picker")
    await expect(picker.locator("option")).not_to_have_count(1)
    last = await picker.locator("option").last.get_attribute("value")
    await picker.select_option(last)
    await ruby.page.reload()
    await ruby.press("devices-try")
    await expect(picker).to_have_value(last or "")
    await expect(ruby.at("level")).not_to_have_attribute("aria-valuenow", "0")


async def test_a_link_leads_into_the_room(come: Come) -> None:
    room = f"team-{next(NUMBERS)}"
    ruby = await come("Ruby", RED, address=f"/demo/?room={room}")
    await expect(ruby.at("room-title")).to_have_text(f"Room {room}")
    link = await ruby.at("share-link").get_attribute("href")
    assert link is not None
    assert link.endswith(f"/demo/?room={room}")
    await ruby.join()
    dana = await come("Dana", BLUE, address="/demo/")
    await dana.page.goto(link)
    await enter(dana)
    await dana.join()
    await dana.hears(ruby)
    await dana.press("hangup")
    await expect(dana.at("ended-reason")).to_have_text("You have left the room.")
    await dana.press("call-again")
    await dana.shows("timer")


async def test_a_broken_room_is_told_and_can_be_corrected(come: Come) -> None:
    ruby = await come("Ruby", RED, address="/demo/?room=a%20room%3Cb%3E", enters=False)
    await expect(ruby.at("room-broken")).to_contain_text("letters, digits")
    await enter(ruby)
    await expect(ruby.at("room")).to_have_value("a room<b>")
    await expect(ruby.at("room-error")).to_contain_text("letters, digits")
    await ruby.at("room").fill("ab")
    await ruby.press("room-open")
    await expect(ruby.at("room-error")).to_contain_text("at least 3")
    await ruby.at("room").fill("x" * 251)
    await ruby.press("room-open")
    await expect(ruby.at("room-error")).to_contain_text("this one has 251")
    await ruby.at("room").fill("a-room")
    await ruby.press("room-open")
    await ruby.shows("room-screen")
    assert "room=a-room" in ruby.page.url
    await ruby.page.go_back()
    await ruby.shows("home-screen")


async def test_a_lost_connection_is_told_and_comes_back(
    come: Come, tmp_path: Path
) -> None:
    with running(tmp_path / "data") as first:
        ruby = await come("Ruby", RED, url=first.url)
        await expect(ruby.at("dot")).to_have_attribute("data-state", "online")
    await expect(ruby.at("banner-text")).to_contain_text("Trying again")
    await expect(ruby.at("banner-seconds")).to_have_text(re.compile(r"[1-9]\d* s"))
    await expect(ruby.at("call-audio")).to_be_disabled()
    address = first.url.removeprefix("http://")
    media = f"0.0.0.0:{free_port(socket.SOCK_DGRAM)}"
    again = start(first.data, address, media, key=first.key)
    try:
        await expect(ruby.at("banner")).to_be_hidden(timeout=PATIENCE_MS)
        await expect(ruby.at("call-audio")).to_be_enabled()
    finally:
        stop(again.process)


async def test_without_a_connection_one_can_connect_again(come: Come) -> None:
    ruby = await come("Ruby", RED, enters=False)
    is_cut = True

    async def cut(line: WebSocketRoute) -> None:
        if is_cut:
            await line.close()
        else:
            line.connect_to_server()

    await ruby.page.route_web_socket(re.compile("."), cut)
    await enter(ruby)
    await expect(ruby.at("banner-text")).to_contain_text("You are not connected")
    await ruby.is_accessible()
    is_cut = False
    await ruby.press("connect-again")
    await expect(ruby.at("dot")).to_have_attribute("data-state", "online")
    await expect(ruby.at("banner")).to_be_hidden()


async def test_colours_are_chosen_by_hand_and_remembered(come: Come) -> None:
    ruby = await come("Ruby", RED, color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await ruby.page.evaluate(ground)
    button = ruby.at("theme")
    await button.click()
    await expect(button).to_have_accessible_name("Colours: light")
    await button.click()
    await expect(button).to_have_accessible_name("Colours: dark")
    dark = await ruby.page.evaluate(ground)
    assert dark != light
    await ruby.page.reload()
    await ruby.shows("home-screen")
    assert await ruby.page.evaluate(ground) == dark


async def test_no_demo_when_it_is_off(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--no-demo") as server:
        status, answer = server.post("/demo/token", {"name": "Anna"})
        assert status in {403, 404}, answer
