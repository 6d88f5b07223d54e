"""Who wants which events, and where they are brought: what customers define.

A subscription names a profile (a webhook and how it is reached), and that a
security setting (how we show who we are) and a certificate.  An account's are one
value, its `Book`, and every change is a function of it, so no two definitions ever
contradict each other.  Everything here may raise `StorageUnavailable`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import unique
from typing import Final, Protocol, TypeAlias

import msgspec

from ringway.domain.values import AccountId, PublicName
from ringway.ports.outbox import Mark, PublicEvent

MAX_SUBSCRIPTIONS: Final = 1000
"""Of one account; as many profiles and security settings."""
MAX_CERTIFICATES: Final = 100
"""Of one account."""
WINDOW: Final = 100
"""Requests at once to a profile that says nothing."""
CONNECT_TIMEOUT_MS: Final = 5000
READ_TIMEOUT_MS: Final = 10_000


class Criterion(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an event belongs to; None: anything."""

    configuration: str | None = None
    application: str | None = None
    entity: str | None = None

    def takes(self, event: PublicEvent) -> bool:
        """Say whether all that is given is the event's."""
        return (
            self.configuration in (None, event.configuration)
            and self.application in (None, event.application)
            and self.entity in (None, event.entity)
        )


class Subscription(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which events are brought to a profile."""

    id: str
    course: str
    """Its own for ever; delivery remembers by it what it has brought."""
    since: Mark
    """The place in the outbox after which its events lie."""
    created_at: int
    profile: str
    events: tuple[str, ...] = ()
    name: str | None = None
    criteria: tuple[Criterion, ...] = ()
    """Alternatives; none: everything."""
    resources: tuple[str, ...] = ()
    users: tuple[str, ...] = ()

    def takes(self, event: PublicEvent) -> bool:
        """Say whether it wants the event, which is of its account."""
        return event.type in self.events and (
            not self.criteria or any(it.takes(event) for it in self.criteria)
        )


class Profile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A webhook, and how it is reached."""

    id: str
    created_at: int
    secret: bytes
    """Signs what is sent there (Standard Webhooks): 32 random bytes."""
    notify_url: str
    content_type: str | None = None
    security: str | None = None
    certificate: str | None = None
    max_bucket_size: int | None = None
    window_size: int | None = None
    connect_timeout: int | None = None
    """Milliseconds, as `read_timeout`."""
    read_timeout: int | None = None
    protocols: tuple[str, ...] = ()
    """Versions of TLS, as ``TLSv1.3``; none: both that are safe."""
    headers: dict[str, str] = {}
    response_regex: str | None = None
    response_body_regex: str | None = None
    rate_limit: int | None = None
    """Requests a second."""

    @property
    def window(self) -> int:
        """Requests at once."""
        return self.window_size or WINDOW


class Basic(msgspec.Struct, frozen=True, tag="BASIC"):
    """A name and a password (RFC 7617)."""

    username: str
    password: str


@unique
class Algorithm(PublicName):
    """What an HMAC is made with."""

    HMAC_MD5 = "HMAC_MD5"
    HMAC_SHA_1 = "HMAC_SHA_1"
    HMAC_SHA_224 = "HMAC_SHA_224"
    HMAC_SHA_256 = "HMAC_SHA_256"
    HMAC_SHA_384 = "HMAC_SHA_384"
    HMAC_SHA_512 = "HMAC_SHA_512"


class Hmac(msgspec.Struct, frozen=True, tag="HMAC"):
    """A signature of the body with a secret both sides know (RFC 2104)."""

    secret_key: str
    algorithm: Algorithm


class Oauth(msgspec.Struct, frozen=True, tag="OAUTH", omit_defaults=True):
    """A token that is fetched (RFC 6749)."""

    token_url: str
    grant_type: str
    client_id: str | None = None
    client_secret: str | None = None
    scope: str | None = None
    username: str | None = None
    password: str | None = None
    resource: str | None = None
    refresh_token: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


Credentials: TypeAlias = Basic | Hmac | Oauth


class Security(msgspec.Struct, frozen=True):
    """How we show a receiver who we are."""

    id: str
    created_at: int
    credentials: Credentials


class Certificate(msgspec.Struct, frozen=True, omit_defaults=True):
    """What we show in TLS; the facts are read from it once."""

    id: str
    created_at: int
    pem: bytes
    """Certificates and the private key, as they were given."""
    issued_by: str
    issued_to: str
    valid_from: int
    """Microseconds since 1970, as `valid_until`."""
    valid_until: int
    serial_number: str
    passphrase: bytes | None = None


class Book(msgspec.Struct, frozen=True):
    """Everything an account has defined, by id."""

    subscriptions: Mapping[str, Subscription] = {}
    profiles: Mapping[str, Profile] = {}
    security: Mapping[str, Security] = {}
    certificates: Mapping[str, Certificate] = {}


class Subscriptions(Protocol):
    """The books of all accounts."""

    async def books(self) -> Mapping[AccountId, Book]:
        """Give the books that have something in them."""
        ...

    async def book(self, account: AccountId) -> Book:
        """Give the account's book."""
        ...

    async def edit(self, account: AccountId, change: Callable[[Book], Book]) -> Book:
        """Write what the function makes of the book, and give that.

        It is called once, and nothing comes between.  What it raises is raised, and
        nothing has changed.
        """
        ...
