"""Uploaded files are judged by their content, not by their name."""

from __future__ import annotations

import io
import struct
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringway.adapters.media_files import judge
from ringway.ports.files import Media, MediaFormat


def wav(seconds: float = 2.5, rate: int = 8000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as it:
        it.setnchannels(1)
        it.setsampwidth(2)
        it.setframerate(rate)
        it.writeframes(bytes(int(seconds * rate) * 2))
    return file.getvalue()


def mp3(frames: int = 96) -> bytes:
    """MPEG-1 layer III, 128 kbit/s, 44,100 Hz: 1152 samples in 417 bytes."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def box(name: bytes, *content: bytes) -> bytes:
    inside = b"".join(content)
    return struct.pack(">I4s", 8 + len(inside), name) + inside


def mp4(milliseconds: int = 2500) -> bytes:
    times = struct.pack(">IIIII", 0, 0, 0, 1000, milliseconds)
    movie = box(b"mvhd", times, bytes(80))
    track = box(b"trak", box(b"mdia", box(b"mdhd", times, bytes(4))))
    return box(b"ftyp", b"isom", bytes(4)) + box(b"moov", movie, track)


WHOLE = {MediaFormat.WAV: wav(), MediaFormat.MP3: mp3(), MediaFormat.MP4: mp4()}


@pytest.mark.parametrize("kind", MediaFormat)
def test_what_can_be_played(kind: MediaFormat) -> None:
    assert judge(io.BytesIO(WHOLE[kind])) == Media(kind, 3)


def test_a_tag_may_come_first() -> None:
    tag = b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10)
    assert judge(io.BytesIO(tag + mp3())) == Media(MediaFormat.MP3, 3)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"R",
        b"text that somebody wrote",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"OggS" + bytes(100),
        b"RIFF\x00\x00\x00\x00AVI " + bytes(100),
        b"RIFF\x00\x00\x00\x00WAVE",
        wav(0),
        box(b"ftyp", b"isom", bytes(4)),
        b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10),
        mp4(0xFFFFFFFF),
    ],
)
def test_what_can_not(content: bytes) -> None:
    assert judge(io.BytesIO(content)) is None


@given(
    st.sampled_from(list(WHOLE.values())),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8),
    st.integers(0, 10_000),
)
def test_nothing_trips_it(
    content: bytes, changes: list[tuple[int, int]], end: int
) -> None:
    changed = bytearray(content[: end + 12])
    for at, byte in changes:
        changed[at % len(changed)] = byte
    found = judge(io.BytesIO(bytes(changed)))
    assert found is None or found.duration > 0
