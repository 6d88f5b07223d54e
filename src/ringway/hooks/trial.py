"""Tries whether a receiver takes a certificate, before events depend on it."""

from __future__ import annotations

from ringway.hooks.connecting import NotAnswered
from ringway.hooks.egress import Egress, Outgoing
from ringway.hooks.trust import Shown, Terms
from ringway.ports.subscriptions import Certificate


async def trial(egress: Egress, certificate: Certificate, url: str) -> str | None:
    """Ask for the head of a URL, and give a sentence if there is no answer.

    Any answer will do: it comes from behind the handshake that was tried.
    """
    terms = Terms(shown=Shown(certificate.pem, certificate.passphrase))
    if not url.startswith("https:"):
        return "Only an https URL is shown a certificate."
    try:
        await egress.send(Outgoing(url, b"", [], terms=terms), "HEAD")
    except NotAnswered as failure:
        return failure.text
    return None
