"""Security checks against a running room."""

from __future__ import annotations

import asyncio
import random
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from loadgen import datagrams
from loadgen.bench import Bench, Setting, opened
from loadgen.driver import Audio, Media, Video
from loadgen.farm import Peer, Remote
from loadgen.process import cpu_seconds

FOREIGN_ADDRESS = "127.0.0.1"  # with a port of its own: nothing that ICE has validated
AFTERMATH_S = 1
MIN_DELIVERED = 0.99
REPLAYS = 50
MOVED_STREAM_S = 2
FORGERIES = 2000
RTCP_FLOOD = 5000
PAUSE_EVERY = 50  # datagrams, so that a socket buffer does not swallow the attack


@dataclass(frozen=True)
class Verdict:
    """What one attack achieved."""

    attack: str
    passed: bool
    finding: str
    still_forwards: bool
    cpu_ms: float

    @property
    def held(self) -> bool:
        """True if the attack got nothing and the room goes on."""
        return self.passed and self.still_forwards


@dataclass(frozen=True)
class AttackResult:
    """All verdicts."""

    driver: str
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def invalid(self) -> list[str]:
        """The attacks that got through: they fail the command as an invalid figure does."""
        return [each.attack for each in self.verdicts if not each.held]


class Stranger:
    """A socket that the server knows nothing of."""

    def __init__(self, remote: Remote) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((FOREIGN_ADDRESS, 0))
        self._socket.connect((remote.address, remote.port))

    def send(self, datagram: bytes) -> None:
        """Send and forget; a closed port or a full buffer is the server's good right."""
        try:
            self._socket.send(datagram)
        except OSError:
            return

    def answers(self) -> list[bytes]:
        """Everything that has come back."""
        result = []
        while True:
            try:
                result.append(self._socket.recv(65536))
            except OSError:
                return result

    def close(self) -> None:
        """Free the socket."""
        self._socket.close()


@dataclass
class Scene:
    """A publisher, a viewer, and a stranger who knows the publisher's path."""

    bench: Bench
    publisher: Peer
    viewer: Peer
    remote: Remote
    stranger: Stranger

    async def extra_packets(self, attack: Callable[[], Awaitable[None]]) -> int:
        """How many packets the viewer gets because of an attack, while nobody publishes."""
        self.bench.pause()
        await self.bench.drain()
        before = self.seen()
        await attack()
        await self.bench.drain()
        after = self.seen()
        self.bench.pause(False)
        return after - before

    def seen(self) -> int:
        """RTP packets that have come to the viewer, RTX included."""
        stats = self.viewer.stats()
        return stats.received + stats.rtx

    async def pour(self, send: Callable[[bytes], None], each: list[bytes]) -> None:
        """Send many datagrams, at a pace that lets the server see them."""
        for number, datagram in enumerate(each):
            send(datagram)
            if number % PAUSE_EVERY == PAUSE_EVERY - 1:
                await asyncio.sleep(0.005)


Check = Callable[[Scene], Awaitable[tuple[bool, str]]]


async def _junk(scene: Scene) -> tuple[bool, str]:
    await scene.pour(scene.stranger.send, datagrams.junk() * 10)
    await asyncio.sleep(0.2)
    answers = len(scene.stranger.answers())
    return answers == 0, f"{answers} answers to 600 datagrams"


async def _junk_on_path(scene: Scene) -> tuple[bool, str]:
    extra = await scene.extra_packets(
        lambda: scene.pour(scene.publisher.inject, datagrams.junk() * 10)
    )
    return extra == 0, f"{extra} packets forwarded of 600 datagrams"


async def _forged_rtp(scene: Scene) -> tuple[bool, str]:
    track = scene.publisher.tracks[0]
    forged = [datagrams.rtp(track.ssrc, track.payload_type, n, 120) for n in range(FORGERIES)]
    extra = await scene.extra_packets(lambda: scene.pour(scene.stranger.send, forged))
    return extra == 0, f"{extra} of {FORGERIES} forwarded"


async def _stun_password(scene: Scene) -> tuple[bool, str]:
    username = f"{scene.remote.ufrag}:{scene.publisher.ufrag}"
    checks = [datagrams.stun_check(username, "not the password") for _ in range(50)]
    await scene.pour(scene.stranger.send, checks)
    await asyncio.sleep(0.3)
    answers = scene.stranger.answers()
    accepted = sum(map(datagrams.is_stun_success, answers))
    return accepted == 0, f"{accepted} of 50 accepted, {len(answers)} answered"


async def _late_hello(scene: Scene) -> tuple[bool, str]:
    await scene.pour(scene.stranger.send, [datagrams.client_hello() for _ in range(50)])
    await asyncio.sleep(0.3)
    answers = len(scene.stranger.answers())
    return answers == 0, f"{answers} answers to 50 ClientHellos"


async def _early_hello(scene: Scene) -> tuple[bool, str]:
    """Race the genuine handshake: a stranger's ClientHello comes before any check."""
    strangers: list[Stranger] = []

    def before_connect(_peer: Peer, remote: Remote) -> None:
        strangers.append(Stranger(remote))
        for _ in range(30):
            strangers[0].send(datagrams.client_hello())

    scene.bench.farm.before_connect = before_connect
    peer = scene.bench.farm.peer()
    try:
        await scene.bench.room.subscribe(peer)
        stats = await peer.connected(5)
        took = f"the genuine client connected after {stats.connected_at - stats.opened_at:.3f} s"
        connected = True
    except Exception as error:
        took = f"the genuine client did not connect: {error}"
        connected = False
    finally:
        scene.bench.farm.before_connect = None
    answers = sum(len(each.answers()) for each in strangers)
    for each in strangers:
        each.close()
    peer.close()
    return connected and answers == 0, f"{answers} answers to 30 ClientHellos; {took}"


async def _replay(scene: Scene) -> tuple[bool, str]:
    async def attack() -> None:
        packet = scene.publisher.latest()
        if not packet:
            raise RuntimeError("the publisher has sent nothing that could be replayed")
        await scene.pour(scene.publisher.inject, [packet] * REPLAYS)

    extra = await scene.extra_packets(attack)
    return extra == 0, f"{extra} of {REPLAYS} forwarded again"


async def _replay_elsewhere(scene: Scene) -> tuple[bool, str]:
    async def attack() -> None:
        await scene.pour(scene.stranger.send, [scene.publisher.latest()] * REPLAYS)

    extra = await scene.extra_packets(attack)
    return extra == 0, f"{extra} of {REPLAYS} forwarded again"


async def _unseen_elsewhere(scene: Scene) -> tuple[bool, str]:
    """Send genuine packets from a foreign address first, then where they belong.

    A server may take the first, for they are authentic, but the viewer has to get each packet
    exactly once; and nothing may go to the foreign address that is meant for the publisher.
    """
    packets = [scene.publisher.withhold(0) for _ in range(REPLAYS)]
    if not all(packets):
        raise RuntimeError("the publisher cannot write packets")
    elsewhere = 0

    async def attack() -> None:
        nonlocal elsewhere
        before = scene.seen()
        await scene.pour(scene.stranger.send, packets)
        await scene.bench.drain()
        elsewhere = scene.seen() - before
        await scene.pour(scene.publisher.inject, packets)

    total = await scene.extra_packets(attack)
    before = scene.publisher.stats().rtcp
    await asyncio.sleep(MOVED_STREAM_S)  # time for reports and feedback to the publisher
    reports = scene.publisher.stats().rtcp - before
    moved = len(scene.stranger.answers())
    finding = (
        f"{elsewhere} of {REPLAYS} forwarded, {total - elsewhere} when the publisher sent them; "
        f"then {moved} datagrams to the stranger, {reports} RTCP to the publisher"
    )
    return total == REPLAYS and moved == 0, finding


async def _odd_sizes(scene: Scene) -> tuple[bool, str]:
    track = scene.publisher.tracks[0]
    odd = datagrams.odd_sizes(track.ssrc, track.payload_type)
    extra = await scene.extra_packets(lambda: scene.pour(scene.publisher.inject, odd))
    return extra == 0, f"{extra} of {len(odd)} forwarded"


async def _rtcp_flood(scene: Scene) -> tuple[bool, str]:
    before = scene.publisher.stats()
    flood = [
        datagrams.rtcp(random.getrandbits(32), kind, 60)
        for _ in range(RTCP_FLOOD // 5)
        for kind in (200, 201, 203, 205, 206)
    ]
    await scene.pour(scene.publisher.inject, flood)
    await asyncio.sleep(0.3)
    after = scene.publisher.stats()
    asked = after.key_requests - before.key_requests
    return asked < 10, f"{asked} key frames asked for after {len(flood)} forged packets"


CHECKS: dict[str, Check] = {
    "junk from a stranger": _junk,
    "junk on the publisher's path": _junk_on_path,
    "forged RTP from a stranger": _forged_rtp,
    "STUN with a wrong password": _stun_password,
    "ClientHello before ICE": _early_hello,
    "ClientHello during the call": _late_hello,
    "replayed SRTP": _replay,
    "replayed SRTP from a stranger": _replay_elsewhere,
    "unseen SRTP from a stranger": _unseen_elsewhere,
    "truncated and oversized": _odd_sizes,
    "forged RTCP flood": _rtcp_flood,
}


async def run(setting: Setting) -> AttackResult:
    """Make all attacks on one room."""
    result = AttackResult(setting.driver)
    async with opened(replace(setting, sample_every=1)) as bench:
        await bench.fill(1, Media(Audio(), Video()), 1)
        await asyncio.sleep(setting.warm_up)
        publisher, viewer = bench.publishers[0], bench.viewers[0]
        if not publisher.remote:
            raise RuntimeError("the driver has not connected its publisher")
        if not await forwards(bench):
            raise RuntimeError("the room does not forward even before the first attack")
        stranger = Stranger(publisher.remote)
        scene = Scene(bench, publisher, viewer, publisher.remote, stranger)
        for name in CHECKS:
            print(f"{name} …", file=sys.stderr, flush=True)
            result.verdicts.append(await judge(scene, name))
        stranger.close()
    return result


async def judge(scene: Scene, name: str) -> Verdict:
    """Make one attack."""
    pid = scene.bench.driver.pid
    scene.stranger.answers()  # to earlier attacks
    before = cpu_seconds(pid)
    passed, finding = await CHECKS[name](scene)
    cpu_ms = 1000 * (cpu_seconds(pid) - before)
    return Verdict(name, passed, finding, await forwards(scene.bench), cpu_ms)


async def forwards(bench: Bench) -> bool:
    """Whether the viewer gets, and can decrypt, what the publisher sends.

    Counted between two moments of silence: what is on its way is not taken for lost.
    """
    publisher, viewer = bench.publishers[0], bench.viewers[0]
    bench.pause()
    await bench.drain()
    sent, seen = publisher.stats().sent, viewer.stats()
    bench.pause(False)
    await asyncio.sleep(AFTERMATH_S)
    bench.pause()
    await bench.drain()
    sent, after = publisher.stats().sent - sent, viewer.stats()
    bench.pause(False)
    opened_now, rejected = after.opened - seen.opened, after.bad_auth - seen.bad_auth
    return sent > 0 and opened_now >= MIN_DELIVERED * sent and rejected == 0
