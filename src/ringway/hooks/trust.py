"""TLS as a client: whom we believe, which versions, what we show of ourselves."""

from __future__ import annotations

import os
import ssl
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

MAX_CONTEXTS: Final = 100
"""Kept, the ones used last: each has read the system's authorities."""
_VERSIONS: Final = {
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate that we show, with its key, in PEM."""

    pem: bytes = field(repr=False)
    passphrase: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Terms:
    """How TLS is spoken with a receiver."""

    versions: tuple[str, ...] = ()
    """As ``TLSv1.3``; none: 1.2 and 1.3."""
    shown: Shown | None = None


class Contexts:
    """Makes what TLS needs, once for the same terms."""

    def __init__(self) -> None:
        self._made: OrderedDict[Terms, ssl.SSLContext] = OrderedDict()

    def of(self, terms: Terms) -> ssl.SSLContext:
        """Give the context.  Or `ssl.SSLError`: what is to be shown can not be."""
        made = self._made.get(terms)
        if made is None:
            made = self._made[terms] = _context(terms)
        self._made.move_to_end(terms)
        if len(self._made) > MAX_CONTEXTS:
            self._made.popitem(last=False)
        return made


def _context(terms: Terms) -> ssl.SSLContext:
    context = ssl.create_default_context()
    wanted = [_VERSIONS[it] for it in terms.versions] or list(_VERSIONS.values())
    context.minimum_version, context.maximum_version = min(wanted), max(wanted)
    if terms.shown is not None:
        # The library reads files only; this one has no name and never meets a disk.
        file = os.memfd_create("certificate", os.MFD_CLOEXEC)
        try:
            os.write(file, terms.shown.pem)
            context.load_cert_chain(
                f"/proc/self/fd/{file}", password=terms.shown.passphrase or b""
            )
        finally:
            os.close(file)
    return context
