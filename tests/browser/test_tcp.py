"""Where the network drops UDP, sound and picture go over TCP, and nobody sets anything."""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Enter, Join
from tests.browser.firefox import firefox
from tests.browser.media import BLUE, RED, UNUSED
from tests.browser.party import Party
from tests.browser.relayed import Host, Network, hosted
from tests.browser.server import Server
from tests.browser.test_firefox import FAKE
from tests.relay.sockets import until

USED = """
statistics().then((rows) => {
  const by = new Map(rows.map((row) => [row.id, row]));
  const transport = rows.find((row) => row.type === "transport");
  const pair = by.get(transport.selectedCandidatePairId);
  const [local, remote] = [by.get(pair.localCandidateId), by.get(pair.remoteCandidateId)];
  return { local: local.protocol, remote: remote.protocol, port: remote.port };
})"""


SELECTED = """
statistics().then((rows) => rows
  .filter((row) => row.type === "candidate-pair" && row.selected)
  .map((pair) => rows.find((row) => row.id === pair.remoteCandidateId).protocol))"""

TCP_ONLY = """
() => {
  const whole = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function (it) {
    const sdp = it.sdp.replace(/^a=candidate:\\S+ \\d+ udp .*\\r\\n/gm, "");
    return whole.call(this, { type: it.type, sdp });
  };
}"""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with hosted(tmp_path / "data") as it:
        yield it


def drop_datagrams(network: Network) -> None:
    for it in network.udp:
        it.cut()


def counter(host: Host, name: str) -> int:
    text = host.server.get("/metrics")[1]
    rows = re.findall(
        rf"^ringway_media_{name}_total(?:\{{[^}}]*\}})? (\S+)$", text, re.MULTILINE
    )
    return int(sum(map(float, rows)))


def dropped(host: Host, reason: str) -> int:
    text = host.server.get("/metrics")[1]
    [row] = re.findall(
        rf'^ringway_media_drops_total{{reason="{reason}"}} (\S+)$', text, re.MULTILINE
    )
    return int(float(row))


def is_busy(host: Host, name: str) -> bool:
    return counter(host, name) > 100


async def call(one: Party, other: Party) -> None:
    await one.dial(other.identity, video=True)
    await other.incoming()
    await other.accept(video=True)
    await one.event("established")
    await other.event("established")


async def see_each_other(one: Party, other: Party) -> None:
    for viewer, viewed in ((one, other), (other, one)):
        await viewer.hears(viewed.voice)
        await viewer.sees(viewed.voice)


async def used(party: Party) -> dict[str, Any]:
    found: dict[str, Any] = await party.js(USED)
    return found


@pytest.mark.cell("media over TCP", "Chromium")
async def test_two_without_udp_hear_and_see_each_other(host: Host, join: Join) -> None:
    red, reds = await join(host, RED)
    blue, blues = await join(host, BLUE)
    drop_datagrams(reds)
    drop_datagrams(blues)
    await call(red, blue)
    await see_each_other(red, blue)
    for party, network in ((red, reds), (blue, blues)):
        way = await used(party)
        assert (way["local"], way["remote"]) == ("tcp", "tcp")
        assert way["port"] in network.detours.values()
    for name in ("tcp_frames_received", "tcp_frames_sent"):
        await asyncio.to_thread(until, functools.partial(is_busy, host, name))
    assert counter(host, "udp_datagrams_received") == 0
    assert dropped(host, "tcp_backlog_full") == 0
    await red.hangup()
    assert await blue.ended() == "NORMAL_HANGUP"


async def test_one_without_udp_meets_one_with_it(host: Host, join: Join) -> None:
    red, reds = await join(host, RED)
    blue, _ = await join(host, BLUE)
    drop_datagrams(reds)
    await call(red, blue)
    await see_each_other(red, blue)
    assert (await used(red))["remote"] == "tcp"
    assert (await used(blue))["remote"] == "udp"


async def test_a_call_moves_to_tcp_when_udp_is_dropped(host: Host, join: Join) -> None:
    red, reds = await join(host, RED)
    blue, _ = await join(host, BLUE)
    await call(red, blue)
    await see_each_other(red, blue)
    assert (await used(red))["remote"] == "udp"
    drop_datagrams(reds)
    await red.js(f"until(() => {USED}.then((it) => it.remote === 'tcp'), 'TCP')")
    await see_each_other(red, blue)
    assert (await used(blue))["remote"] == "udp"
    assert "hangup" not in await red.events()


@pytest.mark.cell("media over TCP", "Firefox")
async def test_firefox_that_is_told_of_tcp_only(
    enter: Enter, server: Server, elsewhere: str
) -> None:
    """Firefox takes no way over loopback, so there can be no relay that drops its UDP."""
    async with firefox(f"{elsewhere}/party.html") as page:
        fox = Party(page, FAKE, "fox-tcp")
        await fox.js(f"({TCP_ONLY})()")
        await fox.connect(server.token(fox.identity))
        red = await enter(RED)
        await call(fox, red)
        await red.hears(FAKE)
        await fox.sees(RED)
        assert await fox.js(f"recorded({RED.hertz}, {[*UNUSED, FAKE.hertz]})")
        assert await fox.js(SELECTED) == ["tcp"]
        await fox.hangup()
        assert await red.ended() == "NORMAL_HANGUP"
