"""Ringway for the load generator: `--driver bench.ringway_driver:Ringway`.

The server is `ringway serve` of this checkout, with its engine as a child, on the
cores that the generator says, by default one; `RINGWAY_ENGINE` names another engine,
`RINGWAY_SHARDS` another number of shards, as for every `serve`.

Each member is a person of its own: a token from the REST API, a WebSocket, and the
protocol of `docs/protocol.md` as the SDK speaks it, pings included.  Viewers join as
those do who only watch (`way` RECEIVE, without participant events) and begin with one
section for sound; the house offers the others, and each offer is answered.  Publishers
join with `way` SEND.

`subscribe` and `publish` return when the house has answered the offer.  A token is made
beforehand, as an application's own server makes it; connecting the WebSocket, `connect`
and `join` count into the time of a join.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from itertools import count
from pathlib import Path
from socket import SOCK_DGRAM
from typing import Any

from tests.browser.server import free_port

from bench.ringway_member import Member, RingwayError
from loadgen import sdp
from loadgen.driver import Media, Place, RoomKind
from loadgen.farm import Peer

ROOT = Path(__file__).parents[1]
PROGRAM = (sys.executable, "-c", "from ringway.cli import main; main()")
MOST_MEMBERS = 10_000
TOKENS_AT_ONCE = 256
"""Made when there is none left, and before the first member comes."""
START_S = 30
STOP_S = 10


class Ringway:
    """A Ringway of its own for every run."""

    name = "ringway"

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._data = Path()
        self._url = ""
        self._key = ""
        self._tokens: list[str] = []
        self._making = asyncio.Lock()
        self._identities = count(1)
        self._rooms = count(1)

    @property
    def pid(self) -> int:
        """The control plane's process; the engine is its child."""
        if self._process is None:
            raise RingwayError("Ringway is not running.")
        return self._process.pid

    async def open(self, place: Place) -> None:
        """Start it, make a key, and let rooms be large."""
        self._data = place.folder / "data"
        self._url = f"http://127.0.0.1:{free_port()}"
        log = place.folder / "ringway.log"
        media = f"127.0.0.1:{free_port(SOCK_DGRAM)}"
        http = self._url.removeprefix("http://")
        command = ["serve", "--data", str(self._data), "--http", http, "--media", media]
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: ASYNC220, S603
                ["taskset", "-c", place.cpu_list, *PROGRAM, *command],  # noqa: S607
                stdout=output,
                stderr=output,
                env=_environment(),
            )
        await self._ready(log)
        self._key = json.loads(await self._run("key", "create", "--json"))["secret"]
        await self._run("account", "set", "--max-room-size", str(MOST_MEMBERS))

    async def _ready(self, log: Path) -> None:
        process = self._process
        with suppress(TimeoutError):
            async with asyncio.timeout(START_S):
                while process is not None and process.poll() is None:
                    if await asyncio.to_thread(self._is_ready):
                        return
                    await asyncio.sleep(0.05)
        said = await asyncio.to_thread(log.read_text, errors="replace")
        raise RingwayError(f"Ringway did not start:\n{said[-2000:]}")

    def _is_ready(self) -> bool:
        url = f"{self._url}/readyz"
        try:
            with urllib.request.urlopen(url) as answer:  # noqa: S310
                return bool(answer.status == HTTPStatus.OK)
        except (urllib.error.URLError, ConnectionError):
            return False

    async def _run(self, *arguments: str) -> str:
        """Run a command of the operator beside the server."""
        process = await asyncio.create_subprocess_exec(
            *(*PROGRAM, *arguments, "--data", str(self._data)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
        )
        said, complaint = await process.communicate()
        if process.returncode:
            raise RingwayError(complaint.decode(errors="replace"))
        return said.decode()

    async def room(self, kind: RoomKind) -> Room:
        """Name a room, which whoever comes first begins."""
        if kind != "forward":
            raise RingwayError("Ringway does not mix.")
        await self._make_tokens()
        return Room(self, f"bench-{next(self._rooms)}")

    async def _make_tokens(self) -> None:
        names = [f"member-{next(self._identities)}" for _ in range(TOKENS_AT_ONCE)]
        self._tokens = await asyncio.to_thread(lambda: [*map(self._token, names)])

    def _token(self, identity: str) -> str:
        request = urllib.request.Request(  # noqa: S310 -- http, as we wrote it
            f"{self._url}/webrtc/1/token",
            json.dumps({"identity": identity}).encode(),
            {"Content-Type": "application/json", "Authorization": f"App {self._key}"},
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return str(json.load(answer)["token"])

    async def member(self, peer: Peer) -> Member:
        """Connect somebody new."""
        async with self._making:
            if not self._tokens:
                await self._make_tokens()
            token = self._tokens.pop()
        url = self._url.replace("http", "ws", 1)
        return await Member.connect(url, token, peer)

    async def close(self) -> None:
        """Stop it as Ctrl-C does."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            await asyncio.to_thread(self._process.wait, STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)


class Room:
    """A room that forwards."""

    def __init__(self, ringway: Ringway, name: str) -> None:
        self._ringway = ringway
        self._name = name
        self._members: list[Member] = []
        self._viewers: list[Member] = []
        self._published: list[tuple[Peer, int]] = []
        """How many sources each publisher has."""

    async def publish(self, peer: Peer, media: Media) -> None:
        """Join as somebody who is seen and sees nobody."""
        offer = sdp.Offer(peer, media)
        sources = {"audio": "MICROPHONE", "video": "CAMERA"}
        sending = [
            {"mid": section.mid, "source": sources[section.kind]}
            for section in sdp.parse(offer.text).sections
        ]
        await self._join(peer, offer, {"sending": sending, "way": "SEND"})
        self._published.append((peer, len(sending)))

    async def subscribe(self, peer: Peer) -> None:
        """Join as somebody who watches, and is told of nobody."""
        offer = sdp.Offer(peer, None, "recvonly")
        watching = {"sending": [], "way": "RECEIVE", "participantEvents": False}
        self._viewers.append(await self._join(peer, offer, watching))

    async def _join(
        self, peer: Peer, offer: sdp.Offer, terms: Mapping[str, Any]
    ) -> Member:
        member = await self._ringway.member(peer)
        self._members.append(member)
        offer.accept(await member.join(self._name, offer.text, terms))
        return member

    async def settled(self) -> None:
        """Wait until every viewer receives all that is published."""
        published = sum(n for peer, n in self._published if peer.is_open)
        for viewer in self._viewers:
            if viewer.peer.is_open:
                await viewer.receives(published)

    async def close(self) -> None:
        """Let everybody leave; the room ends with the last."""
        await asyncio.gather(*(member.close() for member in self._members))


def _environment() -> Mapping[str, str]:
    """Let children find the code that lies beside this file."""
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, "NO_COLOR": "1"}
