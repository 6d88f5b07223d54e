"""Who may come in: strangers with a token, and devices that go on with a line."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from typing import Final

from ringway.domain.leg_state import RESUME_TIME
from ringway.domain.values import SECOND, Device, DeviceId, RecordingRight
from ringway.ports.clock import Clock
from ringway.ports.tokens import (
    Bearer,
    Capability,
    Resumption,
    TokenInvalid,
    TokenRejected,
    Tokens,
)
from ringway.rtc import messages as wire
from ringway.rtc.ending import Ending
from ringway.rtc.inbox import Unreadable, read
from ringway.rtc.limits import CONNECT_WITHIN_S, MOST_STRANGERS
from ringway.rtc.line import Line
from ringway.rtc.socket import Socket
from ringway.rtc.switchboard import Switchboard
from ringway.rtc.tally import Tally

RESUME_WITHIN_S: Final = RESUME_TIME // SECOND


class NotAdmitted(Exception):
    """A stranger stays outside, and is told why or not."""

    def __init__(self, answer: wire.Rejected | Ending) -> None:
        super().__init__(answer)
        self.answer = answer


def rejected(code: wire.RejectCode, text: str) -> NotAdmitted:
    """Say why somebody is not let in."""
    return NotAdmitted(wire.Rejected(code, text))


class Doorkeeper:
    """Hears the first message of a socket."""

    def __init__(
        self, tokens: Tokens, clock: Clock, switchboard: Switchboard, tally: Tally
    ) -> None:
        self._tokens, self._clock = tokens, clock
        self._switchboard, self._tally = switchboard, tally

    async def hello(self, socket: Socket) -> wire.Connect:
        """Wait for the first message, but not for long.  Or `NotAdmitted`, `Gone`."""
        if self._tally.strangers >= MOST_STRANGERS:
            raise NotAdmitted(Ending.TOO_MANY)
        self._tally.strangers += 1
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                hello = read(await socket.receive())
        except TimeoutError:
            text = f"Say connect within {CONNECT_WITHIN_S:.0f} seconds."
            raise rejected("NOT_CONNECTED", text) from None
        except Unreadable as error:
            self._tally.malformed += 1
            raise rejected("NOT_CONNECTED", str(error)) from None
        finally:
            self._tally.strangers -= 1
        if not isinstance(hello, wire.Connect):
            text = "The first message of a connection is connect."
            raise rejected("NOT_CONNECTED", text)
        self._tally.received["connect"] += 1
        if hello.protocol.partition(".")[0] != wire.PROTOCOL.partition(".")[0]:
            text = f"This server speaks protocol {wire.PROTOCOL}."
            raise rejected("UNSUPPORTED_PROTOCOL", text)
        return hello

    def begin(self, hello: wire.Connect) -> Line:
        """Open a line for who the token speaks for.  Or `NotAdmitted`."""
        bearer = self._verified(hello, late=False)
        device = Device(
            DeviceId(str(uuid.uuid4())),
            bearer.account,
            bearer.identity,
            bearer.display_name,
            _recording(bearer),
        )
        line = self._switchboard.open(device, bearer.capabilities)
        if line is None:
            raise rejected("TOO_MANY", "There are too many connections already.")
        return line

    def resume(self, hello: wire.Connect, resumption: wire.Resumption) -> Line:
        """Give the line that the socket goes on with.  Or `NotAdmitted`.

        The person's token may have run out since: a call is not cut by its age.
        """
        bearer = self._verified(hello, late=True)
        try:
            told = self._tokens.verify_resumption(resumption.token)
        except TokenInvalid as error:
            raise rejected("RESUME_INVALID", str(error)) from None
        if (told.account, told.identity) != (bearer.account, bearer.identity):
            raise rejected("RESUME_FOREIGN", "This line is somebody else's.")
        line = self._switchboard.line(told.device)
        if line is None:
            raise rejected("RESUME_EXPIRED", "This line has been given up.")
        if not line.accepts(told.serial):
            text = "Another socket has resumed with this since: each is good once."
            raise rejected("RESUME_USED", text)
        line.capabilities = bearer.capabilities
        line.device = replace(line.device, recording=_recording(bearer))
        return line

    def next_token(self, line: Line) -> str:
        """Sign what lets the line go on, the next time and once."""
        device = line.device
        serial = line.next_serial()
        return self._tokens.issue_resumption(
            Resumption(device.id, device.account, device.identity, serial)
        )

    def _verified(self, hello: wire.Connect, *, late: bool) -> Bearer:
        try:
            return self._tokens.verify(hello.token, self._clock.now(), late=late).bearer
        except TokenRejected as error:
            raise rejected(error.code, str(error)) from None


_RIGHTS: Final = {
    Capability.RECORDING_ALWAYS: RecordingRight.ALWAYS,
    Capability.RECORDING_ON_DEMAND: RecordingRight.ON_DEMAND,
    Capability.RECORDING_DISABLED: RecordingRight.DISABLED,
}


def _recording(bearer: Bearer) -> RecordingRight | None:
    """Say what the token allows of recording; a token says at most one thing."""
    rights = (_RIGHTS[it] for it in sorted(bearer.capabilities) if it in _RIGHTS)
    return next(rights, None)
