from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ringway.settings import (
    Advertised,
    BadSetting,
    CertificateFiles,
    Listen,
    Settings,
    advertised_addresses,
    settings_from,
)


def given(**changed: Any) -> Settings:
    usual: dict[str, Any] = {
        "data": Path("data"),
        "http": "127.0.0.1:8080",
        "media": "0.0.0.0:3478",
    }
    return settings_from(**(usual | changed))


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:8080", "127.0.0.1", 8080),
        ("[::1]:80", "::1", 80),
        ("[::]:65535", "::", 65535),
        ("localhost:1", "localhost", 1),
    ],
)
def test_where_to_listen(text: str, host: str, port: int) -> None:
    listen = given(http=text).http
    assert listen == Listen(host, port)
    assert str(listen) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "8080",
        ":8080",
        "host",
        "host:",
        "host:0",
        "host:65536",
        "host:x",
        "[::1",
        "::1:80",
        "h:\uff11",
    ],
)
def test_not_where_to_listen(text: str) -> None:
    with pytest.raises(BadSetting, match="HOST:PORT"):
        given(http=text)


@pytest.mark.parametrize(
    "changed",
    [
        {"media": "localhost:3478"},
        {"media": "0.0.0.0:65535", "shards": 2},
        {"shards": 0},
        {"shards": 65},
        {"grace_s": -1},
        {"rate_limits": -1},
        {"rate_limits": 1001},
        {"advertise": ["example.test"]},
        {"advertise": ["0.0.0.0"]},
        {"advertise": ["192.0.2.1:0"]},
        {"advertise": ["192.0.2.1:x"]},
        {"advertise": [f"192.0.2.{n}" for n in range(17)]},
        {"public_url": "ringway.test"},
        {"public_url": "https://ringway.test/path"},
        {"public_url": "https://user@ringway.test"},
        {"public_url": "ftp://ringway.test"},
        {"public_url": "https://ringway.test:99999"},
        {"origins": ["*"]},
        {"tls": ""},
        {"tls": "yes"},
        {"tls": "certificate.pem"},
        {"tls": ",key.pem"},
        {"tls": "certificate.pem,"},
        {"tls": "a,b,c"},
        {"https": "8443"},
        {"trusted_proxies": ["proxy.test"]},
        {"trusted_proxies": ["10.0.0.1/8"]},
        {"trusted_proxies": ["10.0.0.0/33"]},
    ],
)
def test_what_can_not_be_used_is_said(changed: dict[str, Any]) -> None:
    with pytest.raises(BadSetting, match=r"\.$"):
        given(**changed)


def test_origins_are_as_browsers_write_them() -> None:
    it = given(origins=["HTTPS://Ringway.Test:443/", "http://[::1]:8080"])
    assert it.origins == ("https://ringway.test", "http://[::1]:8080")


def test_the_demo_is_on_for_this_machine_only() -> None:
    assert given(http="127.0.0.1:8080").demo
    assert given(http="localhost:8080").demo
    assert given(http="[::1]:8080").demo
    assert not given(http="0.0.0.0:8080").demo
    assert given(http="0.0.0.0:8080", demo=True).demo
    assert not given(demo=False).demo


def test_https_is_there_when_a_certificate_is() -> None:
    assert given().tls is None
    assert given(tls="self-signed").tls == "self-signed"
    assert str(given(tls="self-signed").https) == "0.0.0.0:8443"
    files = given(tls="/c.pem, key.pem").tls
    assert files == CertificateFiles(Path("/c.pem"), Path("key.pem").absolute())
    home = given(tls="~/c.pem,~nobody-of-that-name/k.pem").tls
    assert isinstance(home, CertificateFiles)
    assert home.certificate == Path.home() / "c.pem"
    assert home.key.is_absolute()


def test_who_can_reach_pages_and_api() -> None:
    assert given().is_for_this_machine
    assert given(tls="self-signed", https="[::1]:8443").is_for_this_machine
    assert not given(tls="self-signed").is_for_this_machine
    assert not given(http="0.0.0.0:8080").is_for_this_machine


def test_proxies_are_addresses_and_networks() -> None:
    told = given(trusted_proxies=["192.0.2.1", "10.0.0.0/8", "::1"]).trusted_proxies
    assert [str(it) for it in told] == ["192.0.2.1/32", "10.0.0.0/8", "::1/128"]


def machine() -> list[tuple[str, str]]:
    return [
        ("127.0.0.1", "lo"),
        ("::1", "lo"),
        ("fe80::1%eth0", "eth0"),
        ("169.254.7.7", "eth0"),
        ("2001:db8::7", "eth0"),
        ("192.0.2.7", "eth0"),
    ]


def test_all_addresses_are_advertised_and_loopback_when_http_is() -> None:
    told = advertised_addresses(given(), machine)
    assert [it.address for it in told] == ["127.0.0.1", "192.0.2.7", "2001:db8::7"]
    assert all(it.why for it in told)
    told = advertised_addresses(given(http="0.0.0.0:8080"), machine)
    assert [it.address for it in told] == ["192.0.2.7", "2001:db8::7"]


def test_given_addresses_are_the_only_ones() -> None:
    it = given(advertise=["203.0.113.9 [2001:db8::9]:443", "203.0.113.9,192.0.2.9:1"])
    assert [each.address for each in advertised_addresses(it, machine)] == [
        "203.0.113.9",
        "[2001:db8::9]:443",
        "192.0.2.9:1",
    ]


def test_media_on_one_address_is_advertised_there() -> None:
    told = advertised_addresses(given(media="192.0.2.7:3478"), machine)
    assert told == (Advertised("192.0.2.7", "the only one media listens on"),)


def test_a_machine_without_addresses_needs_one() -> None:
    with pytest.raises(BadSetting, match="--advertise"):
        advertised_addresses(given(http="0.0.0.0:80"), lambda: [("127.0.0.1", "lo")])


def test_no_more_are_advertised_than_the_engine_takes() -> None:
    many = [(f"192.0.2.{n}", "eth0") for n in range(1, 40)]
    told = [it.address for it in advertised_addresses(given(), lambda: many)]
    assert len(told) == 16
    assert told[0] == "127.0.0.1"
