from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from ringway.adapters.event_log_memory import MemoryEventLog
from ringway.app.house import Front
from ringway.domain.values import SECOND, LegId
from ringway.ports.event_log import Entry, Text
from ringway.ports.lines import SayRemoteMuted
from ringway.ports.storage import StorageUnavailable, Trouble
from ringway.rtc import connection, doorkeeper, limits, outbox
from ringway.rtc import messages as wire
from tests.app.whole import FIRST_ACCOUNT, PATIENCE_S, Closed, Whole, whole

BROKEN = [
    "",
    "{",
    "[]",
    "null",
    '"connect"',
    '{"t": "fly"}',
    '{"t": 7}',
    '{"t": "hangup"}',
    '{"t": "hangup", "call": "no uuid"}',
    '{"t": "hangup", "call": 5}',
    '{"t": "ping", "number": -1}',
    '{"t": "ping", "number": 99999999999999999999999999}',
    '{"t": "ping", "number": 1e400}',
    "[" * 100_000,
    '{"t": "ping", "number": 1, "more": ' + "[" * 50_000 + "]" * 50_000 + "}",
    '{"t": "ping", "number": "\\ud800"}',
    '{"t": "answer", "call": "00000000-0000-0000-0000-000000000000",'
    ' "generation": 1, "negotiation": 1, "answer": "' + "x" * (wire.MAX_SDP + 1) + '"}',
    "x" * (wire.MAX_TEXT + 1),
]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
async def test_a_text_that_is_no_message_changes_nothing(text: str) -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        await it.established(ada, "bob", bob)
        ada.say(text)
        told = await ada.hear_raw()
        assert told["t"] == "malformed"
        assert len(told["text"]) <= 300
        assert await bob.heard_nothing()
        assert await ada.heard_nothing()
        assert it.ringway.signalling.malformed == 1


async def test_unknown_members_are_ignored() -> None:
    async with whole() as it:
        ada = await it.client("ada")
        ada.say('{"t": "ping", "number": 3, "more": {"and": [1, 2]}}')
        assert await ada.hear_raw() == {"t": "pong", "number": 3}


async def test_connect_is_said_once() -> None:
    async with whole() as it:
        ada = await it.client("ada")
        ada.say(wire.Connect(wire.PROTOCOL, it.token("bob")))
        told = await ada.hear("refused")
        assert told["command"] == "connect"
        assert told["code"]["name"] == "INVALID_REQUEST"


def foreign(it: Whole) -> str:
    token = it.token("ada")
    return token[:-4] + ("aaaa" if token[-4:] != "aaaa" else "bbbb")


def expired(it: Whole) -> str:
    token = it.token("ada")
    it.clock.move(3601 * SECOND)
    return token


def none_at_all(_: Whole) -> str:
    return "not a token"


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (foreign, "INVALID_TOKEN"),
        (none_at_all, "INVALID_TOKEN"),
        (expired, "TOKEN_EXPIRED"),
    ],
)
async def test_a_bad_token_is_rejected(
    token: Callable[[Whole], str], code: str
) -> None:
    async with whole() as it:
        stranger = await it.socket()
        stranger.say(wire.Connect(wire.PROTOCOL, token(it)))
        assert (await stranger.hear("rejected"))["code"] == code
        assert (await stranger.closed()).code == 1008
        assert it.ringway.switchboard.devices_of(FIRST_ACCOUNT, "ada") == ()
        assert it.ringway.signalling.rejected == {code: 1}


@pytest.mark.parametrize(
    "text", ['{"t": "ping", "number": 1}', "nonsense", '{"t": "connect"}']
)
async def test_the_first_message_is_connect(text: str) -> None:
    async with whole() as it:
        stranger = await it.socket()
        stranger.say(text)
        assert (await stranger.hear("rejected"))["code"] == "NOT_CONNECTED"
        assert (await stranger.closed()).code == 1008


async def test_another_major_version_is_rejected() -> None:
    async with whole() as it:
        stranger = await it.socket()
        stranger.say(wire.Connect("2.0", it.token("ada")))
        assert (await stranger.hear("rejected"))["code"] == "UNSUPPORTED_PROTOCOL"
        later = await it.socket()
        later.say(wire.Connect("1.9", it.token("ada")))
        assert (await later.hear_raw())["t"] == "connected"


async def test_a_silent_stranger_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorkeeper, "CONNECT_WITHIN_S", 0.01)
    async with whole() as it:
        stranger = await it.socket()
        assert (await stranger.hear("rejected"))["code"] == "NOT_CONNECTED"
        assert (await stranger.closed()).code == 1008
        assert it.ringway.signalling.strangers == 0


async def test_there_is_an_end_to_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorkeeper, "MOST_STRANGERS", 1)
    async with whole() as it:
        first = await it.socket()
        second = await it.socket()
        assert (await second.closed()).code == 1013
        first.say(wire.Connect(wire.PROTOCOL, it.token("ada")))
        assert (await first.hear_raw())["t"] == "connected"


async def test_one_person_has_so_many_devices() -> None:
    async with whole() as it:
        for _ in range(limits.MOST_PER_IDENTITY):
            await it.client("ada")
        one_more = await it.socket()
        one_more.say(wire.Connect(wire.PROTOCOL, it.token("ada")))
        assert (await one_more.hear("rejected"))["code"] == "TOO_MANY"
        await it.client("bob")


async def test_a_client_that_says_too_much_is_closed() -> None:
    async with whole() as it:
        ada = await it.client("ada")
        for number in range(limits.BURST + 50):
            ada.say(wire.Ping(number))
        closed = await ada.closed()
        assert (closed.code, closed.reason) == (1008, "more than 50 messages a second")


async def test_a_client_that_talks_nonsense_is_closed() -> None:
    async with whole() as it:
        ada = await it.client("ada")
        for _ in range(limits.MOST_MALFORMED + 1):
            ada.say("nonsense")
        assert (await ada.closed()).code == 1008
        assert it.ringway.signalling.malformed == limits.MOST_MALFORMED + 1


async def test_bytes_are_no_texts() -> None:
    async with whole() as it:
        ada = await it.client("ada")
        ada.to_house.put_nowait({"type": "websocket.receive", "bytes": b"\x00"})
        assert (await ada.closed()).code == 1003


async def test_who_does_not_read_is_given_up_and_nobody_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "SENT_WITHIN_S", 0.05)
    monkeypatch.setattr(connection, "CLOSED_WITHIN_S", 0.05)
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, _ = await it.established(ada, "bob", bob)
        bob.readable.clear()
        for turn in range(10):
            ada.say(wire.Mute(mine, muted=turn % 2 == 0))
        assert await ada.heard_nothing()
        async with asyncio.timeout(PATIENCE_S):
            while not it.ringway.signalling.away:  # noqa: ASYNC110 -- no event tells
                await asyncio.sleep(0)  # one turn of the event loop
        bob.readable.set()
        assert (await bob.closed()).code == 1013
        it.clock.move(61 * SECOND)
        assert (await ada.hear("ended"))["code"]["name"] == "NETWORK_ERROR"
        assert it.ringway.signalling.closed["TOO_SLOW"] == 1


async def test_too_many_waiting_messages_end_a_connection() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, _ = await it.established(ada, "bob", bob)
        bob.readable.clear()
        device = it.ringway.switchboard.devices_of(FIRST_ACCOUNT, "bob")[0]
        for turn in range(limits.MOST_WAITING + 5):
            # As many as a house full of calls might say to one device.
            box = it.ringway.switchboard
            box.say(device.id, remote_muted(mine, turn))
        bob.readable.set()
        assert (await bob.closed()).code == 1013
        it.clock.move(61 * SECOND)
        assert (await ada.hear("ended"))["code"]["name"] == "NETWORK_ERROR"


def remote_muted(call: str, turn: int) -> SayRemoteMuted:
    return SayRemoteMuted(LegId(call), turn % 2 == 0)


async def test_a_client_that_says_goodbye_ends_its_call() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        await it.established(ada, "bob", bob)
        ada.leave()
        assert (await bob.hear("ended"))["code"]["name"] == "NETWORK_ERROR"
        assert it.ringway.switchboard.devices_of(FIRST_ACCOUNT, "ada") == ()
        assert it.ringway.signalling.connected == 1


async def test_the_house_ends_calls_and_sockets() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        await it.established(ada, "bob", bob)
        await it.ringway.close()
        for who in (ada, bob):
            assert (await who.hear("ended"))["code"]["name"] == "SERVICE_UNAVAILABLE"
            assert (await who.closed()).code == 1001


async def test_any_origin_is_welcome_unless_there_is_a_list() -> None:
    page = {"Origin": "https://elsewhere.test"}
    async with whole() as it:
        await it.socket(page)
    async with whole(Front(origins=("https://ours.test",))) as it:
        with pytest.raises(Closed):
            await it.socket(page)
        await it.socket({"Origin": "https://OURS.test"})
        await it.socket()


class Failing(MemoryEventLog):
    fails = False

    async def append(
        self, entries: Sequence[Entry], texts: Sequence[Text] = ()
    ) -> tuple[int, ...]:
        if self.fails:
            raise StorageUnavailable(Trouble.FULL, "The disk is full.")
        return await super().append(entries, texts)


async def test_commands_that_can_not_be_logged_are_refused() -> None:
    log = Failing()
    async with whole(log=log) as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        mine, _ = await it.established(ada, "bob", bob)
        log.fails = True
        ada.say(wire.Mute(mine, muted=True))
        told = await ada.hear("refused")
        assert told["code"]["name"] == "SERVICE_UNAVAILABLE"
        assert await bob.heard_nothing()
        log.fails = False
        ada.say(wire.Mute(mine, muted=True))
        assert (await bob.hear("remote_muted"))["muted"] is True


async def test_a_fault_is_answered_and_the_connection_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with whole() as it:
        ada = await it.client("ada")

        async def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(it.ringway.exchange, "call", broken)
        await ada.call("bob")
        assert (await ada.hear("refused"))["code"]["name"] == "UNKNOWN"
        assert await ada.heard_nothing()
