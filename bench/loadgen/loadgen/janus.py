"""Janus to compare with: its VideoRoom forwards, its AudioBridge mixes."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from loadgen import sdp
from loadgen.driver import Media, Place, Room, RoomKind
from loadgen.farm import LIBRARY, Peer

PORT = 18188
PATIENCE = 20  # seconds for a request, or for a handshake
TRIPLETS = ("x86_64-linux-gnu", "aarch64-linux-gnu")

CORE = """\
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{prefix}/plugins"
  transports_folder = "{prefix}/transports"
  events_folder = "{prefix}/events"
  loggers_folder = "{prefix}/loggers"
  event_loops = 1           # one thread for all clients: the best it can do on one core
  session_timeout = 0
  debug_level = 2
  local_ip = "127.0.0.1"
}}
certificates: {{ dtls_accept_selfsigned = true }}
media: {{ rtp_port_range = "20000-40000"  ipv6 = false  slowlink_threshold = 0 }}
nat: {{ ice_lite = true  full_trickle = false  ice_enforce_list = "lo"  ice_ignore_list = "none" }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
"""
SOCKET = """\
general: {{ json = "compact"  ws = true  ws_port = {port}  ws_ip = "127.0.0.1"  wss = false }}
admin: {{ admin_ws = false }}
"""


class JanusError(Exception):
    """Janus is not installed, did not start, or refused a request."""


class Janus:
    """Starts a Janus of its own for every run. `JANUS` may name another program than `janus`."""

    name = "janus"

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._media: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self._session: int | None = None

    @property
    def pid(self) -> int:
        """The server's process."""
        if not self._process:
            raise JanusError("Janus is not running")
        return self._process.pid

    async def open(self, place: Place) -> None:
        """Start Janus and open a session."""
        log = place.folder / "janus.log"
        write_configuration(place.folder)
        command = [
            "taskset",
            "-c",
            place.cpu_list,
            os.environ.get("JANUS", "janus"),
        ]
        command += ["-F", str(place.folder), "-C", str(place.folder / "janus.jcfg")]
        environment = {
            **os.environ,
            "LD_PRELOAD": str(LIBRARY.with_name("loopback_shim.so")),
        }
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, env=environment
            )
        self._socket = await self._connect(log)
        self._reader = asyncio.create_task(self._read(self._socket))
        self._session = (await self.request("create"))["data"]["id"]

    async def _connect(self, log: Path) -> ClientConnection:
        for _ in range(100):
            if self._process is None or self._process.poll() is not None:
                break
            try:
                return await connect(
                    f"ws://127.0.0.1:{PORT}/janus",
                    subprotocols=["janus-protocol"],  # type: ignore[list-item]
                    max_size=None,
                    ping_interval=None,
                )
            except OSError:
                await asyncio.sleep(0.05)
        raise JanusError("Janus did not start:\n" + log.read_text(errors="replace")[-2000:])

    async def _read(self, socket: ClientConnection) -> None:
        async for text in socket:
            message = json.loads(text)
            if message["janus"] == "ack":  # the event with the result follows
                continue
            if message["janus"] == "webrtcup":
                self._media[message["sender"]].set()
                continue
            future = self._waiting.pop(message.get("transaction", ""), None)
            if future and not future.done():
                future.set_result(message)

    async def request(self, verb: str, **fields: Any) -> dict[str, Any]:
        """Send a request and wait for its final response."""
        assert self._socket
        transaction = str(next(self._numbers))
        future = asyncio.get_running_loop().create_future()
        self._waiting[transaction] = future
        message = {"janus": verb, "transaction": transaction, **fields}
        if self._session:
            message["session_id"] = self._session
        await self._socket.send(json.dumps(message))
        async with asyncio.timeout(PATIENCE):
            response: dict[str, Any] = await future
        if response["janus"] == "error":
            raise JanusError(response["error"])
        return response

    async def media_of(self, handle: int) -> None:
        """Wait until Janus has finished a handle's handshake: its client has done so before."""
        async with asyncio.timeout(PATIENCE):
            await self._media[handle].wait()

    async def attach(self, plugin: str) -> Handle:
        """Open a handle to a plugin."""
        response = await self.request("attach", plugin=f"janus.plugin.{plugin}")
        return Handle(self, response["data"]["id"])

    async def room(self, kind: RoomKind) -> Room:
        """Create a VideoRoom or an AudioBridge room."""
        number = next(self._numbers)
        if kind == "mix":
            handle = await self.attach("audiobridge")
            await handle.ask(request="create", room=number, sampling_rate=48000)
            return AudioBridge(self, handle, number)
        handle = await self.attach("videoroom")
        await handle.ask(request="create", room=number, publishers=1000, videocodec="vp8")
        return VideoRoom(self, handle, number)

    async def close(self) -> None:
        """Stop Janus."""
        if self._reader:
            self._reader.cancel()
        if self._socket:
            await self._socket.close()
        if self._process:
            self._process.terminate()
            try:
                await asyncio.to_thread(self._process.wait, 5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                await asyncio.to_thread(self._process.wait)


class Handle:
    """One attachment to a plugin: a peer connection, in Janus' words."""

    def __init__(self, janus: Janus, number: int) -> None:
        self._janus = janus
        self._number = number

    async def media(self) -> None:
        """Wait until Janus has its media."""
        await self._janus.media_of(self._number)

    async def ask(self, jsep: dict[str, Any] | None = None, **body: Any) -> dict[str, Any]:
        """Send a plugin request; the result has the plugin's `data` and perhaps a `jsep`."""
        fields: dict[str, Any] = {"handle_id": self._number, "body": body}
        if jsep:
            fields["jsep"] = {**jsep, "trickle": False}
        response = await self._janus.request("message", **fields)
        data = response["plugindata"]["data"]
        if "error" in data:
            raise JanusError(data["error"])
        return {"data": data, "jsep": response.get("jsep")}


class VideoRoom:
    """A room that forwards."""

    def __init__(self, janus: Janus, handle: Handle, number: int) -> None:
        self._janus = janus
        self._handle = handle
        self._number = number
        self._feeds: list[tuple[int, Handle]] = []

    async def publish(self, peer: Peer, media: Media) -> None:
        """Join as a publisher."""
        handle = await self._janus.attach("videoroom")
        joined = await handle.ask(request="join", ptype="publisher", room=self._number)
        offer = sdp.Offer(peer, media)
        reply = await handle.ask({"type": "offer", "sdp": offer.text}, request="publish")
        offer.accept(reply["jsep"]["sdp"])
        self._feeds.append((joined["data"]["id"], handle))

    async def subscribe(self, peer: Peer) -> None:
        """Join as a viewer of all publishers over one peer connection."""
        for _, publisher in self._feeds:
            await publisher.media()  # until then there is "no such feed"
        handle = await self._janus.attach("videoroom")
        streams = [{"feed": feed} for feed, _ in self._feeds]
        reply = await handle.ask(
            request="join", ptype="subscriber", room=self._number, streams=streams
        )
        offer = reply["jsep"]["sdp"]
        await handle.ask({"type": "answer", "sdp": sdp.answer(peer, offer)}, request="start")
        peer.connect(sdp.parse(offer).remote())

    async def settled(self) -> None:
        """Viewers are given everything when they come."""

    async def close(self) -> None:
        """Destroy the room."""
        await self._handle.ask(request="destroy", room=self._number)


class AudioBridge:
    """A room that mixes."""

    def __init__(self, janus: Janus, handle: Handle, number: int) -> None:
        self._janus = janus
        self._handle = handle
        self._number = number

    async def publish(self, peer: Peer, media: Media) -> None:
        """Join as somebody who talks and hears the others."""
        await self._join(peer, sdp.Offer(peer, Media(media.audio), "sendrecv"), muted=False)

    async def subscribe(self, peer: Peer) -> None:
        """Join as somebody who only hears."""
        await self._join(peer, sdp.Offer(peer, None, "recvonly"), muted=True)

    async def _join(self, peer: Peer, offer: sdp.Offer, *, muted: bool) -> None:
        handle = await self._janus.attach("audiobridge")
        await handle.ask(request="join", room=self._number, muted=muted)
        jsep = {"type": "offer", "sdp": offer.text}
        reply = await handle.ask(jsep, request="configure", muted=muted)
        offer.accept(reply["jsep"]["sdp"])

    async def settled(self) -> None:
        """Viewers are given everything when they come."""

    async def close(self) -> None:
        """Destroy the room."""
        await self._handle.ask(request="destroy", room=self._number)


def write_configuration(folder: Path) -> None:
    """Write a configuration that has WebSockets, VideoRoom and AudioBridge on loopback."""
    prefix = _prefix()
    plugins = _others(prefix / "plugins", {"libjanus_videoroom.so", "libjanus_audiobridge.so"})
    transports = _others(prefix / "transports", {"libjanus_websockets.so"})
    core = CORE.format(folder=folder, prefix=prefix, plugins=plugins, transports=transports)
    (folder / "janus.jcfg").write_text(core)
    (folder / "janus.transport.websockets.jcfg").write_text(SOCKET.format(port=PORT))
    for plugin in ("videoroom", "audiobridge"):
        (folder / f"janus.plugin.{plugin}.jcfg").write_text("general: { }\n")


def _prefix() -> Path:
    """Where Janus keeps its plugins; `JANUS_PREFIX` overrides Debian's folder."""
    if "JANUS_PREFIX" in os.environ:
        return Path(os.environ["JANUS_PREFIX"])
    for triplet in TRIPLETS:
        folder = Path("/usr/lib") / triplet / "janus"
        if folder.is_dir():
            return folder
    raise JanusError("Janus is not installed (Debian: apt install janus)")


def _others(folder: Path, wanted: set[str]) -> str:
    return ",".join(sorted({each.name for each in folder.glob("*.so")} - wanted))
