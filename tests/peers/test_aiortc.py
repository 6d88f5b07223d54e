"""aiortc calls aiortc through the real server and engine, and both hear a tone.

aiortc brings its own SDP, ICE, DTLS (OpenSSL), SRTP (libsrtp) and Opus, and speaks
the protocol without our SDK: what works here, works by the RFCs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import count

import pytest

from tests.browser.server import Server, running
from tests.peers.party import PYTHON, Party, party

NUMBERS = count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("aiortc") / "data") as it:
        yield it


def test_the_peer_is_installed() -> None:
    assert PYTHON.exists(), "make .tools/aiortc"


@asynccontextmanager
async def talking(
    server: Server, caller_sends: Sequence[str], callee_sends: Sequence[str]
) -> AsyncIterator[tuple[Party, Party]]:
    """Two in an established call."""
    number = next(NUMBERS)
    anna, bert = f"anna-{number}", f"bert-{number}"
    async with (
        party(server, bert, *callee_sends) as callee,
        party(server, anna, "--call", bert, *caller_sends) as caller,
    ):
        assert (await callee.wait_for("incoming"))["source"] == anna
        await caller.wait_for("rang")
        await caller.wait_for("established")
        await callee.wait_for("established")
        yield caller, callee


async def hang_up(who: Party, other: Party) -> None:
    await who.say("hangup")
    for each in (who, other):
        while (told := await each.next())["event"] != "ended":
            assert told["event"] in {"heard", "seen", "connection"}
        assert told["code"] == "NORMAL_HANGUP"


@pytest.mark.parametrize(
    ("profile", "codec"),
    [
        ("SRTP_AEAD_AES_256_GCM", "opus"),
        ("SRTP_AEAD_AES_128_GCM", "PCMU"),
        ("SRTP_AES128_CM_SHA1_80", "PCMA"),
    ],
)
@pytest.mark.cell("sound both ways", "aiortc")
@pytest.mark.cell("Opus", "aiortc")
@pytest.mark.cell("PCMU, PCMA", "aiortc")
@pytest.mark.cell("AES-GCM", "aiortc")
@pytest.mark.cell("AES-CM", "aiortc")
async def test_two_peers_hear_each_other(
    server: Server, profile: str, codec: str
) -> None:
    media = ("--profile", profile, "--audio", codec)
    async with talking(
        server, ("--tone", "440", *media), ("--tone", "1000", *media)
    ) as (caller, callee):
        await caller.hears(1000)
        await callee.hears(440)
        await hang_up(callee, caller)


@pytest.mark.parametrize("codec", ["VP8", "H264"])
@pytest.mark.cell("pictures both ways", "aiortc")
@pytest.mark.cell("VP8", "aiortc")
@pytest.mark.cell("H.264", "aiortc")
async def test_two_peers_see_each_other(server: Server, codec: str) -> None:
    red, blue = bytes((200, 40, 40)), bytes((40, 60, 200))
    async with talking(
        server,
        ("--tone", "440", "--colour", red.hex(), "--video", codec),
        ("--tone", "1000", "--colour", blue.hex(), "--video", codec),
    ) as (caller, callee):
        await caller.sees(blue)
        await callee.sees(red)
        await hang_up(caller, callee)
