"""What is sent to a receiver for an event: the request, with all that proves it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ringway.domain.values import SECOND
from ringway.hooks.bearers import Bearers
from ringway.hooks.egress import Outgoing
from ringway.hooks.signatures import of_body, standard
from ringway.hooks.trust import Shown, Terms
from ringway.ports.outbox import PublicEvent
from ringway.ports.subscriptions import (
    CONNECT_TIMEOUT_MS,
    READ_TIMEOUT_MS,
    Basic,
    Book,
    Credentials,
    Hmac,
    Oauth,
    Profile,
    Subscription,
)
from ringway.runtime.tracing import new_span

OURS: Final = frozenset(
    {
        *("host", "user-agent", "accept-encoding", "content-length", "content-type"),
        *("authorization", "webhook-id", "webhook-timestamp", "webhook-signature"),
        *("traceparent", "x-signature"),
    }
)
"""Headers that a profile can not set, in lower case."""


@dataclass(frozen=True, slots=True)
class Target:
    """Who gets the events of a subscription, and how."""

    subscription: Subscription
    profile: Profile
    credentials: Credentials | None
    terms: Terms

    async def request(self, event: PublicEvent, at: int, bearers: Bearers) -> Outgoing:
        """Make the request for an event.  Or `NotAnswered`: there is no token."""
        profile, name, seconds = self.profile, str(event.mark), at // SECOND
        signature = standard(profile.secret, name, seconds, event.payload)
        headers = [
            ("Content-Type", profile.content_type or "application/json"),
            ("webhook-id", name),
            ("webhook-timestamp", str(seconds)),
            ("webhook-signature", signature),
            ("traceparent", f"00-{event.trace}-{new_span()}-01"),
        ]
        if isinstance(self.credentials, Hmac):
            headers.append(("X-Signature", of_body(self.credentials, event.payload)))
        private = [it for it in profile.headers.items() if it[0].lower() not in OURS]
        private += await _authorization(self.credentials, bearers)
        return Outgoing(
            profile.notify_url,
            event.payload,
            headers,
            private,
            (profile.connect_timeout or CONNECT_TIMEOUT_MS) / 1000,
            (profile.read_timeout or READ_TIMEOUT_MS) / 1000,
            self.terms,
        )


async def _authorization(
    credentials: Credentials | None, bearers: Bearers
) -> Sequence[tuple[str, str]]:
    match credentials:
        case Basic(name, password):
            pair = base64.b64encode(f"{name}:{password}".encode()).decode()
            return [("Authorization", f"Basic {pair}")]
        case Oauth():
            return [("Authorization", f"Bearer {await bearers.of(credentials)}")]
        case _:
            return []


def target_of(book: Book, subscription: Subscription) -> Target | None:
    """Look up all that a subscription names; None if something is not there."""
    profile = book.profiles.get(subscription.profile)
    if profile is None:
        return None
    credentials, shown = None, None
    if profile.security is not None:
        security = book.security.get(profile.security)
        if security is None:
            return None
        credentials = security.credentials
    if profile.certificate is not None:
        certificate = book.certificates.get(profile.certificate)
        if certificate is None:
            return None
        shown = Shown(certificate.pem, certificate.passphrase)
    return Target(subscription, profile, credentials, Terms(profile.protocols, shown))
