"""The certificate of `--tls self-signed`: made, kept, and renewed in time."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ringway.app.folder import keep
from ringway.app.stops import WrongUsage
from ringway.app.tls.files import certificate_in
from ringway.settings import CertificateFiles, addresses_of_this_machine

LASTS: Final = dt.timedelta(days=397)
"""Browsers take no certificate that is good for more than 398 days."""
RENEWED: Final = dt.timedelta(days=30)
"""So long before its end another takes its place."""
EARLIER: Final = dt.timedelta(hours=1)
"""Clocks of other devices may be behind ours."""
MOST_NAMES: Final = 64
COMMON_NAME: Final = "Ringway"
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,61}[A-Za-z0-9])?")


def own_files(data: Path) -> CertificateFiles:
    """Say where the data folder keeps them."""
    return CertificateFiles(data / "tls-certificate.pem", data / "tls-key.pem")


def keep_own(data: Path, names: Iterable[x509.GeneralName], at: dt.datetime) -> None:
    """See that the certificate is there, good for a while and for all the names.

    It is for names of before as long as it need not be renewed: who has accepted it
    is not asked again because a network has gone.  The key stays.
    """
    files, wanted = own_files(data), list(dict.fromkeys(names))[:MOST_NAMES]
    try:
        there = certificate_in(files, at)
        if there.not_valid_after_utc - at >= RENEWED and set(wanted) <= set(
            _names_in(there)
        ):
            return
    except WrongUsage:
        pass
    key = _key(files.key)
    keep(files.certificate, _signed(key, wanted, at).public_bytes(Encoding.PEM))


def names_here() -> list[x509.GeneralName]:
    """Give what this machine is called: names, and addresses of every interface."""
    host = socket.gethostname()
    names = ["localhost"]
    if _NAME.fullmatch(host):
        # What zeroconf calls a machine without a domain (RFC 6762).
        names += [host] if "." in host else [host, f"{host}.local"]
    addresses = [
        address
        for text, _ in addresses_of_this_machine()
        if not (address := ipaddress.ip_address(text)).is_link_local
    ]
    loopback = [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]
    return [
        *map(x509.DNSName, names),
        *(x509.IPAddress(it) for it in (*loopback, *addresses)),
    ]


def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        there = load_pem_private_key(path.read_bytes(), None)
        if isinstance(there, ec.EllipticCurvePrivateKey):
            path.chmod(0o600)
            return there
    except (OSError, ValueError, TypeError):
        pass  # there is none that could be used: the next one takes its place
    key = ec.generate_private_key(ec.SECP256R1())
    keep(
        path,
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    return key


def _signed(
    key: ec.EllipticCurvePrivateKey, names: list[x509.GeneralName], at: dt.datetime
) -> x509.Certificate:
    """Sign it (RFC 5280): for servers, and for nothing else."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, COMMON_NAME)])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - EARLIER)
        .not_valid_after(at - EARLIER + LASTS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
        .sign(key, hashes.SHA256())
    )


def _names_in(certificate: x509.Certificate) -> Iterable[x509.GeneralName]:
    try:
        return certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        ).value
    except x509.ExtensionNotFound:
        return ()
