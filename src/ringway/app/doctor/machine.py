"""Checks of the machine: UDP buffers, open files, clock, disk, cores."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

from ringway.app.doctor.findings import Finding, fail, ok, warn
from ringway.domain.values import SECOND
from ringway.rtc.limits import MOST_CONNECTIONS

WANTED_BUFFER: Final = 4 << 20
"""Bytes that the engine asks for, for each of its sockets; a test compares."""
SPARE_FILES: Final = 200
"""Open files that are no connections."""
FEWEST_FILES: Final = 512
MEBIBYTE: Final = 1 << 20
LEAST_DISK: Final = 100 * MEBIBYTE
GOOD_DISK: Final = 1024 * MEBIBYTE
LARGEST_STEP: Final = 60 * SECOND
"""The newest event of the log may be so much in the future."""
EARLIEST: Final = 1_767_225_600 * SECOND
"""2026-01-01: nothing of Ringway is older."""

SO_SNDBUFFORCE: Final = 32
SO_RCVBUFFORCE: Final = 33
"""socket(7); Python has no names for them."""
STA_UNSYNC: Final = 0x40
TIME_ERROR: Final = 5
"""adjtimex(2)."""
LONG: Final = 8
TIMEX_BYTES: Final = 208
TIMEX_STATUS_AT: Final = 40
"""Bytes of a long, of `struct timex` then, and where its status is."""


def buffers(received: int, sent: int) -> Finding:
    """Judge the bytes that a UDP socket gets for what arrives and what leaves."""
    least = min(received, sent)
    found = f"A media socket gets {least // 1024} of {WANTED_BUFFER // 1024} KiB."
    if least >= WANTED_BUFFER:
        return ok("UDP buffers", found)
    return warn(
        "UDP buffers",
        found,
        f"So that bursts are not lost: sysctl -w net.core.rmem_max={WANTED_BUFFER} "
        f"net.core.wmem_max={WANTED_BUFFER}, and in /etc/sysctl.d to keep it.",
    )


def buffers_here() -> tuple[int, int]:
    """Ask for buffers as the engine does; give what is got, in bytes."""
    pairs = (
        (SO_RCVBUFFORCE, socket.SO_RCVBUF),
        (SO_SNDBUFFORCE, socket.SO_SNDBUF),
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for by_force, politely in pairs:
            try:
                probe.setsockopt(socket.SOL_SOCKET, by_force, WANTED_BUFFER)
            except OSError:
                probe.setsockopt(socket.SOL_SOCKET, politely, WANTED_BUFFER)
        # The kernel doubles what it is asked for, for its own use.
        received, sent = (
            probe.getsockopt(socket.SOL_SOCKET, name) // 2 for _, name in pairs
        )
    return received, sent


def files(most: int) -> Finding:
    """Judge how many files a process of this user may have open."""
    people = max(0, most - SPARE_FILES)
    found = f"{most} files can be open: enough for {people} connections."
    advice = (
        f"For {MOST_CONNECTIONS} connections: LimitNOFILE=65536 in the systemd unit, "
        "or a hard limit for `nofile` in /etc/security/limits.conf."
    )
    if most < FEWEST_FILES:
        return fail("Open files", found, advice)
    if people < MOST_CONNECTIONS:
        return warn("Open files", found, advice)
    return ok("Open files", f"{most} files can be open.")


def files_here() -> int:
    """Give the hard limit, which `serve` takes."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 30 if most == resource.RLIM_INFINITY else most


def clock(now: int, newest: int | None, synchronised: bool | None) -> Finding:
    """Judge the clock by the newest event of the log and by what the kernel says.

    Times are microseconds since 1970, UTC; None is not known.
    """
    if now < EARLIEST or (newest is not None and newest > now + LARGEST_STEP):
        return fail(
            "Clock",
            "It shows a time that is over already.",
            "Set it, or tokens are not valid: timedatectl set-ntp true.",
        )
    if synchronised is False:
        return warn(
            "Clock",
            "Nothing keeps it right.",
            "Let it be synchronised: timedatectl set-ntp true.",
        )
    return ok(
        "Clock",
        "It is kept right."
        if synchronised
        else "It shows a likely time; what keeps it right can not be seen from here.",
    )


def synchronised_here() -> bool | None:
    """Ask the kernel whether something keeps the clock right (adjtimex(2))."""
    if ctypes.sizeof(ctypes.c_long) != LONG:
        return None
    with suppress(OSError, AttributeError):
        buffer = ctypes.create_string_buffer(TIMEX_BYTES)
        state = ctypes.CDLL(None).adjtimex(buffer)
        if state >= 0:
            at = TIMEX_STATUS_AT
            status = int.from_bytes(buffer.raw[at : at + 4], "little")
            return state != TIME_ERROR and not status & STA_UNSYNC
    return None


def disk(free: int) -> Finding:
    """Judge the bytes that are free where the data folder is."""
    found = f"{free // MEBIBYTE} MiB are free for the data folder."
    advice = "Make room, or put the data folder on a larger disk with --data."
    if free < LEAST_DISK:
        return fail("Disk", found, advice)
    if free < GOOD_DISK:
        return warn("Disk", found, advice)
    return ok("Disk", found)


def disk_here(data: Path) -> int:
    """Give the free bytes of the disk that has, or will have, the folder."""
    for there in (data, *data.parents):
        with suppress(OSError):
            return shutil.disk_usage(there).free
    return 0


def cores(shards: int, there: int) -> Finding:
    """Judge whether each shard can have a core of its own."""
    found = f"{shards} of {there} cores move packets."
    if shards <= there:
        return ok("Cores", found)
    return warn(
        "Cores",
        f"{shards} shards share {there} cores.",
        f"More shards than cores only cost: --shards {there}.",
    )


def cores_here() -> int:
    """Give how many cores this process may use."""
    return len(os.sched_getaffinity(0))
