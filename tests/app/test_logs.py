"""What is written about faults and calls has no secret in it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import structlog

from ringway.app.logs import set_up
from ringway.rtc import messages as wire
from ringway.settings.values import settings_from
from tests.app.test_serving import Caller, metrics_with, served
from tests.browser.server import Server
from tests.ports.test_engine import AUDIO, description

INVITATION = "K7QX-planted-code"
CUSTOM = "a-tortoise-named-planted"
SECRET = "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0.not-to-be-seen"


@pytest.fixture
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def fail() -> None:
    token = "-".join(SECRET.split("-"))
    raise ValueError(len(token))


@pytest.mark.usefixtures("_restored")
@pytest.mark.parametrize("form", ["json", "console"])
def test_a_fault_is_told_without_its_variables(
    tmp_path: Path, form: Literal["json", "console"]
) -> None:
    said = io.StringIO()
    settings = settings_from(
        data=tmp_path,
        http="127.0.0.1:8080",
        media="127.0.0.1:3478",
        log_format=form,
        log_level="debug",
    )
    set_up(settings, said)
    for logger in (structlog.get_logger("ours"), logging.getLogger("theirs")):
        try:
            fail()
        except ValueError:
            logger.exception("it failed")
    text = said.getvalue()
    assert text.count("it failed") == 2
    assert text.count("ValueError") >= 2
    assert "test_logs.py" in text
    assert SECRET not in text


@pytest.mark.parametrize("form", ["json", "console"])
async def test_a_call_leaves_no_secret_at_debug(tmp_path: Path, form: str) -> None:
    data = tmp_path / "data"
    with served(data, "--log-level", "debug", "--log-format", form) as it:
        key = json.loads((data / "first-key.json").read_text())["secret"]
        server = Server(it.url, data, key, it.process, it.out)
        tokens = [
            await asyncio.to_thread(server.token, name) for name in ("ada", "bob")
        ]
        ada, bob = [await Caller.over(it, token) for token in tokens]
        call = "6f6f9b1e-4b1c-4d0e-9a51-0b6a5a1f2c3d"
        sending = [wire.Sending("0", "MICROPHONE")]
        offer = description(AUDIO)
        await ada.say(
            wire.Call(call, "bob", offer, sending, custom_data={"pet": CUSTOM})
        )
        answers = [(await ada.hear("pipe_answer"))["answer"]]
        theirs = (await bob.hear("incoming"))["call"]
        await bob.say(wire.Ringing(theirs))
        await bob.say(wire.Accept(theirs, offer, sending))
        answers.append((await bob.hear("pipe_answer"))["answer"])
        await metrics_with(it, "ringway_media_pipes 2.0")
        await asyncio.to_thread(
            server.post, "/demo/token", {"name": "Eve", "invitation": INVITATION}
        )
        await asyncio.to_thread(
            server.post, f"/no-such?invitation={INVITATION}&token={tokens[1]}", {}
        )
        _, metrics = await asyncio.to_thread(server.get, "/metrics")
        await ada.socket.send("no message: " + tokens[0])
        await ada.hear("malformed")
        await ada.say(wire.Hangup(call))
        await bob.hear("ended")
        for who in (ada, bob):
            await who.socket.close()
    text = it.out.read_text()
    assert "request" in text
    assert '"debug"' in text or "[debug" in text, "it was not at debug level"
    passwords = [
        line.partition(":")[2]
        for sdp in (offer, *answers)
        for line in sdp.splitlines()
        if line.startswith("a=ice-pwd:")
    ]
    assert len(passwords) >= 3
    described = ("a=ice", "m=audio", "a=fingerprint", *passwords)
    for secret in (key, *tokens, CUSTOM, INVITATION, *described):
        assert secret not in text, secret[:12]
        assert secret not in metrics, secret[:12]
    for person in ("ada", "bob", "Eve"):
        assert f'"{person}"' not in metrics
