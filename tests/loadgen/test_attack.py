"""Attacks on a server that withstands none of them: every verdict has to be able to fail."""

import asyncio
from typing import Any, cast

import pytest

from loadgen import attack
from loadgen.attack import CHECKS, Scene, Stranger, Verdict
from loadgen.bench import Bench, Setting
from loadgen.driver import Driver, Room
from loadgen.farm import Farm, Kind, Peer, Track
from tests.loadgen.leaky import Leaky

GONE = "server gone"


class LeakyRoom:
    def __init__(self, farm: Farm) -> None:
        self.farm = farm
        self.servers: list[Leaky] = []

    async def subscribe(self, peer: Peer) -> None:
        self.servers.append(Leaky(self.farm.peer("active"), peer))

    def close(self) -> None:
        for each in self.servers:
            each.close()


async def attack_leaky_server() -> dict[str, Verdict]:
    farm = Farm(sample_every=1, in_kernel=False)
    publisher, viewer = farm.peer("active"), farm.peer("passive")
    publisher.add(Track(11, Kind.AUDIO, 111, 50, packet_bytes=120))
    publisher.add(Track(22, Kind.VIDEO, 96, 150, packet_bytes=1100))
    server, room = Leaky(publisher, viewer), LeakyRoom(farm)
    bench = Bench(
        Setting("leaky"),
        cast(Driver, cast(Any, server)),
        farm,
        cast(Room, cast(Any, room)),
        [publisher],
        [viewer],
    )
    verdicts = {}
    try:
        await publisher.connected()
        await viewer.connected()
        assert publisher.remote
        stranger = Stranger(publisher.remote)
        scene = Scene(bench, publisher, viewer, publisher.remote, stranger)
        assert await attack.forwards(bench)
        for name in CHECKS:
            # The relay cannot forge a PLI; the viewer asks for key frames in its place.
            viewer.flood(50 if name == "forged RTCP flood" else 0)
            verdicts[name] = await attack.judge(scene, name)
        viewer.flood(0)
        server.close()
        verdicts[GONE] = Verdict(GONE, True, "", await attack.forwards(bench), 0)
        stranger.close()
    finally:
        farm.close()
        server.close()
        room.close()
    return verdicts


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    return asyncio.run(attack_leaky_server())


@pytest.mark.parametrize("name", CHECKS)
def test_every_attack_succeeds_against_a_leaky_server(
    verdicts: dict[str, Verdict], name: str
) -> None:
    assert not verdicts[name].passed, verdicts[name].finding


def test_a_server_that_is_gone_does_not_forward(verdicts: dict[str, Verdict]) -> None:
    assert not verdicts[GONE].held


def test_genuine_packets_are_at_hand(library: object) -> None:
    """A replay of nothing would prove nothing."""

    async def latest() -> tuple[bytes, bytes]:
        farm = Farm(sample_every=1)
        publisher, viewer = farm.peer("active"), farm.peer("passive")
        publisher.add(Track(11, Kind.AUDIO, 111, 50, packet_bytes=120))
        server = Leaky(publisher, viewer)
        try:
            await publisher.connected()
            await asyncio.sleep(0.2)
            return publisher.latest(), publisher.withhold(0)
        finally:
            farm.close()
            server.close()

    for packet in asyncio.run(latest()):
        assert packet[:2] == bytes([0x80, 111])
        assert packet[8:12] == bytes([0, 0, 0, 11])
