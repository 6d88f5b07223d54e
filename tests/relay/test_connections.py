"""What a link does to connections: each condition, with real sockets."""

from __future__ import annotations

import random
import select
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.relay import Forward, Refused, Relay, relaying
from tests.relay.sockets import PATIENCE_S, until

MANY = 3_000_000


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    with relaying() as it:
        yield it


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as it:
        it.settimeout(PATIENCE_S)
        yield it


@pytest.fixture
def link(relay: Relay, listener: socket.socket) -> Iterator[Forward]:
    it = relay.tcp(listener.getsockname()[1])
    yield it
    it.close()


def dial(link: Forward) -> socket.socket:
    return socket.create_connection(("127.0.0.1", link.port), PATIENCE_S)


def connected(
    link: Forward, listener: socket.socket
) -> tuple[socket.socket, socket.socket]:
    client = dial(link)
    server, _ = listener.accept()
    server.settimeout(PATIENCE_S)
    return client, server


@pytest.fixture
def both(
    link: Forward, listener: socket.socket
) -> Iterator[tuple[socket.socket, socket.socket]]:
    client, server = connected(link, listener)
    with client, server:
        yield client, server


def everything(it: socket.socket) -> bytes:
    """Read until the end."""
    parts = []
    while part := it.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def empty(it: socket.socket) -> bool:
    return not select.select([it], [], [], 0)[0]


def test_bytes_pass_both_ways_and_each_way_ends_alone(
    link: Forward, both: tuple[socket.socket, socket.socket]
) -> None:
    client, server = both
    client.sendall(b"question")
    client.shutdown(socket.SHUT_WR)
    assert everything(server) == b"question"
    server.sendall(b"answer")
    server.close()
    assert everything(client) == b"answer"
    until(lambda: link.count().clients == 0)
    counted = link.count()
    assert (counted.up.passed_bytes, counted.down.passed_bytes) == (8, 6)
    assert counted.clients_ever == 1


def test_many_bytes_pass_a_slow_reader_and_a_delay_whole(
    link: Forward, both: tuple[socket.socket, socket.socket]
) -> None:
    link.set(delay_ms=5, jitter_ms=5)
    client, server = both
    data = random.Random(1).randbytes(MANY)

    def send() -> None:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send)
    sender.start()
    # It fills until nobody takes more: nothing is read before that.
    until(lambda: link.count().held_up > 60)
    assert everything(server) == data
    sender.join(PATIENCE_S)


def test_a_cap_is_kept(
    link: Forward, both: tuple[socket.socket, socket.socket]
) -> None:
    link.down.set(cap_bps=1_600_000, burst_bytes=0)
    client, server = both
    began = time.monotonic()
    server.sendall(bytes(50_000))
    server.close()
    assert len(everything(client)) == 50_000
    assert time.monotonic() - began >= 0.25


def test_a_stalled_connection_goes_on_where_it_was(
    link: Forward, both: tuple[socket.socket, socket.socket]
) -> None:
    client, server = both
    link.up.set(stall=True)
    client.sendall(b"held")
    server.sendall(b"free")
    assert client.recv(4) == b"free"
    assert empty(server)
    client.close()
    link.up.set(stall=False)
    assert everything(server) == b"held"


def test_a_cut_is_silent_and_heals(
    link: Forward,
    both: tuple[socket.socket, socket.socket],
    listener: socket.socket,
) -> None:
    client, server = both
    link.cut()
    client.sendall(b"one")
    server.sendall(b"two")
    with dial(link) as late:
        late.sendall(b"three")
        counted = link.count()
        assert (counted.up.passed, counted.down.passed, counted.clients) == (0, 0, 1)
        assert empty(client)
        assert empty(server)
        assert empty(listener)
        link.restore()
        assert server.recv(3) == b"one"
        assert client.recv(3) == b"two"
        other, _ = listener.accept()
        with other:
            assert other.recv(5) == b"three"


def test_a_cut_with_reset_ends_both_sides(
    link: Forward,
    both: tuple[socket.socket, socket.socket],
    listener: socket.socket,
) -> None:
    link.cut(reset=True)
    for it in both:
        with pytest.raises(ConnectionResetError):
            it.recv(1)
    link.restore()
    for it in connected(link, listener):
        it.close()


def test_rebinding_resets(
    link: Forward, both: tuple[socket.socket, socket.socket]
) -> None:
    link.rebind()
    for it in both:
        with pytest.raises(ConnectionResetError):
            it.recv(1)


def test_refusing_leaves_what_is_open(
    link: Forward,
    both: tuple[socket.socket, socket.socket],
    listener: socket.socket,
) -> None:
    client, server = both
    for _ in range(2):
        link.refuse()
        with pytest.raises(ConnectionRefusedError):
            dial(link)
        client.sendall(b"still")
        assert server.recv(5) == b"still"
        link.restore()
        for it in connected(link, listener):
            it.close()


def test_a_reset_is_passed_on(
    link: Forward, both: tuple[socket.socket, socket.socket]
) -> None:
    client, server = both
    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    server.close()
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    until(lambda: link.count().clients == 0)


def test_a_server_that_is_away_resets_and_is_found_again(
    link: Forward, listener: socket.socket
) -> None:
    address = listener.getsockname()
    listener.close()
    with pytest.raises(ConnectionResetError), dial(link) as client:
        client.recv(1)
    with socket.create_server(address) as back:
        back.settimeout(PATIENCE_S)
        for it in connected(link, back):
            it.close()


def test_one_port_number_carries_both_kinds(
    relay: Relay, listener: socket.socket
) -> None:
    udp, tcp = relay.pair(listener.getsockname()[1])
    assert udp.port == tcp.port
    for it in connected(tcp, listener):
        it.close()
    with pytest.raises(Refused) as refused:
        relay.tcp(9, at=tcp.port)
    assert refused.value.code == "IN_USE"
    udp.close()
    tcp.close()
