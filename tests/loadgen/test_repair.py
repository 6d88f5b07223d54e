"""Two clients with nothing but a relay between them: what one loses, the other sends again."""

import asyncio

import pytest

from loadgen.farm import Farm, Incoming, Kind, Latency, PeerStats, Totals, Track
from tests.loadgen.leaky import Leaky

AUDIO = Track(11, Kind.AUDIO, 111, 50, packet_bytes=120, transport_id=3)
VIDEO = Track(22, Kind.VIDEO, 96, 400, packet_bytes=1100, transport_id=3)
VIDEO_WITH_RTX = Track(**{**VIDEO.__dict__, "rtx_payload_type": 97, "rtx_ssrc": 33})
INCOMING = Incoming(3, frozenset({96}), frozenset({97}))


async def call(
    video: Track, incoming: Incoming, loss: float
) -> tuple[Totals, PeerStats, Latency]:
    farm = Farm(sample_every=4, in_kernel=not loss)
    publisher, viewer = farm.peer("active"), farm.peer("passive")
    publisher.add(AUDIO)
    publisher.add(video)
    viewer.receive(incoming)
    if loss:
        viewer.lose(loss, 1)
    server = Leaky(publisher, viewer)
    try:
        await publisher.connected()
        await viewer.connected()
        await asyncio.sleep(2)
        for track in range(2):
            publisher.pause(track)
        await asyncio.sleep(0.2)
        return farm.totals(), publisher.stats(), farm.repair_time()
    finally:
        farm.close()
        server.close()


def test_a_publisher_answers_nacks_with_rtx(library: object) -> None:
    totals, publisher, times = asyncio.run(call(VIDEO_WITH_RTX, INCOMING, 0.1))
    assert totals.lost == pytest.approx(90, rel=0.5)
    assert 0 < totals.nacked < totals.lost  # audio cannot be asked for
    # One repetition in ten is lost, and so is one second repetition in ten.
    assert totals.repaired_rtx >= 0.95 * totals.nacked
    assert totals.repaired_plain == 0
    assert totals.resent >= totals.rtx >= totals.repaired_rtx
    assert publisher.nacked >= totals.nacked
    # Neither losses nor repetitions change the count.
    assert totals.received == totals.sent
    assert times.count == totals.repaired_rtx
    assert times.p50 < 20_000
    assert times.max > 45_000  # the second NACK comes after 50 ms
    assert totals.bad_auth == 0


def test_without_rtx_nothing_comes_back(library: object) -> None:
    totals, publisher, _ = asyncio.run(call(VIDEO, INCOMING, 0.1))
    assert publisher.nacked > totals.nacked > 0
    assert (totals.repaired_rtx, totals.resent, totals.rtx) == (0, 0, 0)


def test_feedback_is_sent_ten_times_a_second_if_negotiated(library: object) -> None:
    totals, publisher, _ = asyncio.run(call(VIDEO, INCOMING, 0))
    assert totals.feedback_sent == pytest.approx(20, abs=3)
    assert publisher.feedback == totals.feedback_sent
    assert publisher.reports >= 2
    without, _, _ = asyncio.run(call(VIDEO, Incoming(), 0))
    assert without.feedback_sent == 0
