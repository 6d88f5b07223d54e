"""Each check of `ringway doctor`: well, and with what is wrong."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from ringway.app.doctor import certificate, installation, machine, network, stun
from ringway.app.doctor.findings import Finding, State
from ringway.app.tls.own import LASTS, keep_own, own_files
from ringway.domain.values import SECOND
from ringway.rtc.limits import MOST_CONNECTIONS
from ringway.settings import (
    Advertised,
    Listen,
    Settings,
    advertised_addresses,
    settings_from,
)
from tests.browser.server import free_port

ROOT = Path(__file__).parents[2]
NOW = 1_795_276_800 * SECOND
MADE_AT = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
TRANSACTION = bytes(range(12))


def given(**changed: Any) -> Settings:
    usual = {"data": Path("data"), "http": "127.0.0.1:8080", "media": "0.0.0.0:3478"}
    return settings_from(**{**usual, **changed})


def is_well(it: Finding) -> None:
    assert (it.state, it.advice) == (State.OK, "")
    assert it.found.endswith(".")


def is_bad(it: Finding, state: State, found: str, advice: str) -> None:
    assert it.state is state
    assert found in it.found
    assert advice in it.advice
    assert it.found.endswith(".")
    assert it.advice


# --------------------------------------------------------------- the machine


def test_the_buffers_are_those_that_the_engine_asks_for() -> None:
    source = (ROOT / "crates/media-io/src/socket.rs").read_text()
    [said] = re.findall(r"const BUFFER: libc::c_int = (\d+) << 20;", source)
    assert int(said) << 20 == machine.WANTED_BUFFER
    is_well(machine.buffers(machine.WANTED_BUFFER, machine.WANTED_BUFFER))
    received, sent = machine.buffers_here()
    assert min(received, sent) > 1024


@pytest.mark.parametrize("small", [(212_992, 4 << 20), (4 << 20, 212_992)])
def test_small_buffers_are_told_of(small: tuple[int, int]) -> None:
    is_bad(machine.buffers(*small), State.WARN, "208 of 4096 KiB", "net.core.rmem_max=")


def test_open_files() -> None:
    is_well(machine.files(MOST_CONNECTIONS + machine.SPARE_FILES))
    few = machine.files(4096)
    is_bad(few, State.WARN, "enough for 3896 connections", "LimitNOFILE")
    is_bad(machine.files(100), State.FAIL, "enough for 0 connections", "LimitNOFILE")
    assert machine.files_here() > 0


def test_the_clock() -> None:
    is_well(machine.clock(NOW, None, None))
    is_well(machine.clock(NOW, NOW - 1, synchronised=True))
    is_well(machine.clock(NOW, NOW + machine.LARGEST_STEP, synchronised=True))
    for wrong in (
        machine.clock(NOW, NOW + machine.LARGEST_STEP + 1, synchronised=True),
        machine.clock(0, None, synchronised=True),
    ):
        is_bad(wrong, State.FAIL, "over already", "set-ntp true")
    is_bad(
        machine.clock(NOW, None, synchronised=False),
        State.WARN,
        "Nothing keeps it right",
        "set-ntp true",
    )
    assert machine.synchronised_here() in {None, True, False}


def test_the_disk(tmp_path: Path) -> None:
    is_well(machine.disk(machine.GOOD_DISK))
    is_bad(machine.disk(machine.GOOD_DISK - 1), State.WARN, "1023 MiB", "--data")
    is_bad(machine.disk(machine.LEAST_DISK - 1), State.FAIL, "99 MiB", "--data")
    there = machine.disk_here(tmp_path)
    assert machine.disk_here(tmp_path / "not" / "yet") == pytest.approx(there, rel=0.5)


def test_the_cores() -> None:
    is_well(machine.cores(2, 2))
    is_bad(machine.cores(3, 2), State.WARN, "3 shards share 2 cores", "--shards 2")
    assert machine.cores_here() >= 1


# ------------------------------------------------------- folder, engine, pages


def test_variables_that_are_none() -> None:
    is_well(installation.variables({}))
    one = {"RINGWAY_HTPP": "RINGWAY_HTTP"}
    it = installation.variables(one)
    is_bad(it, State.WARN, "RINGWAY_HTPP is no setting.", "mean RINGWAY_HTTP?")
    two = installation.variables({**one, "RINGWAY_X": ""})
    is_bad(two, State.WARN, "nor are 1 others", "RINGWAY_HTTP")


def test_the_data_folder(tmp_path: Path) -> None:
    is_well(installation.folder(tmp_path / "not" / "yet"))
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    is_well(installation.folder(data))
    data.chmod(0o755)
    is_bad(installation.folder(data), State.WARN, "open to other users", "chmod 700")
    (tmp_path / "file").write_text("")
    is_bad(installation.folder(tmp_path / "file"), State.FAIL, "no folder", "--data")
    under = installation.folder(tmp_path / "file" / "data")
    is_bad(under, State.FAIL, "can not be", "--data")


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("access", lambda *_: False, "can not be written"),
        ("geteuid", lambda: os.getuid() + 1, "belongs to another user"),
    ],
)
def test_a_data_folder_of_others(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: Callable[..., Any],
    found: str,
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(os, name, value)
    is_bad(installation.folder(tmp_path), State.FAIL, found, "--data")


def test_the_database(tmp_path: Path) -> None:
    file = tmp_path / "ringway.db"
    is_well(installation.database(None, file))
    file.write_bytes(b"x" * 2048)
    is_well(installation.database(None, file))
    assert "2 KiB" in installation.database(None, file).found
    is_bad(installation.database("It is no database.", file), State.FAIL, "no", "copy")


def program(folder: Path, text: str, mode: int = 0o755) -> Path:
    path = folder / "engine"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_engine(tmp_path: Path) -> None:
    said = "#!/bin/sh\necho 'ringway-media: the engine'\n"
    is_well(installation.engine(program(tmp_path, said)))


@pytest.mark.parametrize(
    ("text", "mode", "found"),
    [
        ("#!/bin/sh\necho libc.so.6 is too old >&2\nexit 1\n", 0o755, "libc.so.6 is"),
        ("#!/bin/sh\nexit 3\n", 0o755, "exit code 3"),
        ("#!/bin/sh\necho something else\n", 0o755, "no media engine"),
        ("#!/nowhere/at/all\n", 0o755, "can not be started"),
        ("#!/bin/sh\n", 0o644, "can not be executed"),
    ],
)
def test_an_engine_that_does_not_run_here(
    tmp_path: Path, text: str, mode: int, found: str
) -> None:
    it = installation.engine(program(tmp_path, text, mode))
    is_bad(it, State.FAIL, found, "--engine")


def test_an_engine_that_is_not_there_or_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = installation.engine(tmp_path / "none")
    is_bad(gone, State.FAIL, "is not there", "make build")
    monkeypatch.setattr(installation, "HELP_WITHIN_S", 0.01)
    silent = program(tmp_path, "#!/bin/sh\nexec sleep 30\n")
    is_bad(installation.engine(silent), State.FAIL, "says nothing", "--engine")


def test_pages_that_are_not_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringway.app.built.BUILT", tmp_path)
    is_bad(installation.pages(given()), State.WARN, "built", "make build")


# ------------------------------------------------------------------ the network


def test_the_http_port() -> None:
    port = free_port()
    is_well(network.web_port(Listen("127.0.0.1", port), "HTTP"))
    with socket.create_server(("127.0.0.1", port)):
        it = network.web_port(Listen("127.0.0.1", port), "HTTP")
    is_bad(it, State.FAIL, f"HTTP port {port}/tcp is in use.", "--http")


def test_the_https_port() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        it = network.web_port(Listen("127.0.0.1", port), "HTTPS")
    is_bad(it, State.FAIL, f"HTTPS port {port}/tcp is in use.", "--https")


def test_the_certificate(tmp_path: Path) -> None:
    assert certificate.findings(given(), MADE_AT) == []
    (own,) = certificate.findings(given(tls="self-signed"), MADE_AT)
    is_well(own)
    keep_own(tmp_path, [x509.DNSName("ringway.test")], MADE_AT)
    files = own_files(tmp_path)
    settings = given(tls=f"{files.certificate},{files.key}")

    def found(at: dt.datetime) -> Finding:
        (it,) = certificate.findings(settings, at)
        return it

    is_well(found(MADE_AT))
    is_bad(found(MADE_AT + LASTS - certificate.SOON), State.WARN, "2027-", "Renew")
    is_bad(found(MADE_AT + LASTS), State.FAIL, "has expired", "--tls")
    files.key.unlink()
    is_bad(found(MADE_AT), State.FAIL, "can not be read", "--tls")


def test_the_media_ports() -> None:
    port = free_port(socket.SOCK_DGRAM)
    media = Listen("127.0.0.1", port)
    is_well(network.media_ports(media, 1, None))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", port))
        it = network.media_ports(media, 1, None)
        is_well(network.media_ports(media, 1, 4711))
    is_bad(it, State.FAIL, f"Media port {port}/udp is in use.", "--media")


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as it:
        thread = threading.Thread(target=it.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{it.server_port}"
        finally:
            it.shutdown()
            thread.join()


def test_a_server_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with answering(200, b"{}") as url:
        is_well(network.server(url, 4711))
    trouble = (
        b'{"checks": {"log": {"works": true, "text": "Fine."},'
        b' "engine": {"works": false, "text": "It is away."}}}'
    )
    with answering(503, trouble) as url:
        it = network.server(url, 4711)
    is_bad(it, State.FAIL, "4711 is not ready: It is away.", "log")
    with answering(503, b"[]") as url:
        is_bad(network.server(url, 1), State.FAIL, "does not say why", "log")
    elsewhere = network.server(f"http://127.0.0.1:{free_port()}", 4711)
    is_bad(elsewhere, State.WARN, "but not at", "started with")


def advertised(*addresses: str) -> list[Advertised]:
    return [Advertised(address, "") for address in addresses]


def test_the_advertised_addresses() -> None:
    outside = given(http="0.0.0.0:80")
    is_well(network.addresses(given(), advertised("127.0.0.1", "192.168.1.2")))
    is_well(network.addresses(outside, advertised("192.168.1.2", "8.8.8.8:99")))
    is_well(network.addresses(outside, advertised("[2606:4700::1]:99")))
    phones = network.addresses(given(tls="self-signed"), advertised("192.168.1.2"))
    is_bad(phones, State.WARN, "same network", "--stun")
    own = network.addresses(outside, advertised("127.0.0.1", "::1"))
    is_bad(own, State.FAIL, "nobody else can reach", "--advertise IP")
    near = network.addresses(outside, advertised("192.168.1.2", "[fd00::1]:9"))
    is_bad(near, State.WARN, "same network", "--stun")


def test_no_address_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    is_well(network.advertised(given())[0])
    monkeypatch.setattr(
        network, "advertised_addresses", lambda it: advertised_addresses(it, list)
    )
    it, found = network.advertised(given(http="0.0.0.0:80"))
    is_bad(it, State.FAIL, "no address to advertise", "--advertise IP")
    assert found == ()


def test_pages_need_https_outside() -> None:
    is_well(network.secure_pages(given()))
    is_well(network.secure_pages(given(public_url="https://ringway.test")))
    is_well(network.secure_pages(given(http="0.0.0.0:80", tls="self-signed")))
    for bad in (
        given(http="0.0.0.0:80"),
        given(http="0.0.0.0:80", public_url="http://ringway.test"),
    ):
        is_bad(network.secure_pages(bad), State.WARN, "https only", "--public-url")


# ------------------------------------------------------------------------ STUN


def response(*attributes: bytes, kind: int = 0x0101, of: bytes = TRANSACTION) -> bytes:
    body = b"".join(attributes)
    return struct.pack("!HHI12s", kind, len(body), 0x2112A442, of) + body


def attribute(name: int, value: bytes) -> bytes:
    return struct.pack("!HH", name, len(value)) + value + bytes(-len(value) % 4)


def mapped(address: str, *, of: bytes = TRANSACTION, xor: bool = True) -> bytes:
    raw = ipaddress.ip_address(address).packed
    if xor:
        mask = bytes.fromhex("2112a442") + of
        raw = bytes(a ^ b for a, b in zip(raw, mask, strict=False))
    family = 1 if len(raw) == 4 else 2
    return attribute(0x20 if xor else 1, struct.pack("!BBH", 0, family, 4711) + raw)


def test_the_address_in_a_response_is_read() -> None:
    assert stun.request(TRANSACTION).hex() == "000100002112a442" + TRANSACTION.hex()
    for address in ("203.0.113.9", "2001:db8::9"):
        for xor in (True, False):
            packet = response(attribute(0x8022, b"other"), mapped(address, xor=xor))
            assert stun.read_response(packet, TRANSACTION) == address
    both = response(mapped("192.0.2.1", xor=False), mapped("203.0.113.9"))
    assert stun.read_response(both, TRANSACTION) == "203.0.113.9"


def test_the_sample_of_rfc_5769_is_read() -> None:
    """Section 2.2: the XOR-MAPPED-ADDRESS of its IPv4 response."""
    transaction = bytes.fromhex("b7e7a701bc34d686fa87dfae")
    value = attribute(0x20, bytes.fromhex("0001a147e112a643"))
    packet = response(value, of=transaction)
    assert stun.read_response(packet, transaction) == "192.0.2.1"


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\0" * 20,
        response(),
        response(mapped("192.0.2.1"), kind=0x0111),
        response(mapped("192.0.2.1"), of=b"x" * 12),
        response(mapped("192.0.2.1"))[:-1],
        response(mapped("192.0.2.1")) + b"\0",
        response(attribute(0x20, b"")),
        response(attribute(0x20, b"\0\3\0\0" + bytes(4))),
        response(attribute(0x20, b"\0\1\0\0" + bytes(3))),
        response(struct.pack("!HH", 0x20, 0xFFFF)),
    ],
)
def test_what_is_no_response_gives_no_address(packet: bytes) -> None:
    assert stun.read_response(packet, TRANSACTION) is None


@contextmanager
def stun_server(reply: Callable[[bytes], bytes]) -> Iterator[Listen]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as it:
        it.bind(("127.0.0.1", 0))
        it.settimeout(10)

        def serve() -> None:
            asked, address = it.recvfrom(2048)
            it.sendto(reply(asked[8:20]), address)

        thread = threading.Thread(target=serve)
        thread.start()
        yield Listen("127.0.0.1", it.getsockname()[1])
        thread.join()


def test_how_a_stun_server_sees_us() -> None:
    def reply(of: bytes) -> bytes:
        return response(mapped("203.0.113.9", of=of), of=of)

    with stun_server(reply) as it:
        is_well(network.seen_from_outside(it, advertised("203.0.113.9:99")))
    with stun_server(reply) as it:
        found = network.seen_from_outside(it, advertised("192.0.2.1"))
    is_bad(found, State.WARN, "sees 203.0.113.9", "--advertise 203.0.113.9")


def test_a_stun_server_that_does_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    with stun_server(lambda _: b"rubbish") as it:
        is_bad(
            network.seen_from_outside(it, ()), State.WARN, "no response of STUN", "UDP"
        )
    nobody = Listen("127.0.0.1", free_port(socket.SOCK_DGRAM))
    is_bad(network.seen_from_outside(nobody, ()), State.WARN, "refused", "firewall")
    monkeypatch.setattr(stun, "TRIES_S", (0.01, 0.01))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        silent = Listen("127.0.0.1", deaf.getsockname()[1])
        found = network.seen_from_outside(silent, ())
        is_bad(found, State.WARN, "nothing came back within 0.02 s", "firewall")
        deaf.setblocking(False)
        assert len([deaf.recv(99), deaf.recv(99)]) == 2, "it asked twice"
