"""The check of the certificate that is given: good, and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from ringway.app.doctor.findings import Finding, fail, ok, warn
from ringway.app.stops import Stop
from ringway.app.tls.files import certificate_in
from ringway.settings import CertificateFiles, Settings

SOON: Final = dt.timedelta(days=14)
"""Who renews by a machine does it a month before the end."""


def findings(settings: Settings, at: dt.datetime) -> Sequence[Finding]:
    """Judge the certificate; our own is renewed by itself, and without one is none."""
    name = "Certificate"
    match settings.tls:
        case CertificateFiles():
            try:
                end = certificate_in(settings.tls, at).not_valid_after_utc
            except Stop as stop:
                advice = (
                    "Browsers would not come in: mend it, or name another by --tls."
                )
                return [fail(name, stop.text, advice)]
            found = f"It is good until {end:%Y-%m-%d %H:%M} UTC."
            if end - at < SOON:
                return [
                    warn(name, found, "Renew it: a running server takes it by itself.")
                ]
            return [ok(name, found)]
        case "self-signed":
            found = "It is self-signed, and renewed by itself: browsers ask once."
            return [ok(name, found)]
        case None:
            return []
