"""What SIP trunks are made of on the wire."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, field

from ringway.public.models.scalars import Wire
from ringway.public.models.trunk_enums import BillingPackageType, GenesysCloudRegion


class Country(Wire, kw_only=True):
    """A country, by its code."""

    name: str | None = None
    code: str | None = None


class Region(Wire, kw_only=True):
    """A part of a country, by its code."""

    name: str | None = None
    code: str | None = None
    country_code: str | None = None


class BillingPackage(Wire, kw_only=True):
    """How a trunk is paid for."""

    package_type: BillingPackageType
    country_code: str | None = None
    address_id: str | None = None


class SbcHosts(Wire, kw_only=True):
    """Where the house takes and sends calls of trunks."""

    primary: list[str] | None = None
    backup: list[str] | None = None
    subnets: list[str] | None = None


class SipOptions(Wire, kw_only=True):
    """Whether hosts are asked whether they live (RFC 3261 section 11)."""

    enabled: bool = False


class FreshworksProvider(Wire, kw_only=True, tag_field="type", tag="FRESHWORKS"):
    """An account of Freshworks."""

    account_sid: str
    sip_domain: str


class GenesysCloudProvider(Wire, kw_only=True, tag_field="type", tag="GENESYS_CLOUD"):
    """A region of Genesys Cloud."""

    region: GenesysCloudRegion
    outbound_termination_fqdn: (
        Annotated[str, Meta(extra_json_schema={"readOnly": True})] | None
    ) = field(default=None, name="outboundTerminationFQDN")
    inbound_termination_identifier: (
        Annotated[str, Meta(extra_json_schema={"readOnly": True})] | None
    ) = None


class CiscoWebexProvider(Wire, kw_only=True, tag_field="type", tag="CISCO_WEBEX"):
    """An organisation of Cisco Webex."""

    cisco_uuid: str = field(name="ciscoUUID")


class OpenAiProvider(Wire, kw_only=True, tag_field="type", tag="OPENAI_REALTIME"):
    """A project of OpenAI Realtime."""

    project_id: str


SipTrunkProvider: TypeAlias = (
    FreshworksProvider | GenesysCloudProvider | CiscoWebexProvider | OpenAiProvider
)
"""A provider that a trunk leads to."""


class SipTrunkOutboundAuthentication(Wire, kw_only=True):
    """Whom the house calls."""

    fqdn: str | None = None


class SipTrunkInboundAuthentication(Wire, kw_only=True):
    """What who calls the house has to show, without secrets."""

    digest_authentication_enabled: bool = False


class SipTrunkAuthentication(Wire, kw_only=True):
    """How both ends show who they are, without secrets."""

    inbound: SipTrunkInboundAuthentication | None = None
    outbound: SipTrunkOutboundAuthentication | None = None
