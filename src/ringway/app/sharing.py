"""How other devices reach the demo: its address, and the code that lets them in."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Final

from ringway.app.folder import keep, prepare
from ringway.app.stops import Stop
from ringway.app.tls.files import name_of
from ringway.settings import CertificateFiles, Listen, Settings, address_for_others

FILE: Final = "invitation"
RANDOM_BYTES: Final = 12
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
HTTPS_PORT: Final = 443


def invitation(data: Path) -> str:
    """Give the code of the data folder; the first time one is made.

    Read anew each time, so that a new one is good at once, and the old one is not.
    """
    try:
        code = (data / FILE).read_text().strip()
    except (FileNotFoundError, UnicodeDecodeError):
        code = ""
    return code if _CODE.fullmatch(code) else new_invitation(data)


def new_invitation(data: Path) -> str:
    """Make another code; the one before is no longer good."""
    code = secrets.token_urlsafe(RANDOM_BYTES)
    keep(data / FILE, f"{code}\n".encode())
    return code


def invitation_beside(data: Path, *, new: bool) -> str:
    """Do the same for a command, whether or not a server runs.  Or `Stop`."""
    prepare(data)
    try:
        return new_invitation(data) if new else invitation(data)
    except OSError as error:
        raise Stop(f"{data / FILE} can not be used: {error.strerror}.") from error


def demo_url(settings: Settings) -> str | None:
    """Give the demo's address for other devices; None when none is known by https."""
    if not settings.demo:
        return None
    if settings.public_url is not None and settings.public_url.startswith("https:"):
        return f"{settings.public_url}/demo/"
    if settings.tls is None or settings.https.is_loopback:
        return None
    host: str | None = None
    if isinstance(settings.tls, CertificateFiles):
        host = name_of(settings.tls)
    if host is None and not settings.https.is_wildcard:
        host = settings.https.host
    host = host or address_for_others()
    if host is None:
        return None
    port = settings.https.port
    at = str(Listen(host, port))
    return f"https://{at.removesuffix(f':{port}') if port == HTTPS_PORT else at}/demo/"


def link(url: str, code: str) -> str:
    """Write the address with the code where no server and no log sees it."""
    return f"{url}#invitation={code}"
