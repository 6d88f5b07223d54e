"""SIP trunks and service addresses as customers see them."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ringway.ports.trunks import ServiceAddress, Trunk
from ringway.public import places
from ringway.public.models.trunk_answers import (
    CreateSipTrunkResponse,
    ExtendedSipTrunkStatusResponse,
    SipTrunkActionStatusResponse,
    SipTrunkAuthenticatedResetPasswordResponse,
    SipTrunkAuthenticationWithCredentials,
    SipTrunkInboundAuthenticationWithCredentials,
    SipTrunkOutboundAuthenticationWithCredentials,
    SipTrunkRegisteredResetPasswordResponse,
    SipTrunkResetPasswordResponse,
    SipTrunkResponse,
    SipTrunkServiceAddress,
)
from ringway.public.models.trunk_enums import (
    SipTrunkActionStatus,
    SipTrunkAdminStatus,
    SipTrunkRegistrationStatus,
)
from ringway.public.models.trunk_parts import Country, Region
from ringway.public.trunks import Secrets

_DONE: Final = SipTrunkActionStatusResponse(status=SipTrunkActionStatus.SUCCESS)


def trunk_answer(it: Trunk) -> SipTrunkResponse:
    """Tell what a trunk is; never its secrets."""
    told = _members(it)
    if (known := it.authentication) is not None:
        told["authentication"] = {
            "inbound": {"digestAuthenticationEnabled": known.inbound is not None},
            "outbound": {"fqdn": known.fqdn},
        }
    answer: SipTrunkResponse = msgspec.convert(told, SipTrunkResponse)
    return answer


def created_answer(it: Trunk, secrets: Secrets) -> CreateSipTrunkResponse:
    """Tell what a new trunk is, with its secrets: this once."""
    told = _members(it)
    if secrets.registration is not None:
        told["password"] = secrets.registration.password
    if it.authentication is not None:
        told["authentication"] = msgspec.to_builtins(_credentials(it, secrets))
    answer: CreateSipTrunkResponse = msgspec.convert(told, CreateSipTrunkResponse)
    return answer


def reset_answer(it: Trunk, secrets: Secrets) -> SipTrunkResetPasswordResponse:
    """Tell the new secrets of a trunk: this once."""
    if secrets.registration is not None:
        return SipTrunkRegisteredResetPasswordResponse(
            username=secrets.registration.username,
            password=secrets.registration.password,
        )
    return SipTrunkAuthenticatedResetPasswordResponse(
        authentication=_credentials(it, secrets)
    )


def admin_status(it: Trunk) -> SipTrunkAdminStatus:
    """Say whether a trunk may be used."""
    return SipTrunkAdminStatus.ENABLED if it.enabled else SipTrunkAdminStatus.DISABLED


def status_answer(it: Trunk) -> ExtendedSipTrunkStatusResponse:
    """Tell how a trunk is doing.

    Changes are done when they are answered; there is no telephone side yet, so nobody
    has registered and no calls are active.
    """
    registers = it.registration is not None
    return ExtendedSipTrunkStatusResponse(
        admin_status=admin_status(it),
        action_status=_DONE,
        registration_status=(
            SipTrunkRegistrationStatus.UNREGISTERED if registers else None
        ),
        active_calls=0,
    )


def address_answer(it: ServiceAddress) -> SipTrunkServiceAddress:
    """Tell what a service address is."""
    region = places.regions(it.country).get(it.region or "")
    return SipTrunkServiceAddress(
        id=it.id,
        name=it.name,
        street=it.street,
        city=it.city,
        post_code=it.post_code,
        suite=it.suite,
        country=country_answer(places.countries()[it.country]),
        region=None if region is None else region_answer(region),
    )


def country_answer(it: places.Country) -> Country:
    """Tell a country."""
    return Country(name=it.name, code=it.code)


def region_answer(it: places.Region) -> Region:
    """Tell a region."""
    return Region(name=it.name, code=it.code, country_code=it.country)


def _members(it: Trunk) -> dict[str, Any]:
    """Give what all answers about a trunk tell, by the public names."""
    told: dict[str, Any] = {
        "type": it.type,
        "id": it.id,
        "name": it.name,
        "internationalCallsAllowed": it.international,
        "channelLimit": it.channel_limit,
        "billingPackage": _without_nothing(
            packageType=it.billing.package,
            countryCode=it.billing.country,
            addressId=it.billing.address,
        ),
        "tls": it.tls,
    }
    if it.location is not None:
        told["location"] = it.location
    if it.media is not None:
        told |= {
            "codecs": it.media.codecs,
            "dtmf": it.media.dtmf,
            "fax": it.media.fax,
            "numberFormat": it.media.number_format,
            "anonymization": it.media.anonymization,
        }
    if it.hosts is not None:
        told |= {
            "sourceHosts": it.hosts.sources,
            "destinationHosts": it.hosts.destinations,
            "strategy": it.hosts.strategy,
            "sipOptions": {"enabled": it.hosts.options},
        }
    if it.registration is not None:
        told |= {
            "username": it.registration.username,
            "inviteAuthentication": it.registration.invite_authentication,
        }
    if it.provider:
        told["provider"] = it.provider
    return told


def _without_nothing(**members: str | None) -> dict[str, str]:
    return {name: it for name, it in members.items() if it is not None}


def _credentials(it: Trunk, secrets: Secrets) -> SipTrunkAuthenticationWithCredentials:
    known = it.authentication
    assert known is not None
    inbound = SipTrunkInboundAuthenticationWithCredentials(
        header_value=secrets.header,
        digest_authentication_enabled=known.inbound is not None,
    )
    if (pair := secrets.inbound) is not None:
        inbound.digest_username = pair.username
        inbound.digest_password = pair.password
    outbound = SipTrunkOutboundAuthenticationWithCredentials(fqdn=known.fqdn)
    if (pair := secrets.outbound) is not None:
        outbound.digest_username = pair.username
        outbound.digest_password = pair.password
    return SipTrunkAuthenticationWithCredentials(inbound=inbound, outbound=outbound)
