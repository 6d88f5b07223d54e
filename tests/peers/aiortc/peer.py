"""A party without our SDK: the protocol of docs/protocol.md, and aiortc for media.

    peer.py URL --tone HERTZ [--colour RRGGBB] [--call IDENTITY]
        [--audio CODEC] [--video CODEC] [--profile SRTP_PROFILE]

The token is the first line of standard input; a later line ``hangup`` ends the call.
What happens is told as JSON, one object a line, with the seconds of the system's
monotonic clock as `at`: connected, called, incoming, rang, accepted, established,
connection, heard, seen, ended.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import aioice.ice  # type: ignore[import-not-found]
import aiortc.rtcdtlstransport  # type: ignore[import-not-found]
from aiortc import (
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from media import (  # type: ignore[import-not-found]
    Picture,
    Tone,
    listen,
    look,
)
from websockets.asyncio.client import ClientConnection, connect


def tell(event: str, **more: object) -> None:
    """Write one line for the test."""
    told = {"event": event, "at": time.monotonic(), **more}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def prefer(transceiver: Any, name: str | None) -> None:
    """Offer one codec only, with retransmission where there is one."""
    if name is None:
        return
    kind = transceiver.kind
    wanted = {f"{kind}/{name}".lower(), f"{kind}/rtx"}
    codecs = RTCRtpSender.getCapabilities(kind).codecs
    transceiver.setCodecPreferences(
        [codec for codec in codecs if codec.mimeType.lower() in wanted]
    )


class Peer:
    """One party with one call at a time."""

    def __init__(self, socket: ClientConnection, arguments: argparse.Namespace) -> None:
        self._socket = socket
        self._arguments = arguments
        self._connection: Any = None
        self._call = ""
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Obey what the house says until the call is over or the socket ends."""
        async for text in self._socket:
            message = json.loads(text)
            act: Callable[[dict[str, Any]], Awaitable[None]] | None = getattr(
                self, "on_" + message["t"], None
            )
            if act is not None:
                await act(message)
            if message["t"] in {"ended", "rejected"}:
                return

    async def connect(self, token: str) -> None:
        """Say who we are."""
        await self._say(t="connect", protocol="1.0", token=token, sdk="aiortc")

    async def hangup(self) -> None:
        """End the call."""
        await self._say(t="hangup", call=self._call)

    async def on_connected(self, message: dict[str, Any]) -> None:
        tell("connected", identity=message["identity"])
        if self._arguments.call:
            self._call = str(uuid.uuid4())
            offer, sending = await self._offer()
            tell("called")
            await self._say(
                t="call",
                call=self._call,
                to=self._arguments.call,
                offer=offer,
                sending=sending,
                video=bool(self._arguments.colour),
            )

    async def on_rejected(self, message: dict[str, Any]) -> None:
        tell("rejected", code=message["code"])

    async def on_refused(self, message: dict[str, Any]) -> None:
        tell("refused", command=message["command"], text=message["text"])

    async def on_malformed(self, message: dict[str, Any]) -> None:
        tell("malformed", text=message["text"])

    async def on_incoming(self, message: dict[str, Any]) -> None:
        self._call = message["call"]
        tell("incoming", source=message["source"]["identity"])
        await self._say(t="ringing", call=self._call)
        offer, sending = await self._offer()
        tell("accepted")
        await self._say(t="accept", call=self._call, offer=offer, sending=sending)

    async def on_rang(self, message: dict[str, Any]) -> None:
        tell("rang")

    async def on_pipe_answer(self, message: dict[str, Any]) -> None:
        await self._connection.setRemoteDescription(
            RTCSessionDescription(message["answer"], "answer")
        )

    async def on_offer(self, message: dict[str, Any]) -> None:
        connection = self._connection
        await connection.setRemoteDescription(
            RTCSessionDescription(message["offer"], "offer")
        )
        await connection.setLocalDescription(await connection.createAnswer())
        await self._say(
            t="answer",
            call=self._call,
            generation=message["generation"],
            negotiation=message["negotiation"],
            answer=connection.localDescription.sdp,
        )

    async def on_established(self, message: dict[str, Any]) -> None:
        tell("established")

    async def on_ended(self, message: dict[str, Any]) -> None:
        tell("ended", code=message["code"]["name"])
        if self._connection is not None:
            await self._connection.close()

    async def _offer(self) -> tuple[str, list[dict[str, str]]]:
        self._connection = connection = RTCPeerConnection(RTCConfiguration([]))
        connection.on("track", self._on_track)
        connection.on("connectionstatechange", self._on_connection)
        arguments = self._arguments
        sources = {"audio": "MICROPHONE", "video": "CAMERA"}
        connection.addTrack(Tone(arguments.tone))
        if arguments.colour:
            connection.addTrack(Picture(bytes.fromhex(arguments.colour)))
        for transceiver in connection.getTransceivers():
            prefer(transceiver, getattr(arguments, transceiver.kind))
        await connection.setLocalDescription(await connection.createOffer())
        return connection.localDescription.sdp, [
            {"mid": each.mid, "source": sources[each.kind]}
            for each in connection.getTransceivers()
        ]

    def _on_track(self, track: Any) -> None:
        attend = listen if track.kind == "audio" else look
        task = asyncio.create_task(attend(track, tell))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _on_connection(self) -> None:
        tell("connection", state=self._connection.connectionState)

    async def _say(self, **message: object) -> None:
        await self._socket.send(json.dumps(message))


async def main() -> None:
    """Connect, and live until the call is over."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--tone", type=float, required=True)
    parser.add_argument("--call")
    parser.add_argument("--colour")
    parser.add_argument("--audio")
    parser.add_argument("--video")
    parser.add_argument("--profile", type=str.encode)
    arguments = parser.parse_args()
    # aioice leaves 127.0.0.1 out; the test must not need another network.
    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]
    if arguments.profile:
        profiles = aiortc.rtcdtlstransport.SRTP_PROFILES
        profiles[:] = [p for p in profiles if p.openssl_profile == arguments.profile]
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    token = (await reader.readline()).decode().strip()
    async with connect(arguments.url, compression=None) as socket:
        peer = Peer(socket, arguments)
        await peer.connect(token)

        async def obey() -> None:
            while line := await reader.readline():
                if line.strip() == b"hangup":
                    await peer.hangup()

        obeying = asyncio.create_task(obey())
        await peer.run()
        obeying.cancel()


if __name__ == "__main__":
    asyncio.run(main())
