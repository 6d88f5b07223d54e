"""The stand itself: signalling and media go through it, and it can hurt them."""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.browser.conftest import Join
from tests.browser.media import BLUE, RED
from tests.browser.party import Party
from tests.browser.relayed import Host, Network, hosted
from tests.relay.sockets import until

CALM_MS = 100
"""What a healthy call may lose of a tone on a busy machine."""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with hosted(tmp_path / "data", shards=2) as it:
        yield it


async def talk(one: Party, other: Party, **wanted: object) -> None:
    await one.dial(other.identity, **wanted)
    await other.incoming()
    await other.accept(**wanted)
    await one.event("established")
    await other.event("established")
    await one.hears(other.voice)
    await other.hears(one.voice)


def busy(network: Network) -> bool:
    media = [it.count() for it in (*network.udp, *network.tcp)]
    return (
        min(sum(it.up.passed for it in media), sum(it.down.passed for it in media))
        > 100
    )


async def test_everything_goes_through_the_networks(host: Host, join: Join) -> None:
    red, reds = await join(host, RED)
    blue, blues = await join(host, BLUE)
    await talk(red, blue)
    for network in (reds, blues):
        await asyncio.to_thread(until, functools.partial(busy, network))
        assert network.signalling.count().clients == 1
    for who in (red, blue):
        used = await who.js(
            "statistics().then((rows) => rows.filter((row) => row.type ==="
            " 'remote-candidate').map((row) => row.port))"
        )
        network = reds if who is red else blues
        assert set(used) <= set(network.detours.values())


async def test_a_calm_call_has_no_break_and_a_cut_one_has(
    host: Host, join: Join
) -> None:
    red, reds = await join(host, RED)
    blue, _ = await join(host, BLUE)
    await talk(red, blue)
    await red.meter(BLUE)
    await blue.meter(RED)
    await red.js("until(() => meters.get('sound').read().measured >= 2000)")
    sound = await red.sound()
    assert sound.longest <= CALM_MS, sound
    assert sound.measured >= 0.9 * sound.passed, sound
    await red.mark()
    await blue.mark()
    for it in (*reds.udp, *reds.tcp):
        it.down.set(cut=True)
    await red.js("until(() => meters.get('sound').read().longest >= 500, 'a break')")
    for it in (*reds.udp, *reds.tcp):
        it.down.set(cut=False)
    await red.js("until(() => meters.get('sound').read().heard, 'tone again')")
    sound = await red.sound()
    assert 500 <= sound.longest <= sound.total
    assert (await blue.sound()).longest <= CALM_MS, "only one way was cut"


async def test_a_network_that_moves_keeps_its_call(host: Host, join: Join) -> None:
    red, reds = await join(host, RED)
    blue, _ = await join(host, BLUE)
    await talk(red, blue)
    for it in reds.udp:
        it.rebind()
    await red.mark()
    await red.hears(BLUE)
    await blue.hears(RED)


async def test_each_half_dies_alone_and_comes_back(host: Host) -> None:
    first = host.engine
    host.kill()
    os.kill(first, 0)
    host.start()
    assert host.engine == first
    host.kill_engine()

    def is_back() -> bool:
        # For a moment nobody knows yet, and nobody answers.
        with suppress(OSError):
            return host.server.get("/readyz")[0] == 200 and host.engine != first
        return False

    await asyncio.to_thread(until, is_back)
