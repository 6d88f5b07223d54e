"""The farm's SRTP beside libsrtp, both ways and with every profile."""

import ctypes
import os
import random
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parents[2] / "crates" / "media-srtp" / "tests" / "libsrtp.c"
PROFILES = {1: (16, 14), 2: (16, 14), 7: (16, 12), 8: (32, 12)}
TRAILER = 24
CYCLE = 1 << 16


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the program that the engine's own test talks to."""
    built = tmp_path_factory.mktemp("srtp") / "libsrtp"
    command = ["cc", "-o", str(built), str(SOURCE), "-lsrtp2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"libsrtp2-dev is needed: {done.stderr}"
    return built


@pytest.fixture
def native(library: Path) -> Any:
    loaded = ctypes.CDLL(str(library))
    loaded.srtp_open.restype = ctypes.c_void_p
    loaded.srtp_close.argtypes = [ctypes.c_void_p]
    for name in ("srtp_seal", "srtp_unseal", "srtp_seal_rtcp", "srtp_unseal_rtcp"):
        call = getattr(loaded, name)
        call.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
        call.restype = ctypes.c_size_t
    return loaded


class Context:
    """One direction of the farm's, or None where it refuses."""

    def __init__(self, native: Any, profile: int, key: bytes, salt: bytes) -> None:
        self._native = native
        self._handle = native.srtp_open(profile, key, salt)
        assert self._handle

    def call(self, name: str, packet: bytes) -> bytes | None:
        room = ctypes.create_string_buffer(packet, len(packet) + TRAILER)
        length = getattr(self._native, name)(self._handle, room, len(packet))
        return room.raw[:length] if length else None

    def close(self) -> None:
        self._native.srtp_close(self._handle)


class Other:
    """libsrtp in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def call(self, verb: str, packet: bytes) -> bytes | None:
        given, told = self._process.stdin, self._process.stdout
        assert given is not None
        assert told is not None
        given.write(f"{verb} {packet.hex()}\n")
        given.flush()
        line = told.readline()
        return None if line.startswith("error") else bytes.fromhex(line)


@contextmanager
def pair(native: Any, program: Path, profile: int) -> Iterator[tuple[Context, Other]]:
    """One of each, with the same key."""
    key, salt = (os.urandom(length) for length in PROFILES[profile])
    command = [str(program), str(profile), (key + salt).hex()]
    ours = Context(native, profile, key, salt)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield ours, Other(process)
        finally:
            process.kill()
            ours.close()


def rtp(sequence: int, payload: bytes, ssrc: int = 0xCAFE) -> bytes:
    """Write a packet with two contributors and an extension."""
    fixed = struct.pack(">BBHII", 0x92, 96, sequence % CYCLE, 90_000, ssrc)
    return fixed + bytes(8) + b"\xbe\xde\x00\x01" + b"\x10\x35\x00\x00" + payload


def rtcp(ssrc: int, words: int) -> bytes:
    body = bytes(at % 256 for at in range(4 * words))
    return struct.pack(">BBHI", 0x80, 201, 1 + words, ssrc) + body


@pytest.mark.parametrize("profile", PROFILES)
def test_either_opens_what_the_other_seals(
    native: Any, program: Path, profile: int
) -> None:
    source = random.Random(profile)
    with pair(native, program, profile) as (ours, other):
        # Over the end of a cycle, so that the roll-over counter counts.
        for sequence in range(65_500, 65_600):
            packet = rtp(sequence, source.randbytes(source.randrange(1, 1200)))
            sealed = ours.call("srtp_seal", packet)
            assert sealed is not None
            assert other.call("open-rtp", sealed) == packet
            packet = rtp(sequence, source.randbytes(100), ssrc=7)
            sealed = other.call("seal-rtp", packet)
            assert sealed is not None
            assert ours.call("srtp_unseal", sealed) == packet
        for number in range(100):
            packet = rtcp(number % 3, number)
            sealed = ours.call("srtp_seal_rtcp", packet)
            assert sealed is not None
            assert other.call("open-rtcp", sealed) == packet
            sealed = other.call("seal-rtcp", packet)
            assert sealed is not None
            assert ours.call("srtp_unseal_rtcp", sealed) == packet


@pytest.mark.parametrize("profile", PROFILES)
def test_what_was_changed_is_not_opened(
    native: Any, program: Path, profile: int
) -> None:
    with pair(native, program, profile) as (ours, other):
        for verb, name, packet in (
            ("seal-rtp", "srtp_unseal", rtp(5, bytes(50))),
            ("seal-rtcp", "srtp_unseal_rtcp", rtcp(1, 5)),
        ):
            sealed = other.call(verb, packet)
            assert sealed is not None
            for at in range(len(sealed)):
                forged = bytearray(sealed)
                forged[at] ^= 1
                assert ours.call(name, bytes(forged)) is None, at
            for length in range(len(sealed)):
                assert ours.call(name, sealed[:length]) is None, length
            assert ours.call(name, sealed) == packet


def test_a_packet_is_opened_once_in_whatever_order(native: Any, program: Path) -> None:
    with pair(native, program, 7) as (ours, other):
        packets = [rtp(number, b"sound") for number in range(100, 2_000)]
        sealed = [other.call("seal-rtp", packet) for packet in packets]
        late = sealed.pop(0)
        order = [at ^ 7 if (at ^ 7) < len(sealed) else at for at in range(len(sealed))]
        for at in order:
            each = sealed[at]
            assert each is not None
            assert ours.call("srtp_unseal", each) is not None
            assert ours.call("srtp_unseal", each) is None
        assert late is not None
        assert ours.call("srtp_unseal", late) is None, "too old to be known"


def test_an_unknown_profile_is_refused(native: Any) -> None:
    assert not native.srtp_open(3, bytes(16), bytes(14))
