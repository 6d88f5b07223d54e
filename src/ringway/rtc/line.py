"""What is said to one device, whichever socket it has now: numbered and kept."""

from __future__ import annotations

import asyncio
from collections import deque

import msgspec

from ringway.domain.values import Device
from ringway.ports.clock import Appointment
from ringway.ports.tokens import Capability
from ringway.rtc.limits import MOST_KEPT, MOST_KEPT_CHARACTERS
from ringway.rtc.messages import Numbered, tag
from ringway.rtc.outbox import Outbox

_encode = msgspec.json.Encoder().encode


class Line:
    """A device's end of signalling; it outlives sockets."""

    def __init__(
        self,
        device: Device,
        capabilities: frozenset[Capability] = frozenset(),
        *,
        known: bool = True,
    ) -> None:
        """`known`: it begins here; else it is one of before the start."""
        self.device = device
        self.capabilities = capabilities
        """What the token allows that the device has shown last."""
        self.outbox: Outbox | None = None
        """The way to the device now; None while it is away."""
        self.away_since: int | None = None
        """Microseconds since 1970, UTC."""
        self.giving_up: Appointment | None = None
        self.serial: int | None = 0 if known else None
        """Of the resume token that is good now; None when that is not known."""
        self._arrived = 0
        """Of the last resume token that has surely arrived."""
        self.turn = asyncio.Lock()
        """Held while a command is obeyed: one at a time, in the order heard."""
        self.heard: int | None = 0 if known else None
        """Number of the last message heard; None when the next may have any."""
        self.number = 0
        """Of the last message said."""
        self._kept: deque[tuple[int, str]] = deque()
        self._characters = 0

    def say(self, message: Numbered) -> None:
        """Say it now or later, and keep it until it was heard."""
        self.number += 1
        numbered = msgspec.structs.replace(message, n=self.number)
        text = _encode(numbered).decode()
        self._kept.append((self.number, text))
        self._characters += len(text)
        while self._kept and (
            len(self._kept) > MOST_KEPT or self._characters > MOST_KEPT_CHARACTERS
        ):
            self._characters -= len(self._kept.popleft()[1])
        if self.outbox is not None:
            self.outbox.put_text(text, tag(message))

    def accepts(self, serial: int) -> bool:
        """Say whether the resume token of this serial is good.

        The last one is, and so is the one that the device used to get it, as long as
        the answer that brought the last one may have been lost with its socket.
        """
        if self.serial is None:
            self.serial = serial
        if not self._arrived <= serial <= self.serial:
            return False
        self._arrived = serial
        return True

    def next_serial(self) -> int:
        """Give the serial of the next resume token."""
        self.serial = (self.serial or 0) + 1
        return self.serial

    def speaks(self) -> None:
        """Know that the device has heard all that its socket was welcomed with."""
        self._arrived = self.serial or 0

    def confirm(self, heard: int) -> None:
        """Forget what the device has heard."""
        while self._kept and self._kept[0][0] <= heard:
            self._characters -= len(self._kept.popleft()[1])

    def missed(self, heard: int) -> tuple[str, ...] | None:
        """Give what was said after that number; None if not all of it is kept."""
        if not 0 <= heard <= self.number:
            return None
        first = self._kept[0][0] if self._kept else self.number + 1
        if heard + 1 < first:
            return None
        return tuple(text for number, text in self._kept if number > heard)

    def begin_anew(self) -> None:
        """Forget what was said: a snapshot takes its place."""
        self._kept.clear()
        self._characters = 0

    def takes(self, number: int) -> bool | None:
        """Whether to obey a message of this number; None if others are missing.

        False for one that was heard already; 0 is a message without a number.
        """
        if number == 0:
            return True
        if self.heard is not None and number <= self.heard:
            return False
        if self.heard is not None and number > self.heard + 1:
            return None
        self.heard = number
        return True
