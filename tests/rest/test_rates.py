from __future__ import annotations

import pytest

from ringway.rest import rates
from ringway.rest.errors import ApiError
from ringway.rest.rates import Rates, network


def test_a_bucket_fills_again_and_each_address_has_its_own() -> None:
    now = 0.0
    it = Rates(2.0, 2, now=lambda: now)
    ada, bob = "192.0.2.1", "192.0.2.2"
    it.take(ada)
    it.take(ada)
    with pytest.raises(ApiError) as refused:
        it.take(ada)
    assert refused.value.headers["Retry-After"] == "1"
    it.take(bob)
    now = 0.5
    it.take(ada)
    with pytest.raises(ApiError):
        it.take(ada)


def test_a_look_takes_nothing() -> None:
    it = Rates(1.0, 1, "Slower.", now=lambda: 0.0)
    for _ in range(3):
        it.look("192.0.2.1")
    it.take("192.0.2.1")
    with pytest.raises(ApiError) as refused:
        it.look("192.0.2.1")
    assert refused.value.text == "Slower."
    it.look("192.0.2.2")


def test_a_network_of_ipv6_is_one_address() -> None:
    assert network("2001:db8::1") == network("2001:db8::2:3")
    assert network("2001:db8::1") != network("2001:db8:0:1::1")
    assert network("::ffff:192.0.2.1") == network("192.0.2.1")
    assert network("") == ""


def test_there_is_an_end_to_remembering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_ADDRESSES", 2)
    it = Rates(0.001, 1, now=lambda: 0.0)
    for host in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        it.take(host)
    it.take("192.0.2.1")
    with pytest.raises(ApiError):
        it.take("192.0.2.3")
