"""Calls and rooms on the demo page: people hear, see and write to each other."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, expect

from tests.browser import portraits
from tests.browser.demo import FOLDER, PATIENCE_MS, SHARES_COLOUR, Guest
from tests.browser.media import BLUE, GREEN, RED, YELLOW, Voice
from tests.browser.relayed import hosted
from tests.browser.server import RINGWAY, Server
from tests.browser.site import PAGES

Come = Callable[..., Awaitable[Guest]]

NUMBERS = itertools.count(1)
PHONE = {"width": 360, "height": 740}
SCREEN = {"width": 1280, "height": 800}


@pytest.fixture
async def come(
    browser: Callable[[Voice], Awaitable[Browser]], server: Server
) -> AsyncIterator[Come]:
    """Open the demo for a voice: `await come("Ruby", RED, room="team")`.

    Each test's people share an initial, so that tests never meet. For screenshots they
    have faces.
    """
    initial = chr(ord("A") + next(NUMBERS))

    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # A network that is cut is in the console whatever a page does.
        if message.type == "error" and "ERR_" not in message.text:
            complaints.append(message.text)

    async def arrive(
        name: str,
        voice: Voice,
        *,
        room: str | None = None,
        url: str | None = None,
        script: str = "",
        **look: object,
    ) -> Guest:
        context = await (await browser(voice)).new_context(**look)  # type: ignore[arg-type]
        if FOLDER is not None:
            voice = portraits.walled(voice)
            script = portraits.script(voice) + script
        else:
            script = SHARES_COLOUR + script
        await context.add_init_script(script)
        page = await context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        guest = Guest(page, voice, f"{name} {initial}.")
        await guest.arrive(url or server.url, room)
        return guest

    yield arrive
    assert complaints == []


SHARED = YELLOW.rgb if FOLDER is None else portraits.SLIDE
"""What the corner of a shared screen looks like."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, SCREEN], ids=["360", "1280"])
async def test_two_people_talk_and_write(
    come: Come, size: dict[str, int], scheme: str
) -> None:
    look = {"viewport": size, "color_scheme": scheme}
    ruby, dana = await come("Ruby", RED, **look), await come("Dana", BLUE, **look)
    await ruby.talk(dana)
    for one, other in ((ruby, dana), (dana, ruby)):
        await one.sees(other)
        await one.hears(other)
    await ruby.sees_colour("[data-testid=local-video]", ruby.voice.rgb)
    await expect(ruby.tile(dana)).to_have_attribute("data-talking", "true")
    await expect(ruby.at("call-who")).to_have_text(dana.name)
    mark = f"{scheme}-{size['width']}"
    await ruby.picture(f"call-{mark}")
    await ruby.is_accessible()
    await ruby.fits()

    await ruby.press("mute")
    await dana.shows("remote-muted")
    await expect(dana.tile(ruby)).to_have_attribute("data-talking", "false")
    await ruby.press("mute")
    await expect(dana.at("remote-muted")).to_have_count(0)
    await ruby.press("camera")
    await expect(dana.at("remote-video")).to_have_count(0)
    await ruby.press("camera")
    await dana.sees(ruby)

    await ruby.press("more")
    await ruby.says("Hello Dana")
    await expect(ruby.at("fate")).to_have_text("Delivered")
    await expect(dana.at("new-text")).to_contain_text("Hello Dana")
    await dana.press("new-text-open")
    await dana.says("<b>Hi</b> javascript:alert(1) https://example.com")
    await expect(ruby.at("text-words").last).to_have_text(
        "<b>Hi</b> javascript:alert(1) https://example.com"
    )
    await expect(ruby.page.locator("[role=log] :is(a, b)")).to_have_count(0)
    await ruby.picture(f"chat-{mark}")
    await ruby.is_accessible()
    await ruby.fits()
    await ruby.press("panel-close")
    await expect(ruby.at("more")).to_be_focused()

    await dana.press("hangup")
    for each in (ruby, dana):
        await each.shows("ended-screen")
        await expect(each.at("ended-duration")).to_have_text(re.compile(r"\d"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_three_people_meet_in_a_room(come: Come, scheme: str) -> None:
    room = f"garden-{scheme}"
    wide = {"viewport": SCREEN, "color_scheme": scheme, "room": room}
    small = {"viewport": PHONE, "color_scheme": scheme, "room": room}
    ruby = await come("Ruby", RED, **wide)
    await ruby.join()
    await ruby.shows("room-empty")
    await ruby.press("room-invite")
    await expect(ruby.at("share-link")).to_contain_text(f"room={room}")
    await ruby.picture(f"alone-{scheme}-1280")
    await ruby.is_accessible()
    await ruby.press("panel-close")
    dana = await come("Dana", BLUE, **small)
    await dana.join()
    await expect(ruby.at("room-empty")).to_have_count(0)
    gwen = await come("Gwen", GREEN, **wide)
    await gwen.join()
    everybody = (ruby, dana, gwen)
    for one, other in itertools.permutations(everybody, 2):
        await one.sees(other)
        await one.hears(other)
    for each in everybody:
        await expect(each.at("room-count")).to_have_text("You and 2 others")
    await is_for_everybody(f"room-{scheme}", ruby, dana)
    await share_a_screen(gwen, (ruby, dana), scheme)
    await write_to_one_and_all(ruby, dana, gwen, scheme)
    await ruby.press("hangup")
    await ruby.shows("ended-screen")


async def is_for_everybody(name: str, wide: Guest, small: Guest) -> None:
    """Look at a screen in both widths."""
    await wide.picture(f"{name}-1280")
    await small.picture(f"{name}-360")
    for each in (wide, small):
        await each.is_accessible()
        await each.fits()


async def share_a_screen(gwen: Guest, others: tuple[Guest, Guest], scheme: str) -> None:
    places = (
        "[...document.querySelectorAll('[data-testid=tile]')]"
        ".map((it) => it.dataset.who)"
    )
    before = [await each.page.evaluate(places) for each in others]
    await gwen.press("share")
    for each in others:
        await each.sees_colour("[data-testid=screen-video]", SHARED)
        await each.sees(gwen)
        await expect(each.at("screen-video")).to_have_css("object-fit", "contain")
    after = [await each.page.evaluate(places) for each in others]
    assert after == before, "everybody keeps their place"
    await is_for_everybody(f"screen-{scheme}", *others)
    await gwen.press("share")
    for each in others:
        await expect(each.at("screen-video")).to_have_count(0)


async def write_to_one_and_all(
    ruby: Guest, dana: Guest, gwen: Guest, scheme: str
) -> None:
    await ruby.press("more")
    await ruby.at("chat-to").select_option(gwen.identity)
    await ruby.says("Could you show the last week again?")
    await expect(gwen.at("new-text")).to_contain_text("last week")
    await expect(ruby.at("fate")).to_have_text("Delivered")
    await ruby.at("chat-to").select_option("")
    await ruby.says("Thank you all!")
    await expect(dana.at("new-text")).to_contain_text("Thank you")
    await ruby.picture(f"room-chat-{scheme}-1280")
    await dana.press("more")
    await expect(dana.at("text-words")).to_have_text(["Thank you all!"])
    await dana.picture(f"room-chat-{scheme}-360")
    await dana.is_accessible()
    await gwen.press("hangup")
    await expect(ruby.tile(gwen)).to_have_count(0)
    await ruby.at("chat-to").select_option(dana.identity)
    await dana.press("hangup")
    await expect(ruby.tile(dana)).to_have_count(0)
    await ruby.says("Are you still there?")
    await expect(ruby.at("fate").last).to_contain_text("not here any more")


async def enter_and_call_by_keys(dana: Guest, ruby: Guest, server: Server) -> None:
    await dana.page.goto(f"{server.url}/demo/")
    await expect(dana.at("name")).to_be_focused()
    await dana.page.keyboard.type(dana.name)
    await dana.page.keyboard.press("Enter")
    await dana.shows("home-screen")
    await dana.tab_to("whom")
    await dana.page.keyboard.type(ruby.name)
    await dana.page.keyboard.press("Enter")
    await ruby.shows("incoming-screen")
    await ruby.tab_to("accept-audio")
    await ruby.page.keyboard.press("Enter")
    for each in (ruby, dana):
        await each.shows("timer")


async def show_by_keys(dana: Guest, ruby: Guest) -> None:
    press = dana.page.keyboard
    await press.press("m")
    await ruby.shows("remote-muted")
    await press.down(" ")
    await expect(ruby.at("remote-muted")).to_have_count(0)
    await press.up(" ")
    await ruby.shows("remote-muted")
    await press.press("v")
    await ruby.sees(dana)
    await press.press("s")
    await ruby.sees_colour("[data-testid=screen-video]", SHARED)
    await dana.tab_to("share")
    await press.press(" ")
    await expect(ruby.at("screen-video")).to_have_count(0)


async def test_the_whole_story_by_keyboard_alone(come: Come, server: Server) -> None:
    ruby, dana = await come("Ruby", RED), await come("Dana", BLUE)
    await enter_and_call_by_keys(dana, ruby, server)
    await expect(dana.at("call-who")).to_be_focused()
    await dana.hears(ruby)
    await show_by_keys(dana, ruby)
    await dana.page.keyboard.press("?")
    await dana.shows("keys")
    await dana.page.keyboard.press("Escape")
    await expect(dana.at("panel")).to_have_count(0)
    await expect(dana.at("more")).to_be_focused()
    await dana.page.keyboard.press("Enter")
    await expect(dana.at("chat-text")).to_be_focused()
    await dana.page.keyboard.type("moving visits?")
    await dana.page.keyboard.press("Enter")
    await expect(ruby.at("new-text")).to_contain_text("moving visits?")
    await expect(ruby.at("remote-muted")).to_be_visible()
    await ruby.tab_to("new-text-open")
    await ruby.page.keyboard.press("Enter")
    await expect(ruby.at("chat-text")).to_be_focused()
    await ruby.page.keyboard.press("Escape")
    await ruby.tab_to("hangup")
    await ruby.page.keyboard.press("Enter")
    for each in (ruby, dana):
        await each.shows("ended-screen")
    await dana.tab_to("call-again")
    await dana.page.keyboard.press("Enter")
    await ruby.shows("incoming-screen")
    await ruby.tab_to("decline")
    await ruby.page.keyboard.press("Enter")
    await dana.shows("ended-screen")


NO_CAMERA = """
globalThis.cameraRefused = false;
const straight = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
globalThis.asked = [];
navigator.mediaDevices.getUserMedia = async (constraints) => {
  asked.push(constraints);
  if (cameraRefused && constraints.video) throw new DOMException("refused by the test", "NotAllowedError");
  return straight(constraints);
};"""


async def test_what_goes_wrong_in_a_call_is_a_sentence_and_a_button(come: Come) -> None:
    ruby = await come("Ruby", RED, script=NO_CAMERA, viewport=PHONE)
    dana = await come("Dana", BLUE)
    await ruby.talk(dana, video=False)
    await ruby.page.evaluate("cameraRefused = true")
    await ruby.press("camera")
    notice = ruby.page.locator("[data-testid=notice][data-kind=trouble]")
    await expect(notice).to_contain_text("does not let this page use your camera")
    await ruby.picture("refused-360")
    await ruby.is_accessible()
    await ruby.fits()
    await ruby.page.evaluate("cameraRefused = false")
    await ruby.press("notice-act")
    await dana.sees(ruby)
    await expect(notice).to_have_count(0)

    await ruby.press("mute")
    muted = ruby.page.locator("[data-testid=notice][data-kind=muted-talk]")
    await expect(muted).to_be_visible(timeout=PATIENCE_MS)
    await muted.get_by_test_id("notice-act").click()
    await expect(muted).to_have_count(0)
    await expect(dana.at("remote-muted")).to_have_count(0)

    await ruby.press("share")
    await dana.sees_colour("[data-testid=screen-video]", SHARED)
    # As the browser's own button does.
    await ruby.page.evaluate(
        "shared.getTracks().forEach((track) => {"
        " track.stop(); track.dispatchEvent(new Event('ended')); })"
    )
    ended = ruby.page.locator("[data-testid=notice][data-kind=share-ended]")
    await expect(ended).to_be_visible()
    await ended.get_by_test_id("notice-act").click()
    await dana.sees_colour("[data-testid=screen-video]", SHARED)

    await ruby.press("more")
    await ruby.at("chat-text").fill("x" * 65_537)
    await expect(ruby.at("chat-left")).to_contain_text("Too long by 1 byte")
    await expect(ruby.at("chat-send")).to_be_disabled()
    await ruby.at("chat-text").press("Enter")
    await expect(ruby.at("text")).to_have_count(0)
    await ruby.at("chat-text").fill("x" * 65_536)
    await ruby.at("chat-text").press("Enter")
    await expect(ruby.at("fate")).to_have_text("Delivered", timeout=PATIENCE_MS)


async def test_devices_are_changed_in_a_call(come: Come) -> None:
    ruby = await come("Ruby", RED, script=NO_CAMERA)
    dana = await come("Dana", BLUE)
    await ruby.talk(dana)
    await dana.hears(ruby)
    await ruby.press("more")
    await ruby.press("tab-devices")
    await expect(ruby.at("level")).to_be_visible()
    await ruby.picture("devices-light-1280")
    await ruby.is_accessible()
    for kind, name in (("microphone", "audio"), ("camera", "video")):
        await ruby.page.evaluate("asked.length = 0")
        wanted = await choose_last(ruby, kind)
        await ruby.until(
            f"asked.some((it) => it.{name}?.deviceId?.exact === '{wanted}')"
        )
    speaker = await choose_last(ruby, "speaker")
    sink = "document.querySelector('[data-testid=remote-audio]').sinkId"
    await ruby.until(f"{sink} === '{speaker}'")
    await dana.hears(ruby)
    await dana.sees(ruby)
    await expect(ruby.at("notice")).to_have_count(0)


async def test_controls_leave_a_picture_alone(come: Come) -> None:
    ruby, dana = await come("Ruby", RED), await come("Dana", BLUE)
    await ruby.talk(dana)
    await ruby.sees(dana)
    await ruby.page.mouse.move(300, 300)
    await expect(ruby.at("bar")).to_have_css("opacity", "0", timeout=8_000)
    await ruby.page.mouse.move(310, 300)
    await expect(ruby.at("bar")).to_have_css("opacity", "1")
    await ruby.tab_to("mute")
    await expect(ruby.at("call-screen")).to_have_attribute("data-still", "false")
    await expect(ruby.page.get_by_role("button", name="Hang up")).to_be_visible()


async def choose_last(guest: Guest, kind: str) -> str:
    """Choose the last device of a kind; return its id."""
    picker = guest.at(f"{kind}-picker")
    last = await picker.locator("option").last.get_attribute("value")
    assert last
    await picker.select_option(last)
    return last


async def test_a_network_goes_away_and_comes_back(come: Come, tmp_path: Path) -> None:
    with hosted(tmp_path / "data") as host:
        way = host.network()
        detours = json.dumps(list(way.detours.items()))
        script = (PAGES / "network.js").read_text() + (
            f"{detours}.forEach(([port, here]) => detours.set(port, here));"
        )
        ruby = await come("Ruby", RED, url=way.url, script=script, viewport=PHONE)
        dana = await come("Dana", BLUE, url=host.server.url)
        await ruby.talk(dana)
        await dana.sees(ruby)
        way.cut()
        lost = ruby.page.locator("[data-testid=notice][data-kind=lost]")
        await expect(lost).to_contain_text(
            re.compile(r"Reconnecting … [1-9]"), timeout=PATIENCE_MS
        )
        await expect(ruby.at("bar")).to_have_css("opacity", "1")
        await ruby.picture("lost-light-360")
        await ruby.is_accessible()
        other = dana.page.locator("[data-testid=notice][data-kind=other-lost]")
        await expect(other).to_contain_text(ruby.name, timeout=PATIENCE_MS)
        way.restore()
        await expect(lost).to_have_count(0, timeout=2 * PATIENCE_MS)
        await expect(other).to_have_count(0, timeout=PATIENCE_MS)
        await dana.sees(ruby)
        await dana.hears(ruby)
        await ruby.hears(dana)


async def test_a_full_room_says_so(come: Come, server: Server) -> None:
    set_room_size(server, 2)
    try:
        room = f"small-{next(NUMBERS)}"
        people = [
            await come(name, voice, room=room)
            for name, voice in (("Ruby", RED), ("Dana", BLUE), ("Gwen", GREEN))
        ]
        for each in people[:2]:
            await each.join()
        await people[2].press("join")
        await people[2].shows("ended-screen")
        await expect(people[2].at("ended-reason")).to_contain_text("full")
    finally:
        set_room_size(server, 100)


def set_room_size(server: Server, size: int) -> None:
    command = [str(RINGWAY), "account", "set", "demo", "--max-room-size", str(size)]
    subprocess.run(
        [*command, "--data", str(server.data)], check=True, capture_output=True
    )
