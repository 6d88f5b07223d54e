"""The control socket: who is heard, what is said, what is too much."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from ringway.app import control
from ringway.app.control import (
    Control,
    Follow,
    Happened,
    Told,
    ask_to_end,
    ask_to_follow,
    ask_to_tell,
    server_of,
)
from ringway.app.folder import control_socket
from ringway.app.stops import Stop
from ringway.domain.causes import Cause, Refused
from ringway.domain.values import AccountId, LegId
from ringway.ports.storage import StorageUnavailable, Trouble

MAIN, CALL = AccountId("main"), LegId("c")


class Ended:
    """What was asked to end; or why nothing ends."""

    def __init__(self, why: Exception | None = None) -> None:
        self.calls: list[tuple[AccountId, LegId]] = []
        self.why = why

    async def __call__(self, account: AccountId, call: LegId) -> None:
        if self.why is not None:
            raise self.why
        self.calls.append((account, call))


async def told() -> Told:
    return Told("1", "metrics", {"log": "It works."}, {"ready": True}, {})


async def events(asked: Follow) -> AsyncIterator[Happened]:
    for number in range(3):
        name = f"{asked.account}/{asked.configuration}/{asked.after}"
        yield Happened(f"{number}-0", msgspec.Raw(msgspec.json.encode({"of": name})))


@asynccontextmanager
async def listening(data: Path, ended: Ended) -> AsyncIterator[Path]:
    async with Control(ended, told, events).listening(data):
        yield control_socket(data)


async def say(path: Path, line: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(line)
    try:
        answer = await reader.read()
    except ConnectionResetError:  # closed before it was read
        answer = b""
    writer.close()
    return answer


async def test_events_are_followed_until_there_are_no_more(tmp_path: Path) -> None:
    async with listening(tmp_path, Ended()):
        asked = Follow("main", "c1", "7-0")
        told = [it async for it in ask_to_follow(tmp_path, asked)]
    assert [it.id for it in told] == ["0-0", "1-0", "2-0"]
    assert bytes(told[0].event) == b'{"of":"main/c1/7-0"}'


async def test_without_a_server_nothing_is_followed(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="No server runs"):
        async for _ in ask_to_follow(tmp_path, Follow("main")):
            pass


async def test_how_the_server_does_is_told(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="No server runs"):
        await ask_to_tell(tmp_path)
    async with listening(tmp_path, Ended()):
        assert await ask_to_tell(tmp_path) == await told()


async def test_a_call_is_ended(tmp_path: Path) -> None:
    ended = Ended()
    async with listening(tmp_path, ended):
        await ask_to_end(tmp_path, MAIN, CALL)
    assert ended.calls == [(MAIN, CALL)]


@pytest.mark.parametrize(
    "why",
    [
        Refused(Cause.INVALID_REQUEST, "There is no such call."),
        StorageUnavailable(Trouble.FULL, "There is no such call."),
    ],
)
async def test_a_refusal_is_told_in_its_words(tmp_path: Path, why: Exception) -> None:
    async with listening(tmp_path, Ended(why)):
        with pytest.raises(Stop, match=r"^There is no such call\.$"):
            await ask_to_end(tmp_path, MAIN, CALL)


async def test_a_call_that_is_over_says_why(tmp_path: Path) -> None:
    why = Refused(Cause.INVALID_REQUEST, "There is no such call.", Cause.BUSY)
    async with listening(tmp_path, Ended(why)):
        with pytest.raises(Stop, match=r"The call c has ended already \(BUSY\)\.$"):
            await ask_to_end(tmp_path, MAIN, CALL)


async def test_only_the_owner_reaches_it(tmp_path: Path) -> None:
    async with listening(tmp_path, Ended()) as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert await asyncio.to_thread(server_of, tmp_path) == os.getpid()
        await ask_to_end(tmp_path, MAIN, CALL)
    assert not path.exists()
    assert server_of(tmp_path) is None


async def test_another_user_is_not_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = Ended()
    async with listening(tmp_path, ended) as path:
        monkeypatch.setattr(control, "_peer", lambda _: (1, os.geteuid() + 1))
        assert await say(path, b'{"t":"end","account":"main","call":"c"}\n') == b""
    assert ended.calls == []


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"{}\n",
        b'{"t":"begin"}\n',
        b'{"t":"end","account":1,"call":"c"}\n',
        b"\xff\n",
        b"[" * 4000 + b"\n",
    ],
)
async def test_what_is_no_command_is_refused(tmp_path: Path, line: bytes) -> None:
    ended = Ended()
    async with listening(tmp_path, ended) as path:
        assert b"does not know this command" in await say(path, line)
    assert ended.calls == []


async def test_a_request_without_end_is_not_read(tmp_path: Path) -> None:
    async with listening(tmp_path, Ended()) as path:
        with socket.socket(socket.AF_UNIX) as it:
            it.connect(str(path))
            it.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_sendall(it, b"x" * (control.MAX_REQUEST + 1))
            assert await loop.sock_recv(it, 1) == b""


async def test_who_says_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "ASKED_WITHIN_S", 0.0)
    async with listening(tmp_path, Ended()) as path:
        assert await say(path, b"") == b""


async def test_too_many_at_once_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "MOST_CONNECTIONS", 1)
    async with listening(tmp_path, Ended()) as path:
        first = await asyncio.open_unix_connection(path)
        first[1].write(b'{"t":')
        assert await say(path, b"") == b""
        first[1].write(b'"end","account":"main","call":"c"}\n')
        assert b"done" in await first[0].read()
        first[1].close()
        assert b"done" in await say(path, b'{"t":"end","account":"a","call":"c"}\n')


async def test_what_is_left_of_a_dead_server_is_replaced(tmp_path: Path) -> None:
    path = control_socket(tmp_path)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(Stop, match="No server runs on"):
        await ask_to_end(tmp_path, MAIN, CALL)
    async with listening(tmp_path, Ended()):
        await ask_to_end(tmp_path, MAIN, CALL)


async def test_a_server_that_gives_no_response_is_told_of(tmp_path: Path) -> None:
    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_unix_server(close, control_socket(tmp_path))
    with pytest.raises(Stop, match=r"gave no response|did not respond"):
        await ask_to_end(tmp_path, MAIN, CALL)
    server.close()
    await server.wait_closed()
