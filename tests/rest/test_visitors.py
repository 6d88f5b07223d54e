"""Which address counts as a visitor's, behind proxies that are trusted or not."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from litestar import Request

from ringway.rest.visitors import address_of

TRUSTED = [ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]


def request(peer: str, *forwarded: str) -> Request[Any, Any, Any]:
    headers = [(b"x-forwarded-for", it.encode()) for it in forwarded]
    return Request(
        {"type": "http", "client": (peer, 1), "headers": headers, "path": "/"}  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", (), "192.0.2.1"),
        ("192.0.2.1", ("198.51.100.1",), "192.0.2.1"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("::ffff:10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("2001:db8::1", ("2001:DB9::1",), "2001:db9::1"),
        ("10.0.0.1", ("198.51.100.1, 10.0.0.2",), "198.51.100.1"),
        ("10.0.0.1", ("198.51.100.1", "10.0.0.2"), "198.51.100.1"),
        ("10.0.0.1", ("127.0.0.1, 198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("10.0.0.3, 10.0.0.2",), "10.0.0.3"),
        ("10.0.0.1", ("unknown",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1, nonsense",), "10.0.0.1"),
        ("10.0.0.1", ("",), "10.0.0.1"),
        ("", ("198.51.100.1",), ""),
    ],
)
def test_who_asks(peer: str, forwarded: tuple[str, ...], address: str) -> None:
    assert address_of(request(peer, *forwarded), TRUSTED) == address


def test_nobody_is_trusted_unless_it_is_said() -> None:
    assert address_of(request("127.0.0.1", "198.51.100.1"), ()) == "127.0.0.1"
