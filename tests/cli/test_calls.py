"""`ringway call`, `ringway room`: beside a real server, and after it has died."""

from __future__ import annotations

import asyncio
import errno
import json
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ringway.rtc import messages as wire
from tests.app.test_serving import PATIENCE_S, Caller, Served, caller, served
from tests.cli.conftest import Done, Ringway
from tests.ports.test_engine import AUDIO, description

CALL = "6f6f9b1e-4b1c-4d0e-9a51-0b6a5a1f2c3d"
ROOM_CALL = "11111111-4b1c-4d0e-9a51-0b6a5a1f2c3d"
SENDING = [wire.Sending("0", "MICROPHONE")]


@dataclass(slots=True)
class Desk:
    """A running server, and commands beside it."""

    it: Served
    ringway: Ringway

    async def done(self, *words: str) -> Done:
        words = (*words, "--data", str(self.it.data))
        return await asyncio.to_thread(self.ringway, *words)

    async def said(self, *words: str) -> str:
        done = await self.done(*words)
        assert (done.code, done.err) == (0, ""), words
        return done.out

    async def told(self, *words: str) -> Any:
        return (await self.done(*words, "--json")).json

    async def until_live(self, number: int) -> None:
        """Wait for the read model, which is a moment behind the calls."""
        async with asyncio.timeout(PATIENCE_S):
            while len((await self.told("call", "list"))["calls"]) != number:
                pass

    async def said_with(self, text: str, *words: str) -> str:
        """Ask until the text is there: the read model is a moment behind."""
        async with asyncio.timeout(PATIENCE_S):
            while text not in (said := await self.said(*words)):
                pass
        return said

    @asynccontextmanager
    async def talking(self) -> AsyncIterator[tuple[Caller, Caller]]:
        """Let Ada ring Bob, and Eve begin a room."""
        secret = json.loads((self.it.data / "first-key.json").read_text())["secret"]
        ada, bob = [await caller(self.it, secret, name) for name in ("ada", "bob")]
        eve = await Caller.over(self.it, (await self.said("token", "eve")).strip())
        offer = description(AUDIO)
        await ada.say(wire.Call(CALL, "bob", offer, SENDING))
        theirs = (await bob.hear("incoming"))["call"]
        await bob.say(wire.Ringing(theirs))
        await ada.hear("rang")
        await eve.say(wire.Join(ROOM_CALL, "stand-up", offer, SENDING))
        await eve.hear("pipe_answer")
        await self.until_live(3)
        yield ada, bob
        for who in (ada, bob, eve):
            await who.socket.close()


async def test_calls_are_listed_shown_and_ended(
    ringway: Ringway, tmp_path: Path
) -> None:
    with served(tmp_path / "data") as it:
        desk = Desk(it, ringway)
        async with desk.talking() as (ada, bob):
            listed = await desk.told("call", "list")
            assert listed["serverRuns"] is True
            mine = next(row for row in listed["calls"] if row["id"] == CALL)
            assert (mine["state"], mine["direction"]) == ("RINGING", "INBOUND")
            assert mine["endpoint"]["identity"] == "ada"
            assert mine["counterpart"]["identity"] == "bob"
            assert re.fullmatch(r"[-\d]{10}T[:\d]{8}\.\d{6}Z", mine["startTime"])
            lines = (await desk.said("call", "list")).splitlines()
            assert lines[0].split()[:4] == ["ID", "STATE", "WHO", "WITH"]
            assert all(len(line) <= 80 for line in lines)
            assert any(line.startswith("6f6f9b1e  RINGING") for line in lines[1:])

            shown = await desk.told("call", "show", "6f6f9b1e")
            assert [event["type"] for event in shown["events"]][:1] == ["Created"]
            assert "Rang" in await desk.said("call", "show", "6f6f")

            ended = await desk.told("call", "end", "6f6f")
            assert ended == {"id": CALL, "account": "main", "ended": True}
            assert (await ada.hear("ended"))["call"] == CALL
            await bob.hear("ended")
            await desk.until_live(1)
            again = await desk.done("call", "end", CALL)
            assert again.code == 1
            assert again.sentence == f"The call {CALL} has ended already (CANCELLED)."
            two = ("call", "list", "--all", "--last", "2")
            assert len((await desk.told(*two))["calls"]) == 2
            assert "There are more" in await desk.said(*two)
            every = await desk.said_with("CANCELLED", "call", "list", "--all")
            assert "ACCOUNT" not in every, "all are of the first one"


async def test_rooms_are_listed_and_shown(ringway: Ringway, tmp_path: Path) -> None:
    with served(tmp_path / "data") as it:
        desk = Desk(it, ringway)
        async with desk.talking():
            [room] = (await desk.told("room", "list"))["rooms"]
            assert (room["name"], room["people"], room["seats"]) == ("stand-up", 1, 100)
            assert "stand-up  1 of 100" in await desk.said("room", "list")
            shown = await desk.told("room", "show", "stand-up")
            [eve] = shown["participants"]
            assert (eve["identity"], eve["callId"]) == ("eve", ROOM_CALL)
            assert "eve" in await desk.said("room", "show", "stand-up")
            assert "Nobody" in await desk.said("room", "list", "--account", "demo")


async def test_without_a_server_things_are_as_it_left_them(
    ringway: Ringway, tmp_path: Path
) -> None:
    with served(data := tmp_path / "data") as it:
        desk = Desk(it, ringway)
        async with desk.talking():
            await asyncio.to_thread(it.stop, signal.SIGKILL)
            listed = await desk.told("call", "list")
            assert listed["serverRuns"] is False
            assert len(listed["calls"]) == 3
            for words in (("call", "list"), ("room", "list"), ("call", "show", "6f6f")):
                assert "No server runs here" in await desk.said(*words)
            done = await desk.done("call", "end", "6f6f")
            assert done.code == 1
            assert done.sentence.startswith(f"No server runs on {data}")
        with served(data, http=it.http, media=it.media):
            pass  # the engine that was left is taken over, and ends


def test_nothing_there_says_what_to_do_next(ringway: Ringway, tmp_path: Path) -> None:
    for words in (("call", "list"), ("room", "list"), ("call", "end", "x")):
        done = ringway(*words)
        assert done.code == 1
        assert "`ringway serve` begins it" in done.sentence
    assert not (tmp_path / "data").exists(), "to look makes nothing"
    assert ringway("key", "create").code == 0
    assert "--all" in ringway("call", "list").out
    assert "/demo" in ringway("call", "list", "--all").out
    assert "joinRoom" in ringway("room", "list").out
    assert ringway("call", "list", "--json").json == {"serverRuns": False, "calls": []}


def test_a_folder_of_others_is_told_of(
    ringway: Ringway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(_: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "is_file", forbidden)
    for words in (("call", "list"), ("room", "show", "x")):
        done = ringway(*words)
        assert done.code == 1
        assert done.sentence.endswith("can not be read: Permission denied.")


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["call", "show", "none"], 1, "There is no call 'none'"),
        (["call", "end", "%"], 1, "There is no call '%'"),
        (["room", "show", "none"], 1, "Nobody is in a room 'none'"),
        (["call", "list", "--account", "nobody"], 1, "no account 'nobody'"),
        (["call", "list", "--last", "0"], 2, "--last"),
        (["call", "list", "--last", "1001"], 2, "--last"),
        (["call", "show"], 2, "ID"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    ringway: Ringway, words: list[str], code: int, why: str
) -> None:
    assert ringway("key", "create").code == 0
    done = ringway(*words)
    assert done.code == code
    assert why in done.sentence
