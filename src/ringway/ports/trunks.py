"""SIP trunks and service addresses (`api/calls-api.md` section 2.11).

Kept and answered; the telephone side that will use them is not there yet.  Enums are
the public API's names: nothing decides by them until then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ringway.ports.sealing import Sealed
from ringway.ports.shelves import Kind

MAX_TRUNKS: Final = 1000
MAX_ADDRESSES: Final = 1000
MAX_HOSTS: Final = 32
"""Hosts in one list of a trunk."""
MAX_TEXT: Final = 255
"""Characters of a name, a host, a street and the like."""


@dataclass(frozen=True, slots=True)
class Billing:
    """How a trunk is paid for; nobody is charged here."""

    package: str
    country: str | None = None
    address: str | None = None
    """The id of a service address."""


@dataclass(frozen=True, slots=True)
class Media:
    """How sound and digits go over a trunk; all but a PROVIDER's has it."""

    codecs: tuple[str, ...] = ("PCMU", "PCMA")
    dtmf: str = "RFC2833"
    fax: str = "NONE"
    number_format: str = "E164"
    anonymization: str = "NONE"


@dataclass(frozen=True, slots=True)
class Hosts:
    """Whom a STATIC trunk knows by address."""

    sources: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    strategy: str = "FAILOVER"
    options: bool = False
    """Whether they are asked if they live (RFC 3261 section 11)."""


@dataclass(frozen=True, slots=True)
class Registration:
    """Who registers at a REGISTERED trunk."""

    username: str
    password: Sealed
    invite_authentication: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """Credentials of SIP's digest authentication (RFC 3261 section 22, RFC 8760)."""

    username: str
    password: Sealed


@dataclass(frozen=True, slots=True)
class Authentication:
    """How both ends of an AUTHENTICATED trunk show who they are."""

    header: Sealed
    """The value of the header Authorization that who calls us sends."""
    inbound: Digest | None = None
    fqdn: str | None = None
    """The other side's host, for calls from here."""
    outbound: Digest | None = None


@dataclass(frozen=True, slots=True)
class Trunk:
    """One trunk; what its type has not is None."""

    id: str
    type: str
    """STATIC, REGISTERED, PROVIDER or AUTHENTICATED."""
    name: str
    channel_limit: int
    billing: Billing
    location: str | None = None
    international: bool = False
    tls: bool = False
    enabled: bool = True
    media: Media | None = None
    hosts: Hosts | None = None
    registration: Registration | None = None
    authentication: Authentication | None = None
    provider: Mapping[str, str] = field(default_factory=dict)
    """As it was given, by the public API's names, with its `type`."""


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """Where a service is used."""

    id: str
    name: str
    street: str
    city: str
    post_code: str
    country: str
    """ISO 3166-1 alpha-3."""
    suite: str | None = None
    region: str | None = None
    """ISO 3166-2, the part after the country."""


TRUNK: Final = Kind("trunk", Trunk, MAX_TRUNKS, "SIP trunk")
"""Labelled with its name."""
ADDRESS: Final = Kind("service-address", ServiceAddress, MAX_ADDRESSES, "address")
