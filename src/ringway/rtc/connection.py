"""The life of one signalling connection: stranger, connected, gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from ringway.domain.values import Device, LegId
from ringway.ports.lines import SayEnded
from ringway.rtc import messages as wire
from ringway.rtc.doorkeeper import RESUME_WITHIN_S, Doorkeeper, NotAdmitted
from ringway.rtc.ending import Ending
from ringway.rtc.inbox import Inbox, Unreadable, read
from ringway.rtc.limits import (
    BURST,
    CLOSED_WITHIN_S,
    MESSAGES_PER_S,
    MOST_MALFORMED,
    Bucket,
)
from ringway.rtc.line import Line
from ringway.rtc.outbox import Outbox
from ringway.rtc.socket import TOO_BIG, Binary, Gone, Socket
from ringway.rtc.speech import call_state, ended
from ringway.rtc.switchboard import Switchboard
from ringway.rtc.tally import Tally
from ringway.runtime.snapshots import Snapshots

log = structlog.get_logger("rtc")


GOODBYES = frozenset({1000, 1001})
"""Close codes of a client that will not come back (RFC 6455 section 7.4.1).

Not 1005: ASGI says so of a socket that was lost as well.
"""


@dataclass(frozen=True, slots=True)
class LineCalls:
    """What calls have to be told of a device's line."""

    lost: Callable[[Device], None]
    back: Callable[[Device], None]


class Reception:
    """Receives clients: verifies who they are, and hands on what they say."""

    def __init__(
        self,
        *,
        doorkeeper: Doorkeeper,
        switchboard: Switchboard,
        inbox: Inbox,
        snapshots: Snapshots,
        calls: LineCalls,
        tally: Tally,
    ) -> None:
        self._doorkeeper = doorkeeper
        self._switchboard = switchboard
        self._inbox = inbox
        self._snapshots = snapshots
        self._calls = calls
        self._tally = tally
        self._open: set[Outbox] = set()
        self._obeying: set[asyncio.Task[None]] = set()
        self._attended = 0
        self._nobody = asyncio.Event()
        self._nobody.set()

    def end(self, ending: Ending) -> None:
        """End every connection, also those of strangers."""
        for outbox in tuple(self._open):
            outbox.end(ending)

    async def left(self) -> None:
        """Wait until every connection has come to its end, its close frame sent."""
        await self._nobody.wait()

    async def attend(self, socket: Socket) -> None:
        """Live with the socket from its opening to its end."""
        self._attended += 1
        self._nobody.clear()
        try:
            await self._attend(socket)
        finally:
            self._attended -= 1
            if not self._attended:
                self._nobody.set()

    async def _attend(self, socket: Socket) -> None:
        outbox = Outbox(self._tally)
        self._open.add(outbox)
        draining = asyncio.create_task(outbox.drain(socket))
        reading = asyncio.create_task(self._read(socket, outbox))
        try:
            await asyncio.wait({draining, reading}, return_when=asyncio.FIRST_COMPLETED)
            if outbox.ending is Ending.LEFT:
                # Sending has failed first: only reading learns of a goodbye.
                await asyncio.wait({reading}, timeout=CLOSED_WITHIN_S)
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
            line = await self._admit(socket, outbox)
            if isinstance(line, Ending):
                return line
            for_good = False
            try:
                return await self._converse(socket, line, outbox)
            except Gone as gone:
                for_good = gone.code in GOODBYES
                raise
            finally:
                self._hang_up(line, outbox, for_good=for_good)
        except Gone as gone:
            return Ending.TOO_BIG if gone.code == TOO_BIG else Ending.LEFT
        except Binary:
            return Ending.BINARY

    def _hang_up(self, line: Line, outbox: Outbox, *, for_good: bool) -> None:
        self._tally.connected -= 1
        if not self._switchboard.unplug(line, outbox):
            return
        if for_good:
            self._switchboard.give_up(line)
        else:
            self._calls.lost(line.device)

    async def _admit(self, socket: Socket, outbox: Outbox) -> Line | Ending:
        """Let a stranger say who it is, once."""
        try:
            hello = await self._doorkeeper.hello(socket)
            if hello.resume is None:
                return self._begin(self._doorkeeper.begin(hello), outbox)
            line = self._doorkeeper.resume(hello, hello.resume)
            # What is written of ended calls is asked for before the line is taken
            # over: from then on nothing may come between.
            asked = [LegId(it) for it in hello.resume.calls]
            known = await self._snapshots.known(line.device, asked)
            line = self._doorkeeper.resume(hello, hello.resume)
            return self._resume(line, outbox, hello.resume, known)
        except NotAdmitted as refused:
            if isinstance(refused.answer, Ending):
                return refused.answer
            self._tally.rejected[refused.answer.code] += 1
            outbox.put(refused.answer)
            return Ending.REJECTED

    def _begin(self, line: Line, outbox: Outbox) -> Line:
        device = line.device
        self._tally.connected += 1
        log.info("connected", account=device.account, device=device.id)
        outbox.put(
            wire.Connected(
                wire.PROTOCOL,
                device.identity,
                device.id,
                self._doorkeeper.next_token(line),
                RESUME_WITHIN_S,
                device.display_name,
            )
        )
        self._switchboard.plug(line, outbox)
        return line

    def _resume(
        self,
        line: Line,
        outbox: Outbox,
        resumption: wire.Resumption,
        known: Sequence[SayEnded],
    ) -> Line:
        """Take the line over, in one go."""
        missed = line.missed(resumption.heard)
        snapshot = None
        if missed is None or line.heard is None:
            asked = [LegId(it) for it in resumption.calls]
            snapshot = self._snapshots.take(line.device, asked, known)
            line.begin_anew()
        kind = "replay" if snapshot is None else "snapshot"
        self._tally.connected += 1
        self._tally.resumed[kind] += 1
        log.info("resumed", device=line.device.id, by=kind)
        outbox.put(
            wire.Resumed(
                wire.PROTOCOL,
                line.device.id,
                self._doorkeeper.next_token(line),
                RESUME_WITHIN_S,
                line.heard or 0,
                resumption.heard if snapshot is None else line.number,
                None if snapshot is None else [*map(call_state, snapshot.legs)],
                [] if snapshot is None else [*map(ended, snapshot.ended)],
            )
        )
        if snapshot is None:
            for text in missed or ():
                outbox.put_text(text, "again")
        before = self._switchboard.plug(line, outbox)
        if before is not None:
            before.end(Ending.REPLACED)
        self._calls.back(line.device)
        if snapshot is not None:
            self._snapshots.say_descriptions(line.device)
        return line

    async def _converse(self, socket: Socket, line: Line, outbox: Outbox) -> Ending:
        clock = asyncio.get_running_loop().time
        bucket = Bucket(MESSAGES_PER_S, BURST, clock())
        malformed = 0
        while True:
            text = await socket.receive()
            if not bucket.take(clock()):
                return Ending.TOO_FAST
            if line.outbox is outbox:
                line.speaks()
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
            if isinstance(message, wire.Ping):
                line.confirm(message.heard)
                outbox.put(wire.Pong(message.number, line.heard or 0))
                continue
            takes = line.takes(getattr(message, "n", 0))
            if takes is None:
                return Ending.MISSED
            if takes:
                obeying = asyncio.create_task(self._obey(line, message))
                self._obeying.add(obeying)
                obeying.add_done_callback(self._obeying.discard)
                # What was heard is obeyed and answered also when the socket is lost
                # meanwhile: the client will not say it again.
                await asyncio.shield(obeying)

    async def _obey(self, line: Line, message: wire.FromClient) -> None:
        async with line.turn:
            response = await self._inbox.obey(line.device, message)
        if response is not None:
            self._tally.refused[response.code.name] += 1
            line.say(response)


def _ending_of(reading: asyncio.Task[Ending]) -> Ending:
    """Say why reading ended; a fault of ours is logged and is our fault."""
    if not reading.done():
        return Ending.LEFT
    if (fault := reading.exception()) is not None:
        log.error("fault in a connection", exc_info=fault)
        return Ending.FAULT
    return reading.result()
