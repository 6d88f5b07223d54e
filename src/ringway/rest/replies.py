"""Answers that are given again: who repeats a create begins nothing more.

    Idempotency-Key: 1 to 255 visible characters, of the account and the operation

What is to be created has ids that follow from the key's own seed, and the seed is
kept before anything begins.  So a request whose answer was lost, also by a crash, is
made again with the same ids, which begin nothing twice.  An answer is kept for a
day; a refusal is not, so that a request can be mended and sent again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final

from ringway.domain.values import SECOND, AccountId, Ids
from ringway.ports.clock import Clock
from ringway.ports.shelves import Kind, Shelf, Shelves, TooMany, forget_expired
from ringway.public.operations import Operation
from ringway.rest.errors import ApiError, Told, bad_request, too_many

HEADER: Final = b"idempotency-key"
MAX_KEY: Final = 255
MAX_REPLIES: Final = 20_000
"""Of one account at once."""
KEPT: Final = 24 * 3600 * SECOND
_VISIBLE: Final = frozenset(range(0x21, 0x7F))

Work = Callable[[Ids], Awaitable[Told]]


@dataclass(frozen=True, slots=True)
class Reply:
    """A request that is under way, or its answer."""

    id: str
    body: bytes
    """SHA-256 of what was asked for."""
    seed: bytes = field(repr=False)
    expires_at: int
    """Microseconds since 1970, UTC."""
    told: Told | None = None
    """None while nobody has been answered."""


REPLY: Final = Kind("reply", Reply, MAX_REPLIES, "idempotency key")


class Replies:
    """Remembers what was asked for with a key, and what was answered."""

    def __init__(
        self,
        shelves: Shelves,
        clock: Clock,
        dice: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._shelves, self._clock, self._dice = shelves, clock, dice
        self._under_way: dict[tuple[AccountId, str], asyncio.Event] = {}

    async def once(
        self,
        account: AccountId,
        operation: Operation,
        key: bytes,
        asked: bytes,
        work: Work,
    ) -> Told:
        """Do the work if it was not done, and give its answer, the first or again.

        `asked` is path and body.  Or `ApiError` 400 for a key that can be none, or
        that was used for something else, 429 for too many of them.
        """
        if not (1 <= len(key) <= MAX_KEY and _VISIBLE.issuperset(key)):
            text = f"An Idempotency-Key has 1 to {MAX_KEY} visible ASCII characters."
            raise bad_request(text)
        name = sha256(operation.id.encode() + b"\0" + key).hexdigest()
        while (other := self._under_way.get((account, name))) is not None:
            await other.wait()
        mine = self._under_way[account, name] = asyncio.Event()
        try:
            return await self._once(account, name, sha256(asked).digest(), work)
        finally:
            del self._under_way[account, name]
            mine.set()

    async def _once(
        self, account: AccountId, name: str, body: bytes, work: Work
    ) -> Told:
        reply = await self._reserved(account, name, body)
        if reply.body != body:
            text = "This Idempotency-Key was used for another request: take a new one."
            raise bad_request(text)
        if reply.told is not None:
            return reply.told
        try:
            told = await work(Ids(reply.seed))
        except ApiError:
            await self._shelves.write(account, lambda shelf: _forget(shelf, name))
            raise
        answered = replace(reply, told=told)
        await self._shelves.write(
            account, lambda shelf: shelf.put(REPLY, name, answered)
        )
        return told

    async def _reserved(self, account: AccountId, name: str, body: bytes) -> Reply:
        """Give what is kept for the key, or keep that it is under way."""
        now = self._clock.now()
        new = Reply(name, body, self._dice(16), now + KEPT)

        def work(shelf: Shelf) -> Reply:
            found = shelf.get(REPLY, name)
            if found is not None and found.expires_at > now:
                return found
            forget_expired(shelf, REPLY, now)
            _forget(shelf, name)
            shelf.add(REPLY, name, new, now)
            return new

        try:
            return await self._shelves.write(account, work)
        except TooMany:
            text = "There are too many Idempotency-Keys of the last day."
            raise too_many(text, 60) from None


def _forget(shelf: Shelf, name: str) -> None:
    if shelf.get(REPLY, name) is not None:
        shelf.remove(REPLY, name)
