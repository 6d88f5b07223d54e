"""Scopes and rates: who may do what, and how often."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from ringway.domain.values import AccountId
from ringway.ports.catalog import ApiKey
from ringway.public.operations import BY_ID, OPERATIONS
from ringway.public.scopes import SCOPES, known
from ringway.rest.admission import Admission
from ringway.rest.errors import ApiError

CREATE, GET = BY_ID["create-call"], BY_ID["get-call"]
KEY = ApiKey("k", AccountId("a"), "test", 0)


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def refused(admission: Admission, key: ApiKey, operation: object = CREATE) -> ApiError:
    with pytest.raises(ApiError) as caught:
        admission(key, operation)  # type: ignore[arg-type]
    return caught.value


def test_every_scope_of_the_table_can_be_given() -> None:
    assert {scope for row in OPERATIONS for scope in row.scopes} <= SCOPES


def test_a_key_without_scopes_may_do_everything() -> None:
    for row in OPERATIONS:
        Admission()(KEY, row)


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_any_one_scope_is_enough_and_no_other_is(scope: str) -> None:
    held = replace(KEY, scopes=(scope,))
    for row in OPERATIONS:
        if scope in row.scopes:
            Admission()(held, row)
        else:
            assert refused(Admission(), held, row).status == 403


def test_the_refusal_names_what_is_needed() -> None:
    error = refused(Admission(), replace(KEY, scopes=()))
    assert error.text.endswith("it needs the scope calls:manage or calls:traffic:send.")


def test_the_declared_rate_at_once_and_in_the_long_run() -> None:
    time = Time()
    admission = Admission(now=time)
    for _ in range(6):
        admission(KEY, CREATE)
    error = refused(admission, KEY)
    assert (error.status, error.message_id) == (429, "TOO_MANY_REQUESTS")
    assert error.headers["Retry-After"] == "1"
    assert "6 times a second" in error.text
    time.now += 0.5
    for _ in range(3):
        admission(KEY, CREATE)
    refused(admission, KEY)


def test_accounts_and_operations_have_buckets_of_their_own() -> None:
    admission = Admission(now=Time())
    other = replace(KEY, account=AccountId("b"))
    for key, _ in itertools.product((KEY, other), range(6)):
        admission(key, CREATE)
    refused(admission, KEY)
    refused(admission, replace(other, id="another key"))
    admission(KEY, GET)


def test_a_factor_changes_the_rates_and_zero_switches_them_off() -> None:
    doubled, off = Admission(2.0, Time()), Admission(0.0, Time())
    for _ in range(12):
        doubled(KEY, CREATE)
    refused(doubled, KEY)
    for _ in range(1000):
        off(KEY, CREATE)


def test_who_has_not_the_scope_does_not_count() -> None:
    admission = Admission(now=Time())
    for _ in range(10):
        assert refused(admission, replace(KEY, scopes=())).status == 403
    admission(KEY, CREATE)


def test_a_wrong_scope_is_named() -> None:
    assert known(["calls:manage", "calls:manage"]) == ["calls:manage"]
    with pytest.raises(ValueError, match="no scope 'calls:everything'"):
        known(["calls:everything"])
