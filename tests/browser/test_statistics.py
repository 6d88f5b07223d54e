"""The numbers are true: what the browser counts and what the engine counts agree."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.browser.conftest import Enter
from tests.browser.media import BLUE, RED
from tests.browser.party import Party
from tests.browser.server import Server

RECEIVED = "ringway_media_rtp_packets_received_total"
SENT = "ringway_media_rtp_packets_sent_total"
DEADLINE_S = 10.0


def counter(text: str, name: str) -> float:
    rows = re.findall(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE)
    return sum(map(float, rows))


async def when_idle(server: Server) -> str:
    """Give the metrics once the engine has told of its last pipe's end."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            text = server.get("/metrics")[1]
            told = "\nringway_media_tracks " in text
            if told and counter(text, "ringway_media_tracks") == 0:
                return text
            await asyncio.sleep(0.05)


async def test_browser_and_engine_agree(enter: Enter, server: Server) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    before = await when_idle(server)
    await red.dial(blue.identity, video=True)
    await blue.incoming()
    await blue.accept(video=True)
    await blue.sees(RED)
    await red.sees(BLUE)
    await red.js(
        "(() => { watch(); const start = frames.count;"
        " return until(() => frames.count > start + 80, 'four seconds of picture'); })()"
    )
    counts = [await _counts(who) for who in (red, blue)]
    await red.hangup()
    assert await blue.ended() == "NORMAL_HANGUP"
    hangup = await red.event("hangup")
    audio = hangup["totalMediaStats"]["totalAudioStats"]
    assert audio["packetsSent"] == pytest.approx(
        counts[0]["audio_sent"], rel=0.1, abs=30
    )
    after = await when_idle(server)
    sent = sum(c["audio_sent"] + c["video_sent"] for c in counts)
    received = sum(c["audio_received"] + c["video_received"] for c in counts)
    engine_received = counter(after, RECEIVED) - counter(before, RECEIVED)
    engine_sent = counter(after, SENT) - counter(before, SENT)
    assert engine_received > 100
    assert engine_received == pytest.approx(sent, rel=0.05)
    assert engine_sent == pytest.approx(received, rel=0.05)


async def _counts(party: Party) -> dict[str, float]:
    rows = await party.js("statistics()")
    out: dict[str, float] = {}
    for row in rows:
        if row["type"] == "outbound-rtp":
            key, value = f"{row['kind']}_sent", row["packetsSent"]
        elif row["type"] == "inbound-rtp":
            key, value = f"{row['kind']}_received", row["packetsReceived"]
        else:
            continue
        out[key] = out.get(key, 0) + value
    return out
