"""`ringway serve` and `ringway key` as processes, with the real engine."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ringway.rtc import messages as wire
from tests.browser.server import RINGWAY, create_key, engine_of, free_port
from tests.ports.engine_program import engine_program
from tests.ports.test_engine import AUDIO, description

PATIENCE_S = 20.0
NEVER = threading.Event()


@dataclass(slots=True)
class Served:
    """A running server."""

    process: subprocess.Popen[bytes]
    http: int
    media: int
    data: Path
    out: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http}"

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def ready(self) -> bool:
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            assert self.process.poll() is None, self.out.read_text()
            return False

    def engine(self) -> int:
        """Give the engine's process."""
        return engine_of(self.data)

    def stop(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


def until(true: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        NEVER.wait(0.02)


def command(data: Path, http: int, media: int, *more: str) -> list[str]:
    options = {
        "--data": str(data),
        "--http": f"127.0.0.1:{http}",
        "--media": f"127.0.0.1:{media}",
        "--engine": str(engine_program()),
        "--log-format": "json",
        **dict(zip(more[::2], more[1::2], strict=True)),
    }
    return [str(RINGWAY), "serve", *(each for pair in options.items() for each in pair)]


@contextmanager
def served(
    data: Path,
    *more: str,
    http: int | None = None,
    media: int | None = None,
    inside: Path | None = None,
    enter: Sequence[str] = (),
) -> Iterator[Served]:
    """Run a server; where it sees its folder elsewhere, `enter` takes it there."""
    http, media = http or free_port(), media or free_port(socket.SOCK_DGRAM)
    out = (
        data.with_suffix(".out")
        if inside is None
        else inside.parent.with_suffix(".out")
    )
    with out.open("ab") as file:
        process = subprocess.Popen(
            [*enter, *command(inside or data, http, media, *more)],
            stdout=file,
            stderr=file,
        )
    it = Served(process, http, media, data, out)
    try:
        until(it.ready)
        yield it
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_S)


def refused(data: Path, http: int, media: int, *more: str) -> tuple[int, str]:
    done = subprocess.run(
        command(data, http, media, *more),
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    said = done.stderr.decode().splitlines()
    lines = [line for line in said if not line.startswith("{")]
    assert len(lines) == 1, said
    return done.returncode, lines[0]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_it_says_where_to_look_and_ends_cleanly(data: Path) -> None:
    with served(data) as it:
        until(lambda: "is ready" in it.out.read_text())
        said = it.out.read_text()
        assert f"http://localhost:{it.http}/demo" in said
        assert f"UDP and TCP port {it.media}, advertised on" in said
        assert "127.0.0.1  the only one media listens on" in said
        assert str(data / "first-key.json") in said
        engine = it.engine()
        began = time.monotonic()
        assert it.stop(signal.SIGINT) == 0
        assert time.monotonic() - began < 3
        with pytest.raises(ProcessLookupError):
            os.kill(engine, 0)


def test_the_folder_and_the_first_key_are_private(data: Path) -> None:
    with served(data) as it:
        key = json.loads((data / "first-key.json").read_text())
        assert set(key) == {"id", "secret"}
        assert ask_token(it, key["secret"]) == 200
        assert it.stop(signal.SIGTERM) == 0
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in (data, *data.iterdir())
        if path.name in {"data", "first-key.json", "ringway.db", "lock"}
    }
    assert modes == {
        "data": 0o700,
        "first-key.json": 0o600,
        "ringway.db": 0o600,
        "lock": 0o600,
    }
    with served(data) as again:
        assert json.loads((data / "first-key.json").read_text()) == key
        assert ask_token(again, key["secret"]) == 200


def ask_token(it: Served, secret: str, identity: str = "ada") -> int:
    request = urllib.request.Request(
        it.url + "/webrtc/1/token",
        data=json.dumps({"identity": identity}).encode(),
        headers={"Authorization": f"App {secret}"},
    )
    with urllib.request.urlopen(request) as answer:
        return int(answer.status)


def test_keys_are_made_beside_a_server_and_without_one(data: Path) -> None:
    before = create_key(data)
    with served(data) as it:
        assert not (data / "first-key.json").exists()
        beside = create_key(data)
        assert {ask_token(it, before), ask_token(it, beside)} == {200}


def test_a_second_server_on_the_folder_is_refused(data: Path) -> None:
    with served(data) as it:
        code, said = refused(data, free_port(), free_port(socket.SOCK_DGRAM))
        assert code == 2
        assert said == f"ringway: Another Ringway uses {data} (pid {it.process.pid})."
        assert it.ready()


def test_a_port_in_use_is_named(data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with served(data) as it:
        code, said = refused(other, it.http, free_port(socket.SOCK_DGRAM))
        assert (code, said) == (2, f"ringway: HTTP port {it.http}/tcp is in use.")
        code, said = refused(other, free_port(), it.media)
        assert (code, said) == (2, f"ringway: Media port {it.media}/udp is in use.")
        code, said = refused(other, free_port(), it.http)
        assert (code, said) == (2, f"ringway: Media port {it.http}/tcp is in use.")
        assert it.ready()


def test_what_can_not_be_used_is_one_sentence(data: Path, tmp_path: Path) -> None:
    http, media = free_port(), free_port(socket.SOCK_DGRAM)
    (tmp_path / "file").write_text("")
    for more in (
        ["--advertise", "nowhere"],
        ["--engine", str(tmp_path / "none")],
        ["--engine", str(tmp_path / "file")],
        ["--data", str(tmp_path / "file")],
        ["--http", "192.0.2.254:80"],
        ["--bogus", "1"],
    ):
        code, said = refused(data, http, media, *more)
        assert code in {1, 2}
        assert said.startswith("ringway: ")


def test_an_engine_that_ends_at_once_is_told_of(data: Path) -> None:
    code, said = refused(
        data, free_port(), free_port(socket.SOCK_DGRAM), "--engine", "/bin/false"
    )
    assert code == 1
    assert "exit code 1" in said


def test_a_killed_engine_is_replaced(data: Path) -> None:
    with served(data) as it:
        first = it.engine()
        os.kill(first, signal.SIGKILL)
        until(lambda: "ringway_engine_restarts_total 1.0" in it.get("/metrics")[1])
        until(it.ready)
        assert it.engine() != first


def test_a_killed_server_leaves_the_engine_to_the_next(data: Path) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(served(data))
        engine = first.engine()
        first.stop(signal.SIGKILL)
        with served(data, http=first.http, media=first.media) as second:
            assert second.engine() == engine
        other = free_port(socket.SOCK_DGRAM)
        third = stack.enter_context(served(data, http=first.http, media=other))
        engine = third.engine()
        third.stop(signal.SIGKILL)
        with served(data, http=first.http, media=first.media) as fourth:
            assert fourth.engine() != engine, "it listened on another port"


class Caller:
    """A client over a real WebSocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    @classmethod
    async def over(cls, it: Served, token: str) -> Caller:
        url = f"ws://127.0.0.1:{it.http}{wire.PATH}"
        client = cls(await connect(url, max_size=None))
        await client.say(wire.Connect(wire.PROTOCOL, token))
        await client.hear("connected")
        return client

    async def say(self, message: wire.Message) -> None:
        await self.socket.send(msgspec.json.encode(message).decode())

    async def hear(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                told: dict[str, Any] = json.loads(await self.socket.recv())
                if told["t"] == kind:
                    return told


async def caller(it: Served, secret: str, identity: str) -> Caller:
    def ask() -> str:
        request = urllib.request.Request(
            it.url + "/webrtc/1/token",
            data=json.dumps({"identity": identity}).encode(),
            headers={"Authorization": f"App {secret}"},
        )
        with urllib.request.urlopen(request) as answer:
            return str(json.load(answer)["token"])

    return await Caller.over(it, await asyncio.to_thread(ask))


async def test_a_call_through_everything_is_ended_by_the_server(data: Path) -> None:
    """The media of nobody: the offers are real, the clients are not."""
    with served(data) as it:
        secret = json.loads((data / "first-key.json").read_text())["secret"]
        ada, bob = [await caller(it, secret, name) for name in ("ada", "bob")]
        assert not ada.socket.protocol.extensions
        call = "6f6f9b1e-4b1c-4d0e-9a51-0b6a5a1f2c3d"
        sending = [wire.Sending("0", "MICROPHONE")]
        offer = description(AUDIO)
        await ada.say(wire.Call(call, "bob", offer, sending))
        answer = await ada.hear("pipe_answer")
        assert "a=setup:passive" in answer["answer"]
        theirs = (await bob.hear("incoming"))["call"]
        await bob.say(wire.Ringing(theirs))
        assert (await ada.hear("rang"))["call"] == call
        await bob.say(wire.Accept(theirs, offer, sending))
        await bob.hear("pipe_answer")
        assert "ringway_media_pipes 2.0" in await metrics_with(it, "pipes 2.0")
        it.process.send_signal(signal.SIGTERM)
        for who in (ada, bob):
            told = await who.hear("ended")
            assert told["code"]["name"] == "SERVICE_UNAVAILABLE"
            with pytest.raises(ConnectionClosed) as closed:
                await who.hear("anything")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1001
        assert await asyncio.to_thread(it.process.wait, PATIENCE_S) == 0


async def metrics_with(it: Served, text: str, within_s: float = PATIENCE_S) -> str:
    def read() -> str:
        until(lambda: text in it.get("/metrics")[1], within_s)
        return it.get("/metrics")[1]

    return await asyncio.to_thread(read)


async def test_a_message_too_big_closes_the_socket(data: Path) -> None:
    with served(data) as it:
        secret = json.loads((data / "first-key.json").read_text())["secret"]
        ada, bob = [await caller(it, secret, name) for name in ("ada", "bob")]
        await ada.socket.send("x" * (wire.MAX_TEXT + 1))
        with pytest.raises(ConnectionClosed) as closed:
            await ada.hear("anything")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
        await bob.say(wire.Ping(1))
        await bob.hear("pong")
        counted = 'ringway_signalling_closed_total{reason="TOO_BIG"} 1.0'
        assert counted in it.get("/metrics")[1]
        await bob.socket.close()
