"""Chromium and Firefox write to each other through the engine, without the SDK."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.async_api import Playwright

from ringway.ports import engine_messages as wire
from ringway.settings.addresses import addresses_of_this_machine
from tests.browser.chromium import CHROMIUM
from tests.browser.firefox import firefox
from tests.browser.site import site
from tests.ports.test_engine import Ear, process

OPTIONS = [
    "--no-sandbox",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]
OFFER = """(async () => {
    globalThis.told = [];
    globalThis.connection = new RTCPeerConnection();
    globalThis.channel = connection.createDataChannel(
        "ringway", { negotiated: true, id: 0, ordered: true });
    channel.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.t === "text")
            channel.send(JSON.stringify({ t: "got", from: message.from, id: message.id }));
        told.push(message);
    };
    globalThis.until = (what) => new Promise((done) => {
        const look = () => { if (what()) done(true); else setTimeout(look, 20); };
        look();
    });
    await connection.setLocalDescription();
    await until(() => connection.iceGatheringState === "complete");
    return connection.localDescription.sdp;
})()"""


class Page(Protocol):
    async def evaluate(self, expression: str) -> Any: ...


class Talker:
    """A browser with a pipe that has nothing but a data channel."""

    def __init__(self, page: Page, pipe: str) -> None:
        self.page = page
        self.pipe = pipe

    async def connect(self, ear: Ear) -> None:
        offer = await self.page.evaluate(OFFER)
        ear.engine.submit([wire.OpenPipe(self.pipe, 0, offer, [])])
        answer = (await ear.next(wire.Answered, pipe=self.pipe)).answer
        description = json.dumps({"type": "answer", "sdp": answer})
        await self.page.evaluate(
            f"connection.setRemoteDescription({description})"
            ".then(() => until(() => channel.readyState === 'open'))"
        )
        label = f"I am {self.pipe}."
        ear.engine.submit([wire.Attach(self.pipe, "bridge", label=label)])

    async def write(self, name: str, text: str) -> None:
        message = json.dumps({"t": "text", "id": name, "text": text})
        await self.page.evaluate(f"channel.send({json.dumps(message)})")

    async def told(self, kind: str, count: int) -> list[dict[str, Any]]:
        """What the engine has said of this type, as soon as it is so much."""
        said = f"told.filter((it) => it.t === '{kind}')"
        async with asyncio.timeout(20):
            told: list[dict[str, Any]] = await self.page.evaluate(
                f"until(() => {said}.length >= {count}).then(() => {said})"
            )
        return told


@pytest.fixture
async def talkers(
    playwright: Playwright, tmp_path: Path
) -> AsyncIterator[tuple[Talker, Talker]]:
    async with AsyncExitStack() as stack:
        # Without a microphone Firefox tries no way but its default route.
        machine = [
            address
            for address, _ in addresses_of_this_machine()
            if not ip_address(address.partition("%")[0]).is_link_local
        ]
        rig = await stack.enter_async_context(process(tmp_path, *machine))
        ear = await rig.again()
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=OPTIONS
        )
        stack.push_async_callback(browser.close)
        url = stack.enter_context(site("", {"": "<!doctype html>"}))
        page = await browser.new_page()
        await page.goto(url)
        fox = await stack.enter_async_context(firefox(url))
        both = Talker(page, "chrome"), Talker(fox, "fox")
        for talker in both:
            await talker.connect(ear)
        yield both


async def test_browsers_write_to_each_other(talkers: tuple[Talker, Talker]) -> None:
    longest = "ä" * 32_768
    for writer, reader in (talkers, talkers[::-1]):
        await writer.write("short", "Hello!")
        await writer.write("long", longest)
        heard = await reader.told("text", 2)
        assert [(it["id"], it["text"] == longest) for it in heard] == [
            ("short", False),
            ("long", True),
        ]
        assert heard[0]["from"] == writer.pipe
        assert heard[0]["label"] == f"I am {writer.pipe}."
        delivered = await writer.told("delivered", 2)
        assert [(it["id"], it["delivered"]) for it in delivered] == [
            ("short", True),
            ("long", True),
        ]


async def test_who_floods_loses_the_channel_and_not_the_connection(
    talkers: tuple[Talker, Talker],
) -> None:
    for talker in talkers:
        await talker.page.evaluate("""(async () => {
            for (let flood = 0; channel.readyState === "open"; flood++) {
                channel.send(JSON.stringify({ t: "text", id: `${flood}`, text: "x" }));
                // Else the browser's own buffer is full before anything has left.
                await until(() => channel.bufferedAmount < 65536 || channel.readyState !== "open");
            }
            await until(() => channel.readyState === "closed");
        })()""")
        refused = await talker.told("refused", 100)
        assert {it["code"] for it in refused} == {"TOO_FAST"}
        state = await talker.page.evaluate("connection.connectionState")
        assert state == "connected"
