"""Two people in two browsers: sound and picture are heard and seen, not assumed."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Enter
from tests.browser.media import BLUE, RED

TRANSPORT = """
statistics().then((rows) => {
  const it = rows.find((row) => row.type === "transport");
  return [it.dtlsState, it.srtpCipher];
})"""


@pytest.mark.cell("sound both ways", "Chromium")
@pytest.mark.cell("AES-GCM", "Chromium")
@pytest.mark.cell("Opus", "Chromium")
async def test_audio_both_ways(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    call = await red.dial(blue.identity, customData={"ticket": "4711"})
    incoming = await blue.incoming()
    assert incoming["customData"] == {"ticket": "4711"}
    await red.event("ringing")
    await blue.accept()
    await red.event("established")
    await blue.event("established")
    await blue.hears(RED)
    await red.hears(BLUE)
    for party in (red, blue):
        state, cipher = await party.js(TRANSPORT)
        assert state == "connected"
        # Chromium's versions differ in the prefix.
        assert cipher.removeprefix("SRTP_") == "AEAD_AES_256_GCM"
        # Redundant Opus (RFC 2198) is a format of its own, around Opus.
        assert await party.codec("audio", "inbound-rtp") in {"audio/opus", "audio/red"}
    assert await red.js("party.call.id()") == call
    assert await red.js("party.call.status()") == await red.js("CallStatus.ESTABLISHED")
    assert await red.js("party.call.counterpart().identifier") == blue.identity
    await red.hangup()
    assert await red.ended() == "NORMAL_HANGUP"
    assert await blue.ended() == "NORMAL_HANGUP"
    assert (await red.events()).count("hangup") == 1
    assert "camera-video-added" not in await red.events()


@pytest.mark.cell("VP8", "Chromium")
@pytest.mark.cell("pictures both ways", "Chromium")
async def test_video_both_ways(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    await red.dial(blue.identity, video=True)
    await blue.incoming()
    await blue.accept(video=True)
    await red.event("established")
    await blue.sees(RED)
    await red.sees(BLUE)
    await blue.hears(RED)
    await red.hears(BLUE)
    assert await red.codec("video", "inbound-rtp") == "video/VP8"
    await blue.hangup()
    assert await red.ended() == "NORMAL_HANGUP"


@pytest.mark.cell("a picture added during a call", "Chromium")
async def test_video_is_added_to_an_audio_call_and_taken_away(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    await red.dial(blue.identity)
    await blue.incoming()
    await blue.accept()
    await blue.hears(RED)
    await red.js("party.call.cameraVideo(true)")
    await red.event("camera-video-added")
    await blue.event("remote-camera-video-added")
    await blue.sees(RED)
    assert await blue.js("party.call.hasRemoteCameraVideo()")
    await blue.js("party.call.cameraVideo(true)")
    await red.event("remote-camera-video-added")
    await red.sees(BLUE)
    await red.js("party.call.cameraVideo(false)")
    await blue.event("remote-camera-video-removed")
    assert not await blue.js("party.call.hasRemoteCameraVideo()")
    await red.sees(BLUE)
    await red.js("party.call.cameraVideo(true)")
    await blue.event("remote-camera-video-added", 2)
    await blue.sees(RED)
    await blue.hears(RED)


@pytest.mark.cell("mute", "Chromium")
async def test_mute_is_heard_as_silence(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    await red.dial(blue.identity)
    await blue.incoming()
    await blue.accept()
    await blue.hears(RED)
    await red.js("party.call.mute(true)")
    await blue.event("remote-muted")
    await blue.hears_nothing()
    await red.hears(BLUE)
    await red.js("party.call.mute(false)")
    await blue.event("remote-unmuted")
    await blue.hears(RED)


async def test_two_calls_one_after_the_other(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    for count in (1, 2):
        await red.dial(blue.identity)
        await blue.event("incoming-webrtc-call", count)
        await blue.accept()
        await blue.hears(RED)
        await red.hears(BLUE)
        await blue.hangup()
        await red.event("hangup", count)
        await blue.event("hangup", count)
