"""URLs that customers give: what they may look like, before anybody connects."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import urlsplit

MAX_URL: Final = 512
"""Characters (`api/calls-events.md`, Webhook)."""
USUAL_PORTS: Final = {"http": 80, "https": 443}


class Url(NamedTuple):
    """A URL, taken apart."""

    scheme: str
    """``http`` or ``https``."""
    host: str
    """A name in its ASCII form, or an address without brackets."""
    port: int
    target: str
    """Path and query, as the request line has them."""

    @property
    def origin(self) -> tuple[str, str, int]:
        """Whom it is sent to (RFC 6454)."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """What the header Host says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = USUAL_PORTS[self.scheme] == self.port
        return host if usual else f"{host}:{self.port}"


def url_of(text: str) -> Url:
    """Take a URL apart.  Or `ValueError` with a sentence that says what is wrong."""
    if len(text) > MAX_URL:
        raise ValueError(f"has at most {MAX_URL} characters")
    if not (text.isprintable() and text.isascii()) or " " in text:
        raise ValueError("has only printable ASCII characters: percent-encode others")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("is a URL like https://example.com/events") from None
    if parts.scheme not in USUAL_PORTS or not parts.hostname:
        raise ValueError("is a URL like https://example.com/events")
    if parts.username is not None or parts.password is not None:
        raise ValueError("has no user name or password: use a security setting")
    if parts.fragment:
        raise ValueError("has no fragment (#…): it is never sent")
    if port == 0 or "\\" in text:
        raise ValueError("is a URL like https://example.com/events")
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    return Url(parts.scheme, parts.hostname, port or USUAL_PORTS[parts.scheme], target)
