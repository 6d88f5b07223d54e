"""Tries keys and certificates of strangers, in a process of its own.

    python -m ringway.adapters.key_trial < one JSON object > one word

Opening a P12 file derives keys in as many rounds as the file says, and nothing else in
the process runs meanwhile: so it is done here, and who waits can end it.
"""

from __future__ import annotations

import sys
from typing import Final

import msgspec

from ringway.ports.push import Verdict

MAX_INPUT: Final = 1 << 20


class Trial(msgspec.Struct):
    """What is to be tried: a certificate, or a private key."""

    certificate: bytes | None = None
    password: str | None = None
    private_key: str | None = None


def try_certificate(content: bytes, password: str | None) -> Verdict:
    """Open a P12 file (RFC 7292)."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        pkcs12,
    )

    given = None if password is None else password.encode(errors="replace")
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(content, given)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return Verdict.CLOSED
    return Verdict.EMPTY if key is None or certificate is None else Verdict.OPENS


def try_private_key(pem: str) -> Verdict:
    """Read an RSA key in PEM, without a password."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        load_pem_private_key,
    )

    try:
        key = load_pem_private_key(pem.encode(errors="replace"), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return Verdict.CLOSED
    return Verdict.OPENS if isinstance(key, rsa.RSAPrivateKey) else Verdict.EMPTY


def main() -> None:
    """Try what stdin has, and say on stdout what came of it."""
    asked = msgspec.json.decode(sys.stdin.buffer.read(MAX_INPUT), type=Trial)
    if asked.certificate is not None:
        verdict = try_certificate(asked.certificate, asked.password)
    else:
        verdict = try_private_key(asked.private_key or "")
    sys.stdout.write(verdict)


if __name__ == "__main__":
    main()
