"""Tokens as JSON Web Tokens: HS256 (RFC 7518 section 3.2), one key for each kid.

header   typ JWT, alg HS256, kid
claims   identity, name, account, caps, exp, iat, jti, and iss with a public URL
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Annotated

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from msgspec import Meta

from ringway.domain.values import AccountId
from ringway.ports.catalog import SigningKey
from ringway.ports.tokens import (
    MAX_TOKEN,
    MAX_TTL_S,
    Bearer,
    Capability,
    Issued,
    TokenExpired,
    TokenInvalid,
    Verified,
)

SKEW_S = 60
"""A token may be this much younger than now: clocks differ."""
SECOND_US = 1_000_000

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}", re.ASCII)
_Text = Annotated[str, Meta(min_length=1, max_length=128)]
_Time = Annotated[int, Meta(ge=0, lt=1 << 40)]


class _Claims(msgspec.Struct, frozen=True, omit_defaults=True):
    identity: _Text
    account: _Text
    exp: _Time
    iat: _Time
    jti: _Text
    name: _Text | None = None
    caps: Annotated[tuple[Capability, ...], Meta(max_length=8)] = ()
    iss: str | None = None
    nbf: _Time | None = None


class JwtTokens:
    """Signs with the newest key; believes every key it was given."""

    def __init__(self, keys: Sequence[SigningKey], issuer: str | None = None) -> None:
        """`keys`: newest first, at least one; `issuer`: the public URL, if any."""
        if not keys:
            raise ValueError("There is no key to sign tokens with.")
        self._newest = keys[0].id
        self._keys = {key.id: OctKey.import_key(key.secret) for key in keys}
        self._issuer = issuer

    def issue(self, bearer: Bearer, ttl_s: int, at: int) -> Issued:
        if not 1 <= ttl_s <= MAX_TTL_S:
            raise ValueError(f"A token lasts from 1 to {MAX_TTL_S} seconds.")
        now = at // SECOND_US
        claims = _Claims(
            identity=bearer.identity,
            account=bearer.account,
            exp=now + ttl_s,
            iat=now,
            jti=secrets.token_urlsafe(16),
            name=bearer.display_name,
            caps=tuple(sorted(bearer.capabilities)),
            iss=self._issuer,
        )
        header = {"typ": "JWT", "alg": "HS256", "kid": self._newest}
        token = jws.serialize_compact(
            header, msgspec.json.encode(claims), self._keys[self._newest]
        )
        return Issued(token, claims.jti, claims.exp * SECOND_US)

    def verify(self, token: str, at: int) -> Verified:
        claims = self._signed(token)
        now = at // SECOND_US
        if claims.exp <= now:
            raise TokenExpired("The token has expired: ask for a new one.")
        if max(claims.iat, claims.nbf or 0) > now + SKEW_S:
            raise TokenInvalid("The token is not valid yet.")
        return Verified(
            Bearer(
                AccountId(claims.account),
                claims.identity,
                claims.name,
                frozenset(claims.caps),
            ),
            claims.jti,
            claims.iat * SECOND_US,
            claims.exp * SECOND_US,
        )

    def _signed(self, token: str) -> _Claims:
        if len(token) > MAX_TOKEN or not _COMPACT.fullmatch(token):
            raise TokenInvalid("This is not a token.")
        try:
            signed = jws.extract_compact(token.encode())
            header = signed.headers()
            if (header.get("alg"), header.get("typ")) != ("HS256", "JWT"):
                raise TokenInvalid("The token is of another kind than ours.")
            kid = header.get("kid")
            key = self._keys.get(kid) if isinstance(kid, str) else None
            if key is None:
                raise TokenInvalid("The token was not signed by this installation.")
            if not jws.validate_compact(signed, key, ["HS256"]):
                raise TokenInvalid("The token was altered, or is not ours.")
            return msgspec.json.decode(signed.payload, type=_Claims)
        except (JoseError, msgspec.MsgspecError, ValueError) as error:
            raise TokenInvalid("The token can not be verified.") from error
