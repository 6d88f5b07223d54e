"""What a customer begins from: the programs in `examples`, with real calls."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.browser.backend import backend
from tests.browser.conftest import Enter
from tests.browser.media import BLUE, RED
from tests.browser.server import Server

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE_S = 20
RUN = {".py": sys.executable, ".mjs": "node"}
EVENTS = [
    "CALL_RECEIVED",
    "CALL_ESTABLISHED",
    "PARTICIPANT_REMOVED",
    "PARTICIPANT_JOIN_FAILED",
]


@asynccontextmanager
async def example(
    server: Server, name: str, *words: str, **variables: str
) -> AsyncIterator[str]:
    """Run a program until it says that it listens; give what it said."""
    path = EXAMPLES / name
    environ = {**os.environ, "RINGWAY_URL": server.url, "RINGWAY_KEY": server.key}
    process = await asyncio.create_subprocess_exec(
        RUN[path.suffix],
        path,
        *words,
        stdout=asyncio.subprocess.PIPE,
        env={**environ, **variables},
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            yield (await process.stdout.readline()).decode()
        assert process.returncode is None
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("name", ["front_desk.py", "front_desk.mjs"])
async def test_a_front_desk(enter: Enter, server: Server, name: str) -> None:
    customer, agent = await enter(RED), await enter(BLUE)
    desk = f"desk-{customer.identity}"
    async with (
        example(server, name, PORT="0", AGENT=agent.identity) as said,
        backend(server, desk) as it,
    ):
        profile = {"profileId": desk, "webhook": {"notifyUrl": said.split()[-1]}}
        definition = {
            "subscriptionId": desk,
            "profile": profile,
            "events": EVENTS,
            "criteria": [{"callsConfigurationId": desk}],
        }
        status, _ = server.post("/subscriptions/1/subscription/VOICE_VIDEO", definition)
        assert status == 201
        await customer.dial_application(desk)
        await agent.incoming_application()
        await agent.accept()
        await customer.hears(BLUE)
        await agent.hears(RED)
        await customer.hangup()
        assert await agent.ended() == "NORMAL_HANGUP"
        await it.event("CONFERENCE_FINISHED")
