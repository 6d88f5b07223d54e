"""`ringway doctor` as a whole: what it says, and its exit code."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.app.test_serving import served
from tests.browser.server import free_port
from tests.cli.conftest import Done, Ringway


@pytest.fixture
def usual(tmp_path: Path) -> list[str]:
    """Give options with which everything works on a machine that works."""
    program = tmp_path / "engine"
    program.write_text("#!/bin/sh\necho ringway-media: as it were\n")
    program.chmod(0o755)
    return [
        *("--http", f"127.0.0.1:{free_port()}"),
        *("--media", f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}"),
        *("--engine", str(program)),
    ]


def checks(done: Done) -> dict[str, Any]:
    return {it["name"]: it for it in json.loads(done.out)["checks"]}


def test_everything_is_looked_at(ringway: Ringway, usual: list[str]) -> None:
    done = ringway("doctor", *usual, "--json")
    assert done.code == 0, done.out
    found = checks(done)
    assert list(found) == [
        "Variables",
        "Data folder",
        "Database",
        "Disk",
        "HTTP port",
        "Media ports",
        "Addresses",
        "Secure pages",
        "Engine",
        "Pages",
        "UDP buffers",
        "Open files",
        "Cores",
        "Clock",
    ]
    assert json.loads(done.out)["works"] is True
    for it in found.values():
        assert (it["advice"] is None) == (it["state"] == "OK")
    assert not Path("data").exists(), "to look makes nothing"


def test_what_fails_is_said_with_advice_and_code_1(
    ringway: Ringway, usual: list[str], tmp_path: Path
) -> None:
    (tmp_path / "engine").unlink()
    done = ringway("doctor", *usual)
    assert done.code == 1
    assert done.err == ""
    lines = done.out.splitlines()
    assert any(line.startswith("FAIL  Engine") for line in lines)
    assert any(line.startswith(" " * 18 + "→ Install") for line in lines)
    assert "Not everything works: 1 FAIL" in lines[-1]
    assert all(len(line) <= 80 or "/" in line for line in lines), (
        "only a path may be longer"
    )
    told = ringway("doctor", *usual, "--json")
    assert told.code == 1
    assert json.loads(told.out)["works"] is False


def test_a_database_that_is_none_fails(
    ringway: Ringway, usual: list[str], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "ringway.db").write_bytes(b"rubbish" * 1000)
    done = ringway("doctor", *usual, "--json")
    assert done.code == 1
    assert checks(done)["Database"]["state"] == "FAIL"


def test_a_wrong_variable_warns(
    ringway: Ringway, usual: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGWAY_HTPP", "hunter2")
    done = ringway("doctor", *usual)
    assert done.code == 0
    assert "RINGWAY_HTPP" in done.out
    assert "hunter2" not in done.out


@pytest.mark.parametrize("stun", ["nowhere", "127.0.0.1:0", ":3478"])
def test_a_stun_server_has_a_host_and_a_port(ringway: Ringway, stun: str) -> None:
    done = ringway("doctor", "--stun", stun)
    assert done.code == 2
    assert done.sentence.startswith("--stun takes HOST:PORT")


def test_a_running_server_is_not_taken_for_a_port_in_use(
    ringway: Ringway, tmp_path: Path
) -> None:
    with served(tmp_path / "kept") as it:
        where = ("--data", it.data, "--http", f"127.0.0.1:{it.http}")
        media = ("--media", f"127.0.0.1:{it.media}")
        found = checks(ringway("doctor", *where, *media, "--json"))
        assert found["Server"]["state"] == "OK"
        assert f"Process {it.process.pid} is ready" in found["Server"]["found"]
        assert f"process {it.engine()}" in found["Media ports"]["found"]
        elsewhere = ("--data", it.data, "--http", f"127.0.0.1:{free_port()}")
        found = checks(ringway("doctor", *elsewhere, *media, "--json"))
        assert found["Server"]["state"] == "WARN"
