"""Measuring a window of time: what it cost, and whether to believe it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from loadgen.bench import Bench
from loadgen.farm import PROFILE_NAMES, FarmError, Latency, Peer, State, Totals
from loadgen.process import core_busy_seconds, cpu_seconds, pids, proportional_mib, resident_mib

MAX_LATE_SHARE = 0.01
MAX_FARM_CPU = 0.9
MAX_SEND_ERRORS = 0.001
NOTEWORTHY_FOREIGN_CPU = 0.1


@dataclass(frozen=True)
class LatencyMs:
    """One-way time from publisher to viewer, through the server, in milliseconds."""

    p50: float
    p90: float
    p99: float
    max: float

    @classmethod
    def of(cls, latency: Latency) -> LatencyMs:
        """Convert the farm's microseconds."""
        values = (latency.p50, latency.p90, latency.p99, latency.max)
        return cls(*(value / 1000 for value in values))


@dataclass(frozen=True)
class Repair:
    """What became of the packets that viewers pretended to lose."""

    lost: int
    nacked: int
    """Lost packets of streams for which NACK is agreed on."""
    nack_messages: int
    repaired_by_rtx: int
    repaired_plainly: int
    """Sent once more as they were."""
    surplus: int
    """Retransmissions that nobody waited for, or waited for any longer."""
    p50_ms: float
    p99_ms: float
    """Times from the first NACK to the retransmission."""

    @property
    def rate_percent(self) -> float:
        """How many of the packets that were asked for came."""
        return 100 * (self.repaired_by_rtx + self.repaired_plainly) / max(1, self.nacked)

    @classmethod
    def between(cls, a: Totals, b: Totals, times: Latency) -> Repair:
        """Sum up a window."""
        return cls(
            lost=b.lost - a.lost,
            nacked=b.nacked - a.nacked,
            nack_messages=b.nacks_sent - a.nacks_sent,
            repaired_by_rtx=b.repaired_rtx - a.repaired_rtx,
            repaired_plainly=b.repaired_plain - a.repaired_plain,
            surplus=b.surplus - a.surplus,
            p50_ms=times.p50 / 1000,
            p99_ms=times.p99 / 1000,
        )


@dataclass(frozen=True)
class Measurement:
    """The result of one window."""

    workload: str
    driver: str
    publishers: int
    viewers: int
    seconds: float
    packets_in_per_second: float
    packets_per_second: float
    cpu_us_per_packet: float
    server_cpu_percent: float
    server_memory_mib: float
    server_pss_mib: float
    latency_ms: LatencyMs | None
    loss_percent: float
    feedback_per_second: float
    """Transport-wide feedback messages that the viewers sent, all of them together."""
    feedback_to_publishers_per_second: float
    rtx_per_second: float
    repair: Repair | None
    srtp_publishers: str
    srtp_viewers: str
    farm_cpu_percent: float
    farm_late_percent: float
    key_requests: int
    """Key frames that publishers were asked for."""
    hasty_key_requests: int
    """Those less than 450 ms after another for the same stream."""
    notes: list[str]
    invalid: list[str]
    memory_kib_per_viewer: float | None = None
    """From half the viewers to all of them, as PSS."""

    @property
    def clients(self) -> int:
        """Everybody in the room."""
        return self.publishers + self.viewers

    def figures(self) -> dict[str, float]:
        """What a comparison looks at; less is better."""
        result = {"CPU us/packet": self.cpu_us_per_packet, "loss %": self.loss_percent}
        if self.latency_ms:
            result["latency p50 ms"] = self.latency_ms.p50
            result["latency p99 ms"] = self.latency_ms.p99
        if self.repair:
            result["not repaired %"] = 100 - self.repair.rate_percent
            result["repair p50 ms"] = self.repair.p50_ms
            result["repair p99 ms"] = self.repair.p99_ms
        if self.memory_kib_per_viewer is not None:
            result["KiB per viewer"] = self.memory_kib_per_viewer
        return result


@dataclass(frozen=True)
class _Reading:
    totals: Totals
    key_requests: int
    hasty_key_requests: int
    server_cpu: float
    core_busy: float
    own_cpu: float
    """Of this process, the farm's worker included."""


def _read(bench: Bench) -> _Reading:
    publishers = [peer.stats() for peer in bench.publishers]
    return _Reading(
        bench.farm.totals(),
        sum(each.key_requests for each in publishers),
        sum(each.hasty_key_requests for each in publishers),
        cpu_seconds(bench.driver.pid),
        sum(map(core_busy_seconds, bench.setting.server_cpus)),
        time.process_time(),
    )


@dataclass(frozen=True)
class _Window:
    """Readings when a window began, when its senders stopped, and when all had arrived."""

    before: _Reading
    stopped: _Reading
    after: _Reading

    @property
    def seconds(self) -> float:
        return self.stopped.totals.at - self.before.totals.at


async def measure(bench: Bench, workload: str) -> Measurement:
    """Measure a room that forwards.

    The window begins and ends with silence, so that every packet sent within it has either arrived
    or is lost.
    """
    await asyncio.sleep(bench.setting.warm_up)
    bench.pause()
    quiet = await bench.drain()
    before = _read(bench)
    bench.farm.reset_latency()
    bench.pause(False)
    beside = await _begin_beside(bench)
    await asyncio.sleep(bench.setting.seconds)
    bench.pause()
    stopped = _read(bench)
    if beside and await beside.wait():
        raise FarmError(f"{bench.setting.during!r} has failed")
    quiet = await bench.drain() and quiet
    after = _read(bench)
    latency = LatencyMs.of(bench.farm.latency())
    bench.pause(False)
    expected = (after.totals.sent - before.totals.sent) * len(bench.viewers)
    notes = [] if quiet else ["packets still arrived long after the publishers had paused"]
    return _result(bench, workload, _Window(before, stopped, after), expected, latency, notes)


async def measure_mix(bench: Bench, workload: str, packets_per_second: float) -> Measurement:
    """Measure a room in which everybody hears the mix, so many packets a second."""
    await asyncio.sleep(bench.setting.warm_up)
    before = _read(bench)
    await asyncio.sleep(bench.setting.seconds)
    after = _read(bench)
    window = _Window(before, after, after)
    clients = len(bench.publishers) + len(bench.viewers)
    # The window's edges cut at most one packet off every client's stream.
    expected = (window.seconds * packets_per_second - 1) * clients
    notes = ["a mix carries no time stamps: no latency"]
    return _result(bench, workload, window, expected, None, notes)


async def _begin_beside(bench: Bench) -> asyncio.subprocess.Process | None:
    """Start what shall run during the window, on the clients' core."""
    if not bench.setting.during:
        return None
    numbers = ",".join(map(str, pids(bench.driver.pid)))
    command = bench.setting.during.replace("{pids}", numbers)
    return await asyncio.create_subprocess_shell(command)


def _loss(a: Totals, b: Totals, expected: float) -> float:
    """The larger of two independent counts: packets that are missing, and gaps in the samples."""
    counted = 1 - (b.received - a.received) / expected if expected else 0.0
    due, missed = b.samples_due - a.samples_due, b.samples_missed - a.samples_missed
    return max(0.0, counted, missed / due if due > 0 else 0.0)


def _result(
    bench: Bench,
    workload: str,
    window: _Window,
    expected: float,
    latency: LatencyMs | None,
    notes: list[str],
) -> Measurement:
    seconds = window.seconds
    start, stop, end = window.before.totals, window.stopped.totals, window.after.totals
    foreign = window.after.core_busy - window.before.core_busy
    foreign -= window.after.server_cpu - window.before.server_cpu
    if bench.setting.shares_a_core:
        foreign -= window.after.own_cpu - window.before.own_cpu
        notes = [*notes, "the clients share one of the server's cores: latencies suffer"]
    foreign /= end.at - start.at
    if foreign > NOTEWORTHY_FOREIGN_CPU:
        notes = [*notes, f"others used {foreign:.0%} of the server's core: latencies suffer"]
    repair_times = bench.farm.repair_time()
    if end.lost > start.lost and end.nacked == start.nacked:
        notes = [*notes, "the server has not agreed on NACK: no lost packet was asked for"]
    cpu = window.after.server_cpu - window.before.server_cpu
    cpu_until_stop = window.stopped.server_cpu - window.before.server_cpu
    return Measurement(
        workload=workload,
        driver=bench.setting.driver,
        publishers=len(bench.publishers),
        viewers=len(bench.viewers),
        seconds=seconds,
        packets_in_per_second=(stop.sent - start.sent) / seconds,
        packets_per_second=(stop.received - start.received) / seconds,
        cpu_us_per_packet=1e6 * cpu / max(1, end.received - start.received),
        server_cpu_percent=100 * cpu_until_stop / seconds,
        server_memory_mib=resident_mib(bench.driver.pid),
        server_pss_mib=proportional_mib(bench.driver.pid),
        latency_ms=latency,
        loss_percent=100 * _loss(start, end, expected),
        feedback_per_second=(stop.feedback_sent - start.feedback_sent) / seconds,
        feedback_to_publishers_per_second=(stop.feedback_received - start.feedback_received)
        / seconds,
        rtx_per_second=(stop.rtx - start.rtx) / seconds,
        repair=Repair.between(start, end, repair_times) if bench.setting.loss else None,
        srtp_publishers=_profiles(bench.publishers),
        srtp_viewers=_profiles(bench.viewers),
        farm_cpu_percent=100 * _farm_cpu(start, stop),
        farm_late_percent=100 * _late(start, stop),
        key_requests=window.after.key_requests - window.before.key_requests,
        hasty_key_requests=window.after.hasty_key_requests - window.before.hasty_key_requests,
        notes=notes,
        invalid=_doubts(bench, start, stop),
    )


def _farm_cpu(a: Totals, b: Totals) -> float:
    return (b.worker_cpu - a.worker_cpu) / (b.at - a.at)


def _late(a: Totals, b: Totals) -> float:
    return (b.late_frames - a.late_frames) / max(1, b.frames - a.frames)


def _profiles(peers: list[Peer]) -> str:
    return ", ".join(sorted({PROFILE_NAMES[peer.stats().srtp_profile] for peer in peers}))


def _doubts(bench: Bench, a: Totals, b: Totals) -> list[str]:
    """Reasons not to believe the result."""
    sent, received = b.sent - a.sent, b.received - a.received
    late, farm_cpu = _late(a, b), _farm_cpu(a, b)
    doubts = []
    if not sent or not received:
        doubts.append(f"{sent} packets were sent and {received} received")
    if late > MAX_LATE_SHARE:
        doubts.append(f"the farm sent {late:.1%} of its frames more than 2 ms late")
    if farm_cpu > MAX_FARM_CPU:
        doubts.append(f"the farm used {farm_cpu:.0%} of its core")
    errors = b.send_errors - a.send_errors
    if errors > MAX_SEND_ERRORS * sent:
        doubts.append(f"the kernel refused {errors} packets of the farm")
    if b.bad_auth > a.bad_auth:
        doubts.append(f"{b.bad_auth - a.bad_auth} packets failed authentication")
    states = [State(peer.stats().state) for peer in (*bench.publishers, *bench.viewers)]
    if gone := sum(state != State.CONNECTED for state in states):
        doubts.append(f"{gone} clients lost their connection")
    return doubts
