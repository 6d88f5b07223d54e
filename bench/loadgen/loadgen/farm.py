"""The client farm as Python objects; rtcfarm/rtcfarm.h says what they do."""

from __future__ import annotations

import asyncio
import ctypes
import enum
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from loadgen import native
from loadgen.native import LIBRARY, FarmError, Latency, PeerStats, Totals

__all__ = [
    "LIBRARY",
    "Farm",
    "FarmError",
    "Incoming",
    "Kind",
    "Latency",
    "Peer",
    "PeerStats",
]
__all__ += ["Remote", "Setup", "State", "Totals", "Track"]

PROFILES = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"
PROFILE_NAMES = {
    0: "none",
    1: "AES128_CM_SHA1_80",
    2: "AES128_CM_SHA1_32",
    7: "AEAD_AES_128_GCM",
    8: "AEAD_AES_256_GCM",
}

Setup = Literal["actpass", "active", "passive"]


class Kind(enum.IntEnum):
    """What an RTP stream looks like."""

    AUDIO = 0
    SPEECH = 1
    VIDEO = 2


class State(enum.IntEnum):
    """Where a peer stands on its way to SRTP."""

    NEW = 0
    CHECKING = 1
    HANDSHAKING = 2
    CONNECTED = 3
    CLOSED = 4
    FAILED = 5
    SILENT = 6


@dataclass(frozen=True)
class Remote:
    """What the other side's session description said about its transport."""

    ufrag: str
    password: str
    address: str
    port: int
    setup: Setup
    fingerprint: str | None = None
    """SHA-256 with colons; checked against the certificate if given."""


@dataclass(frozen=True)
class Track:
    """One RTP stream to send. Extension ids are those of a=extmap; 0 leaves the extension out."""

    ssrc: int
    kind: Kind
    payload_type: int
    packets_per_second: float
    frames_per_second: float = 30
    packet_bytes: int = 0
    mid: str = ""
    mid_id: int = 0
    rid: str = ""
    rid_id: int = 0
    level_id: int = 0
    transport_id: int = 0
    rtx_payload_type: int = 0
    """With RTX, the peer sends packets again that a NACK asks for."""
    rtx_ssrc: int = 0


@dataclass(frozen=True)
class Incoming:
    """What has been agreed on for the streams that a peer receives."""

    transport_id: int = 0
    """Id of the transport-wide sequence number; the peer sends feedback on it unless it is 0."""
    nack: frozenset[int] = frozenset()
    """Payload types whose packets may be asked for again."""
    rtx: frozenset[int] = frozenset()
    """Payload types of retransmissions (RFC 4588)."""


def _done(result: int) -> int:
    if result < 0:
        raise FarmError("no such peer or track, or the farm is full")
    return result


class Farm:
    """A set of clients and the worker thread that serves them.

    Receivers decrypt one packet of `sample_every` (a power of two). With `in_kernel`, the rest is
    counted and dropped by a socket filter, which is what lets one core receive several hundred
    thousand packets a second.
    """

    def __init__(
        self,
        *,
        sample_every: int = 16,
        in_kernel: bool = True,
        profiles: str = PROFILES,
    ) -> None:
        self._library = native.load()
        self._handle = self._library.rtcfarm_open(sample_every, in_kernel, profiles.encode())
        if not self._handle:
            raise FarmError("cannot open the farm: check the SRTP profiles and the sampling")
        self._changed: asyncio.Event | None = None
        self.fingerprint: str = self._library.rtcfarm_fingerprint(self._handle).decode()
        self.peers: list[Peer] = []
        self.before_connect: Callable[[Peer, Remote], None] | None = None
        """Called when a peer knows its server but has sent nothing yet: the moment of attacks."""

    def peer(self, setup: Setup = "actpass") -> Peer:
        """Open a client; `setup` is the DTLS role that its description will offer."""
        peer = Peer(self, self._library, self._handle, setup)
        self.peers.append(peer)
        return peer

    def totals(self) -> Totals:
        """Read the sums over all peers."""
        totals = Totals()
        self._library.rtcfarm_totals(self._handle, ctypes.byref(totals))
        return totals

    def latency(self) -> Latency:
        """Read the latency since the last reset."""
        latency = Latency()
        self._library.rtcfarm_latency(self._handle, ctypes.byref(latency))
        return latency

    def repair_time(self) -> Latency:
        """Read the times from the first NACK to the retransmission since the last reset."""
        times = Latency()
        self._library.rtcfarm_repair_time(self._handle, ctypes.byref(times))
        return times

    def reset_latency(self) -> None:
        """Forget the times of both kinds seen so far."""
        self._library.rtcfarm_latency_reset(self._handle)

    async def change(self) -> None:
        """Wait until some peer changes its state."""
        if self._changed is None:
            self._changed = asyncio.Event()
            fd = self._library.rtcfarm_event_fd(self._handle)
            asyncio.get_running_loop().add_reader(fd, self._on_change, fd)
        await self._changed.wait()

    def _on_change(self, fd: int) -> None:
        os.eventfd_read(fd)
        if self._changed is not None:
            self._changed.set()
            self._changed = asyncio.Event()

    def close(self) -> None:
        """Close every peer and stop the worker."""
        if not self._handle:
            return
        if self._changed is not None:
            fd = self._library.rtcfarm_event_fd(self._handle)
            asyncio.get_running_loop().remove_reader(fd)
        self._library.rtcfarm_close(self._handle)
        self._handle = None


class Peer:
    """One client. Put its `ufrag`, `password`, `port` and the farm's fingerprint into SDP."""

    def __init__(self, farm: Farm, library: Any, handle: int, setup: Setup) -> None:
        local = native.Local()
        self._library = library
        self._handle = handle
        self._number = _done(library.rtcfarm_peer_open(handle, ctypes.byref(local)))
        self.farm = farm
        self.setup: Setup = setup
        self.ufrag: str = local.ufrag.decode()
        self.password: str = local.password.decode()
        self.port: int = local.port
        self.is_open = True
        self.remote: Remote | None = None
        self.tracks: list[Track] = []

    def add(self, track: Track) -> int:
        """Send this stream as soon as the peer is connected; returns its number."""
        values = native.TrackShape(
            ssrc=track.ssrc,
            kind=track.kind,
            payload_type=track.payload_type,
            packet_bytes=track.packet_bytes,
            packets_per_second=track.packets_per_second,
            frames_per_second=track.frames_per_second,
            mid_id=track.mid_id,
            rid_id=track.rid_id,
            level_id=track.level_id,
            transport_id=track.transport_id,
            rtx_payload_type=track.rtx_payload_type,
            rtx_ssrc=track.rtx_ssrc,
            mid=track.mid.encode(),
            rid=track.rid.encode(),
        )
        call = self._library.rtcfarm_peer_track
        number = _done(call(self._handle, self._number, ctypes.byref(values)))
        self.tracks.append(track)
        return number

    def receive(self, incoming: Incoming) -> None:
        """Say what the streams may bring that the peer receives; later calls replace it."""
        values = native.IncomingParameters(transport_id=incoming.transport_id)
        for payload_type in range(128):
            nack, rtx = payload_type in incoming.nack, payload_type in incoming.rtx
            values.payload[payload_type] = nack * native.MAY_NACK | rtx * native.IS_RTX
        call = self._library.rtcfarm_peer_receive
        _done(call(self._handle, self._number, ctypes.byref(values)))

    def lose(self, share: float, seed: int) -> None:
        """Pretend to lose this share of all packets, and NACK them; needs `in_kernel=False`."""
        _done(self._library.rtcfarm_peer_lose(self._handle, self._number, share, seed))

    def connect(self, remote: Remote) -> None:
        """Start ICE towards this server, then DTLS in the role that both descriptions agree on."""
        self.remote = remote
        if self.farm.before_connect:
            self.farm.before_connect(self, remote)
        values = native.RemoteParameters(
            ufrag=remote.ufrag.encode(),
            password=remote.password.encode(),
            address=remote.address.encode(),
            port=remote.port,
            role=int(remote.setup == "active" or self.setup == "passive"),
        )
        if remote.fingerprint:
            digest = bytes.fromhex(remote.fingerprint.replace(":", ""))
            values.sha256 = (ctypes.c_uint8 * 32)(*digest)
            values.check_certificate = 1
        call = self._library.rtcfarm_peer_connect
        _done(call(self._handle, self._number, ctypes.byref(values)))

    async def connected(self, timeout: float = 10) -> PeerStats:
        """Wait until SRTP flows."""
        deadline = time.monotonic() + timeout
        while (stats := self.stats()).state != State.CONNECTED:
            if stats.state > State.CONNECTED:
                raise FarmError(f"a peer is {State(stats.state).name}")
            try:
                async with asyncio.timeout(deadline - time.monotonic()):
                    await self.farm.change()
            except TimeoutError:
                raise FarmError(f"a peer is still {State(stats.state).name}") from None
        return stats

    def stats(self) -> PeerStats:
        """Read the peer's counters."""
        stats = PeerStats()
        call = self._library.rtcfarm_peer_stats
        _done(call(self._handle, self._number, ctypes.byref(stats)))
        return stats

    def pause(self, track: int, paused: bool = True) -> None:
        """Stop or restart a track."""
        _done(self._library.rtcfarm_peer_pause(self._handle, self._number, track, paused))

    def flood(self, per_second: float) -> None:
        """Send a PLI and a NACK for every stream received, this often; 0 ends it."""
        _done(self._library.rtcfarm_peer_flood(self._handle, self._number, per_second))

    def inject(self, datagram: bytes) -> None:
        """Send bytes as they are from the peer's own address."""
        call = self._library.rtcfarm_peer_inject
        _done(call(self._handle, self._number, datagram, len(datagram)))

    def latest(self) -> bytes:
        """The SRTP packet sent last; empty if there is none."""
        buffer = ctypes.create_string_buffer(2048)
        call = self._library.rtcfarm_peer_latest
        length = _done(call(self._handle, self._number, buffer, len(buffer)))
        return buffer.raw[:length]

    def withhold(self, track: int) -> bytes:
        """The SRTP packet that the track would send next; it is left out on the wire."""
        buffer = ctypes.create_string_buffer(2048)
        call = self._library.rtcfarm_peer_withhold
        length = _done(call(self._handle, self._number, track, buffer, len(buffer)))
        return buffer.raw[:length]

    def silence(self) -> None:
        """Send and read nothing more, as if the network were gone."""
        _done(self._library.rtcfarm_peer_silence(self._handle, self._number))

    def close(self, *, say_goodbye: bool = True) -> None:
        """Free the socket; without a goodbye (close_notify), the client looks killed."""
        self.is_open = False
        _done(self._library.rtcfarm_peer_close(self._handle, self._number, say_goodbye))
