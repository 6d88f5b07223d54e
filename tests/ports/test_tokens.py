"""Tokens: only ours are believed, and only in their time."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey

from ringway.adapters.tokens_jwt import MAX_CAPABILITIES, JwtTokens
from ringway.domain.values import AccountId
from ringway.ports.catalog import SigningKey
from ringway.ports.tokens import (
    DEFAULT_TTL_S,
    MAX_TOKEN,
    MAX_TTL_S,
    Bearer,
    Capability,
    TokenExpired,
    TokenInvalid,
    Verified,
)

SECOND = 1_000_000
NOW = 1_763_726_400 * SECOND + 123_456
KEY = SigningKey("2025", bytes(range(32)), 1)
FORMER = SigningKey("2024", bytes(range(1, 33)), 0)
TOKENS = JwtTokens([KEY])
ANNA = Bearer(
    AccountId("main"),
    "anna.lee=1",
    "Anna Ünïcode 👋",
    frozenset({Capability.RECORDING_ALWAYS}),
)
CLAIMS: dict[str, Any] = {
    "identity": "anna",
    "account": "main",
    "iat": NOW // SECOND,
    "exp": NOW // SECOND + 60,
    "jti": "x",
}
HEADER = {"typ": "JWT", "alg": "HS256", "kid": KEY.id}


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, payload, _ = token.split(".")
    return (
        json.loads(base64.urlsafe_b64decode(header + "==")),
        json.loads(base64.urlsafe_b64decode(payload + "==")),
    )


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(
    claims: object, header: dict[str, Any] | None = None, key: bytes = KEY.secret
) -> str:
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    return jws.serialize_compact(header or HEADER, payload, OctKey.import_key(key))


def test_a_token_says_who_somebody_is() -> None:
    issued = TOKENS.issue(ANNA, DEFAULT_TTL_S, NOW)
    assert TOKENS.verify(issued.token, NOW) == Verified(
        ANNA, issued.id, NOW - 123_456, issued.expires_at
    )
    assert issued.expires_at == NOW - 123_456 + DEFAULT_TTL_S * SECOND


def test_a_token_has_the_claims_of_the_reference() -> None:
    header, claims = parts(TOKENS.issue(ANNA, 60, NOW).token)
    assert header == HEADER
    assert claims == {
        "identity": "anna.lee=1",
        "name": "Anna Ünïcode 👋",
        "account": "main",
        "caps": [2],
        "iat": NOW // SECOND,
        "exp": NOW // SECOND + 60,
        "jti": claims["jti"],
    }


def test_capabilities_of_a_later_release_are_passed_over() -> None:
    bearer = TOKENS.verify(signed({**CLAIMS, "caps": [99, 4, -1]}), NOW).bearer
    assert bearer.capabilities == {Capability.PRESENCE}


def test_what_is_not_given_is_not_claimed() -> None:
    plain = Bearer(AccountId("main"), "anna")
    issued = TOKENS.issue(plain, 60, NOW)
    assert set(parts(issued.token)[1]) == {"identity", "account", "iat", "exp", "jti"}
    assert TOKENS.verify(issued.token, NOW).bearer == plain


def test_only_a_public_url_is_an_issuer() -> None:
    public = JwtTokens([KEY], "https://calls.example")
    issued = public.issue(ANNA, 60, NOW)
    assert parts(issued.token)[1]["iss"] == "https://calls.example"
    # Whoever sets or changes the public URL does not lock anybody out.
    assert TOKENS.verify(issued.token, NOW).bearer == ANNA
    assert public.verify(TOKENS.issue(ANNA, 60, NOW).token, NOW).bearer == ANNA


def test_two_tokens_are_never_the_same() -> None:
    assert TOKENS.issue(ANNA, 60, NOW).id != TOKENS.issue(ANNA, 60, NOW).id


@pytest.mark.parametrize("ttl", [-1, 0, MAX_TTL_S + 1])
def test_a_token_has_a_longest_life(ttl: int) -> None:
    with pytest.raises(ValueError, match="86400"):
        TOKENS.issue(ANNA, ttl, NOW)


def test_a_token_ends_at_its_second() -> None:
    issued = TOKENS.issue(ANNA, 60, NOW)
    TOKENS.verify(issued.token, issued.expires_at - 1)
    with pytest.raises(TokenExpired) as expired:
        TOKENS.verify(issued.token, issued.expires_at)
    assert expired.value.code == "TOKEN_EXPIRED"


def test_keys_can_be_changed_without_locking_anybody_out() -> None:
    before = JwtTokens([FORMER]).issue(ANNA, 60, NOW)
    both = JwtTokens([KEY, FORMER])
    assert both.verify(before.token, NOW).bearer == ANNA
    assert parts(both.issue(ANNA, 60, NOW).token)[0]["kid"] == KEY.id
    with pytest.raises(TokenInvalid):
        TOKENS.verify(before.token, NOW)


def test_there_must_be_a_key() -> None:
    with pytest.raises(ValueError, match="key"):
        JwtTokens([])


def rejected(token: str, at: int = NOW) -> None:
    with pytest.raises(TokenInvalid) as invalid:
        TOKENS.verify(token, at)
    assert invalid.value.code == "INVALID_TOKEN"
    assert str(invalid.value)


def test_our_own_forgery_tools_work() -> None:
    """Or the tests below could not fail."""
    assert TOKENS.verify(signed(CLAIMS), NOW).bearer.identity == "anna"


def test_an_unsigned_token_is_rejected() -> None:
    header = encoded(json.dumps({**HEADER, "alg": "none"}).encode())
    payload = encoded(json.dumps(CLAIMS).encode())
    for signature in ("", "A", encoded(b"x" * 32)):
        rejected(f"{header}.{payload}.{signature}")


def test_a_foreign_signature_is_rejected() -> None:
    rejected(signed(CLAIMS, key=b"0" * 32))
    foreign = JwtTokens([replace(KEY, secret=b"0" * 32)])
    rejected(foreign.issue(ANNA, 60, NOW).token)


def test_a_foreign_signature_is_not_called_expired() -> None:
    rejected(signed({**CLAIMS, "exp": 1}, key=b"0" * 32))


@pytest.mark.parametrize(
    "change",
    [
        {"kid": "unknown"},
        {"kid": None},
        {"kid": 5},
        {"kid": ["2025"]},
        {"typ": "JWE"},
        {"typ": None},
    ],
    ids=str,
)
def test_another_header_is_rejected(change: dict[str, Any]) -> None:
    header = {**HEADER, **change}
    payload = encoded(json.dumps(CLAIMS).encode())
    good = signed(CLAIMS).rsplit(".", 1)[1]
    rejected(f"{encoded(json.dumps(header).encode())}.{payload}.{good}")


@pytest.mark.parametrize("alg", ["HS512", "RS256", "hs256", None, 5])
def test_another_algorithm_is_rejected(alg: object) -> None:
    header = encoded(json.dumps({**HEADER, "alg": alg}).encode())
    rejected(f"{header}.{encoded(json.dumps(CLAIMS).encode())}.{encoded(b'x' * 32)}")


def test_a_stronger_algorithm_of_our_key_is_rejected_as_well() -> None:
    key = OctKey.import_key(KEY.secret + KEY.secret)
    header = {**HEADER, "alg": "HS512"}
    rejected(
        jws.serialize_compact(
            header, json.dumps(CLAIMS).encode(), key, algorithms=["HS512"]
        )
    )


def test_a_critical_extension_is_rejected() -> None:
    """RFC 7515 section 4.1.11: who does not know it must reject it."""
    header = encoded(json.dumps({**HEADER, "crit": ["future"], "future": 1}).encode())
    payload = encoded(json.dumps(CLAIMS).encode())
    rejected(f"{header}.{payload}.{encoded(b'x' * 32)}")


@pytest.mark.parametrize(
    "change",
    [
        {"identity": None},
        {"identity": 5},
        {"identity": ""},
        {"account": ["main"]},
        {"account": None},
        {"exp": "never"},
        {"exp": 1e99},
        {"exp": -1},
        {"exp": None},
        {"iat": True},
        {"jti": None},
        {"caps": ["2"]},
        {"caps": [2] * (MAX_CAPABILITIES + 1)},
        {"name": {}},
    ],
    ids=str,
)
def test_wrong_claims_are_rejected_even_when_signed(change: dict[str, Any]) -> None:
    rejected(signed({**CLAIMS, **change}))


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 3000], ids=repr
)
def test_a_payload_that_is_no_claims_is_rejected(payload: bytes) -> None:
    rejected(signed(payload))


def test_a_token_of_the_future_is_rejected() -> None:
    issued = TOKENS.issue(ANNA, 3600, NOW + 120 * SECOND)
    rejected(issued.token)
    assert TOKENS.verify(issued.token, NOW + 61 * SECOND).bearer == ANNA
    rejected(signed({**CLAIMS, "nbf": NOW // SECOND + 61}))
    TOKENS.verify(signed({**CLAIMS, "nbf": NOW // SECOND + 59}), NOW)


def test_an_oversize_token_is_rejected() -> None:
    big = signed({**CLAIMS, "more": "x" * MAX_TOKEN})
    assert len(big) > MAX_TOKEN
    rejected(big)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "ä.ö.ü",
        "\0",
        "\ud800",
        "e30.e30." + "A" * 43,
        encoded(b"[]") + ".e30." + "A" * 43,
        encoded(b"5") + ".e30." + "A" * 43,
        encoded(b"[" * 4000) + ".e30." + "A" * 43,
        encoded(b'{"b64":false,"crit":["b64"]}') + ".e30." + "A" * 43,
    ],
    ids=repr,
)
def test_garbage_is_rejected(text: str) -> None:
    rejected(text)


@given(st.text())
def test_any_text_is_rejected(text: str) -> None:
    rejected(text)


@given(st.binary(max_size=600), st.binary(max_size=200))
def test_any_parts_are_rejected(header: bytes, payload: bytes) -> None:
    rejected(f"{encoded(header)}.{encoded(payload)}.{'A' * 43}")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_for_a_header_is_rejected(header: object) -> None:
    rejected(f"{encoded(json.dumps(header).encode())}.e30.{'A' * 43}")


@given(st.data())
def test_a_changed_token_is_rejected(data: st.DataObject) -> None:
    """Any change but one of the four bits that base64 leaves over at the end."""
    token = signed(CLAIMS)
    index = data.draw(st.integers(0, len(token) - 2))
    sign = data.draw(st.sampled_from("ABCxyz019-_."))
    changed = token[:index] + sign + token[index + 1 :]
    if changed != token:
        rejected(changed)
