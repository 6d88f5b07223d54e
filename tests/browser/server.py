"""A real Ringway in a folder of its own, started as a user would start it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

RINGWAY = Path(sys.executable).with_name("ringway")
START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Program:
    """A `ringway` that can be run, and how."""

    command: Sequence[str | Path] = (RINGWAY,)
    environ: Mapping[str, str] | None = None
    """All variables; None: those of the tests."""
    folder: Path | None = None
    """Where it is run; None: where the tests are."""

    @property
    def variables(self) -> dict[str, str]:
        return {
            **(os.environ if self.environ is None else self.environ),
            "NO_COLOR": "1",
        }


OURS = Program()


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port that was free a moment ago; one for datagrams is free for TCP too.

    Media needs both.
    """
    while True:
        with socket.socket(socket.AF_INET, kind) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            if kind == socket.SOCK_DGRAM:
                with socket.socket() as other:
                    other.bind(("127.0.0.1", port))
            return port


@dataclass(frozen=True, slots=True)
class Server:
    """A running Ringway."""

    url: str
    data: Path
    key: str
    process: subprocess.Popen[bytes]
    log: Path

    def post(
        self, path: str, body: object, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, object]]:
        """POST JSON with the API key; return status and answer."""
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"App {self.key}",
                **(headers or {}),
            },
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def token(
        self, identity: str, display_name: str | None = None, *, presence: bool = False
    ) -> str:
        """Ask for a token as a customer's backend does."""
        body: dict[str, object] = {"identity": identity}
        if display_name is not None:
            body["displayName"] = display_name
        if presence:
            body["capabilities"] = {"presence": True}
        status, answer = self.post("/webrtc/1/token", body)
        assert status == 200, answer
        return str(answer["token"])

    def get(self, path: str) -> tuple[int, str]:
        """GET with the API key."""
        request = urllib.request.Request(
            self.url + path, headers={"Authorization": f"App {self.key}"}
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@contextmanager
def running(
    data: Path, *options: str, key: str | None = None, program: Program = OURS
) -> Iterator[Server]:
    """Start Ringway on free ports, wait until it is ready, and stop it afterwards."""
    http, media = free_port(), free_port(socket.SOCK_DGRAM)
    where = f"127.0.0.1:{http}", f"0.0.0.0:{media}"
    it = start(data, *where, *options, key=key, program=program)
    try:
        yield it
    finally:
        stop(it.process)


def start(
    data: Path,
    http: str,
    media: str,
    *options: str,
    key: str | None = None,
    program: Program = OURS,
) -> Server:
    """Start Ringway at these addresses, and wait until it is ready."""
    url = f"http://{http}"
    log = data.with_name(data.name + ".log")
    with log.open("ab") as out:
        process = subprocess.Popen(
            [
                *(*program.command, "serve", "--data", data),
                *("--http", http, "--media", media),
                *options,
            ],
            stdout=out,
            stderr=out,
            env=program.variables,
            cwd=program.folder,
        )
    try:
        _wait_until_ready(url, process, log)
        key = key or create_key(data, program)
        return Server(url, data, key, process, log)
    except BaseException:
        stop(process)
        raise


def stop(process: subprocess.Popen[bytes]) -> None:
    """End it as Ctrl-C does."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def engine_of(data: Path) -> int:
    """Give the process of the engine that serves a data folder."""
    with socket.socket(socket.AF_UNIX) as it:
        it.connect(str(data / "engine.sock"))
        raw = it.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(raw[:4], "little")


def create_key(data: Path, program: Program = OURS) -> str:
    """Make an API key as an operator does; works beside a running server."""
    made = subprocess.run(
        [*program.command, "key", "create", "--data", data, "--json"],
        check=True,
        capture_output=True,
        env=program.variables,
        cwd=program.folder,
    )
    return str(json.loads(made.stdout)["secret"])


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url + "/readyz") as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            pass
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(f"not ready after {START_SECONDS} s\n{log.read_text()}")
