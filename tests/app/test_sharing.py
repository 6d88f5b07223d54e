"""Invitations and links: who may come from elsewhere, and where to."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from ringway.app import sharing
from ringway.app.sharing import FILE, demo_url, invitation, link, new_invitation
from ringway.app.tls.own import keep_own, own_files
from ringway.settings import Settings, address_for_others, settings_from


def given(**changed: Any) -> Settings:
    usual = {"data": Path("data"), "http": "127.0.0.1:8080", "media": "0.0.0.0:3478"}
    return settings_from(**{**usual, **changed})


def test_a_folder_has_one_code_until_another_is_made(tmp_path: Path) -> None:
    code = invitation(tmp_path)
    assert re.fullmatch(r"[A-Za-z0-9_-]{16}", code)
    assert invitation(tmp_path) == code
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    other = new_invitation(tmp_path)
    assert other != code
    assert invitation(tmp_path) == other
    assert [it.name for it in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("broken", [b"", b"\n", b"short", b"\xff" * 16, b"x" * 65])
def test_a_broken_code_lets_nobody_in(broken: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(broken)
    code = invitation(tmp_path)
    assert len(code) == 16
    assert invitation(tmp_path) == code


def test_the_code_is_in_the_fragment() -> None:
    assert (
        link("https://x.test/demo/", "CODE") == "https://x.test/demo/#invitation=CODE"
    )


@pytest.mark.parametrize(
    ("changed", "url"),
    [
        ({}, None),
        ({"demo": False, "tls": "self-signed"}, None),
        ({"tls": "self-signed", "https": "127.0.0.1:8443"}, None),
        ({"tls": "self-signed"}, "https://192.0.2.7:8443/demo/"),
        ({"tls": "self-signed", "https": "0.0.0.0:443"}, "https://192.0.2.7/demo/"),
        (
            {"tls": "self-signed", "https": "198.51.100.1:8443"},
            "https://198.51.100.1:8443/demo/",
        ),
        (
            {"tls": "self-signed", "https": "[2001:db8::1]:8443"},
            "https://[2001:db8::1]:8443/demo/",
        ),
        ({"public_url": "http://ringway.test"}, None),
        ({"public_url": "https://ringway.test"}, "https://ringway.test/demo/"),
        (
            {"public_url": "https://ringway.test:444", "tls": "self-signed"},
            "https://ringway.test:444/demo/",
        ),
    ],
)
def test_where_other_devices_find_the_demo(
    changed: dict[str, Any], url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "address_for_others", lambda: "192.0.2.7")
    assert demo_url(given(**changed)) == url


def test_a_machine_without_a_network_shares_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sharing, "address_for_others", lambda: None)
    assert demo_url(given(tls="self-signed")) is None


def test_a_certificate_says_the_name(tmp_path: Path) -> None:
    keep_own(tmp_path, [x509.DNSName("calls.test")], dt.datetime.now(dt.UTC))
    files = own_files(tmp_path)
    settings = given(tls=f"{files.certificate},{files.key}")
    assert demo_url(settings) == "https://calls.test:8443/demo/"


def test_the_address_is_one_of_others() -> None:
    address = address_for_others()
    assert address is None or not ipaddress.ip_address(address).is_loopback


def test_the_demo_is_for_the_invited_also_where_http_is_not_local() -> None:
    shared: Callable[..., Settings] = given
    assert shared(http="0.0.0.0:8080", demo=True).demo
    assert not shared(http="0.0.0.0:8080").demo
