"""What goes out to one client: a queue with an end, and who empties it."""

from __future__ import annotations

import asyncio
from collections import deque

import msgspec

from ringway.rtc.ending import Ending
from ringway.rtc.limits import MOST_WAITING, MOST_WAITING_CHARACTERS, SENT_WITHIN_S
from ringway.rtc.messages import FromHouse, tag
from ringway.rtc.socket import Gone, Socket
from ringway.rtc.tally import Tally

_encode = msgspec.json.Encoder().encode


class Outbox:
    """Never waits for a client: who reads too slowly is given up."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._waiting: deque[str] = deque()
        self._characters = 0
        self._more = asyncio.Event()
        self._ending: Ending | None = None

    @property
    def ending(self) -> Ending | None:
        """Why nothing more is put here; None while it is in use."""
        return self._ending

    def put(self, message: FromHouse) -> None:
        """Queue a message; too many waiting end the connection."""
        self.put_text(_encode(message).decode(), tag(message))

    def put_text(self, text: str, kind: str) -> None:
        """Queue a message that is written already; `kind` is its ``t``."""
        if self._ending is not None:
            return
        self._waiting.append(text)
        self._characters += len(text)
        self._tally.sent[kind] += 1
        if (
            len(self._waiting) > MOST_WAITING
            or self._characters > MOST_WAITING_CHARACTERS
        ):
            self._waiting.clear()
            self.end(Ending.TOO_SLOW)
        self._more.set()

    def end(self, ending: Ending) -> None:
        """Let `drain` come to its end after what waits; the first reason counts."""
        self._ending = self._ending or ending
        self._more.set()

    async def drain(self, socket: Socket) -> Ending:
        """Send what is put here until the end; give the reason of the end."""
        while True:
            while self._waiting:
                text = self._waiting.popleft()
                self._characters -= len(text)
                try:
                    async with asyncio.timeout(SENT_WITHIN_S):
                        await socket.send(text)
                except TimeoutError:
                    self.end(Ending.TOO_SLOW)
                    return Ending.TOO_SLOW
                except Gone:
                    self.end(Ending.LEFT)
                    return Ending.LEFT
            if self._ending is not None:
                return self._ending
            self._more.clear()
            await self._more.wait()
