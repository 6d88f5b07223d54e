"""What commands ask a running server: a Unix socket in the data folder.

Only who may use the folder (mode 0700) can reach it, and nobody else is heard: so
it asks for no key, and nothing listens on a network.  A connection is one request
and one response, each a line of JSON.

    {"t": "end", "account": …, "call": …}  ->  {"t": "done"}
                                           or  {"t": "refused", "text": …}
    {"t": "tell"}                          ->  {"t": "told", "metrics": …, …}
    {"t": "follow", "account": …}          ->  {"t": "event", "id": …, …}, again and
                                               again until the connection ends
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
import structlog

from ringway.app.folder import control_socket
from ringway.app.stops import Stop
from ringway.domain.causes import Cause, Refused
from ringway.domain.values import AccountId, LegId
from ringway.ports.storage import StorageUnavailable

log = structlog.get_logger("control")

MAX_REQUEST: Final = 4096
"""Bytes of a request."""
ASKED_WITHIN_S: Final = 5.0
"""From the connection to the end of the request; and to write the response."""
ANSWERED_WITHIN_S: Final = 15.0
"""How long a command waits for the response."""
MOST_TOLD: Final = 8 << 20
"""Bytes of what a server tells of itself."""
MOST_PIPES: Final = 200
"""Pipes that it tells of."""
MOST_CONNECTIONS: Final = 16
"""At once; one more is closed."""
ROOT: Final = 0


class End(msgspec.Struct, frozen=True, tag_field="t", tag="end"):
    """End a call."""

    account: str
    call: str


class Tell(msgspec.Struct, frozen=True, tag_field="t", tag="tell"):
    """Say how the server is doing."""


class Follow(msgspec.Struct, frozen=True, tag_field="t", tag="follow"):
    """Say what customers are told from now on, until the connection ends."""

    account: str
    configuration: str | None = None
    after: str | None = None
    """The id of an event; None: begin with what happens next."""


class Happened(msgspec.Struct, frozen=True, tag_field="t", tag="event"):
    """What a customer was told."""

    id: str
    event: msgspec.Raw
    """The JSON object as it is posted."""


class Told(msgspec.Struct, frozen=True, tag_field="t", tag="told"):
    """How the server is doing."""

    version: str
    metrics: str
    """As Prometheus reads them."""
    checks: dict[str, str]
    """A sentence for each check of `/readyz`; those that fail begin with ``!``."""
    engine: dict[str, str | int | bool | None]
    pipes: dict[str, Any]
    """What went through each live pipe, by call; at most `MOST_PIPES`."""


class Done(msgspec.Struct, frozen=True, tag_field="t", tag="done"):
    """It is in the log."""


class NotDone(msgspec.Struct, frozen=True, tag_field="t", tag="refused"):
    """Nothing has changed."""

    text: str
    """A sentence for a person."""


Request: TypeAlias = End | Tell | Follow
Response: TypeAlias = Done | NotDone | Told | Happened
Events: TypeAlias = Callable[[Follow], AsyncIterator[Happened]]
"""Gives events as they happen."""
EndCall: TypeAlias = Callable[[AccountId, LegId], Awaitable[None]]
"""Ends a call; or `Refused`, `StorageUnavailable`."""


class Control:
    """Takes the commands of whoever may use the data folder."""

    def __init__(
        self, end: EndCall, tell: Callable[[], Awaitable[Told]], events: Events
    ) -> None:
        self._end, self._tell, self._events = end, tell, events
        self._heard: set[asyncio.Task[None]] = set()
        """Of each connection that is open."""

    @asynccontextmanager
    async def listening(self, data: Path) -> AsyncIterator[None]:
        """Take commands while this lasts; the folder's lock is ours.  Or `Stop`."""
        path = control_socket(data)
        try:
            path.unlink(missing_ok=True)
            server = await asyncio.start_unix_server(
                self._begin, path, limit=MAX_REQUEST
            )
            path.chmod(0o600)
        except OSError as error:
            raise Stop(f"{path} can not be used: {error.strerror}.") from error
        try:
            yield
        finally:
            server.close()
            with suppress(FileNotFoundError):
                path.unlink()
            for task in self._heard:
                task.cancel()
            await asyncio.gather(*self._heard, return_exceptions=True)

    def _begin(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.create_task(self._hear(reader, writer), name="command")
        self._heard.add(task)
        task.add_done_callback(self._heard.discard)

    async def _hear(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            if len(self._heard) > MOST_CONNECTIONS or not _is_ours(writer):
                return
            async with asyncio.timeout(ASKED_WITHIN_S):
                line = await reader.readline()
            if not line:
                return  # somebody looked whether a server runs
            asked = _read(line)
            if isinstance(asked, Follow):
                await self._follow(asked, reader, writer)
                return
            await _say(writer, await self._obey(asked))
        except (OSError, TimeoutError, ValueError):  # ValueError: a line too long
            log.debug("a command was not heard to its end")
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _follow(
        self,
        asked: Follow,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Say events until the other side has gone."""
        saying = asyncio.create_task(self._say_events(asked, writer), name="events")
        gone = asyncio.create_task(reader.read(1), name="a command's end")
        try:
            await asyncio.wait({saying, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            saying.cancel()
            gone.cancel()
            await asyncio.gather(saying, gone, return_exceptions=True)

    async def _say_events(self, asked: Follow, writer: asyncio.StreamWriter) -> None:
        async for it in self._events(asked):
            await _say(writer, it)

    async def _obey(self, asked: End | Tell | None) -> Response:
        if asked is None:
            return NotDone("The server does not know this command.")
        if isinstance(asked, Tell):
            return await self._tell()
        try:
            await self._end(AccountId(asked.account), LegId(asked.call))
        except Refused as refused:
            if refused.ended is not None:
                return NotDone(already_ended(asked.call, refused.ended))
            return NotDone(refused.text)
        except StorageUnavailable as error:
            return NotDone(error.text)
        log.info("call ended by a command", call=asked.call)
        return Done()


def _read(line: bytes) -> Request | None:
    try:
        asked: Request = msgspec.json.decode(line, type=Request)
    except msgspec.MsgspecError:
        return None
    return asked


async def _say(writer: asyncio.StreamWriter, response: Response) -> None:
    writer.write(msgspec.json.encode(response) + b"\n")
    async with asyncio.timeout(ASKED_WITHIN_S):
        await writer.drain()


def already_ended(call: str, cause: Cause | None) -> str:
    """Say that nothing is left to end."""
    return f"The call {call} has ended already ({cause})."


def _is_ours(writer: asyncio.StreamWriter) -> bool:
    """Whether the other side is a process of this user, or of root."""
    return _peer(writer.get_extra_info("socket"))[1] in {os.geteuid(), ROOT}


def _peer(of: socket.socket) -> tuple[int, int]:
    """Give process and user of the other side (unix(7), SO_PEERCRED)."""
    layout = "3i"
    size = struct.calcsize(layout)
    raw = of.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    pid, uid, _ = struct.unpack(layout, raw)
    return pid, uid


def server_of(data: Path) -> int | None:
    """Give the process that serves the folder; None if none does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(ASKED_WITHIN_S)
        try:
            probe.connect(os.fsencode(control_socket(data)))
        except OSError:
            return None
        return _peer(probe)[0]


async def ask_to_end(data: Path, account: AccountId, call: LegId) -> None:
    """Ask the running server to end a call.  Or `Stop`."""
    response = await _ask(
        data,
        End(account, call),
        f"No server runs on {data}, so no call can be ended: `ringway serve` "
        "takes up those that were alive.",
    )
    if isinstance(response, NotDone):
        raise Stop(response.text)


async def ask_to_tell(data: Path) -> Told:
    """Ask the running server how it is doing.  Or `Stop`."""
    response = await _ask(data, Tell(), f"No server runs on {data}.")
    if not isinstance(response, Told):
        raise Stop(f"The server on {data} is of a version that can not tell.")
    return response


async def ask_to_follow(data: Path, asked: Follow) -> AsyncIterator[Happened]:
    """Give what customers are told, until the server ends.  Or `Stop`."""
    try:
        reader, writer = await asyncio.open_unix_connection(
            control_socket(data), limit=MOST_TOLD
        )
    except (FileNotFoundError, ConnectionRefusedError) as error:
        text = f"No server runs on {data}: without --follow, what was is shown."
        raise Stop(text) from error
    try:
        writer.write(msgspec.json.encode(asked) + b"\n")
        while line := await reader.readline():
            told = msgspec.json.decode(line, type=Response)
            if not isinstance(told, Happened):
                raise Stop(f"The server on {data} is of a version that can not tell.")
            yield told
    except (OSError, ValueError) as error:
        raise Stop(f"The server on {data} did not go on: {error}.") from error
    finally:
        writer.close()


async def _ask(data: Path, request: Request, nobody: str) -> Response:
    try:
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            line = await _asked(control_socket(data), request)
        response: Response = msgspec.json.decode(line, type=Response)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise Stop(nobody) from error
    except (OSError, TimeoutError, ValueError) as error:
        if isinstance(error, msgspec.MsgspecError):
            raise Stop(f"The server on {data} gave no response.") from error
        raise Stop(f"The server on {data} did not respond: {error}.") from error
    return response


async def _asked(path: Path, request: Request) -> bytes:
    reader, writer = await asyncio.open_unix_connection(path, limit=MOST_TOLD)
    try:
        writer.write(msgspec.json.encode(request) + b"\n")
        return await reader.readline()
    finally:
        writer.close()
