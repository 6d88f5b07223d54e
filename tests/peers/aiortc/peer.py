"""A party without our SDK: the protocol of docs/protocol.md, and aiortc for media.

    peer.py URL --tone HERTZ [--call IDENTITY] [--codec NAME] [--profile NAME]

The token is the first line of standard input; a later line ``hangup`` ends the call.
What happens is told as JSON, one object a line: connected, incoming, rang,
established, connection, heard, ended.
"""

from __future__ import annotations

import argparse
import asyncio
import fractions
import json
import sys
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import aioice.ice  # type: ignore[import-not-found]
import aiortc.rtcdtlstransport  # type: ignore[import-not-found]
import av  # type: ignore[import-not-found]
import numpy as np  # type: ignore[import-not-found]
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from websockets.asyncio.client import ClientConnection, connect

RATE = 48_000
FRAME = RATE // 50  # 20 ms
WINDOW = RATE // 2  # what is looked at together: 0.5 s, so 2 Hz are told apart
LOUD = 500  # root mean square of 16 bit samples; below it is silence


def tell(event: str, **more: object) -> None:
    """Write one line for the test."""
    sys.stdout.write(json.dumps({"event": event, **more}) + "\n")
    sys.stdout.flush()


class Tone(MediaStreamTrack):  # type: ignore[misc]
    """A sine, in frames of 20 ms, at the pace of the clock."""

    kind = "audio"

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz = hertz
        self._sent = 0
        self._began: float | None = None

    async def recv(self) -> Any:
        """Give the next frame when its time has come."""
        now = asyncio.get_running_loop().time()
        if self._began is None:
            self._began = now
        await asyncio.sleep(max(0.0, self._began + self._sent / RATE - now))
        at = np.arange(self._sent, self._sent + FRAME) / RATE
        wave = (10_000 * np.sin(2 * np.pi * self._hertz * at)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave[np.newaxis], "s16", "mono")
        frame.sample_rate = RATE
        frame.pts = self._sent
        frame.time_base = fractions.Fraction(1, RATE)
        self._sent += FRAME
        return frame


async def listen(track: Any) -> None:
    """Tell the strongest frequency of each window that is not silent."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    heard = np.zeros(0, np.int16)
    while True:
        try:
            received = await track.recv()
        except aiortc.mediastreams.MediaStreamError:
            return
        for frame in resampler.resample(received):
            heard = np.concatenate([heard, frame.to_ndarray()[0]])
        while len(heard) >= WINDOW:
            window, heard = heard[:WINDOW].astype(float), heard[WINDOW:]
            if np.sqrt(np.mean(window**2)) < LOUD:
                continue
            power = np.abs(np.fft.rfft(window * np.hanning(WINDOW))) ** 2
            peak = int(np.argmax(power))
            near = power[max(0, peak - 10) : peak + 11].sum()  # within 20 Hz
            tell("heard", hertz=peak * RATE / WINDOW, share=near / power.sum())


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
            await self._say(
                t="call",
                call=self._call,
                to=self._arguments.call,
                offer=offer,
                sending=sending,
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
        connection.addTrack(Tone(self._arguments.tone))
        (transceiver,) = connection.getTransceivers()
        if self._arguments.codec:
            transceiver.setCodecPreferences(
                [
                    codec
                    for codec in RTCRtpSender.getCapabilities("audio").codecs
                    if codec.mimeType.lower() == f"audio/{self._arguments.codec}"
                ]
            )
        await connection.setLocalDescription(await connection.createOffer())
        return connection.localDescription.sdp, [
            {"mid": transceiver.mid, "source": "MICROPHONE"}
        ]

    def _on_track(self, track: Any) -> None:
        task = asyncio.create_task(listen(track))
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
    parser.add_argument("--codec", type=str.lower)
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
