"""One server under test, one farm, and a room that brings them together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from loadgen import process
from loadgen.driver import Driver, Media, Place, Room, RoomKind, load
from loadgen.farm import PROFILES, Farm, FarmError, Peer, PeerStats

SAMPLE_EVERY = 16
MAX_PEERS = 16384  # of a farm
JOINING_AT_ONCE = 8
CORES = os.sched_getaffinity(0)  # before this process pins itself
PRIORITY = -10  # so that background work disturbs less; needs a right, and does without it
DRAIN_STEP_S = 0.1
DRAINED_STEPS = 3  # without a packet
DRAIN_LIMIT_S = 5


@dataclass(frozen=True)
class Setting:
    """How to run: what every command shares."""

    driver: str
    server_cpus: tuple[int, ...] = (0,)
    farm_cpu: int = 1
    seconds: float = 5
    warm_up: float = 1.5
    sample_every: int | None = None
    """None leaves it to the workload."""
    in_kernel: bool = True
    profiles: str = PROFILES
    loss: float = 0
    """Share of the packets that viewers pretend to lose, 0 to 1. They then read every packet."""
    seed: int = 1
    during: str | None = None
    """A command of the shell that runs while a window is measured; `{pids}` names the server."""
    memory: bool = False
    """Measure with half the viewers too, to see what each of them takes."""

    @property
    def shares_a_core(self) -> bool:
        """Whether the clients run on one of the server's cores."""
        return self.farm_cpu in self.server_cpus


@dataclass
class Bench:
    """The server, the farm, and who is in the room."""

    setting: Setting
    driver: Driver
    farm: Farm
    room: Room
    publishers: list[Peer] = field(default_factory=list)
    viewers: list[Peer] = field(default_factory=list)

    async def publish(self, media: Media) -> PeerStats:
        """Add a publisher; returns once it is connected."""
        peer = self.farm.peer()
        await self.room.publish(peer, media)
        stats = await peer.connected()
        self.publishers.append(peer)
        return stats

    async def subscribe(self) -> PeerStats:
        """Add a viewer; returns once it is connected."""
        peer = self.farm.peer()
        if self.setting.loss:
            peer.lose(self.setting.loss, self.setting.seed * MAX_PEERS + len(self.farm.peers))
        await self.room.subscribe(peer)
        stats = await peer.connected()
        self.viewers.append(peer)
        return stats

    async def fill(self, publishers: int, media: Media, viewers: int) -> None:
        """Bring the room to this size; publishers come first, one after the other."""
        for _ in range(publishers - len(self.publishers)):
            await self.publish(media)
        gate = asyncio.Semaphore(JOINING_AT_ONCE)

        async def join() -> None:
            async with gate:
                await self.subscribe()

        async with asyncio.TaskGroup() as group:
            for _ in range(viewers - len(self.viewers)):
                group.create_task(join())
        await self.room.settled()

    def pause(self, paused: bool = True) -> None:
        """Stop or restart all publishers."""
        for peer in self.publishers:
            for number in range(len(peer.tracks)):
                peer.pause(number, paused)

    async def drain(self) -> bool:
        """Wait until nothing has arrived for a while; returns False if that does not happen."""
        received, still = -1, 0
        for _ in range(round(DRAIN_LIMIT_S / DRAIN_STEP_S)):
            latest = self.farm.totals().received
            still = still + 1 if latest == received else 0
            if still == DRAINED_STEPS:
                return True
            received = latest
            await asyncio.sleep(DRAIN_STEP_S)
        return False


def _prepare(setting: Setting) -> None:
    if set(setting.server_cpus) == {setting.farm_cpu}:
        raise FarmError("the server and the farm need a core each")
    for cpu in (*setting.server_cpus, setting.farm_cpu):
        if cpu not in CORES:
            raise FarmError(f"core {cpu} is not available; there are {sorted(CORES)}")
    os.sched_setaffinity(0, {setting.farm_cpu})
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)


@contextlib.asynccontextmanager
async def opened(setting: Setting, kind: RoomKind = "forward") -> AsyncIterator[Bench]:
    """Start the server and the farm, and open a room."""
    _prepare(setting)
    driver = load(setting.driver)()
    farm = Farm(
        sample_every=setting.sample_every or SAMPLE_EVERY,
        in_kernel=setting.in_kernel and not setting.loss,
        profiles=setting.profiles,
    )
    with tempfile.TemporaryDirectory(prefix="loadgen-") as folder:
        try:
            await driver.open(Place(setting.server_cpus, Path(folder)))
            if (cores := process.cores(driver.pid)) != set(setting.server_cpus):
                raise FarmError(f"the driver let its server run on the cores {sorted(cores)}")
            room = await driver.room(kind)
            yield Bench(setting, driver, farm, room)
            farm.close()
            await room.close()
        finally:
            farm.close()
            await driver.close()
