"""Certificates: which are refused and why, and how handshakes get the newest one."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from structlog.testing import capture_logs

from ringway.app.stops import Stop, WrongUsage
from ringway.app.tls.files import certificate_in, context_of, name_of
from ringway.app.tls.following import Certificates
from ringway.app.tls.own import LASTS, RENEWED, keep_own, names_here, own_files
from ringway.settings import CertificateFiles

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
NAMES: Sequence[x509.GeneralName] = [
    x509.DNSName("*.ringway.test"),
    x509.DNSName("ringway.test"),
    x509.IPAddress(ipaddress.ip_address("192.0.2.7")),
]


def made(folder: Path, at: dt.datetime = NOW) -> CertificateFiles:
    """Make a certificate and its key in a folder."""
    folder.mkdir(exist_ok=True)
    keep_own(folder, NAMES, at)
    return own_files(folder)


def serial(files: CertificateFiles) -> int:
    return certificate_in(files, NOW).serial_number


# ------------------------------------------------------------ files that are given


def test_a_good_certificate_is_taken(tmp_path: Path) -> None:
    files = made(tmp_path)
    context = context_of(files, NOW)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_NONE, "clients have tokens, not certificates"
    assert name_of(files) == "ringway.test"


def refused(files: CertificateFiles, at: dt.datetime = NOW) -> str:
    with pytest.raises(WrongUsage) as why:
        context_of(files, at)
    assert why.value.code == 2
    assert why.value.text.endswith(".")
    assert "\n" not in why.value.text
    return why.value.text


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    files = made(tmp_path)
    files.key.unlink()
    assert str(files.key) in refused(files)
    files.certificate.unlink()
    text = refused(files)
    assert f"The certificate {files.certificate} can not be read" in text
    assert name_of(files) is None


def test_files_that_are_something_else(tmp_path: Path) -> None:
    files = made(tmp_path)
    swapped = CertificateFiles(files.key, files.certificate)
    assert "is no certificate in PEM" in refused(swapped)
    files.key.write_text("a key")
    assert "is no key in PEM" in refused(files)


def test_a_key_of_another_certificate(tmp_path: Path) -> None:
    one, other = made(tmp_path / "one"), made(tmp_path / "other")
    text = refused(CertificateFiles(one.certificate, other.key))
    assert "is not that of the certificate" in text


@pytest.mark.parametrize("mode", [0o644, 0o602])
def test_a_key_that_everybody_may_use(mode: int, tmp_path: Path) -> None:
    files = made(tmp_path)
    files.key.chmod(mode)
    assert "chmod o-rwx" in refused(files)
    files.key.chmod(0o640)
    context_of(files, NOW)


def test_a_key_with_a_password(tmp_path: Path) -> None:
    files = made(tmp_path)
    key = load_pem_private_key(files.key.read_bytes(), None)
    files.key.write_bytes(
        key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
        )
    )
    assert "has a password" in refused(files)


def test_a_certificate_out_of_its_time(tmp_path: Path) -> None:
    files = made(tmp_path)
    assert "has expired: it was good until 2027-" in refused(files, NOW + LASTS)
    assert "is not good before 2026-11-21 11:00 UTC" in refused(files, NOW - DAY)


# ------------------------------------------------------------------- one of our own


def test_ours_is_for_this_machine_and_only_its_owner_has_the_key(
    tmp_path: Path,
) -> None:
    keep_own(tmp_path, names_here(), NOW)
    files = own_files(tmp_path)
    assert stat.S_IMODE(files.key.stat().st_mode) == 0o600
    certificate = certificate_in(files, NOW)
    names = certificate.extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    ).value
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    addresses = names.get_values_for_type(x509.IPAddress)
    assert {ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")} <= set(
        addresses
    )
    lasts = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert lasts <= dt.timedelta(days=398)
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert not constraints.value.ca, "whoever trusts it trusts no other for it"


def test_ours_stays_while_it_is_good(tmp_path: Path) -> None:
    files = made(tmp_path)
    before = serial(files)
    keep_own(tmp_path, NAMES[1:], NOW + DAY)
    assert serial(files) == before, "a name that has gone is no reason"


def test_ours_is_renewed_for_another_address_and_before_its_end(tmp_path: Path) -> None:
    files = made(tmp_path)
    before, key = serial(files), files.key.read_bytes()
    moved = [*NAMES, x509.IPAddress(ipaddress.ip_address("198.51.100.7"))]
    keep_own(tmp_path, moved, NOW)
    again = serial(files)
    assert again != before
    keep_own(tmp_path, moved, NOW + LASTS - RENEWED - DAY)
    assert serial(files) == again
    late = NOW + LASTS - RENEWED
    keep_own(tmp_path, moved, late)
    assert certificate_in(files, late).serial_number != again
    assert files.key.read_bytes() == key, "the key stays"


@pytest.mark.parametrize("broken", ["", "no key", None])
def test_ours_is_made_anew_when_it_is_broken(
    broken: str | None, tmp_path: Path
) -> None:
    files = made(tmp_path)
    if broken is None:
        files.key.unlink()
    else:
        files.key.write_text(broken)
    keep_own(tmp_path, NAMES, NOW)
    context_of(files, NOW)


# --------------------------------------------------------------------- handshakes


def presented(certificates: Certificates) -> int:
    """Shake hands in memory; give the serial of the certificate that came."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(to_client, to_server)
    other = certificates.listening.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (one, other):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    der = one.getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der).serial_number


def today() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def test_a_handshake_gets_what_is_in_the_files_now(tmp_path: Path) -> None:
    files = made(tmp_path / "now", today())
    certificates = Certificates(files)
    first = presented(certificates)
    assert presented(certificates) == first
    later = made(tmp_path / "later", today())
    later.certificate.replace(files.certificate)
    with capture_logs() as logged:
        assert presented(certificates) == first, "the key has not come yet"
        assert presented(certificates) == first
    assert [it["event"] for it in logged] == ["the certificate of before stays"]
    later.key.replace(files.key)
    second = presented(certificates)
    assert second != first
    files.key.unlink()
    with capture_logs() as logged:
        assert presented(certificates) == second
    assert str(files.key) in logged[0]["why"]


def test_ours_is_renewed_while_it_is_served(tmp_path: Path) -> None:
    names = list(NAMES)

    def renew() -> None:
        keep_own(tmp_path, names, today())

    certificates = Certificates(own_files(tmp_path), renew)
    first = presented(certificates)
    assert presented(certificates) == first
    names.append(x509.DNSName("moved.test"))
    assert presented(certificates) != first


def test_a_server_does_not_begin_with_a_bad_one(tmp_path: Path) -> None:
    files = made(tmp_path, today())
    files.certificate.write_text("")
    with pytest.raises(Stop):
        Certificates(files)
