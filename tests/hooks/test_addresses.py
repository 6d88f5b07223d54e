"""Which addresses a customer's URL may lead to."""

from __future__ import annotations

import ipaddress

import pytest

from ringway.hooks.addresses import may_be_reached

PUBLIC = (
    "1.1.1.1",
    "9.255.255.255",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.0.1",
    "172.32.0.1",
    "192.167.1.1",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00::1",
    "::ffff:1.1.1.1",
)
REFUSED = (
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address: str) -> None:
    assert may_be_reached(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", REFUSED)
def test_others_are_not(address: str) -> None:
    assert not may_be_reached(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.1.0.0/16"),
        ("::ffff:10.1.2.3", "10.1.0.0/16"),
        ("127.0.0.1", "127.0.0.1"),
        ("fd00::1", "fd00::/8"),
    ],
)
def test_an_operator_can_allow_some(address: str, network: str) -> None:
    it = ipaddress.ip_address(address)
    assert may_be_reached(it, [ipaddress.ip_network(network)])
    assert not may_be_reached(it, [ipaddress.ip_network("10.2.0.0/16")])
