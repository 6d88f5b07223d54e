"""A lost socket is replaced by another, and nothing is lost or heard twice."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from ringway.domain.causes import Cause, Refused
from ringway.domain.values import SECOND, LegId
from ringway.ports.catalog import FIRST_ACCOUNT
from ringway.ports.lines import SayRemoteMuted
from ringway.rtc import limits
from ringway.rtc import messages as wire
from tests.app.whole import Client, Whole, whole


async def cut(it: Whole, client: Client) -> None:
    """Lose the socket, and wait until the house has noticed."""
    away = it.ringway.signalling.away
    client.lose()
    while it.ringway.signalling.away == away:
        await it.ringway.house.tasks.quiet()
        await asyncio.sleep(0)  # one turn of the event loop


async def test_what_was_said_meanwhile_is_said_again() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, theirs = await it.established(ada, "bob", bob)
        await cut(it, ada)
        bob.say(wire.Mute(theirs, True))
        bob.say(wire.Show(theirs, "CAMERA", True))
        assert await bob.heard_nothing(), "the other side does not notice"
        again, told = await it.resume(ada, mine)
        assert told["t"] == "resumed"
        assert told.get("snapshot") is None
        assert told["connection"] == ada.connection
        assert (await again.hear_raw())["t"] == "remote_muted"
        shows = await again.hear_raw()
        assert (shows["t"], shows["on"]) == ("remote_shows", True)
        assert await again.heard_nothing()
        again.say(wire.Hangup(mine))
        assert (await bob.hear("ended"))["code"]["name"] == "NORMAL_HANGUP"


async def test_what_the_socket_swallowed_is_said_again() -> None:
    """Sent by the house, and never heard: nobody has confirmed it."""
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, theirs = await it.established(ada, "bob", bob)
        heard = ada.number
        bob.say(wire.Mute(theirs, True))
        await ada.hear("remote_muted")
        await cut(it, ada)
        again, told = await it.resume(ada, mine, heard=heard)
        assert told["number"] == heard
        assert (await again.hear_raw())["t"] == "remote_muted"
        assert await again.heard_nothing()


async def test_a_command_said_again_is_done_once() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, _ = await it.established(ada, "bob", bob)
        ada.say(wire.Mute(mine, True, n=1))
        assert (await bob.hear("remote_muted"))["muted"]
        ada.say(wire.Mute(mine, False, n=2))
        assert not (await bob.hear("remote_muted"))["muted"]
        await cut(it, ada)
        again, told = await it.resume(ada, mine)
        assert told["heard"] == 2
        again.say(wire.Mute(mine, True, n=1))
        again.say(wire.Mute(mine, False, n=2))
        again.say(wire.Show(mine, "SCREEN", True, n=3))
        assert (await bob.hear_raw())["t"] == "remote_shows"
        again.say(wire.Ping(1))
        assert (await again.hear("pong"))["heard"] == 3


async def test_a_gap_closes_the_socket_and_keeps_the_line() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, _ = await it.established(ada, "bob", bob)
        ada.say(wire.Mute(mine, True, n=2))
        assert (await ada.closed()).code == 1008
        assert await bob.heard_nothing()
        again, told = await it.resume(ada, mine)
        assert (told["t"], told["heard"]) == ("resumed", 0)
        again.say(wire.Mute(mine, True, n=1))
        assert (await bob.hear("remote_muted"))["muted"]


async def test_a_socket_that_looks_open_is_replaced() -> None:
    """A telephone has another address now, and the server has not noticed."""
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, theirs = await it.established(ada, "bob", bob)
        again, told = await it.resume(ada, mine)
        assert told["t"] == "resumed"
        assert (await ada.closed()).reason == "another socket has resumed this line"
        bob.say(wire.Mute(theirs, True))
        assert (await again.hear("remote_muted"))["muted"]
        assert it.ringway.signalling.away == 0


async def test_more_than_is_kept_becomes_a_snapshot() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, theirs = await it.established(ada, "bob", bob)
        await cut(it, ada)
        (device,) = it.ringway.switchboard.devices_of(FIRST_ACCOUNT, "ada")
        for turn in range(limits.MOST_KEPT + 2):
            said = SayRemoteMuted(LegId(mine), turn % 2 == 0)
            it.ringway.switchboard.say(device.id, said)
        bob.say(wire.Mute(theirs, True))
        assert await bob.heard_nothing()
        again, told = await it.resume(ada, mine)
        (state,) = told["snapshot"]
        assert (state["call"], state["phase"]) == (mine, "ESTABLISHED")
        assert state["remoteMuted"]
        bob.say(wire.Mute(theirs, False))
        assert not (await again.hear("remote_muted"))["muted"]


async def test_all_that_is_kept_fits_behind_the_welcome() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, _ = await it.established(ada, "bob", bob)
        ada.say(wire.Ping(1, heard=ada.number))
        await ada.hear("pong")
        await cut(it, ada)
        (device,) = it.ringway.switchboard.devices_of(FIRST_ACCOUNT, "ada")
        for turn in range(limits.MOST_KEPT):
            said = SayRemoteMuted(LegId(mine), turn % 2 == 0)
            it.ringway.switchboard.say(device.id, said)
        again, told = await it.resume(ada, mine)
        assert told.get("snapshot") is None
        for turn in range(limits.MOST_KEPT):
            assert (await again.hear_raw()).get("muted", False) is (turn % 2 == 0)
        assert await again.heard_nothing()


async def test_a_command_is_answered_although_its_socket_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was heard, so the client does not say it again."""
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, _ = await it.established(ada, "bob", bob)
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slow(*_: object, **__: object) -> None:
            begun.set()
            await go_on.wait()
            raise Refused(Cause.INVALID_REQUEST, "Not now.")

        monkeypatch.setattr(it.ringway.exchange, "mute", slow)
        ada.say(wire.Mute(mine, True, n=1))
        await begun.wait()
        again, told = await it.resume(ada, mine)
        assert told["heard"] == 1
        go_on.set()
        assert (await again.hear("refused"))["text"] == "Not now."


async def test_a_line_is_given_up_after_a_minute() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, _ = await it.established(ada, "bob", bob)
        await cut(it, ada)
        it.clock.move(59 * SECOND)
        assert await bob.heard_nothing()
        it.clock.move(2 * SECOND)
        assert (await bob.hear("ended"))["code"]["name"] == "NETWORK_ERROR"
        _, told = await it.resume(ada, mine)
        assert told["code"] == "RESUME_EXPIRED"


async def test_the_tokens_age_does_not_cut_a_call() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, _ = await it.established(ada, "bob", bob)
        old = it.token("ada")
        it.clock.move(3700 * SECOND)
        await cut(it, ada)
        client = await it.socket()
        resumption = wire.Resumption(ada.token, ada.number, [mine])
        client.say(wire.Connect(wire.PROTOCOL, old, resume=resumption))
        assert (await client.hear_raw())["t"] == "resumed"


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("altered", "RESUME_INVALID"),
        ("nonsense", "RESUME_INVALID"),
        ("an identity token", "RESUME_INVALID"),
        ("another person", "RESUME_FOREIGN"),
        ("used twice", "RESUME_USED"),
        ("an old one", "RESUME_USED"),
        ("after goodbye", "RESUME_EXPIRED"),
    ],
)
async def test_a_resumption_that_is_not_good(case: str, code: str) -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, theirs = await it.established(ada, "bob", bob)
        first, identity = ada.token, "ada"
        token = {
            "altered": first[:-4] + ("aaaa" if first[-4:] != "aaaa" else "bbbb"),
            "nonsense": "nonsense",
            "an identity token": it.token("ada"),
        }.get(case, first)
        living = ada
        match case:
            case "another person":
                identity = "eve"
            case "used twice" | "an old one":
                living, _ = await it.resume(ada, mine)
                if case == "an old one":
                    living, _ = await it.resume(living, mine)
                living.say(wire.Ping(1))
                await living.hear("pong")
            case "after goodbye":
                ada.leave()
                await bob.hear("ended")
            case _:
                pass
        _, told = await it.resume(living, mine, identity=identity, token=token)
        assert (told["t"], told["code"]) == ("rejected", code)
        if case != "after goodbye":
            bob.say(wire.Mute(theirs, True))
            assert (await living.hear("remote_muted"))["muted"], "nobody else notices"


async def test_a_resumption_whose_answer_was_lost_is_asked_for_again() -> None:
    """The token that it brought stays good until the new one has surely arrived."""
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, theirs = await it.established(ada, "bob", bob)
        heard, token = ada.number, ada.token
        await cut(it, ada)
        bob.say(wire.Mute(theirs, True))
        for _ in range(3):
            _, told = await it.resume(ada, mine, heard=heard, token=token)
            assert told["t"] == "resumed"
        again, _ = await it.resume(ada, mine, heard=heard, token=token)
        assert (await again.hear_raw())["t"] == "remote_muted"
        again.say(wire.Ping(1))
        await again.hear("pong")
        _, told = await it.resume(ada, mine, heard=heard, token=token)
        assert told["code"] == "RESUME_USED"


async def test_any_drops_at_any_time_lose_nothing_and_double_nothing() -> None:
    """A client that is cut off again and again hears what an undisturbed one does."""
    for seed in range(20):
        dice = random.Random(seed)
        async with whole() as it:
            ada, bob = await it.client("ada"), await it.client("bob")
            mine, theirs = await it.established(ada, "bob", bob)
            wanted: list[tuple[str, Any]] = []
            got: list[tuple[str, Any]] = []
            muted = False
            screen = False
            for _ in range(30):
                match dice.randrange(6):
                    case 0 | 1:
                        muted = not muted
                        bob.say(wire.Mute(theirs, muted))
                        wanted.append(("remote_muted", muted))
                    case 2:
                        screen = not screen
                        bob.say(wire.Show(theirs, "SCREEN", screen))
                        wanted.append(("remote_shows", screen))
                    case 3:
                        await cut(it, ada)
                        again, told = await it.resume(ada, mine)
                        assert told["t"] == "resumed"
                        ada = again
                    case 4:
                        ada, _ = await it.resume(ada, mine)
                    case _:
                        got += await all_heard(ada, confirm=dice.random() < 0.5)
                assert await bob.heard_nothing()
            got += await all_heard(ada, confirm=True)
            assert got == wanted, seed


async def all_heard(client: Client, *, confirm: bool) -> list[tuple[str, Any]]:
    client.say(wire.Ping(7, client.number if confirm else 0))
    heard: list[tuple[str, Any]] = []
    while (told := await client.hear_raw())["t"] != "pong":
        heard.append((told["t"], told.get("muted", told.get("on"))))
    return heard


async def test_activity_tells_a_line_once() -> None:
    async with whole() as it:
        ada = await it.client("ada")
        await cut(it, ada)
        again, _ = await it.resume(ada)
        again.leave()
        await it.client("bob")
        await it.ringway.attendance.write()
        shown = {"Authorization": f"App {it.key.secret}"}
        path = "/webrtc/1/user-activity?identity=ada"
        found = (await it.http.get(path, headers=shown)).json()["results"]
        assert [each["activityType"] for each in found] == ["DISCONNECTED", "CONNECTED"]
        assert {each["sessionId"] for each in found} == {ada.connection}
