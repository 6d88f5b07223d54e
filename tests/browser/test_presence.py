"""Who is there, as two browsers see it while networks and servers die."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Join
from tests.browser.media import BLUE, RED
from tests.browser.party import Party
from tests.browser.relayed import Host, hosted


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with hosted(tmp_path / "data") as it:
        yield it


async def watch(who: Party) -> None:
    """Keep every list that the page is told, the first one too."""
    await who.js(
        """(async () => {
          const names = (people) => people.map(({ identity }) => identity).join();
          party.rtc.on("people-changed", ({ people }) => party.lists.push(names(people)));
          party.lists = [];
          party.lists.push(names(await party.rtc.people()));
        })()"""
    )


async def last(who: Party, wanted: str) -> None:
    """Wait until the newest list has these people."""
    await who.js(
        f"until(() => party.lists.at(-1) === {json.dumps(wanted)},"
        f" {json.dumps(f'the list [{wanted}]')})"
    )


async def test_a_socket_that_is_lost_and_replaced_is_nobody_gone(
    host: Host, join: Join
) -> None:
    red, reds = await join(host, RED, presence=True)
    await watch(red)
    await last(red, "")
    blue, blues = await join(host, BLUE)
    await last(red, blue.identity)
    for who, way in ((blue, blues), (red, reds)):
        way.signalling.cut(reset=True)
        await who.event("reconnecting")
        way.signalling.restore()
        await who.event("reconnected")
    await blue.js("party.rtc.disconnect()")
    await last(red, "")
    assert await red.js("party.lists") == ["", blue.identity, ""]


async def test_the_watch_goes_on_when_the_server_is_another(
    host: Host, join: Join
) -> None:
    red, _ = await join(host, RED, presence=True)
    blue, _ = await join(host, BLUE)
    await watch(red)
    await last(red, blue.identity)
    host.kill()
    for who in (red, blue):
        await who.event("reconnecting")
    host.start()
    for who in (red, blue):
        await who.event("reconnected")
    await last(red, blue.identity)
    await blue.js("party.rtc.disconnect()")
    await last(red, "")


async def test_who_may_not_watch_is_told_so(host: Host, join: Join) -> None:
    red, _ = await join(host, RED)
    why = await red.js("party.rtc.people().catch((error) => error.message)")
    assert why == "Cannot see who is there: the token lacks the capability presence."
