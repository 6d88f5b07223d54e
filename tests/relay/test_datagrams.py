"""What a link does to datagrams: each condition, with real sockets."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator

import pytest

from tests.relay import Bursts, Forward, Refused, Relay, relaying
from tests.relay.sockets import PATIENCE_S, Socket, until


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    with relaying() as it:
        yield it


@pytest.fixture
def server() -> Iterator[Socket]:
    with Socket() as it:
        yield it


@pytest.fixture
def client() -> Iterator[Socket]:
    with Socket() as it:
        yield it


@pytest.fixture
def link(relay: Relay, server: Socket) -> Iterator[Forward]:
    it = relay.udp(server.port)
    yield it
    it.close()


def seen(link: Forward, count: int) -> None:
    """Wait until the relay has seen so many datagrams from clients."""
    until(lambda: link.count().up.packets == count)


def test_a_clear_link_passes_everything_both_ways(
    link: Forward, client: Socket, server: Socket
) -> None:
    for length in (0, 1, 1200, 60_000):
        client.send(bytes(length), link.port)
        assert server.receive() == bytes(length)
        server.answer(b"%d" % length)
        assert client.receive() == b"%d" % length
    counted = link.count()
    assert counted.up.passed == counted.down.passed == 4
    assert counted.up.passed_bytes == 61_201
    assert counted.held_up == counted.held_down == 0


def test_each_client_has_a_port_of_its_own(link: Forward, server: Socket) -> None:
    with Socket() as one, Socket() as two:
        one.send(b"one", link.port)
        assert server.receive() == b"one"
        first = server.source
        two.send(b"two", link.port)
        assert server.receive() == b"two"
        assert server.source != first
        server.answer(b"to two")
        server.send(b"to one", first)
        assert one.receive() == b"to one"
        assert two.receive() == b"to two"
        one.send(b"again", link.port)
        assert server.receive() == b"again"
        assert server.source == first
    assert link.count().clients == 2


def test_a_stalled_link_holds_and_keeps_the_order(
    link: Forward, client: Socket, server: Socket
) -> None:
    link.up.set(stall=True)
    for n in range(100):
        client.send(bytes([n]), link.port)
    seen(link, 100)
    assert link.count().held_up == 100
    assert server.empty()
    link.up.set(stall=False)
    assert [server.receive() for _ in range(100)] == [bytes([n]) for n in range(100)]


def test_one_way_does_not_concern_the_other(
    link: Forward, client: Socket, server: Socket
) -> None:
    client.send(b"hello", link.port)
    server.receive()
    link.down.set(cut=True)
    server.answer(b"lost")
    until(lambda: link.count().down.dropped == 1)
    client.send(b"still", link.port)
    assert server.receive() == b"still"
    assert client.empty()


def test_a_cut_link_loses_what_comes_and_what_is_on_its_way(
    link: Forward, client: Socket, server: Socket
) -> None:
    link.set(delay_ms=30_000)
    client.send(b"on its way", link.port)
    seen(link, 1)
    link.cut()
    client.send(b"late", link.port)
    seen(link, 2)
    link.restore()
    client.send(b"after", link.port)
    assert server.receive() == b"after"
    assert link.count().up.dropped == 2


def test_delay_is_kept_and_restoring_ends_it(
    link: Forward, client: Socket, server: Socket
) -> None:
    link.up.set(delay_ms=60)
    began = time.monotonic()
    client.send(b"slow", link.port)
    assert server.receive() == b"slow"
    assert 0.06 <= time.monotonic() - began < PATIENCE_S / 2
    link.up.set(delay_ms=60_000)
    for text in (b"one", b"two"):
        client.send(text, link.port)
    seen(link, 3)
    link.restore()
    assert [server.receive(), server.receive()] == [b"one", b"two"]


def test_jitter_keeps_the_order(link: Forward, client: Socket, server: Socket) -> None:
    link.up.set(jitter_ms=20)
    for n in range(50):
        client.send(bytes([n]), link.port)
    assert [server.receive() for _ in range(50)] == [bytes([n]) for n in range(50)]


def test_reordering_changes_the_order_and_loses_nothing(
    link: Forward, client: Socket, server: Socket
) -> None:
    link.up.set(reorder=0.2, reorder_ms=50)
    for n in range(100):
        client.send(bytes([n]), link.port)
    came = [server.receive()[0] for _ in range(100)]
    late = link.count().up.reordered
    assert sorted(came) == list(range(100))
    assert came != sorted(came)
    assert 5 < late < 40


def survivors(relay: Relay, server: Socket, seed: int, bursts: Bursts) -> list[int]:
    link = relay.udp(server.port, seed=seed)
    link.up.set(drop=0.05, bursts=bursts)
    with Socket() as client:
        for n in range(200):
            client.send(bytes([n]), link.port)
        seen(link, 200)
        counted = link.count().up
        came = [server.receive()[0] for _ in range(counted.passed)]
        assert counted.passed + counted.dropped == 200
    link.close()
    return came


def test_the_same_seed_loses_the_same(relay: Relay, server: Socket) -> None:
    bursts = Bursts(enter=0.05, leave=0.3)
    once = survivors(relay, server, 7, bursts)
    assert 100 < len(once) < 195
    assert survivors(relay, server, 7, bursts) == once
    assert survivors(relay, server, 8, bursts) != once


def test_a_capped_link_has_its_rate_and_a_full_queue_loses_the_tail(
    link: Forward, client: Socket, server: Socket
) -> None:
    link.up.set(cap_bps=1_600_000, burst_bytes=0, queue_bytes=20_000)
    began = time.monotonic()
    for n in range(100):
        client.send(bytes([n]) * 1000, link.port)
    seen(link, 100)
    lost = link.count().up.overflowed
    assert 50 < lost <= 80
    came = [server.receive()[0] for _ in range(100 - lost)]
    # A thousand bytes take 5 ms.
    assert time.monotonic() - began >= len(came) * 0.005
    assert came[:20] == list(range(20))
    assert link.count().up.passed == len(came)


def test_after_rebinding_the_server_sees_another_port(
    link: Forward, client: Socket, server: Socket
) -> None:
    client.send(b"before", link.port)
    server.receive()
    old = server.source
    link.rebind()
    server.send(b"to nobody", old)
    client.send(b"after", link.port)
    assert server.receive() == b"after"
    assert server.source != old
    server.answer(b"found")
    assert client.receive() == b"found"
    assert client.empty()


def test_a_server_that_comes_back_is_reached(relay: Relay, client: Socket) -> None:
    with Socket() as first:
        link = relay.udp(first.port)
        client.send(b"hello", link.port)
        assert first.receive() == b"hello"
    for n in range(1, 4):
        client.send(b"to nobody", link.port)
        seen(link, 1 + n)
    with Socket(first.port) as second:
        client.send(b"hello again", link.port)
        assert second.receive() == b"hello again"
        second.answer(b"welcome")
        assert client.receive() == b"welcome"
    link.close()


def test_a_client_that_has_gone_harms_nobody(
    link: Forward, client: Socket, server: Socket
) -> None:
    with Socket() as gone:
        gone.send(b"hello", link.port)
        server.receive()
        source = server.source
    for _ in range(3):
        server.send(b"are you there?", source)
    until(lambda: link.count().down.packets == 3)
    client.send(b"here", link.port)
    assert server.receive() == b"here"
    server.answer(b"good")
    assert client.receive() == b"good"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("set", {"way": "up", "conditions": {"drop": 2}}), "BAD_VALUE"),
        (("set", {"way": "up", "conditions": {"dorp": 0}}), "MALFORMED"),
        (("set", {"way": "left", "conditions": {}}), "MALFORMED"),
        (("dance", {}), "MALFORMED"),
        (("reset", {}), "NOT_TCP"),
        (("refuse", {"on": True}), "NOT_TCP"),
    ],
)
def test_what_can_not_be_done_changes_nothing(
    link: Forward,
    client: Socket,
    server: Socket,
    command: tuple[str, dict[str, object]],
    code: str,
) -> None:
    what, more = command
    with pytest.raises(Refused) as refused:
        link.ask(what, **more)
    assert refused.value.code == code
    client.send(b"still", link.port)
    assert server.receive() == b"still"


def test_only_loopback_is_forwarded(relay: Relay) -> None:
    for to, listen in [
        ("192.0.2.1:9", "127.0.0.1:0"),
        ("127.0.0.1:9", "0.0.0.0:0"),
    ]:
        with pytest.raises(Refused) as refused:
            relay.ask("open", kind="udp", to=to, listen=listen, seed=1)
        assert refused.value.code == "NOT_LOOPBACK"


def test_a_closed_forward_is_not_known_and_its_port_is_free(relay: Relay) -> None:
    link = relay.udp(9)
    link.close()
    with pytest.raises(Refused) as refused:
        link.count()
    assert refused.value.code == "NO_SUCH_FORWARD"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as it:
        it.bind(("127.0.0.1", link.port))
        assert not select.select([it], [], [], 0)[0]
