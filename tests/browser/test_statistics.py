"""The numbers are true: what the browser counts and what the engine counts agree."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import Enter
from tests.browser.media import BLUE, RED
from tests.browser.server import Server


def counter(text: str, name: str) -> float:
    rows = re.findall(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE)
    assert rows, f"no {name} in the metrics"
    return sum(map(float, rows))


async def test_browser_and_engine_agree(enter: Enter, server: Server) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    before = server.get("/metrics")[1]
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
    after = server.get("/metrics")[1]
    sent = sum(c["audio_sent"] + c["video_sent"] for c in counts)
    received = sum(c["audio_received"] + c["video_received"] for c in counts)
    engine_received = counter(after, "ringway_media_rtp_packets_received") - counter(
        before, "ringway_media_rtp_packets_received"
    )
    engine_sent = counter(after, "ringway_media_rtp_packets_sent") - counter(
        before, "ringway_media_rtp_packets_sent"
    )
    assert engine_received == pytest.approx(sent, rel=0.05)
    assert engine_sent == pytest.approx(received, rel=0.05)


async def _counts(party: object) -> dict[str, float]:
    rows = await party.js("statistics()")  # type: ignore[attr-defined]
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
