"""The disk fails under a call with real media: it goes on, and everybody is told."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.app.test_serving import Served, command, served, until
from tests.browser.server import Server, free_port
from tests.peers.disk import Disk, disk
from tests.peers.test_deaths import how_it_ended, talking
from tests.ports.test_engine import AUDIO, description


@contextmanager
def full(it: Disk) -> Iterator[None]:
    it.fill()
    try:
        yield
    finally:
        it.free()


@contextmanager
def locked(it: Disk) -> Iterator[None]:
    """Another program on that disk has begun to write, and does not come to an end."""
    program = (
        "import sqlite3, sys; other = sqlite3.connect(sys.argv[1]);"
        "other.execute('BEGIN IMMEDIATE'); print('locked', flush=True); sys.stdin.read()"
    )
    file = str(it.inside / "data" / "ringway.db")
    other = subprocess.Popen(
        [*it.enter, sys.executable, "-c", program, file],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        yield
        other.communicate()


@asynccontextmanager
async def stranger(it: Served, name: str) -> AsyncIterator[ClientConnection]:
    """Somebody else who is connected."""
    key = json.loads((it.data / "first-key.json").read_text())["secret"]
    token = Server(it.url, it.data, key, it.process, it.out).token(name)
    async with connect(f"ws://127.0.0.1:{it.http}/rtc/1/socket") as socket:
        hello = {"t": "connect", "protocol": "1.0", "token": token}
        await socket.send(json.dumps(hello))
        assert json.loads(await socket.recv())["t"] == "connected"
        yield socket


async def hear(socket: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        told: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 30))
        if told["t"] == kind:
            return told


def call(to: str) -> str:
    call_id = str(uuid.uuid4())
    told = {
        "t": "call",
        "call": call_id,
        "to": to,
        "offer": description(AUDIO),
        "sending": [],
    }
    return json.dumps(told)


def log_says(it: Served) -> tuple[int, str]:
    status, told = it.get("/readyz")
    return status, json.loads(told)["checks"]["log"]["text"]


def check_log(folder: Path, copy: Path) -> None:
    """Nothing is half written: the file is whole, and so is every stream in it.

    A copy is looked at, as SQLite itself does not find the way into a namespace.
    """
    for part in folder.glob("ringway.db*"):
        shutil.copy(part, copy)
    with closing(sqlite3.connect(copy / "ringway.db")) as log:
        assert log.execute("pragma integrity_check").fetchall() == [("ok",)]
        streams = log.execute(
            "select stream_id, count(*), max(stream_version), sum(ends)"
            " from events group by stream_id"
        ).fetchall()
        living = {row[0] for row in log.execute("select stream_id from live_streams")}
    assert streams
    for stream, events, last, ends in streams:
        assert events == last
        assert ends == (0 if stream in living else 1)


@pytest.mark.parametrize(
    ("trouble", "shown", "logged"),
    [
        (full, "No space is left", "No space is left"),
        (locked, "can not be written within", "locked"),
    ],
)
async def test_a_call_goes_on_and_new_ones_are_refused(
    tmp_path: Path, trouble: Callable[[Disk], Any], shown: str, logged: str
) -> None:
    with disk(tmp_path / "disk") as small:
        where = small.inside / "data", small.outside / "data"
        with served(where[1], inside=where[0], enter=small.enter) as it:
            async with talking(it) as (caller, callee), stranger(it, "cleo") as cleo:
                with trouble(small):
                    await cleo.send(call("anna"))
                    refused = await hear(cleo, "refused")
                    assert refused["code"]["name"] == "SERVICE_UNAVAILABLE"
                    status, said = await asyncio.to_thread(log_says, it)
                    assert (status, shown in said) == (503, True), said
                    await caller.hears(1000)
                    await callee.hears(440)
                await asyncio.to_thread(until, it.ready)
                check_log(where[1], tmp_path)
                await cleo.send(call("nobody-of-this-name"))
                ended = await hear(cleo, "ended")
                assert ended["code"]["name"] == "DESTINATION_NOT_FOUND"
                await caller.say("hangup")
                for who in (caller, callee):
                    assert await how_it_ended(who) == "NORMAL_HANGUP"
            said = it.out.read_text()
            assert logged in said
        check_log(where[1], tmp_path)


def test_a_folder_that_may_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    with disk(tmp_path / "disk") as small:
        data = small.inside / "data"
        with served(small.outside / "data", inside=data, enter=small.enter):
            pass
        small.make_read_only()
        done = subprocess.run(
            [*small.enter, *command(data, free_port(), free_port())],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert done.returncode in (1, 2)
        said = [line for line in done.stderr.splitlines() if not line.startswith("{")]
        assert len(said) == 1, done.stderr
        assert "data" in said[0]
