"""Whose request it is: an API key, or a token that stands for one.

A token is signed, short-lived, and good only as long as its key is: revoking the
key ends all of them.  One that was given back (`DELETE /auth/1/session`) is
remembered until it would have expired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from ringway.domain.values import AccountId
from ringway.ports.catalog import ApiKey, Catalog
from ringway.ports.clock import Clock
from ringway.ports.shelves import Kind, Shelf, Shelves, Taken, forget_expired
from ringway.ports.tokens import Access, TokenRejected, Tokens


class Keys(Protocol):
    """What a door needs to know who comes."""

    async def recognise(self, presented: str, key: str | None = None) -> ApiKey | None:
        """Say whose key it is; None if it is nobody's."""
        ...


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A token that is good no longer."""

    id: str
    """Its ``jti``."""
    expires_at: int
    """Microseconds since 1970, UTC."""


GIVEN_BACK: Final = Kind("given-back-token", GivenBack, 100_000, "token")


class Recognition:
    """Knows keys and the tokens that stand for them."""

    def __init__(
        self, catalog: Catalog, tokens: Tokens, shelves: Shelves, clock: Clock
    ) -> None:
        self._catalog, self._tokens = catalog, tokens
        self._shelves, self._clock = shelves, clock

    async def recognise(self, presented: str, key: str | None = None) -> ApiKey | None:
        """Give the key; None for what is unknown, wrong, revoked or expired."""
        if key is None and presented.count(".") == 2:  # noqa: PLR2004 -- RFC 7515
            found = await self._behind(presented)
            return None if found is None else found[0]
        return await self._catalog.recognise(presented, key)

    async def give_back(self, token: str) -> bool:
        """Take the token out of use; False if it was none, or not any more."""
        found = await self._behind(token)
        if found is None:
            return False
        key, access = found
        now = self._clock.now()

        def work(shelf: Shelf) -> None:
            forget_expired(shelf, GIVEN_BACK, now)
            shelf.add(
                GIVEN_BACK, access.id, GivenBack(access.id, access.expires_at), now
            )

        try:
            await self._shelves.write(key.account, work)
        except Taken:
            return False
        return True

    async def _behind(self, token: str) -> tuple[ApiKey, Access] | None:
        try:
            access = self._tokens.verify_access(token, self._clock.now())
        except TokenRejected:
            return None
        key = await self._catalog.key(access.key)
        if key is None or await self._is_given_back(key.account, access.id):
            return None
        return key, access

    async def _is_given_back(self, account: AccountId, token: str) -> bool:
        found = await self._shelves.read(
            account, lambda shelf: shelf.get(GIVEN_BACK, token)
        )
        return found is not None
