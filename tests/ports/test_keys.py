"""Keys of strangers are tried where nobody waits for them for long."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from ringway.adapters.key_trial import try_certificate, try_private_key
from ringway.adapters.keys_process import ProcessKeys
from ringway.ports.push import Verdict

PASSWORD = "open sesame"


def p12(rounds: int) -> bytes:
    way = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(rounds)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(PASSWORD.encode())
    )
    key = ec.generate_private_key(ec.SECP256R1())
    return pkcs12.serialize_key_and_certificates(b"x", key, None, None, way)


async def test_a_file_without_a_certificate_opens_and_is_empty() -> None:
    keys = ProcessKeys()
    assert await keys.certificate(p12(1000), PASSWORD) is Verdict.EMPTY
    assert await keys.certificate(p12(1000), "wrong") is Verdict.CLOSED
    assert await keys.certificate(p12(1000), None) is Verdict.CLOSED
    assert await keys.certificate(b"", PASSWORD) is Verdict.CLOSED
    assert await keys.private_key("no key") is Verdict.CLOSED


async def test_nothing_waits_for_a_file_that_takes_long() -> None:
    # Making it takes as long as opening it: more than a second of a fast core.
    keys = ProcessKeys(within_s=0.3)
    assert await keys.certificate(p12(4_000_000), PASSWORD) is Verdict.SLOW


@pytest.mark.parametrize("content", [b"", b"\x30", b"\x30\x82\xff\xff", bytes(1000)])
def test_what_is_no_certificate(content: bytes) -> None:
    assert try_certificate(content, None) is Verdict.CLOSED


def test_what_is_no_private_key() -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    assert try_private_key(pem.decode()) is Verdict.EMPTY
    assert try_private_key("-----BEGIN PRIVATE KEY-----") is Verdict.CLOSED
    assert try_private_key("\ud800") is Verdict.CLOSED
