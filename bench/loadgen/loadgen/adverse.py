"""Clients that die, fall silent or complain; what the others notice."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from loadgen.bench import Bench, Setting, opened
from loadgen.driver import Audio, Media, Video
from loadgen.farm import Peer
from loadgen.measure import LatencyMs

MEDIA = Media(Audio(), Video())
PUBLISHERS = 2
VICTIMS = 5
FLOOD_PER_SECOND = 500
SETTLE_S = 1
GIVEN_UP_S = 3  # without a packet


@dataclass(frozen=True)
class Health:
    """How the bystanders are served."""

    latency_ms: LatencyMs
    loss_percent: float
    key_frame_requests: int
    """Received by the publishers."""


@dataclass(frozen=True)
class Incident:
    """What happened, and what it did to the bystanders."""

    name: str
    health: Health
    sent_to_the_dead_s: float | None
    """How long the server went on sending to the victims; None where that cannot be seen."""
    gave_up: bool
    """False if the server was still sending when the patience ended."""


@dataclass(frozen=True)
class AdverseResult:
    """The bystanders before and during each incident."""

    driver: str
    viewers: int
    baseline: Health
    incidents: list[Incident]
    invalid: list[str]


async def run(setting: Setting, viewers: int, patience: float) -> AdverseResult:
    """Let every incident happen in one room."""
    async with opened(setting) as bench:
        await bench.fill(PUBLISHERS, MEDIA, viewers)
        await asyncio.sleep(setting.warm_up)
        baseline = await _watch(bench, "nothing", lambda: None)
        incidents = [
            await _publisher_killed(bench),
            await _viewers_killed(bench),
            await _feedback_flood(bench),
            await _viewers_silent(bench, patience),
        ]
    late = [] if baseline.loss_percent < 1 else ["the room loses packets without any incident"]
    return AdverseResult(setting.driver, viewers, baseline, incidents, late)


async def _watch(bench: Bench, name: str, incident: Callable[[], None]) -> Health:
    """Let something happen at the start of a window, and look at the bystanders."""
    print(f"{name} …", file=sys.stderr, flush=True)
    bench.pause()
    await bench.drain()
    sent, received, asked = _sums(bench)
    bench.farm.reset_latency()
    bench.pause(False)
    incident()
    await asyncio.sleep(bench.setting.seconds)
    bench.pause()
    await bench.drain()
    latency = LatencyMs.of(bench.farm.latency())
    sent_after, received_after, asked_after = _sums(bench)
    bench.pause(False)
    expected = (sent_after - sent) * len(bench.viewers)
    loss = max(0.0, 1 - (received_after - received) / expected) if expected else 1.0
    return Health(latency, 100 * loss, asked_after - asked)


def _sums(bench: Bench) -> tuple[int, int, int]:
    publishers = [peer.stats() for peer in bench.publishers]
    received = sum(peer.stats().received for peer in bench.viewers)
    asked = sum(stats.key_requests for stats in publishers)
    return sum(stats.sent for stats in publishers), received, asked


async def _victims(bench: Bench, count: int) -> list[Peer]:
    """More viewers, who do not count as bystanders."""
    await bench.fill(0, MEDIA, len(bench.viewers) + count)
    victims = bench.viewers[-count:]
    del bench.viewers[-count:]
    await asyncio.sleep(SETTLE_S)
    return victims


def _kill(victims: list[Peer]) -> None:
    for peer in victims:
        peer.close(say_goodbye=False)


async def _publisher_killed(bench: Bench) -> Incident:
    """Kill a publisher that joined last; the viewers do not receive it."""
    await bench.publish(MEDIA)
    victim = bench.publishers.pop()
    await asyncio.sleep(SETTLE_S)
    health = await _watch(bench, "publisher killed", lambda: _kill([victim]))
    return Incident("publisher killed", health, None, True)


async def _viewers_killed(bench: Bench) -> Incident:
    victims = await _victims(bench, VICTIMS)
    name = f"{VICTIMS} viewers killed"
    return Incident(name, await _watch(bench, name, lambda: _kill(victims)), None, True)


async def _feedback_flood(bench: Bench) -> Incident:
    """Let one viewer send a PLI and a NACK for every stream, hundreds of times a second."""
    (victim,) = await _victims(bench, 1)
    name = f"{FLOOD_PER_SECOND} PLI and NACK/s"
    health = await _watch(bench, name, lambda: victim.flood(FLOOD_PER_SECOND))
    victim.flood(0)
    victim.close()
    return Incident(name, health, None, True)


async def _viewers_silent(bench: Bench, patience: float) -> Incident:
    """Let viewers fall silent: they read nothing, answer no check and send no report."""
    victims = await _victims(bench, VICTIMS)

    def silence() -> None:
        for peer in victims:
            peer.silence()

    name = f"{VICTIMS} viewers silent"
    silent_at = time.monotonic()
    health = await _watch(bench, name, silence)
    received, last_at = -1, time.monotonic()
    while (now := time.monotonic()) - silent_at < patience and now - last_at < GIVEN_UP_S:
        latest = sum(peer.stats().received for peer in victims)
        if latest != received:
            received, last_at = latest, now
        await asyncio.sleep(0.5)
    gave_up = time.monotonic() - last_at >= GIVEN_UP_S
    _kill(victims)
    return Incident(name, health, last_at - silent_at, gave_up)
