"""Answers about SIP trunks and service addresses on the wire."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta

from ringway.public.models.parts import PageInfo
from ringway.public.models.scalars import Int32, Wire
from ringway.public.models.trunk_enums import (
    AnonymizationType,
    AudioCodec,
    DtmfType,
    FaxType,
    NumberPresentationFormat,
    SelectionStrategy,
    SipTrunkActionStatus,
    SipTrunkAdminStatus,
    SipTrunkLocation,
    SipTrunkRegistrationStatus,
)
from ringway.public.models.trunk_parts import (
    BillingPackage,
    Country,
    Region,
    SbcHosts,
    SipOptions,
    SipTrunkAuthentication,
    SipTrunkProvider,
)


class CreateSipTrunkResponseMembers(Wire, kw_only=True):
    """What all kinds of it have."""

    id: str | None = None
    name: str | None = None
    location: SipTrunkLocation | None = None
    international_calls_allowed: bool | None = None
    channel_limit: Int32 | None = None
    billing_package: BillingPackage | None = None
    sbc_hosts: SbcHosts | None = None


class SipTrunkResponseMembers(Wire, kw_only=True):
    """What all kinds of it have."""

    id: str | None = None
    name: str | None = None
    location: SipTrunkLocation | None = None
    tls: bool | None = None
    codecs: list[AudioCodec] | None = None
    dtmf: Annotated[DtmfType, Meta(extra_json_schema={"default": "RFC2833"})] | None = (
        None
    )
    fax: Annotated[FaxType, Meta(extra_json_schema={"default": "NONE"})] | None = None
    number_format: NumberPresentationFormat | None = None
    international_calls_allowed: bool | None = None
    channel_limit: Int32 | None = None
    anonymization: (
        Annotated[AnonymizationType, Meta(extra_json_schema={"default": "NONE"})] | None
    ) = None
    billing_package: BillingPackage | None = None
    sbc_hosts: SbcHosts | None = None
    sip_options: SipOptions | None = None


class SipTrunkStatusResponse(Wire, kw_only=True):
    """Whether a SIP trunk may be used, as it is kept."""

    admin_status: SipTrunkAdminStatus | None = None


class SipTrunkServiceAddress(Wire, kw_only=True):
    """An address where a service is used, as it is kept."""

    id: str | None = None
    name: str | None = None
    street: str | None = None
    city: str | None = None
    post_code: str | None = None
    suite: str | None = None
    country: Country | None = None
    region: Region | None = None


class SipTrunkServiceAddressPage(Wire, kw_only=True):
    """A page of results: sip trunk service address."""

    results: list[SipTrunkServiceAddress] | None = None
    paging: PageInfo | None = None


class CreateStaticSipTrunkResponse(
    CreateSipTrunkResponseMembers, kw_only=True, tag_field="type", tag="STATIC"
):
    """A trunk to hosts that is being made."""

    tls: bool | None = None
    codecs: list[AudioCodec] | None = None
    dtmf: Annotated[DtmfType, Meta(extra_json_schema={"default": "RFC2833"})] | None = (
        None
    )
    fax: Annotated[FaxType, Meta(extra_json_schema={"default": "NONE"})] | None = None
    number_format: NumberPresentationFormat | None = None
    anonymization: (
        Annotated[AnonymizationType, Meta(extra_json_schema={"default": "NONE"})] | None
    ) = None
    source_hosts: list[str] | None = None
    destination_hosts: list[str] | None = None
    strategy: (
        Annotated[SelectionStrategy, Meta(extra_json_schema={"default": "FAILOVER"})]
        | None
    ) = None
    sip_options: SipOptions | None = None


class CreateRegisteredSipTrunkResponse(
    CreateSipTrunkResponseMembers, kw_only=True, tag_field="type", tag="REGISTERED"
):
    """A trunk to whoever registers that is being made."""

    tls: bool | None = None
    codecs: list[AudioCodec] | None = None
    dtmf: Annotated[DtmfType, Meta(extra_json_schema={"default": "RFC2833"})] | None = (
        None
    )
    fax: Annotated[FaxType, Meta(extra_json_schema={"default": "NONE"})] | None = None
    number_format: NumberPresentationFormat | None = None
    anonymization: (
        Annotated[AnonymizationType, Meta(extra_json_schema={"default": "NONE"})] | None
    ) = None
    username: str | None = None
    password: str | None = None
    invite_authentication: bool | None = None


class CreateProviderSipTrunkResponse(
    CreateSipTrunkResponseMembers, kw_only=True, tag_field="type", tag="PROVIDER"
):
    """A trunk to a provider that is being made."""

    provider: SipTrunkProvider | None = None


class StaticSipTrunkResponse(
    SipTrunkResponseMembers, kw_only=True, tag_field="type", tag="STATIC"
):
    """A trunk to hosts that are known."""

    source_hosts: list[str] | None = None
    destination_hosts: list[str] | None = None
    strategy: (
        Annotated[SelectionStrategy, Meta(extra_json_schema={"default": "FAILOVER"})]
        | None
    ) = None


class RegisteredSipTrunkResponse(
    SipTrunkResponseMembers, kw_only=True, tag_field="type", tag="REGISTERED"
):
    """A trunk to whoever registers."""

    username: str | None = None
    invite_authentication: bool | None = None


class ProviderSipTrunkResponse(
    SipTrunkResponseMembers, kw_only=True, tag_field="type", tag="PROVIDER"
):
    """A trunk to a provider."""

    provider: SipTrunkProvider | None = None


class AuthenticatedSipTrunkResponse(
    SipTrunkResponseMembers, kw_only=True, tag_field="type", tag="AUTHENTICATED"
):
    """A trunk to whoever shows credentials."""

    authentication: SipTrunkAuthentication | None = None


SipTrunkResponse: TypeAlias = (
    StaticSipTrunkResponse
    | RegisteredSipTrunkResponse
    | ProviderSipTrunkResponse
    | AuthenticatedSipTrunkResponse
)
"""A SIP trunk."""


class SipTrunkPage(Wire, kw_only=True):
    """A page of results: sip trunk."""

    results: list[SipTrunkResponse] | None = None
    paging: PageInfo | None = None


class SipTrunkRegisteredResetPasswordResponse(
    Wire, kw_only=True, tag_field="type", tag="REGISTERED"
):
    """A new password."""

    username: str | None = None
    password: str | None = None


class SipTrunkActionStatusResponse(Wire, kw_only=True):
    """How far a change of a trunk is."""

    status: SipTrunkActionStatus | None = None
    reason: str | None = None


class ExtendedSipTrunkStatusResponse(Wire, kw_only=True):
    """How a SIP trunk is doing."""

    admin_status: SipTrunkAdminStatus | None = None
    action_status: SipTrunkActionStatusResponse | None = None
    registration_status: SipTrunkRegistrationStatus | None = None
    active_calls: Int32 | None = None


class SipTrunkInboundAuthenticationWithCredentials(Wire, kw_only=True):
    """What who calls the house has to show, with secrets."""

    header_value: str | None = None
    digest_authentication_enabled: bool | None = None
    digest_username: str | None = None
    digest_password: str | None = None


class SipTrunkOutboundAuthenticationWithCredentials(Wire, kw_only=True):
    """Whom the house calls, with secrets."""

    fqdn: str | None = None
    digest_username: str | None = None
    digest_password: str | None = None


class SipTrunkAuthenticationWithCredentials(Wire, kw_only=True):
    """How both ends show who they are, with secrets."""

    inbound: SipTrunkInboundAuthenticationWithCredentials | None = None
    outbound: SipTrunkOutboundAuthenticationWithCredentials | None = None


class CreateAuthenticatedSipTrunkResponse(
    CreateSipTrunkResponseMembers, kw_only=True, tag_field="type", tag="AUTHENTICATED"
):
    """A trunk to whoever shows credentials that is being made."""

    authentication: SipTrunkAuthenticationWithCredentials | None = None
    tls: bool | None = None
    codecs: list[AudioCodec] | None = None
    dtmf: Annotated[DtmfType, Meta(extra_json_schema={"default": "RFC2833"})] | None = (
        None
    )
    fax: Annotated[FaxType, Meta(extra_json_schema={"default": "NONE"})] | None = None
    number_format: NumberPresentationFormat | None = None
    anonymization: (
        Annotated[AnonymizationType, Meta(extra_json_schema={"default": "NONE"})] | None
    ) = None


CreateSipTrunkResponse: TypeAlias = (
    CreateStaticSipTrunkResponse
    | CreateRegisteredSipTrunkResponse
    | CreateProviderSipTrunkResponse
    | CreateAuthenticatedSipTrunkResponse
)
"""A SIP trunk that is being made, with its secrets, which are told once."""


class SipTrunkAuthenticatedResetPasswordResponse(
    Wire, kw_only=True, tag_field="type", tag="AUTHENTICATED"
):
    """New credentials."""

    authentication: SipTrunkAuthenticationWithCredentials | None = None


SipTrunkResetPasswordResponse: TypeAlias = (
    SipTrunkRegisteredResetPasswordResponse | SipTrunkAuthenticatedResetPasswordResponse
)
"""New secrets of a SIP trunk, which are told once."""
