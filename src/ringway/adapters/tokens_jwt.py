"""Tokens as JSON Web Tokens: HS256 (RFC 7518 section 3.2), one key for each kid.

header   typ JWT, alg HS256, kid
claims   identity, name, account, caps, exp, iat, jti, and iss with a public URL

What lets a line go on is of another kind: typ resume+jwt, with the claims device,
account, identity, serial.  What a program shows instead of its API key is a third
(RFC 9068): typ at+jwt, with the claims key, exp, iat, jti.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Annotated, TypeVar

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from msgspec import Meta

from ringway.domain.values import AccountId, DeviceId
from ringway.ports.catalog import SigningKey
from ringway.ports.tokens import (
    MAX_TOKEN,
    MAX_TTL_S,
    Access,
    Bearer,
    Capability,
    Issued,
    Resumption,
    TokenExpired,
    TokenInvalid,
    Verified,
)

SKEW_S = 60
"""A token may be this much younger than now: clocks differ."""
SECOND_US = 1_000_000
MAX_CAPABILITIES = 32
_KNOWN = frozenset(Capability)

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
    caps: Annotated[tuple[int, ...], Meta(max_length=MAX_CAPABILITIES)] = ()
    iss: str | None = None
    nbf: _Time | None = None


class _Resumption(msgspec.Struct, frozen=True):
    device: _Text
    account: _Text
    identity: _Text
    serial: Annotated[int, Meta(ge=1, lt=1 << 40)]


class _Access(msgspec.Struct, frozen=True):
    key: _Text
    exp: _Time
    iat: _Time
    jti: _Text


C = TypeVar("C", _Claims, _Resumption, _Access)


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
        return Issued(self._sign("JWT", claims), claims.jti, claims.exp * SECOND_US)

    def issue_resumption(self, resumption: Resumption) -> str:
        claims = _Resumption(
            resumption.device,
            resumption.account,
            resumption.identity,
            resumption.serial,
        )
        return self._sign("resume+jwt", claims)

    def verify_resumption(self, token: str) -> Resumption:
        claims = self._signed(token, "resume+jwt", _Resumption)
        return Resumption(
            DeviceId(claims.device),
            AccountId(claims.account),
            claims.identity,
            claims.serial,
        )

    def issue_access(self, key: str, ttl_s: int, at: int) -> Issued:
        if not 1 <= ttl_s <= MAX_TTL_S:
            raise ValueError(f"A token lasts from 1 to {MAX_TTL_S} seconds.")
        now = at // SECOND_US
        claims = _Access(key, now + ttl_s, now, secrets.token_urlsafe(16))
        return Issued(self._sign("at+jwt", claims), claims.jti, claims.exp * SECOND_US)

    def verify_access(self, token: str, at: int) -> Access:
        claims = self._signed(token, "at+jwt", _Access)
        if claims.exp <= at // SECOND_US:
            raise TokenExpired("The token has expired: ask for a new one.")
        return Access(claims.key, claims.jti, claims.exp * SECOND_US)

    def verify(self, token: str, at: int, *, late: bool = False) -> Verified:
        claims = self._signed(token, "JWT", _Claims)
        now = at // SECOND_US
        if claims.exp <= now and not late:
            raise TokenExpired("The token has expired: ask for a new one.")
        if max(claims.iat, claims.nbf or 0) > now + SKEW_S:
            raise TokenInvalid("The token is not valid yet.")
        return Verified(
            Bearer(
                AccountId(claims.account),
                claims.identity,
                claims.name,
                # A number of a later release means nothing to this one.
                frozenset(Capability(it) for it in claims.caps if it in _KNOWN),
            ),
            claims.jti,
            claims.iat * SECOND_US,
            claims.exp * SECOND_US,
        )

    def _sign(self, kind: str, claims: msgspec.Struct) -> str:
        header = {"typ": kind, "alg": "HS256", "kid": self._newest}
        key = self._keys[self._newest]
        return jws.serialize_compact(header, msgspec.json.encode(claims), key)

    def _signed(self, token: str, kind: str, claims: type[C]) -> C:
        if len(token) > MAX_TOKEN or not _COMPACT.fullmatch(token):
            raise TokenInvalid("This is not a token.")
        try:
            signed = jws.extract_compact(token.encode())
            header = signed.headers()
            if (header.get("alg"), header.get("typ")) != ("HS256", kind):
                raise TokenInvalid("The token is of another kind than ours.")
            kid = header.get("kid")
            key = self._keys.get(kid) if isinstance(kid, str) else None
            if key is None:
                raise TokenInvalid("The token was not signed by this installation.")
            if not jws.validate_compact(signed, key, ["HS256"]):
                raise TokenInvalid("The token was altered, or is not ours.")
            return msgspec.json.decode(signed.payload, type=claims)
        except (JoseError, msgspec.MsgspecError, ValueError) as error:
            raise TokenInvalid("The token can not be verified.") from error
