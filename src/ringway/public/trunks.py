"""What a SIP trunk becomes when it is asked for, changed, or given new secrets.

Secrets are made here, told once, and kept sealed: `Safe` closes one under its name
in the place of the trunk.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias, assert_never

import msgspec

from ringway.ports.fields import WrongFields
from ringway.ports.sealing import Sealed
from ringway.ports.trunks import (
    MAX_HOSTS,
    MAX_TEXT,
    Authentication,
    Billing,
    Digest,
    Hosts,
    Media,
    Registration,
    Trunk,
)
from ringway.public.models.trunk_enums import BillingPackageType
from ringway.public.models.trunk_parts import (
    BillingPackage,
    GenesysCloudProvider,
    SipTrunkProvider,
)
from ringway.public.models.trunk_requests import (
    AuthenticatedSipTrunkRequest,
    AuthenticatedSipTrunkUpdateRequest,
    ProviderSipTrunkRequest,
    ProviderSipTrunkUpdateRequest,
    RegisteredSipTrunkRequest,
    RegisteredSipTrunkUpdateRequest,
    SipTrunkRequest,
    SipTrunkUpdateRequest,
    StaticSipTrunkRequest,
    StaticSipTrunkUpdateRequest,
)

MAX_NAME: Final = 128
BILLED: Final = "USA"
"""The only country of a package without limits."""
PORTS: Final = range(1025, 65536)
SRV: Final = 0
"""A port of 0 asks the DNS for the port (RFC 3263)."""

Safe: TypeAlias = Callable[[str, str], Sealed]
"""Seals a secret; the first argument names it among those of the trunk."""
Wrong: TypeAlias = dict[str, str]
_Static: TypeAlias = StaticSipTrunkRequest | StaticSipTrunkUpdateRequest
_WithMedia: TypeAlias = (
    _Static
    | RegisteredSipTrunkRequest
    | RegisteredSipTrunkUpdateRequest
    | AuthenticatedSipTrunkRequest
    | AuthenticatedSipTrunkUpdateRequest
)
_LABEL: Final = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
_DOMAIN: Final = re.compile(rf"(?=.*[A-Za-z]){_LABEL}(\.{_LABEL})*")
_PORT: Final = re.compile(r"(.+):(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and its password, as they are told once."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of a trunk, as they are told once."""

    registration: Pair | None = None
    header: str | None = field(default=None, repr=False)
    inbound: Pair | None = None
    outbound: Pair | None = None


NO_SECRETS: Final = Secrets()


def made(id_: str, asked: SipTrunkRequest, safe: Safe) -> tuple[Trunk, Secrets]:
    """Make a trunk, and the secrets it needs.  Or `WrongFields`."""
    wrong: Wrong = {}
    it = Trunk(
        id_,
        _type(asked),
        _name(asked.name, wrong),
        asked.channel_limit,
        _billing(asked.billing_package, wrong),
        location=asked.location,
        international=asked.international_calls_allowed,
    )
    given = NO_SECRETS
    match asked:
        case StaticSipTrunkRequest():
            media, hosts = _media(asked, wrong), _hosts(asked, wrong)
            it = replace(it, tls=asked.tls, media=media, hosts=hosts)
        case RegisteredSipTrunkRequest():
            pair = _new_pair()
            registration = Registration(
                pair.username,
                safe("password", pair.password),
                asked.invite_authentication,
            )
            media, given = _media(asked, wrong), Secrets(registration=pair)
            it = replace(it, tls=asked.tls, media=media, registration=registration)
        case ProviderSipTrunkRequest():
            provider = _provider(asked.provider, wrong)
            it = replace(it, tls=asked.tls, provider=provider)
        case AuthenticatedSipTrunkRequest():
            authentication, given = _authentication(asked, safe, wrong)
            media = _media(asked, wrong)
            it = replace(it, media=media, authentication=authentication)
        case _:
            assert_never(asked)
    if wrong:
        raise WrongFields(wrong)
    return it, given


def changed(trunk: Trunk, asked: SipTrunkUpdateRequest, safe: Safe) -> Trunk:
    """Change a trunk; what is not named has its default again.  Or `WrongFields`.

    Without a channel limit, for which there is no default, it keeps its own.
    """
    wrong: Wrong = {}
    if _type(asked) != trunk.type:
        raise WrongFields({"type": f"is {trunk.type}: a trunk keeps its type"})
    it = replace(
        trunk,
        name=_name(asked.name, wrong),
        international=asked.international_calls_allowed,
        channel_limit=asked.channel_limit or trunk.channel_limit,
    )
    match asked:
        case StaticSipTrunkUpdateRequest():
            it = replace(it, media=_media(asked, wrong), hosts=_hosts(asked, wrong))
        case RegisteredSipTrunkUpdateRequest():
            assert trunk.registration is not None
            registration = replace(
                trunk.registration,
                invite_authentication=bool(asked.invite_authentication),
            )
            it = replace(it, media=_media(asked, wrong), registration=registration)
        case ProviderSipTrunkUpdateRequest():
            pass
        case AuthenticatedSipTrunkUpdateRequest():
            authentication = _reauthenticated(trunk, asked, safe, wrong)
            it = replace(it, media=_media(asked, wrong), authentication=authentication)
        case _:
            assert_never(asked)
    if wrong:
        raise WrongFields(wrong)
    return it


def reset(trunk: Trunk, safe: Safe) -> tuple[Trunk, Secrets] | None:
    """Give a trunk new secrets; None if its type has none."""
    if (known := trunk.registration) is not None:
        pair = replace(_new_pair(), username=known.username)
        sealed = safe("password", pair.password)
        registration = replace(known, password=sealed)
        return replace(trunk, registration=registration), Secrets(registration=pair)
    if (before := trunk.authentication) is not None:
        header = _new_header()
        inbound, digest_in = _renewed(before.inbound, "inbound", safe)
        outbound, digest_out = _renewed(before.outbound, "outbound", safe)
        after = Authentication(
            safe("header", header), digest_in, before.fqdn, digest_out
        )
        told = Secrets(header=header, inbound=inbound, outbound=outbound)
        return replace(trunk, authentication=after), told
    return None


# ---------------------------------------------------------------- members


def _type(asked: SipTrunkRequest | SipTrunkUpdateRequest) -> str:
    return str(asked.__struct_config__.tag)


def _name(name: str, wrong: Wrong) -> str:
    if len(name) > MAX_NAME:
        wrong["name"] = f"is at most {MAX_NAME} characters"
    return name


def _billing(asked: BillingPackage, wrong: Wrong) -> Billing:
    if asked.country_code not in (None, BILLED):
        wrong["billingPackage.countryCode"] = f"is {BILLED}, or is left out"
    elif (
        asked.package_type is BillingPackageType.UNLIMITED
        and asked.country_code is None
    ):
        wrong["billingPackage.countryCode"] = f"is required for UNLIMITED: {BILLED}"
    return Billing(asked.package_type, asked.country_code, asked.address_id)


def _media(asked: _WithMedia, wrong: Wrong) -> Media:
    usual = Media()
    if asked.codecs == []:
        wrong["codecs"] = "names at least one codec, or is left out"
    return Media(
        usual.codecs if asked.codecs is None else tuple(dict.fromkeys(asked.codecs)),
        asked.dtmf,
        asked.fax,
        asked.number_format or usual.number_format,
        asked.anonymization,
    )


def _provider(asked: SipTrunkProvider, wrong: Wrong) -> dict[str, str]:
    told = msgspec.to_builtins(asked)
    if isinstance(asked, GenesysCloudProvider):
        # What the provider says of itself is not ours to be told.
        told = {name: told[name] for name in ("type", "region")}
    for name, text in told.items():
        if not 1 <= len(text) <= MAX_TEXT:
            wrong[f"provider.{name}"] = f"is 1 to {MAX_TEXT} characters"
    return dict(told)


def _hosts(asked: _Static, wrong: Wrong) -> Hosts:
    sources, destinations = asked.source_hosts or [], asked.destination_hosts or []
    if not sources and not destinations:
        wrong["sourceHosts"] = "or destinationHosts names at least one host"
    _each(sources, "sourceHosts", is_host, "is an IP address or a domain", wrong)
    sentence = (
        f"is IP:PORT, DOMAIN:PORT or a domain; the port is {PORTS[0]} to {PORTS[-1]}, "
        f"or {SRV} for SRV records"
    )
    _each(destinations, "destinationHosts", is_destination, sentence, wrong)
    options = asked.sip_options is not None and asked.sip_options.enabled
    return Hosts(tuple(sources), tuple(destinations), asked.strategy, options)


def _each(
    hosts: Iterable[str],
    member: str,
    good: Callable[[str], bool],
    sentence: str,
    wrong: Wrong,
) -> None:
    for at, host in enumerate(hosts):
        if at >= MAX_HOSTS:
            wrong[member] = f"has at most {MAX_HOSTS} hosts"
            return
        if not good(host):
            wrong[f"{member}[{at}]"] = sentence


def is_host(text: str) -> bool:
    """Say whether this is an IP address or a domain, without a port."""
    return _is_address(text) or _is_domain(text)


def is_destination(text: str) -> bool:
    """Say whether this is ``IP:PORT``, ``DOMAIN:PORT`` or a domain."""
    if (found := _PORT.fullmatch(text)) is None:
        return _is_domain(text)
    host, port = found[1], int(found[2])
    if host.startswith("[") and host.endswith("]"):
        good = ":" in host and _is_address(host[1:-1])
    else:
        good = ":" not in host and is_host(host)
    return good and (port == SRV or port in PORTS)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_domain(text: str) -> bool:
    return len(text) <= MAX_TEXT and _DOMAIN.fullmatch(text) is not None


def _fqdn(text: str | None, wrong: Wrong) -> str | None:
    if text is not None and not _is_domain(text):
        wrong["authentication.outbound.fqdn"] = "is a domain"
    return text


# ---------------------------------------------------------------- secrets


def _authentication(
    asked: AuthenticatedSipTrunkRequest, safe: Safe, wrong: Wrong
) -> tuple[Authentication, Secrets]:
    inbound = asked.authentication and asked.authentication.inbound
    outbound = asked.authentication and asked.authentication.outbound
    header = (inbound and inbound.header_value) or _new_header()
    if len(header) > MAX_TEXT or not header.isascii() or not header.isprintable():
        wrong["authentication.inbound.headerValue"] = (
            f"is 1 to {MAX_TEXT} printable ASCII characters"
        )
    pair_in = _new_pair() if inbound and inbound.digest_authentication_enabled else None
    fqdn = _fqdn(outbound.fqdn, wrong) if outbound else None
    pair_out = _new_pair() if fqdn is not None else None
    kept = Authentication(
        safe("header", header),
        _digest(pair_in, "inbound", safe),
        fqdn,
        _digest(pair_out, "outbound", safe),
    )
    return kept, Secrets(header=header, inbound=pair_in, outbound=pair_out)


def _reauthenticated(
    trunk: Trunk, asked: AuthenticatedSipTrunkUpdateRequest, safe: Safe, wrong: Wrong
) -> Authentication:
    """Switch digests on or off; secrets that are new are told by a reset."""
    before = trunk.authentication
    assert before is not None
    inbound = asked.authentication and asked.authentication.inbound
    outbound = asked.authentication and asked.authentication.outbound
    fqdn = _fqdn(outbound.fqdn, wrong) if outbound else None
    on = bool(inbound and inbound.digest_authentication_enabled)
    return Authentication(
        before.header,
        (before.inbound or _digest(_new_pair(), "inbound", safe)) if on else None,
        fqdn,
        (before.outbound or _digest(_new_pair(), "outbound", safe)) if fqdn else None,
    )


def _new_pair() -> Pair:
    return Pair(secrets.token_hex(8), secrets.token_urlsafe(24))


def _new_header() -> str:
    return f"Bearer {secrets.token_urlsafe(32)}"


def _digest(pair: Pair | None, way: str, safe: Safe) -> Digest | None:
    if pair is None:
        return None
    return Digest(pair.username, safe(f"{way}-password", pair.password))


def _renewed(
    known: Digest | None, way: str, safe: Safe
) -> tuple[Pair | None, Digest | None]:
    if known is None:
        return None, None
    pair = replace(_new_pair(), username=known.username)
    return pair, _digest(pair, way, safe)
