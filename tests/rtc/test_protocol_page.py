"""docs/protocol.md says what is so: its examples are played, its tables compared."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import msgspec

from ringway.domain.bridge_messages import Restrain
from ringway.domain.leg_requests import PickUp, Release, SendRinging
from ringway.domain.leg_state import RESUME_TIME
from ringway.domain.values import (
    SECOND,
    ConfigurationId,
    Endpoint,
    EndpointType,
    LegId,
    Owner,
    Role,
    RoleType,
)
from ringway.ports.tokens import Bearer, Capability
from ringway.rtc import limits
from ringway.rtc import messages as wire
from ringway.rtc.ending import Ending
from ringway.runtime.application import NewCall
from ringway.runtime.custom_data import MAX_CUSTOM_DATA
from ringway.runtime.meetings import Meetings
from tests.app.whole import FIRST_ACCOUNT, OFFER, Client, Whole, whole

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"(\w+) ([→←]) (\{.*\})")
LOST = re.compile(r"(\w+) ✕")
CONDUCTED = re.compile(r"shop (rings|answers|calls|makes|says|removes|hangs up) (.+)")
"""What an application does with the REST API."""
SHOP = Owner(ConfigurationId("shop"))


def lines() -> list[tuple[str, str, dict[str, Any]]]:
    found: list[tuple[str, str, dict[str, Any]]] = []
    for block in BLOCK.findall(PAGE):
        for line in block.splitlines():
            if done := CONDUCTED.fullmatch(line):
                found.append((done[1], "⚙", {"of": done[2]}))
                continue
            if lost := LOST.fullmatch(line):
                found.append((lost[1], "✕", {}))
                continue
            match = LINE.fullmatch(line)
            assert match, line
            said = match[3].replace(" HEARD", ' "HEARD"')
            found.append((match[1], match[2], json.loads(said)))
    return found


class Play:
    """Says what the page says, and binds what only a real house can know."""

    def __init__(self, it: Whole) -> None:
        self._it = it
        self._clients: dict[str, Client] = {}
        self._bound: dict[str, Any] = {}

    async def client(self, name: str) -> Client:
        if name not in self._clients:
            self._clients[name] = await self._it.socket()
        return self._clients[name]

    async def lose(self, name: str) -> None:
        """Cut the socket, and wait until the house has noticed."""
        client = self._clients.pop(name)
        self._bound["HEARD"] = client.number
        client.lose()
        while not self._it.ringway.signalling.away:  # noqa: ASYNC110 -- no event tells
            await asyncio.sleep(0)

    async def conduct(self, verb: str, what: str) -> None:
        """Do what the application is said to do with a call."""
        desk = self._it.ringway.desk
        meetings = Meetings(self._it.ringway.house, desk)
        words = {str(key): it for key, it in self._bound.items()}
        for written, real in words.items():
            what = what.replace(written, str(real))
        call = LegId(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", what)[0])
        conference = desk.call(FIRST_ACCOUNT, call).bridge
        match verb:
            case "rings":
                await desk.command(FIRST_ACCOUNT, call, SendRinging())
            case "answers":
                await desk.command(FIRST_ACCOUNT, call, PickUp())
            case "calls":
                bob = Endpoint(EndpointType.WEBRTC, "bob")
                data = {"ticket": "17"}
                new = NewCall(bob, SHOP, "4930123", "The shop", custom_data=data)
                await meetings.connect_with_new_call(FIRST_ACCOUNT, call, new)
            case "makes":
                assert conference is not None
                change = Restrain(role=Role(RoleType[what.rpartition(" ")[2]]))
                await meetings.update_call(FIRST_ACCOUNT, conference, call, change)
            case "says":
                desk.say_message(FIRST_ACCOUNT, [call], what.partition(": ")[2])
            case "removes":
                assert conference is not None
                await meetings.remove(FIRST_ACCOUNT, conference, call)
            case "hangs up":
                await desk.command(FIRST_ACCOUNT, call, Release())
            case _:
                raise AssertionError(verb)

    def real(self, value: Any) -> Any:
        match value:
            case dict():
                return {key: self.real(each) for key, each in value.items()}
            case list():
                return [self.real(each) for each in value]
            case "OFFER" | "ANSWER":
                return OFFER
            case str() if value.startswith("TOKEN OF "):
                identity = value.removeprefix("TOKEN OF ")
                allowed = {Capability.PRESENCE} if identity == "eve" else set()
                bearer = Bearer(
                    FIRST_ACCOUNT, identity, identity.title(), frozenset(allowed)
                )
                now = self._it.clock.now()
                return self._it.tokens.issue(bearer, 60, now).token
            case str():
                return self._bound.get(value, value)
            case _:
                return value

    def same(self, written: Any, heard: Any) -> bool:
        match written:
            case dict():
                return (
                    isinstance(heard, dict)
                    and written.keys() == heard.keys()
                    and all(self.same(written[key], heard[key]) for key in written)
                )
            case list():
                return len(written) == len(heard) and all(
                    map(self.same, written, heard)
                )
            case "HEARD":
                return bool(heard == self._bound["HEARD"])
            case "…":
                return isinstance(heard, str) and heard != ""
            case str() if written.endswith("…"):
                return bool(self._bound.setdefault(written, heard) == heard)
            case _:
                return bool(written == heard)


async def test_the_examples_are_played() -> None:
    played = 0
    async with whole() as it:
        play = Play(it)
        await it.configured(SHOP.configuration)
        for name, arrow, message in lines():
            if arrow == "⚙":
                await play.conduct(name, message["of"])
                continue
            if arrow == "✕":
                await play.lose(name)
                continue
            client = await play.client(name)
            if arrow == "→":
                client.say(json.dumps(play.real(message)))
            else:
                if message["t"] == "people_changed":
                    it.clock.move(limits.PEOPLE_TOLD_EVERY_MS * 1000)
                heard = await client.hear_raw()
                client.number = heard.get("number", 0) or client.number
                while heard["t"] == "sections" != message["t"]:
                    heard = await client.hear_raw()
                assert play.same(message, heard), (message, heard)
            played += 1
    assert played > 30


def test_every_message_is_in_the_tables() -> None:
    told = set(re.findall(r"^\| `(\w+)` \| [^|]+ \|$", PAGE, re.MULTILINE))
    codes = set(msgspec.inspect.type_info(wire.RejectCode).values)  # type: ignore[attr-defined]
    types = {
        kind.__struct_config__.tag
        for kind in (*wire.FromClient.__args__, *wire.FromHouse.__args__)
    }
    assert told == types | codes


def test_the_limits_are_these() -> None:
    table = dict(re.findall(r"^\| ([^|]+?) \| ([^|]*\d[^|]*) \|$", PAGE, re.MULTILINE))
    whole_number = limits.MESSAGES_PER_S.is_integer()
    assert whole_number
    expected = {
        "`connect` after the socket opens": f"{limits.CONNECT_WITHIN_S:.0f} s",
        "bytes of one message": str(wire.MAX_TEXT),
        "characters of one SDP": str(wire.MAX_SDP),
        "custom data": f"64 entries, {MAX_CUSTOM_DATA} characters together",
        "messages of one client": (
            f"{limits.MESSAGES_PER_S:.0f} a second, {limits.BURST} at once"
        ),
        "texts of one connection that can not be understood": str(
            limits.MOST_MALFORMED
        ),
        "messages that wait for a client to read them": (
            f"{limits.MOST_WAITING}, or {limits.MOST_WAITING_CHARACTERS} characters"
        ),
        "messages that are kept until they were heard": (
            f"{limits.MOST_KEPT}, or {limits.MOST_KEPT_CHARACTERS} characters"
        ),
        "time that a connection without a socket is kept": (
            f"{RESUME_TIME // SECOND} s"
        ),
        "time for one message to be read": f"{limits.SENT_WITHIN_S:.0f} s",
        "connections of one identity": str(limits.MOST_PER_IDENTITY),
        "connections": (
            f"{limits.MOST_CONNECTIONS}, and {limits.MOST_STRANGERS} "
            "that have not said `connect`"
        ),
    }
    assert {name: table.get(name) for name in expected} == expected


def test_the_close_codes_are_these() -> None:
    table = set(re.findall(r"^\| (1\d{3}) \| (.+) \|$", PAGE, re.MULTILINE))
    ours = {
        (str(it.code), it.reason)
        for it in Ending
        if it not in {Ending.LEFT, Ending.FAULT}
    }
    assert ours <= table
    assert {code for code, _ in table - ours} == {"1011"}
