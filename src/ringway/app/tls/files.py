"""A certificate and its key in files: read, and judged before browsers do it."""

from __future__ import annotations

import datetime as dt
import ssl
import stat
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from ringway.app.stops import WrongUsage
from ringway.settings import CertificateFiles


def certificate_in(files: CertificateFiles, at: dt.datetime) -> x509.Certificate:
    """Read the server's own certificate, if it and its key are good at that time.

    Or `WrongUsage`.
    """
    certificate = _certificate(files.certificate)
    key = _key(files.key)
    spki = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if key.public_key().public_bytes(*spki) != certificate.public_key().public_bytes(
        *spki
    ):
        raise WrongUsage(
            f"The key {files.key} is not that of the certificate {files.certificate}."
        )
    if at >= certificate.not_valid_after_utc:
        raise WrongUsage(
            f"The certificate {files.certificate} has expired: it was good until "
            f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC."
        )
    if at < certificate.not_valid_before_utc:
        raise WrongUsage(
            f"The certificate {files.certificate} is not good before "
            f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC."
        )
    return certificate


def context_of(files: CertificateFiles, at: dt.datetime) -> ssl.SSLContext:
    """Make what handshakes need: TLS 1.2 and 1.3 (RFC 9325).  Or `WrongUsage`."""
    certificate_in(files, at)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(files.certificate, files.key)
    except ssl.SSLError as error:
        raise WrongUsage(
            f"The certificate {files.certificate} can not be used: {error.reason}."
        ) from error
    return context


def name_of(files: CertificateFiles) -> str | None:
    """Give the first name or address that the certificate is for, if it says one."""
    try:
        certificate = _certificate(files.certificate)
        names = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        ).value
    except (WrongUsage, x509.ExtensionNotFound, ValueError):
        return None
    found = [
        *names.get_values_for_type(x509.DNSName),
        *map(str, names.get_values_for_type(x509.IPAddress)),
    ]
    return next((it for it in found if "*" not in it), None)


def _certificate(path: Path) -> x509.Certificate:
    content = _read(path, "certificate")
    try:
        return x509.load_pem_x509_certificates(content)[0]
    except ValueError as error:
        raise WrongUsage(f"{path} is no certificate in PEM.") from error


def _key(path: Path) -> PrivateKeyTypes:
    content = _read(path, "key")
    if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        raise WrongUsage(f"The key {path} is open to everybody: chmod o-rwx {path}.")
    try:
        return load_pem_private_key(content, None)
    except TypeError as error:
        raise WrongUsage(
            f"The key {path} has a password: take it off with `openssl pkey`."
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise WrongUsage(f"{path} is no key in PEM.") from error


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WrongUsage(
            f"The {what} {path} can not be read: {error.strerror}."
        ) from error
