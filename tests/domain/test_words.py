"""Identities, causes and ids."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringway.domain.causes import Cause
from ringway.domain.identity import is_identity, slug
from ringway.domain.values import Ids

REFERENCE = """
10000 NORMAL_HANGUP 10001 ANSWERED_ELSEWHERE 10002 MACHINE_DETECTED
10003 HUMAN_DETECTED 10004 MAX_DURATION_REACHED 10100 DEVICE_FORBIDDEN 10101 DEVICE_NOT_FOUND
10102 DEVICE_UNAVAILABLE 10103 MEDIA_ERROR 10104 FORBIDDEN_DISPLAY_SURFACE
10105 SCREEN_SHARING_CONTROL_UNSUPPORTED 10200 NO_ANSWER 10201 BUSY
10202 CANCELLED 10203 REJECTED 10204 TEMPORARILY_UNAVAILABLE 10300 FORBIDDEN 10301 INSUFFICIENT_FUNDS
10302 UNAUTHENTICATED 10303 DESTINATION_NOT_FOUND
10304 DESTINATION_UNAVAILABLE 10305 INVALID_DESTINATION 10306 INVALID_REQUEST
10307 REQUEST_TIMEOUT 10308 NETWORK_ERROR 10309 SERVICE_UNAVAILABLE
10310 UNKNOWN 10311 FEATURE_UNAVAILABLE 10312 CONGESTION 10313 UNAUTHORIZED 10400 URL_NOT_FOUND
10401 URL_UNREACHABLE 10402 INVALID_RESPONSE
""".split()  # noqa: SIM905


def test_the_causes_are_the_references() -> None:
    pairs = list(zip(REFERENCE[::2], REFERENCE[1::2], strict=True))
    assert [(str(cause.id), cause.name) for cause in Cause] == pairs
    assert len(pairs) == 33


def test_every_cause_has_a_sentence_of_its_own() -> None:
    sentences = [cause.description for cause in Cause]
    assert len(set(sentences)) == len(sentences)
    assert all(re.fullmatch(r"[A-Z].{5,60}\.", text) for text in sentences)


@pytest.mark.parametrize(
    "name", ["dana", "ΔΆΝΑ", "李小龍", "a-b_c+d=e/f.g", "123", "x" * 64]
)
def test_who_may_be_called(name: str) -> None:
    assert is_identity(name)


@pytest.mark.parametrize(
    "name",
    ["", "ab", "x" * 65, "a b c", "a@b", "a:b:c", "abc\n", "a\u0301bc", "\u200babc"],
)
def test_who_may_not(name: str) -> None:
    assert not is_identity(name)


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("Dana", "dana"),
        ("  Dana   Scully ", "dana-scully"),
        ("\uff24\uff41\uff4e\uff41", "dana"),
        ("Łukasz Ż.", "łukasz-ż"),
        ("Straße", "strasse"),
        ("e\u0301mile", "émile"),
        ("Al", None),
        ("!!!", None),
        ("", None),
    ],
)
def test_a_name_becomes_an_identity(name: str, identity: str | None) -> None:
    assert slug(name) == identity


@given(st.text(max_size=100))
def test_a_slug_is_an_identity_and_its_own_slug(name: str) -> None:
    made = slug(name)
    assert made is None or (is_identity(made) and len(made) <= 32)
    assert made is None or slug(made) == made


@given(st.binary(min_size=16, max_size=16))
def test_ids_are_uuids_of_their_own(seed: bytes) -> None:
    ids = [Ids(seed).nth(n) for n in range(10)]
    pattern = "[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert all(re.fullmatch(pattern, one) for one in ids)
    assert len(set(ids)) == len(ids)
    assert ids == [Ids(seed).nth(n) for n in range(10)]
