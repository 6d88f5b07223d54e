"""One question to a STUN server, how it sees us (RFC 8489).

No packet of a call: only `ringway doctor --stun` asks, and only who is named.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket
import struct
from typing import Final

from ringway.settings import Listen

BINDING_REQUEST: Final = 0x0001
BINDING_SUCCESS: Final = 0x0101
MAGIC_COOKIE: Final = 0x2112A442
MAPPED_ADDRESS: Final = 0x0001
XOR_MAPPED_ADDRESS: Final = 0x0020
IPV4: Final = 1
IPV6: Final = 2
HEADER: Final = struct.Struct("!HHI12s")
TRIES_S: Final = (0.5, 1.0, 2.0)
"""How long each try waits."""
MAX_RESPONSE: Final = 2048
"""Bytes."""


class NoResponse(Exception):
    """Nobody said how we are seen; the text says why, for a person."""


def request(transaction: bytes) -> bytes:
    """Write a Binding request (section 5)."""
    return HEADER.pack(BINDING_REQUEST, 0, MAGIC_COOKIE, transaction)


def read_response(packet: bytes, transaction: bytes) -> str | None:
    """Give the address in a response to this transaction; None if it is none."""
    if len(packet) < HEADER.size:
        return None
    kind, length, cookie, of = HEADER.unpack_from(packet)
    body = packet[HEADER.size :]
    if (kind, cookie, of) != (BINDING_SUCCESS, MAGIC_COOKIE, transaction):
        return None
    if length != len(body):
        return None
    found: dict[int, str] = {}
    while len(body) >= 4:  # noqa: PLR2004 -- the head of an attribute
        name, size = struct.unpack_from("!HH", body)
        value = body[4 : 4 + size]
        body = body[4 + size + -size % 4 :]
        if name in {MAPPED_ADDRESS, XOR_MAPPED_ADDRESS}:
            address = _address(value, transaction, xor=name == XOR_MAPPED_ADDRESS)
            if address is not None:
                found.setdefault(name, address)
    return found.get(XOR_MAPPED_ADDRESS) or found.get(MAPPED_ADDRESS)


def _address(value: bytes, transaction: bytes, *, xor: bool) -> str | None:
    """Read an address (sections 14.1 and 14.2)."""
    family = value[1] if len(value) > 1 else 0
    size = {IPV4: 4, IPV6: 16}.get(family)
    raw = value[4:]
    if size is None or len(raw) != size:
        return None
    if xor:
        mask = MAGIC_COOKIE.to_bytes(4, "big") + transaction
        raw = bytes(a ^ b for a, b in zip(raw, mask, strict=False))
    return str(ipaddress.ip_address(raw))


def mapped_address(server: Listen) -> str:
    """Ask the server how it sees this machine.  Or `NoResponse`."""
    transaction = secrets.token_bytes(12)
    try:
        found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_DGRAM)
        family, _, _, _, address = found[0]
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            # Connected: so only this server is heard, and its refusals are.
            asking.connect(address)
            for wait in TRIES_S:
                asking.send(request(transaction))
                asking.settimeout(wait)
                try:
                    seen = read_response(asking.recv(MAX_RESPONSE), transaction)
                except TimeoutError:
                    continue
                if seen is None:
                    raise NoResponse("what it said is no response of STUN")
                return seen
    except OSError as error:
        raise NoResponse(error.strerror or str(error)) from error
    raise NoResponse(f"nothing came back within {sum(TRIES_S):g} s")
