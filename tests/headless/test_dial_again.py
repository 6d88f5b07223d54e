"""The example that dials who drops again, with people and a real server."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

from ringway.rtc import messages as wire
from tests.app.test_serving import until
from tests.browser.relayed import Host, hosted
from tests.headless import Look, Media, Person, arriving, people

EXAMPLE = Path(__file__).parents[2] / "examples" / "dial_again.py"


@contextmanager
def the_example(host: Host) -> Iterator[None]:
    server = host.server
    variables = {"RINGWAY_URL": server.url, "RINGWAY_KEY": server.key}
    with subprocess.Popen(
        [sys.executable, EXAMPLE],
        env={**os.environ, **variables, "CONFIGURATION": "shop"},
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == "listening\n"
            yield
            assert program.poll() is None, "it has stopped"
        finally:
            program.kill()


def post(host: Host, path: str, body: object, code: int) -> Any:
    status, told = host.server.post(f"/calls/1{path}", body)
    assert status == code, told
    return told


async def brought(host: Host, conference: str, person: Person) -> str:
    """Call somebody into the conference; give the call when it is established."""
    endpoint = {"type": "WEBRTC", "identity": person.look.identity}
    body = {"callRequest": {"endpoint": endpoint, "from": "shop"}}
    path = f"/conferences/{conference}/call"
    made = await asyncio.to_thread(post, host, path, body, 200)
    await person.until(lambda: person.has(wire.Established), "to be established")
    return str(made["call"]["id"])


def participants(host: Host, conference: str) -> dict[str, str]:
    status, told = host.server.get(f"/calls/1/conferences/{conference}")
    assert status == 200, told
    there = json.loads(told)["participants"]
    return {it["callId"]: it["state"] for it in there}


async def test_who_drops_is_in_the_same_conference_again(tmp_path: Path) -> None:
    with hosted(tmp_path / "data") as host:
        post(host, "/configurations", {"id": "shop"}, 201)
        made = post(host, "/conferences", {"callsConfigurationId": "shop"}, 201)
        conference = str(made["id"])
        with the_example(host):
            async with AsyncExitStack() as stack:
                one = await stack.enter_async_context(people())
                other = await stack.enter_async_context(people())
                bob = await stack.enter_async_context(arrived(host, one, "bob"))
                kept = await brought(host, conference, bob)
                async with AsyncExitStack() as leaving:
                    ada = await leaving.enter_async_context(arrived(host, one, "ada"))
                    lost = await brought(host, conference, ada)
                    again = await stack.enter_async_context(arrived(host, other, "ada"))
                    await ada.drop()
                await again.until(lambda: again.has(wire.Established), "to be dialled")

                def replaced() -> bool:
                    now = {kept: "JOINED", again.call: "JOINED"}
                    return participants(host, conference) == now

                await asyncio.to_thread(until, replaced)
                status, told = host.server.get(f"/calls/1/calls/{lost}/history")
                assert (status, json.loads(told)["hangupSource"]) == (200, "API")


def arrived(host: Host, media: Media, identity: str) -> Any:
    url, token = host.server.url, host.server.token(identity)
    return arriving(media, url, token, Look(identity, {"MICROPHONE": "520"}))
