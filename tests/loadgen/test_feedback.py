"""Transport-wide feedback, NACKs and losses, as the library writes and keeps them."""

import ctypes
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

WAITING = 1024
LOSSES = 1024


class Arrivals(ctypes.Structure):
    _fields_ = [
        ("started", ctypes.c_bool),
        ("base", ctypes.c_uint16),
        ("end", ctypes.c_uint16),
        ("messages", ctypes.c_uint8),
        ("last_us", ctypes.c_uint64),
        ("us", ctypes.c_uint64 * WAITING),
    ]


class Losses(ctypes.Structure):
    _fields_ = [
        ("share", ctypes.c_double),
        ("random", ctypes.c_uint64),
        ("list", ctypes.c_void_p),
        ("first", ctypes.c_uint),
        ("count", ctypes.c_uint),
        ("unasked", ctypes.c_uint),
    ]


@dataclass
class Feedback:
    base: int
    message: int
    arrivals: list[int | None]
    """In us, rounded to 250."""


def parse(packet: bytes) -> Feedback:
    """Read a message by the letter of the draft, section 3.1."""
    first, kind, words, _sender, _media, base, count, reference = struct.unpack(
        ">BBHIIHHI", packet[:20]
    )
    assert (first & 0xC0, first & 31, kind) == (0x80, 15, 205)
    assert 4 * (words + 1) == len(packet)
    padding = packet[-1] if first & 0x20 else 0
    symbols: list[int] = []
    at = 20
    while len(symbols) < count:
        (chunk,) = struct.unpack(">H", packet[at : at + 2])
        at += 2
        if chunk & 0x8000:
            assert chunk & 0x4000, "one-bit vectors are not written"
            symbols += [chunk >> shift & 3 for shift in range(12, -1, -2)]
        else:
            symbols += [chunk >> 13] * (chunk & 0x1FFF)
    assert not any(symbols[count:])
    now = (reference >> 8) * 64000
    arrivals: list[int | None] = []
    for symbol in symbols[:count]:
        if symbol:
            (delta,) = struct.unpack(
                ">h" if symbol == 2 else ">B", packet[at : at + symbol]
            )
            at += symbol
            now += 250 * delta
        arrivals.append(now if symbol else None)
    assert at + padding == len(packet)
    return Feedback(base, reference & 0xFF, arrivals)


@pytest.fixture
def native(library: Path) -> Any:
    loaded = ctypes.CDLL(str(library))
    loaded.arrivals_note.argtypes = [ctypes.c_void_p, ctypes.c_uint16, ctypes.c_uint64]
    loaded.arrivals_write.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint32]
    loaded.arrivals_write.argtypes += [ctypes.c_uint32, ctypes.c_bool]
    loaded.arrivals_write.restype = ctypes.c_size_t
    loaded.write_nack.restype = ctypes.c_size_t
    loaded.losses_start.argtypes = [ctypes.c_void_p, ctypes.c_double, ctypes.c_uint64]
    loaded.losses_draw.restype = ctypes.c_bool
    loaded.losses_add.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_uint16,
        ctypes.c_double,
    ]
    loaded.losses_due.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_double]
    loaded.losses_due.argtypes += [ctypes.c_void_p, ctypes.c_int]
    loaded.losses_expire.argtypes = [ctypes.c_void_p, ctypes.c_double]
    return loaded


def written(native: Any, arrivals: Arrivals, fill: bool = False) -> Feedback | None:
    buffer = ctypes.create_string_buffer(3000)
    length = native.arrivals_write(ctypes.byref(arrivals), buffer, 1, 2, fill)
    return parse(buffer.raw[:length]) if length else None


def noted(native: Any, seen: dict[int, int]) -> Arrivals:
    arrivals = Arrivals()
    for number, us in seen.items():
        native.arrivals_note(ctypes.byref(arrivals), number, us)
    return arrivals


def test_feedback_says_what_arrived_when(native: Any) -> None:
    seen = {
        65534: 5_000_000,
        65535: 5_001_000,
        1: 5_000_500,
        2: 5_400_000,
        3: 0,
        4: 5_400_250,
    }
    arrivals = noted(native, seen)
    feedback = written(native, arrivals)
    assert feedback is not None
    assert feedback.base == 65534
    assert feedback.arrivals == [
        5_000_000,
        5_001_000,
        None,
        5_000_500,
        5_400_000,
        None,
        5_400_250,
    ]
    assert written(native, arrivals) is None
    native.arrivals_note(ctypes.byref(arrivals), 6, 5_500_000)
    second = written(native, arrivals)
    assert second is not None
    assert (second.base, second.message, second.arrivals) == (5, 1, [None, 5_500_000])


def test_a_sampling_receiver_reports_the_unseen_between_their_neighbours(
    native: Any,
) -> None:
    arrivals = noted(native, {0: 1_000_000, 4: 1_004_000})
    first = written(native, arrivals, fill=True)
    assert first is not None
    assert first.arrivals == [1_000_000, 1_001_000, 1_002_000, 1_003_000, 1_004_000]
    native.arrivals_note(ctypes.byref(arrivals), 7, 1_007_000)
    second = written(native, arrivals, fill=True)
    assert second is not None
    assert (second.base, second.arrivals) == (5, [1_005_000, 1_006_000, 1_007_000])


def test_long_messages_are_split(native: Any) -> None:
    arrivals = noted(
        native, {number: 1_000_000 + 500 * number for number in range(900)}
    )
    got: list[int | None] = []
    while feedback := written(native, arrivals):
        assert feedback.base == len(got)
        got += feedback.arrivals
    assert got == [1_000_000 + 500 * number for number in range(900)]


def test_nacks_name_a_packet_and_the_sixteen_after_it(native: Any) -> None:
    wanted = [65533, 65535, 13, 14]
    buffer = ctypes.create_string_buffer(100)
    length = native.write_nack(buffer, 1, 2, (ctypes.c_uint16 * 4)(*wanted), 4)
    assert struct.unpack(">HHHH", buffer.raw[12:length]) == (65533, 0x8002, 14, 0)
    assert struct.unpack(">BBHII", buffer.raw[:12]) == (0x81, 205, 4, 1, 2)


def due(native: Any, losses: Losses, ssrc: int, now: float) -> list[int]:
    out = (ctypes.c_uint16 * 64)()
    count = native.losses_due(ctypes.byref(losses), ssrc, now, out, 64)
    return list(out[:count])


def test_losses_are_asked_for_twice_and_then_forgotten(native: Any) -> None:
    losses = Losses()
    assert native.losses_start(ctypes.byref(losses), 0.5, 7)
    for ssrc, sequence in ((1, 9), (1, 8), (2, 9)):
        native.losses_add(ctypes.byref(losses), ssrc, sequence, 100.0)
    assert due(native, losses, 1, 100.0) == [8, 9]
    assert losses.unasked == 1
    assert due(native, losses, 1, 100.04) == []
    assert due(native, losses, 1, 100.06) == [8, 9]
    assert due(native, losses, 1, 101.0) == []
    native.losses_expire(ctypes.byref(losses), 103.0)
    assert (losses.count, losses.unasked) == (0, 0)
    native.losses_end(ctypes.byref(losses))


def test_losses_are_drawn_with_the_seed(native: Any) -> None:
    def drawn(seed: int) -> list[bool]:
        losses = Losses()
        native.losses_start(ctypes.byref(losses), 0.02, seed)
        result = [bool(native.losses_draw(ctypes.byref(losses))) for _ in range(20000)]
        native.losses_end(ctypes.byref(losses))
        return result

    assert drawn(1) == drawn(1) != drawn(2)
    assert sum(drawn(1)) == pytest.approx(400, rel=0.2)
