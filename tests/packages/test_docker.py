"""The Dockerfile and its compose file say what the program does, and its checks work."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dockerfile  # type: ignore[import-not-found]
import pytest
import yaml  # type: ignore[import-untyped]

from ringway.app.serving import STOP_SIGNALS
from ringway.app.version import VERSION
from ringway.cli import app
from ringway.settings import listen_of
from ringway.settings.declared import BY_NAME, SETTINGS
from tests.app.test_serving import PATIENCE_S, served, until
from tests.browser.server import RINGWAY, engine_of, free_port
from tests.packages.installed import ROOT

COMMANDS = dockerfile.parse_file(str(ROOT / "Dockerfile"))
COMPOSE = ROOT / "contrib" / "docker" / "compose.yaml"
LAST = max(at for at, it in enumerate(COMMANDS) if it.cmd == "FROM")
IMAGE = COMMANDS[LAST:]
PINNED = re.compile(r"[a-z]+:[0-9]+\.[0-9]+\.[0-9]+-[a-z-]+(@sha256:[0-9a-f]{64})?")


def only(name: str) -> Any:
    [it] = (it for it in IMAGE if it.cmd == name)
    return it


def variables() -> Mapping[str, str]:
    values = only("ENV").value
    names, given = values[::2], values[1::2]
    return dict(zip(names, given, strict=True))


def test_each_base_is_pinned() -> None:
    bases = [it.value[0] for it in COMMANDS if it.cmd == "FROM"]
    assert len(bases) == 3
    for base in bases:
        assert PINNED.fullmatch(base), base


def test_its_toolchain_is_new_enough() -> None:
    bases = {it.value[0].split(":")[0]: it.value[0] for it in COMMANDS[: LAST + 1]}
    wanted = (ROOT / "scripts" / "toolchain").read_text()
    for base, name in (("python", "python"), ("rust", "rust"), ("node", "node")):
        [least] = re.findall(rf'at_least ([0-9.]+) "\${{?{name}[:}}"]', wanted)
        has = re.findall(r":([0-9.]+)-", bases[base])[0]
        assert tuple(map(int, has.split("."))) >= tuple(map(int, least.split(".")))


def test_its_ports_and_folders_are_those_of_the_program() -> None:
    said = variables()
    assert set(said) <= {it.variable for it in SETTINGS}
    folder = said["RINGWAY_DATA"]
    assert only("VOLUME").value == only("WORKDIR").value == (folder,)
    assert f" {folder}" in "".join(it.original for it in IMAGE if it.cmd == "RUN")
    http = listen_of("http", said["RINGWAY_HTTP"])
    media = listen_of("media", str(BY_NAME["media"].default))
    assert http.is_wildcard
    assert http.port == listen_of("http", str(BY_NAME["http"].default)).port
    https = listen_of("https", str(BY_NAME["https"].default))
    assert set(only("EXPOSE").value) == {
        f"{http.port}/tcp",
        f"{https.port}/tcp",
        f"{media.port}/tcp",
        f"{media.port}/udp",
    }


def test_it_is_not_root_and_is_told_to_stop_as_it_expects() -> None:
    user, _, group = only("USER").value[0].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    made = "".join(it.original for it in IMAGE if it.cmd == "RUN")
    assert f"--uid {user}" in made
    assert f"--gid {group}" in made
    assert signal.Signals[only("STOPSIGNAL").value[0]] in STOP_SIGNALS


def test_it_runs_our_command_without_a_shell() -> None:
    entry, command = only("ENTRYPOINT"), only("CMD")
    assert entry.json
    assert command.json
    assert entry.value == (RINGWAY.name,)
    assert app[command.value[0]] is not None


def test_what_git_ignores_is_not_sent_to_the_builder() -> None:
    left_out = {
        line.strip("/").removeprefix("**/")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    }
    for line in (ROOT / ".gitignore").read_text().splitlines():
        pattern = line.strip("/")
        assert pattern in left_out or Path(pattern).name in left_out, line
    assert ".git" in left_out


def test_the_compose_file_says_the_same() -> None:
    [it] = yaml.safe_load(COMPOSE.read_text())["services"].values()
    assert it["image"] == f"ringway:{VERSION}"
    assert (COMPOSE.parent / it["build"]).resolve() == ROOT
    assert set(it["environment"]) <= {setting.variable for setting in SETTINGS}
    assert it["volumes"] == [f"data:{variables()['RINGWAY_DATA']}"]
    assert it["network_mode"] == "host"


# ------------------------------------------------------------- what it does there


def health(port: int) -> int:
    """Run the image's own check."""
    kind, program, *words = only("HEALTHCHECK").value
    assert (kind, program) == ("CMD", "python")
    return subprocess.run(
        [sys.executable, *words],
        check=False,
        timeout=PATIENCE_S,
        env={**os.environ, "RINGWAY_HTTP": f"0.0.0.0:{port}", "http_proxy": "x:1"},
        stderr=subprocess.DEVNULL,
    ).returncode


def test_its_health_is_that_of_the_server(tmp_path: Path) -> None:
    with served(tmp_path / "data") as it:
        assert health(it.http) == 0
    assert health(it.http) != 0


class Ill(BaseHTTPRequestHandler):
    """A server that is not ready."""

    def do_GET(self) -> None:
        self.send_error(503 if self.path == "/readyz" else 200)

    def log_message(self, *args: object) -> None:
        pass


def test_a_server_that_is_not_ready_is_not_healthy() -> None:
    with HTTPServer(("127.0.0.1", 0), Ill) as it:
        threading.Thread(target=it.serve_forever, daemon=True).start()
        assert health(it.server_address[1]) != 0
        it.shutdown()


@dataclass(frozen=True, slots=True)
class First:
    """A server that is process 1 of its own namespace, as in a container."""

    holder: subprocess.Popen[bytes]
    http: int
    data: Path
    log: Path

    @property
    def pid(self) -> int:
        """Give its process as it is seen from outside."""
        pid = self.holder.pid
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return int(text.split()[0])

    def is_ready(self) -> bool:
        assert self.holder.poll() is None, self.log.read_text()
        try:
            return health(self.http) == 0
        except urllib.error.URLError:
            return False


@pytest.fixture
def first(tmp_path: Path) -> Iterator[First]:
    http, data, log = free_port(), tmp_path / "data", tmp_path / "log"
    private = ("-pf",) if os.geteuid() == 0 else ("-rpf",)
    with log.open("wb") as out:
        holder = subprocess.Popen(
            [
                *("unshare", *private, "--kill-child", RINGWAY, "serve", "--json"),
                *("--data", data, "--http", f"127.0.0.1:{http}"),
                *("--media", f"127.0.0.1:{free_port()}"),
            ],
            stdout=out,
            stderr=out,
        )
    it = First(holder, http, data, log)
    try:
        until(it.is_ready)
        yield it
    finally:
        holder.kill()
        holder.wait()


def test_it_may_be_process_1(first: First) -> None:
    os.kill(first.pid, signal.SIGTERM)
    assert first.holder.wait(PATIENCE_S) == 0
    assert "Traceback" not in first.log.read_text()
    with pytest.raises(OSError, match=r"refused|No such file"):
        engine_of(first.data)
