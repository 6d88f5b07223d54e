"""The life of one signalling connection: stranger, connected, gone."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable

import structlog

from ringway.domain.values import Device, DeviceId
from ringway.ports.clock import Clock
from ringway.ports.tokens import Bearer, TokenRejected, Tokens
from ringway.rtc import messages as wire
from ringway.rtc.ending import Ending
from ringway.rtc.inbox import Inbox, Unreadable, read
from ringway.rtc.limits import (
    BURST,
    CLOSED_WITHIN_S,
    CONNECT_WITHIN_S,
    MESSAGES_PER_S,
    MOST_MALFORMED,
    MOST_STRANGERS,
    Bucket,
)
from ringway.rtc.outbox import Outbox
from ringway.rtc.socket import TOO_BIG, Binary, Gone, Socket
from ringway.rtc.switchboard import Switchboard
from ringway.rtc.tally import Tally

log = structlog.get_logger("rtc")


class Reception:
    """Receives clients: verifies who they are, and hands on what they say."""

    def __init__(
        self,
        *,
        tokens: Tokens,
        clock: Clock,
        switchboard: Switchboard,
        inbox: Inbox,
        line_lost: Callable[[Device], None],
        tally: Tally,
    ) -> None:
        self._tokens = tokens
        self._clock = clock
        self._switchboard = switchboard
        self._inbox = inbox
        self._line_lost = line_lost
        self._tally = tally
        self._open: set[Outbox] = set()

    def end(self, ending: Ending) -> None:
        """End every connection, also those of strangers."""
        for outbox in tuple(self._open):
            outbox.end(ending)

    async def attend(self, socket: Socket) -> None:
        """Live with the socket from its opening to its end."""
        outbox = Outbox(self._tally)
        self._open.add(outbox)
        draining = asyncio.create_task(outbox.drain(socket))
        reading = asyncio.create_task(self._read(socket, outbox))
        try:
            await asyncio.wait({draining, reading}, return_when=asyncio.FIRST_COMPLETED)
            outbox.end(_ending_of(reading))
            reading.cancel()
            await asyncio.wait({draining, reading}, timeout=CLOSED_WITHIN_S)
        finally:
            self._open.discard(outbox)
            reading.cancel()
            draining.cancel()
            await asyncio.gather(reading, draining, return_exceptions=True)
        ending = outbox.ending or Ending.FAULT
        self._tally.closed[ending.name] += 1
        if ending is not Ending.LEFT:
            await socket.close(ending.code, ending.reason)

    async def _read(self, socket: Socket, outbox: Outbox) -> Ending:
        try:
            device = await self._admit(socket, outbox)
            if isinstance(device, Ending):
                return device
            try:
                return await self._converse(socket, device, outbox)
            finally:
                self._tally.connected -= 1
                self._switchboard.unplug(device)
                self._line_lost(device)
        except Gone as gone:
            return Ending.TOO_BIG if gone.code == TOO_BIG else Ending.LEFT
        except Binary:
            return Ending.BINARY

    async def _admit(self, socket: Socket, outbox: Outbox) -> Device | Ending:
        """Let a stranger say who it is, once."""
        if self._tally.strangers >= MOST_STRANGERS:
            return Ending.TOO_MANY
        self._tally.strangers += 1
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                hello = read(await socket.receive())
        except TimeoutError:
            text = f"Say connect within {CONNECT_WITHIN_S:.0f} seconds."
            return self._reject(outbox, "NOT_CONNECTED", text)
        except Unreadable as error:
            self._tally.malformed += 1
            return self._reject(outbox, "NOT_CONNECTED", str(error))
        finally:
            self._tally.strangers -= 1
        if not isinstance(hello, wire.Connect):
            text = "The first message of a connection is connect."
            return self._reject(outbox, "NOT_CONNECTED", text)
        self._tally.received["connect"] += 1
        if hello.protocol.partition(".")[0] != wire.PROTOCOL.partition(".")[0]:
            text = f"This server speaks protocol {wire.PROTOCOL}."
            return self._reject(outbox, "UNSUPPORTED_PROTOCOL", text)
        try:
            bearer = self._tokens.verify(hello.token, self._clock.now()).bearer
        except TokenRejected as error:
            return self._reject(outbox, error.code, str(error))
        return self._plug(bearer, outbox)

    def _plug(self, bearer: Bearer, outbox: Outbox) -> Device | Ending:
        device = Device(
            DeviceId(str(uuid.uuid4())),
            bearer.account,
            bearer.identity,
            bearer.display_name,
        )
        if not self._switchboard.plug(device, outbox):
            text = "There are too many connections already."
            return self._reject(outbox, "TOO_MANY", text)
        self._tally.connected += 1
        log.info("connected", account=device.account, device=device.id)
        outbox.put(
            wire.Connected(
                wire.PROTOCOL, device.identity, device.id, "", 0, device.display_name
            )
        )
        return device

    def _reject(self, outbox: Outbox, code: wire.RejectCode, text: str) -> Ending:
        self._tally.rejected[code] += 1
        outbox.put(wire.Rejected(code, text))
        return Ending.REJECTED

    async def _converse(self, socket: Socket, device: Device, outbox: Outbox) -> Ending:
        clock = asyncio.get_running_loop().time
        bucket = Bucket(MESSAGES_PER_S, BURST, clock())
        malformed = 0
        while True:
            text = await socket.receive()
            if not bucket.take(clock()):
                return Ending.TOO_FAST
            try:
                message = read(text)
            except Unreadable as error:
                self._tally.malformed += 1
                malformed += 1
                if malformed > MOST_MALFORMED:
                    return Ending.TOO_MALFORMED
                outbox.put(wire.Malformed(str(error)))
                continue
            self._tally.received[wire.tag(message)] += 1
            response = await self._inbox.obey(device, message)
            if isinstance(response, wire.Refused):
                self._tally.refused[response.code.name] += 1
            if response is not None:
                outbox.put(response)


def _ending_of(reading: asyncio.Task[Ending]) -> Ending:
    """Say why reading ended; a fault of ours is logged and is our fault."""
    if not reading.done():
        return Ending.LEFT
    if (fault := reading.exception()) is not None:
        log.error("fault in a connection", exc_info=fault)
        return Ending.FAULT
    return reading.result()
