"""Requests about SIP trunks and service addresses on the wire."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta

from ringway.public.models.scalars import Name, Wire
from ringway.public.models.trunk_enums import (
    AnonymizationType,
    AudioCodec,
    DtmfType,
    FaxType,
    NumberPresentationFormat,
    SelectionStrategy,
    SipTrunkAdminStatus,
    SipTrunkLocation,
)
from ringway.public.models.trunk_parts import (
    BillingPackage,
    SipOptions,
    SipTrunkAuthentication,
    SipTrunkOutboundAuthentication,
    SipTrunkProvider,
)


class SipTrunkRequestMembers(Wire, kw_only=True):
    """What all kinds of it have."""

    name: Name
    location: SipTrunkLocation | None = None
    international_calls_allowed: bool = False
    channel_limit: Annotated[int, Meta(ge=1, le=1000)]
    billing_package: BillingPackage


class SipTrunkUpdateRequestMembers(Wire, kw_only=True):
    """What all kinds of it have."""

    name: str
    international_calls_allowed: bool = False
    channel_limit: Annotated[int, Meta(ge=1, le=1000)] | None = None


class SipTrunkStatusRequest(Wire, kw_only=True):
    """Whether a SIP trunk may be used."""

    admin_status: SipTrunkAdminStatus


class SipTrunkServiceAddressRequest(Wire, kw_only=True):
    """An address where a service is used."""

    name: str
    street: str
    city: str
    post_code: str
    suite: str | None = None
    country_code: str
    country_region_code: str | None = None


class StaticSipTrunkRequest(
    SipTrunkRequestMembers, kw_only=True, tag_field="type", tag="STATIC"
):
    """A trunk to hosts that are known; `host` or `host:port`."""

    tls: bool = False
    codecs: list[AudioCodec] | None = None
    dtmf: DtmfType = DtmfType.RFC2833
    fax: FaxType = FaxType.NONE
    number_format: NumberPresentationFormat | None = None
    anonymization: AnonymizationType = AnonymizationType.NONE
    source_hosts: list[str] | None = None
    destination_hosts: list[str] | None = None
    strategy: SelectionStrategy = SelectionStrategy.FAILOVER
    sip_options: SipOptions | None = None


class RegisteredSipTrunkRequest(
    SipTrunkRequestMembers, kw_only=True, tag_field="type", tag="REGISTERED"
):
    """A trunk to whoever registers."""

    tls: bool = False
    codecs: list[AudioCodec] | None = None
    dtmf: DtmfType = DtmfType.RFC2833
    fax: FaxType = FaxType.NONE
    number_format: NumberPresentationFormat | None = None
    anonymization: AnonymizationType = AnonymizationType.NONE
    invite_authentication: bool = False


class ProviderSipTrunkRequest(
    SipTrunkRequestMembers, kw_only=True, tag_field="type", tag="PROVIDER"
):
    """A trunk to a provider."""

    tls: bool = False
    provider: SipTrunkProvider


class StaticSipTrunkUpdateRequest(
    SipTrunkUpdateRequestMembers, kw_only=True, tag_field="type", tag="STATIC"
):
    """What a trunk to hosts is to be."""

    source_hosts: list[str] | None = None
    destination_hosts: list[str] | None = None
    strategy: SelectionStrategy = SelectionStrategy.FAILOVER
    codecs: list[AudioCodec] | None = None
    dtmf: DtmfType = DtmfType.RFC2833
    fax: FaxType = FaxType.NONE
    anonymization: AnonymizationType = AnonymizationType.NONE
    number_format: NumberPresentationFormat | None = None
    sip_options: SipOptions | None = None


class RegisteredSipTrunkUpdateRequest(
    SipTrunkUpdateRequestMembers, kw_only=True, tag_field="type", tag="REGISTERED"
):
    """What a trunk to whoever registers is to be."""

    invite_authentication: bool | None = None
    codecs: list[AudioCodec] | None = None
    dtmf: DtmfType = DtmfType.RFC2833
    fax: FaxType = FaxType.NONE
    anonymization: AnonymizationType = AnonymizationType.NONE
    number_format: NumberPresentationFormat | None = None


class ProviderSipTrunkUpdateRequest(
    SipTrunkUpdateRequestMembers, kw_only=True, tag_field="type", tag="PROVIDER"
):
    """What a trunk to a provider is to be."""


class AuthenticatedSipTrunkUpdateRequest(
    SipTrunkUpdateRequestMembers, kw_only=True, tag_field="type", tag="AUTHENTICATED"
):
    """What a trunk to whoever shows credentials is to be."""

    authentication: SipTrunkAuthentication | None = None
    codecs: list[AudioCodec] | None = None
    dtmf: DtmfType = DtmfType.RFC2833
    fax: FaxType = FaxType.NONE
    number_format: NumberPresentationFormat | None = None
    anonymization: AnonymizationType = AnonymizationType.NONE


SipTrunkUpdateRequest: TypeAlias = (
    StaticSipTrunkUpdateRequest
    | RegisteredSipTrunkUpdateRequest
    | ProviderSipTrunkUpdateRequest
    | AuthenticatedSipTrunkUpdateRequest
)
"""What a SIP trunk is to be; what is not named has its default."""


class SipTrunkInboundAuthenticationRequest(Wire, kw_only=True):
    """What who calls the house has to show."""

    header_value: str | None = None
    digest_authentication_enabled: bool = False


class SipTrunkAuthenticationRequest(Wire, kw_only=True):
    """How both ends show who they are."""

    inbound: SipTrunkInboundAuthenticationRequest | None = None
    outbound: SipTrunkOutboundAuthentication | None = None


class AuthenticatedSipTrunkRequest(
    SipTrunkRequestMembers, kw_only=True, tag_field="type", tag="AUTHENTICATED"
):
    """A trunk to whoever shows credentials."""

    authentication: SipTrunkAuthenticationRequest | None = None
    codecs: list[AudioCodec] | None = None
    dtmf: DtmfType = DtmfType.RFC2833
    fax: FaxType = FaxType.NONE
    number_format: NumberPresentationFormat | None = None
    anonymization: AnonymizationType = AnonymizationType.NONE


SipTrunkRequest: TypeAlias = (
    StaticSipTrunkRequest
    | RegisteredSipTrunkRequest
    | ProviderSipTrunkRequest
    | AuthenticatedSipTrunkRequest
)
"""A SIP trunk to make."""
