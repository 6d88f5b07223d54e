"""Rooms of real browsers: everybody hears and sees everybody, and who comes late as well."""

from __future__ import annotations

import asyncio
import itertools
import subprocess

import pytest

from tests.browser.conftest import Enter
from tests.browser.firefox import firefox
from tests.browser.media import BLUE, GREEN, RED, UNUSED, YELLOW, Voice
from tests.browser.party import Party
from tests.browser.server import RINGWAY, Server

SCREEN = Voice("screen", 0, (150, 40, 170))
"""What a shared screen looks like."""


def camera(of: Party) -> str:
    return f"camera-{of.identity}"


def names(joined: dict[str, object]) -> list[str]:
    participants = joined["participants"]
    assert isinstance(participants, list)
    return sorted(each["identity"] for each in participants)


async def meet(one: Party, other: Party) -> None:
    """Wait until both hear and see each other."""
    for listener, speaker in itertools.permutations((one, other)):
        await listener.hears(speaker.voice)
        await listener.sees(speaker.voice, camera(speaker))


@pytest.mark.cell("rooms", "Chromium")
async def test_a_room_of_four(enter: Enter) -> None:
    parties = [await enter(voice) for voice in (RED, BLUE, GREEN, YELLOW)]
    red, blue, green, yellow = parties
    room = f"four-{red.identity}"
    first = await red.join(room, video=True)
    assert (first["room"], first["participants"], first["recordingType"]) == (
        room,
        [],
        "UNDEFINED",
    )
    for party in (blue, green):
        await party.join(room, video=True)
        await red.told("participant-joining", participant=party.identity)
        await red.told("participant-joined", participant=party.identity)
    for one, other in itertools.combinations((red, blue, green), 2):
        await meet(one, other)

    # Who comes late has everybody at once.
    late = await yellow.join(room, video=True)
    assert names(late) == sorted(each.identity for each in parties[:3])
    assert late["id"] == first["id"]
    for other in parties[:3]:
        await meet(yellow, other)
    assert await yellow.js("party.stream.getAudioTracks().length") == 3
    # The others were never away.
    await meet(red, blue)

    assert await green.leave() == "NORMAL_HANGUP"
    for other in (red, blue, yellow):
        await other.told("participant-left", participant=green.identity)
        removed = "participant-camera-video-removed"
        await other.told(removed, participant=green.identity)
    await meet(red, yellow)
    assert await red.js("party.call.joinTime() instanceof Date")
    for other in (red, blue, yellow):
        assert await other.leave() == "NORMAL_HANGUP"
    told = await red.events()
    assert told.count("room-joined") == told.count("room-left") == 1
    assert "error" not in told


async def test_what_participants_do_is_told(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    room = f"doing-{red.identity}"
    await red.join(room)
    await blue.join(room)
    await red.told("participant-joined", participant=blue.identity)
    await red.hears(BLUE)
    await red.told("participant-started-talking", participant=blue.identity)
    await blue.event("started-talking")
    await blue.js("party.call.mute(true)")
    await red.told("participant-muted", participant=blue.identity)
    await red.hears_nothing()
    await red.told("participant-stopped-talking", participant=blue.identity)
    await blue.js("party.call.mute(false)")
    await red.told("participant-unmuted", participant=blue.identity)
    await red.hears(BLUE)
    await blue.js("party.call.cameraVideo(true)")
    await red.told("participant-camera-video-added", participant=blue.identity)
    await red.sees(BLUE, camera(blue))
    await blue.js("party.call.cameraVideo(false)")
    await red.told("participant-camera-video-removed", participant=blue.identity)
    await blue.leave()
    await red.told("participant-left", participant=blue.identity)


@pytest.mark.cell("screen share", "Chromium")
async def test_a_screen_is_shared_beside_the_camera(enter: Enter) -> None:
    red, blue, green = await enter(RED), await enter(BLUE), await enter(GREEN)
    room = f"screen-{red.identity}"
    for party in (red, blue):
        await party.join(room, video=True)
    await meet(red, blue)
    await red.js(f"shareColour({list(SCREEN.rgb)})")
    await red.js("party.call.startScreenShare()")
    await red.event("screen-share-added")
    await blue.told("participant-screen-share-added", participant=red.identity)
    await blue.sees(SCREEN, f"screen-{red.identity}")
    await blue.sees(RED, camera(red))
    await green.join(room)
    await green.sees(SCREEN, f"screen-{red.identity}")
    await green.sees(RED, camera(red))
    size = f"document.getElementById('screen-{red.identity}').videoWidth"
    await blue.js(f"until(() => {size} === 1280, 'the whole width')")
    # The browser's own button.
    await red.js(
        "party.shared.getTracks().forEach((track) => {"
        " track.stop(); track.dispatchEvent(new Event('ended')); })"
    )
    assert (await red.event("screen-share-removed"))["reason"] == "USER_REQUEST"
    await blue.told("participant-screen-share-removed", participant=red.identity)
    await blue.sees(RED, camera(red))


async def test_who_only_receives_and_who_only_sends(enter: Enter) -> None:
    red, blue, green = await enter(RED), await enter(BLUE), await enter(GREEN)
    room = f"ways-{red.identity}"
    await red.join(room, video=True)
    await blue.join(room, video=True, direction="RECEIVE")
    await green.join(room, video=True, direction="SEND")
    for speaker in (red, green):
        await blue.hears(speaker.voice)
        await blue.sees(speaker.voice, camera(speaker))
    await red.hears(GREEN)
    await red.sees(GREEN, camera(green))
    joined = await red.told("participant-joined", participant=blue.identity)
    assert joined["participant"]["muted"]
    assert await green.js("party.stream.getTracks().length") == 0
    assert "participant-camera-video-added" not in await green.events()
    assert "camera-video-added" not in await blue.events()
    refusal = "party.call.mute(false).catch((error) => error.errorCode.name)"
    assert await blue.js(refusal) == "INVALID_REQUEST"
    await blue.hears(RED)


async def test_without_participant_events_media_comes_all_the_same(
    enter: Enter,
) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    room = f"quiet-{red.identity}"
    joined = await blue.join(room, direction="RECEIVE", participantEvents=False)
    assert joined["participants"] == []
    await red.join(room, video=True)
    await blue.hears(RED)
    picture = await blue.event("participant-camera-video-added")
    assert picture["participant"]["callId"] == await red.js("party.call.id()")
    await blue.sees(RED, "camera-")
    assert await red.leave() == "NORMAL_HANGUP"
    await blue.event("participant-camera-video-removed")
    others = {
        each
        for each in await blue.events()
        if each.startswith("participant-") and "camera" not in each
    }
    assert others == set()


@pytest.mark.cell("texts", "Chromium")
async def test_texts_to_all_and_to_one(enter: Enter) -> None:
    red, blue, green = await enter(RED), await enter(BLUE), await enter(GREEN)
    room = f"chat-{red.identity}"
    chat = {"audio": False, "dataChannel": True}
    await red.js(f"join('{room}', {{ audio: false, dataChannel: true }})")
    early = await red.say("is anybody there?")
    await red.event("room-joined")
    # There was nobody, and the receipt comes after the id.
    assert not (await red.told("text-delivered", id=early))["delivered"]
    for party in (blue, green):
        await party.join(room, **chat)
        await red.told("participant-joined", participant=party.identity)
    assert await red.js("party.connections.at(-1).getTransceivers().length") == 0

    to_all = await red.say("hello, all")
    for party in (blue, green):
        text = await party.told("text-received", text="hello, all")
        assert (text["from"], text["isDirect"]) == (red.identity, False)
    assert (await red.told("text-delivered", id=to_all))["delivered"]

    to_one = await red.say("hello, you", blue.identity)
    text = await blue.told("text-received", text="hello, you")
    assert text["isDirect"]
    assert (await red.told("text-delivered", id=to_one))["delivered"]
    whole = "é" * 32768
    await blue.js(f"say('é'.repeat(32768), '{red.identity}')")
    await red.told("text-received", text=whole)
    refusal = await blue.js("say('é'.repeat(32769)).catch((error) => error.message)")
    assert refusal.startswith("TOO_LONG: ")
    texts = [
        event["text"]
        for event in await green.js("seen('text-received')")
        if event["from"] == red.identity
    ]
    assert texts == ["hello, all"]

    await blue.leave()
    await red.told("participant-left", participant=blue.identity)
    refusal = await red.js(
        f"say('hello?', '{blue.identity}').catch((error) => error.message)"
    )
    assert refusal.startswith("NOBODY: ")


async def test_texts_beside_a_call_between_two(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    await red.dial(blue.identity, dataChannel=True)
    early = await red.say("can you hear me?")
    await blue.incoming()
    await blue.accept(dataChannel=True)
    text = await blue.told("text-received", text="can you hear me?")
    assert text["from"] == red.identity
    assert (await red.told("text-delivered", id=early))["delivered"]
    reply = await blue.say("I can", red.identity)
    await red.told("text-received", text="I can")
    assert (await blue.told("text-delivered", id=reply))["delivered"]
    await blue.hears(RED)


async def test_a_full_room_says_so(enter: Enter, server: Server) -> None:
    red, blue, green = await enter(RED), await enter(BLUE), await enter(GREEN)
    room = f"full-{red.identity}"
    _set_room_size(server, 2)
    try:
        await red.join(room)
        await blue.join(room)
        await green.js(f"join('{room}')")
        assert await green.left() == "BUSY"
        await blue.leave()
        await red.told("participant-left", participant=blue.identity)
        await green.js("party.events.length = 0")
        await green.join(room)
        await red.hears(GREEN)
    finally:
        _set_room_size(server, 100)


def _set_room_size(server: Server, size: int) -> None:
    command = [str(RINGWAY), "account", "set", "--max-room-size", str(size)]
    subprocess.run(
        [*command, "--data", str(server.data)], check=True, capture_output=True
    )


@pytest.mark.cell("rooms", "Chromium", "Firefox")
@pytest.mark.cell("texts", "Chromium", "Firefox")
async def test_a_room_with_firefox(
    enter: Enter, server: Server, elsewhere: str
) -> None:
    async with firefox(f"{elsewhere}/party.html") as page:
        fake = Voice("firefox", 700, (0, 0, 0))
        fox = Party(page, fake, "fox-in-a-room")
        await fox.connect(server.token(fox.identity))
        red, blue = await enter(RED), await enter(BLUE)
        for party in (red, fox, blue):
            await party.join("foxes", video=True, dataChannel=True)
        await meet(red, blue)
        await red.hears(fake)
        await fox.sees(RED, camera(red))
        await fox.sees(BLUE, camera(blue))
        for voice in (RED, BLUE):
            await asyncio.wait_for(
                fox.js(f"recorded({voice.hertz}, {[*UNUSED, fake.hertz]})"), 60
            )
        sent = await fox.say("hello")
        await red.told("text-received", text="hello")
        assert (await fox.told("text-delivered", id=sent))["delivered"]


@pytest.mark.parametrize("name", ["ab", "a" * 251, "no blanks"])
async def test_a_name_that_can_be_no_room_is_refused_at_once(
    enter: Enter, name: str
) -> None:
    red = await enter(RED)
    failure = f"(() => {{ try {{ join('{name}'); }} catch (error) {{ return error.message; }} }})()"
    assert await red.js(failure) == "Invalid room name."
