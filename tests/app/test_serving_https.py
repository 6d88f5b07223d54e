"""HTTPS of `ringway serve`: beside HTTP, for other machines, and refused in a sentence."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from websockets.asyncio.client import connect

from ringway.app.sharing import invitation
from ringway.cli.qr import AS_BEFORE
from ringway.rtc import messages as wire
from ringway.settings import address_for_others
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
        assert "`ringway invitation`" in said
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


def test_a_certificate_that_has_gone_keeps_nobody_out(data: Path) -> None:
    with secured(data) as (it, url, _):
        (data / "tls-certificate.pem").unlink()
        again = ssl.create_default_context()
        again.check_hostname, again.verify_mode = False, ssl.CERT_NONE
        with urllib.request.urlopen(url + "/livez", context=again) as answer:
            assert answer.status == 200, "the one of before stays"
        assert "the certificate of before stays" in it.out.read_text()


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
