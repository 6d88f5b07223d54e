"""Parties that offer one codec only: they talk, or hear why they cannot."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Enter
from tests.browser.media import BLUE, RED


@pytest.mark.parametrize("name", ["PCMU", "PCMA"])
@pytest.mark.parametrize("who", ["caller", "callee", "both"])
@pytest.mark.cell("PCMU, PCMA", "Chromium")
async def test_one_audio_codec(enter: Enter, name: str, who: str) -> None:
    only = {"audio": [name]}
    red = await enter(RED, codecs=only if who in {"caller", "both"} else None)
    blue = await enter(BLUE, codecs=only if who in {"callee", "both"} else None)
    await red.dial(blue.identity)
    await blue.incoming()
    await blue.accept()
    await blue.hears(RED)
    await red.hears(BLUE)
    for party in (red, blue):
        assert await party.codec("audio", "inbound-rtp") == f"audio/{name}"


@pytest.mark.parametrize("who", ["caller", "callee", "both"])
@pytest.mark.cell("H.264", "Chromium")
async def test_h264_only(enter: Enter, who: str) -> None:
    only = {"video": ["H264", "RTX"]}
    red = await enter(RED, codecs=only if who in {"caller", "both"} else None)
    blue = await enter(BLUE, codecs=only if who in {"callee", "both"} else None)
    await red.dial(blue.identity, video=True)
    await blue.incoming()
    await blue.accept(video=True)
    await blue.sees(RED)
    await red.sees(BLUE)
    for party in (red, blue):
        assert await party.codec("video", "inbound-rtp") == "video/H264"


async def test_vp8_only_meets_h264_only(enter: Enter) -> None:
    red = await enter(RED, codecs={"video": ["VP8", "RTX"]})
    blue = await enter(BLUE, codecs={"video": ["H264", "RTX"]})
    await red.dial(blue.identity, video=True)
    await blue.incoming()
    await blue.accept(video=True)
    for party in (red, blue):
        end = await party.event("hangup")
        assert end["errorCode"]["name"] == "MEDIA_ERROR"
        assert end["errorCode"]["id"] == "10103"
        assert "VP8" in end["errorCode"]["description"]
        assert "H264" in end["errorCode"]["description"]


async def test_a_codec_nobody_takes(enter: Enter) -> None:
    red = await enter(RED, codecs={"audio": ["G722"]})
    blue = await enter(BLUE)
    await red.dial(blue.identity)
    assert (await red.event("hangup"))["errorCode"]["name"] == "MEDIA_ERROR"
    blue_ended = await blue.js("party.events.every((e) => e.name !== 'established')")
    assert blue_ended
