"""HTTPS of `ringway serve`: beside HTTP, for other machines, and refused in a sentence."""

from __future__ import annotations

import datetime as dt
import json
import signal
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from websockets.asyncio.client import connect

from ringway.app.closing_lines import as_value
from ringway.app.serving import Ready
from ringway.app.sharing import invitation
from ringway.app.tls.own import keep_own, names_here, own_files
from ringway.cli.qr import AS_BEFORE
from ringway.rtc import messages as wire
from ringway.settings import (
    Advertised,
    CertificateFiles,
    address_for_others,
    settings_from,
)
from tests.app.test_serving import PATIENCE_S, Served, refused, served, until
from tests.browser.server import free_port
from tests.cli.terminal import read_qr_code, terminal


@contextmanager
def secured(data: Path) -> Iterator[tuple[Served, str, ssl.SSLContext]]:
    """Serve both; give the address for other machines, and what trusts it."""
    port, host = free_port(), address_for_others()
    assert host is not None, "this machine has no network"
    with served(data, "--tls", "self-signed", "--https", f"0.0.0.0:{port}") as it:
        trust = ssl.create_default_context(cafile=data / "tls-certificate.pem")
        yield it, f"https://{host}:{port}", trust


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_another_machine_comes_in_by_https_and_not_by_http(data: Path) -> None:
    with secured(data) as (it, url, trust):
        with urllib.request.urlopen(url + "/livez", context=trust) as answer:
            assert json.load(answer) == {"alive": True}
            assert "Strict-Transport-Security" not in answer.headers
        assert it.get("/livez")[0] == 200
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(url + "/livez")
        host = url.removeprefix("https://").rpartition(":")[0]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, it.http), 5).close()
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(url + "/metrics", context=trust)


def test_programs_are_told_without_the_code(data: Path) -> None:
    advertised = (Advertised("192.0.2.7", "given"),)
    settings = settings_from(
        data=data, http="127.0.0.1:8080", media="0.0.0.0:3478", tls="self-signed"
    )
    url = "https://192.0.2.7:8443/demo/"
    told = as_value(Ready(settings, advertised, None, url))
    assert (told["https"], told["invited"]) == ("0.0.0.0:8443", url)
    plain = replace(settings, tls=None)
    told = as_value(Ready(plain, advertised, None, None))
    assert (told["https"], told["invited"]) == (None, None)


def test_plain_http_on_the_port_of_https_gets_nothing(data: Path) -> None:
    with secured(data) as (_, url, trust):
        host, _, port = url.removeprefix("https://").rpartition(":")
        with socket.create_connection((host, int(port)), 5) as plain:
            plain.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"alive" not in plain.recv(4096)
        with urllib.request.urlopen(url + "/livez", context=trust) as answer:
            assert answer.status == 200


def token(data: Path, url: str, trust: ssl.SSLContext) -> str:
    secret = json.loads((data / "first-key.json").read_text())["secret"]
    request = urllib.request.Request(
        url + "/webrtc/1/token",
        data=b'{"identity": "ada"}',
        headers={"Authorization": f"App {secret}"},
    )
    with urllib.request.urlopen(request, context=trust) as answer:
        return str(json.load(answer)["token"])


async def test_signalling_goes_over_it(data: Path) -> None:
    with secured(data) as (_, url, trust):
        address = url.replace("https:", "wss:") + wire.PATH
        async with connect(address, ssl=trust) as socket_:
            hello = wire.Connect(wire.PROTOCOL, token(data, url, trust))
            await socket_.send(msgspec.json.encode(hello).decode())
            assert json.loads(await socket_.recv())["t"] == "connected"


def test_the_lines_say_where_and_keep_the_code_to_themselves(data: Path) -> None:
    with secured(data) as (it, url, trust):
        until(lambda: "is ready" in it.out.read_text())
        request = urllib.request.Request(url + "/demo/token", data=b'{"name": "Dana"}')
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(request, context=trust)
        bring = json.dumps({"name": "Dana", "invitation": invitation(data)}).encode()
        request = urllib.request.Request(url + "/demo/token", data=bring)
        with urllib.request.urlopen(request, context=trust) as answer:
            assert json.load(answer)["sharing"]["url"] == f"{url}/demo/"
        said = it.out.read_text()
        assert f"Invited  {url}/demo/\n" in said
        assert f"`ringway invitation --data {data}`" in said
        assert invitation(data) not in said


def test_a_terminal_shows_the_link_and_its_qr_code(data: Path, tmp_path: Path) -> None:
    port, host = free_port(), address_for_others()
    words = (
        *("serve", "--data", data, "--http", f"127.0.0.1:{free_port()}"),
        *("--media", f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}"),
        *("--tls", "self-signed", "--https", f"0.0.0.0:{port}"),
    )
    with terminal(*words, folder=tmp_path) as (process, read):
        said, _, drawn = read(f"{AS_BEFORE}\r\n\r\n").partition("Ctrl-C\n\n")
        link = f"https://{host}:{port}/demo/#invitation={invitation(data)}"
        assert f"Invited  {link}\n" in said
        assert read_qr_code(drawn) == link
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        logged = process.stderr.read().decode()
        assert process.wait(PATIENCE_S) == 0
    assert "engine started" in logged
    assert invitation(data) not in logged


def test_a_renewed_certificate_is_taken_without_a_restart(
    data: Path, tmp_path: Path
) -> None:
    def made(name: str) -> CertificateFiles:
        folder = tmp_path / name
        folder.mkdir()
        keep_own(folder, names_here(), dt.datetime.now(dt.UTC))
        return own_files(folder)

    def presented() -> str:
        return ssl.get_server_certificate(("127.0.0.1", port))

    files, renewed, port = made("first"), made("second"), free_port()
    first = files.certificate.read_text()
    second = renewed.certificate.read_text()
    tls = f"{files.certificate},{files.key}"
    with served(data, "--tls", tls, "--https", f"127.0.0.1:{port}") as it:
        assert presented() == first
        trust = ssl.create_default_context(cafile=files.certificate)
        with urllib.request.urlopen(
            f"https://localhost:{port}/livez", context=trust
        ) as answer:
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        renewed.certificate.replace(files.certificate)
        assert presented() == first
        assert "the certificate of before stays" in it.out.read_text()
        renewed.key.replace(files.key)
        assert presented() == second


def test_what_keeps_https_from_working_is_one_sentence_and_code_2(data: Path) -> None:
    ports = free_port(), free_port(socket.SOCK_DGRAM)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = refused(
            data, *ports, "--tls", "self-signed", "--https", f"127.0.0.1:{port}"
        )
    assert (code, said) == (2, f"ringway: HTTPS port {port}/tcp is in use.")
    code, said = refused(data, *ports, "--tls", "/none.pem,/none.key")
    assert code == 2
    assert said == (
        "ringway: The certificate /none.pem can not be read: No such file or directory."
    )
    code, said = refused(data, *ports, "--tls", "yes")
    assert code == 2
    assert said.startswith("ringway: --tls takes self-signed, or CERTIFICATE,KEY")
