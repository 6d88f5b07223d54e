"""The certificate that handshakes get: always the newest one, without a restart."""

from __future__ import annotations

import datetime as dt
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import structlog

from ringway.app.stops import Stop
from ringway.app.tls.files import context_of
from ringway.app.tls.own import keep_own, names_here, own_files
from ringway.settings import CertificateFiles, Settings

log = structlog.get_logger("tls")

OWN_LOOKED_AT_EVERY_S: Final = 60.0
"""Addresses change when a machine moves; it costs a millisecond to look."""


class Certificates:
    """Looks, with each handshake, whether the files are others now.

    So nothing wakes an idle server, no signal is needed, and a client never gets an
    old certificate.  What can not be used is logged once, and the one before stays.
    """

    def __init__(
        self, files: CertificateFiles, renew: Callable[[], None] = lambda: None
    ) -> None:
        """`renew` may replace the files before they are looked at.  Or `Stop`."""
        self._files, self._renew = files, renew
        renew()
        self._stamp = _stamp(files)
        self.listening = context_of(files, _now())
        """For the socket; each handshake gets the newest context from it."""
        self._newest = self.listening
        # The stub wants an SSLSocket only; without one the event loop has objects.
        follow: Any = self._follow
        self.listening.sni_callback = follow

    def _follow(
        self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext
    ) -> None:
        try:
            self._renew()
            stamp = _stamp(self._files)
            if stamp != self._stamp:
                self._stamp = stamp
                self._newest = context_of(self._files, _now())
                log.info("new certificate", file=str(self._files.certificate))
        except (Stop, OSError) as error:
            log.error(  # noqa: TRY400 -- the sentence says all
                "the certificate of before stays", why=str(error)
            )
        connection.context = self._newest


def certificates_of(settings: Settings) -> Certificates | None:
    """Follow what the settings name; None without HTTPS.  Or `Stop`."""
    match settings.tls:
        case None:
            return None
        case CertificateFiles():
            return Certificates(settings.tls)
        case "self-signed":
            return Certificates(own_files(settings.data), _Own(settings.data).renew)


class _Own:
    """Renews our own certificate, and looks for a reason not too often."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._next = 0.0

    def renew(self) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + OWN_LOOKED_AT_EVERY_S
        try:
            keep_own(self._data, names_here(), _now())
        except OSError as error:
            raise Stop(
                f"The certificate in {self._data} can not be kept: {error.strerror}."
            ) from error


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _stamp(files: CertificateFiles) -> tuple[tuple[int, int, int] | None, ...]:
    """Tell a file from what it was; None: it is not there now."""
    found: list[tuple[int, int, int] | None] = []
    for path in (files.certificate, files.key):
        try:
            it = path.stat()
            found.append((it.st_ino, it.st_mtime_ns, it.st_size))
        except OSError:
            found.append(None)
    return tuple(found)
