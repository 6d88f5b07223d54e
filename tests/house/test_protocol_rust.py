"""The engine's generated wire types are those that Python declares."""

import msgspec
from tools.protocol import rust, samples

from ringway.ports import engine_messages

REMEDY = "run `make generate` and commit what changed"


def test_the_committed_rust_types_are_up_to_date() -> None:
    assert rust.PATH.read_text(encoding="utf-8") == rust.render(), REMEDY


def test_the_committed_samples_are_up_to_date() -> None:
    assert samples.PATH.read_text(encoding="utf-8") == samples.render(), REMEDY


def test_python_reads_its_own_samples_back() -> None:
    decoder = msgspec.msgpack.Decoder(engine_messages.Order | engine_messages.News)
    for line in samples.PATH.read_text(encoding="utf-8").splitlines():
        frame = bytes.fromhex(line.split()[1])
        assert msgspec.msgpack.encode(decoder.decode(frame)) == frame
