"""Reads the certificates that customers upload: one file in PEM, with its key."""

from __future__ import annotations

import base64
import binascii
import datetime as dt

from ringway.ports.subscriptions import Certificate
from ringway.public.models.subscriptions import CertificateUploadRequest
from ringway.rest.errors import bad_request

TEXT = "Some fields are not valid."


def certificate_of(asked: CertificateUploadRequest, at: int) -> Certificate:
    """Read what was uploaded.  Or `ApiError` 400 that says what is wrong with it."""
    # Costs 10 MB and 50 ms, and most servers never read one.
    from cryptography import x509  # noqa: PLC0415
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        load_pem_private_key,
    )

    pem = _bytes(asked.certificate_content, "certificateContent")
    given = asked.passphrase
    passphrase = None if given is None else _bytes(given, "passphrase")
    try:
        certificate = x509.load_pem_x509_certificates(pem)[0]
    except ValueError:
        said = "is the base64 of PEM that has a certificate first"
        raise bad_request(TEXT, certificateContent=said) from None
    try:
        key = load_pem_private_key(pem, passphrase or None)
    except TypeError:
        said = (
            "is required: the private key is encrypted"
            if not passphrase
            else "is not needed: the private key is not encrypted"
        )
        raise bad_request(TEXT, passphrase=said) from None
    except (ValueError, UnsupportedAlgorithm):
        said = (
            "is the base64 of PEM that also has the private key"
            if not passphrase
            else "has a private key that the passphrase opens"
        )
        raise bad_request(TEXT, certificateContent=said) from None
    if key.public_key() != certificate.public_key():
        said = "has a private key that is the certificate's"
        raise bad_request(TEXT, certificateContent=said)
    return Certificate(
        id=asked.certificate_id,
        created_at=at,
        pem=pem,
        issued_by=certificate.issuer.rfc4514_string(),
        issued_to=certificate.subject.rfc4514_string(),
        valid_from=_microseconds(certificate.not_valid_before_utc),
        valid_until=_microseconds(certificate.not_valid_after_utc),
        serial_number=f"{certificate.serial_number:x}",
        passphrase=passphrase,
    )


def _bytes(text: str, member: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise bad_request(TEXT, **{member: "is a text in base64"}) from None


def _microseconds(moment: dt.datetime) -> int:
    since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return since // dt.timedelta(microseconds=1)
