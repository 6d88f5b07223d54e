"""OAuth tokens for receivers that want one: fetched, kept, and fetched anew."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import msgspec

from ringway.domain.values import SECOND
from ringway.hooks.connecting import Failure, NotAnswered
from ringway.hooks.egress import Egress, Outgoing
from ringway.ports.clock import Clock
from ringway.ports.subscriptions import Oauth

LASTS_S: Final = 300
"""How long a token is used whose answer does not say."""
EARLY_S: Final = 30
"""It is fetched anew so long before it ends."""
OK: Final = range(200, 300)


class _Granted(msgspec.Struct):
    """A successful answer (RFC 6749 section 5.1)."""

    access_token: str
    expires_in: int = LASTS_S


class Bearers:
    """The tokens of all security settings."""

    def __init__(self, egress: Egress, clock: Clock) -> None:
        self._egress, self._clock = egress, clock
        self._kept: dict[Oauth, tuple[str, int]] = {}
        self._fetching: dict[Oauth, asyncio.Lock] = {}

    async def of(self, credentials: Oauth) -> str:
        """Give a token that is good now.  Or `NotAnswered`."""
        async with self._fetching.setdefault(credentials, asyncio.Lock()):
            token, until = self._kept.get(credentials, ("", 0))
            now = self._clock.now()
            if now < until:
                return token
            granted = await self._fetch(credentials)
            lasts = max(1, granted.expires_in - EARLY_S)
            self._kept[credentials] = granted.access_token, now + lasts * SECOND
            return granted.access_token

    def forget(self, credentials: Oauth) -> None:
        """Fetch a new one the next time: a receiver did not take this one."""
        self._kept.pop(credentials, None)

    def keep_only(self, used: Mapping[Oauth, object]) -> None:
        """Forget the tokens of settings that are not there any more."""
        for rows in (self._kept, self._fetching):
            for gone in rows.keys() - used.keys():
                del rows[gone]

    async def _fetch(self, it: Oauth) -> _Granted:
        asked = {
            "grant_type": it.grant_type,
            "client_id": it.client_id,
            "client_secret": it.client_secret,
            "scope": it.scope,
            "username": it.username,
            "password": it.password,
            "resource": it.resource,
            "refresh_token": it.refresh_token,
        }
        form = urlencode({name: value for name, value in asked.items() if value})
        answer = await self._egress.send(
            Outgoing(
                it.token_url,
                form.encode(),
                [
                    ("Content-Type", "application/x-www-form-urlencoded"),
                    ("Accept", "application/json"),
                ],
                it.headers,
            )
        )
        if answer.status not in OK:
            text = f"The token URL has answered {answer.status}."
            raise NotAnswered(Failure.PROTOCOL, text)
        try:
            granted = msgspec.json.decode(answer.body, type=_Granted, strict=False)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            text = "The token URL has answered no JSON object with an access_token."
            raise NotAnswered(Failure.PROTOCOL, text) from None
        if not (granted.access_token.isascii() and granted.access_token.isprintable()):
            text = "The token that the token URL gives can not be in a header."
            raise NotAnswered(Failure.PROTOCOL, text)
        return granted
