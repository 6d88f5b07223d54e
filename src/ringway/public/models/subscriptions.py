"""Subscriptions, profiles, security settings, certificates: what is sent and told.

The models of `api/calls-events.md` section 4.
"""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Annotated, Final, TypeAlias

from msgspec import Meta, field

from ringway.ports.subscriptions import Algorithm
from ringway.public.models.parts import PageInfo
from ringway.public.models.queries import PageQuery
from ringway.public.models.scalars import Int64, Texts, Wire
from ringway.public.urls import MAX_URL

MAX_ENTRIES: Final = 255
"""Of a list in a subscription."""
MAX_CERTIFICATE: Final = 45_000
"""Characters of a certificate in base64."""

SafeId: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9._~-]+$")
]
"""An id that goes into paths."""
Needed: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255)]
Short: TypeAlias = Annotated[str, Meta(max_length=255)]
Entries: TypeAlias = Annotated[list[str], Meta(max_length=MAX_ENTRIES)]


@unique
class Channel(StrEnum):
    """What subscriptions of the platform can be about; here it is calls."""

    AGENT_OS = "AGENT_OS"
    APPLE_MESSAGES_FOR_BUSINESS = "APPLE_MESSAGES_FOR_BUSINESS"
    BLOCKLIST = "BLOCKLIST"
    CUSTOMER_ENGAGEMENT = "CUSTOMER_ENGAGEMENT"
    EMAIL = "EMAIL"
    FACEBOOK = "FACEBOOK"
    KAKAO_ALIM = "KAKAO_ALIM"
    KAKAO_BRAND_MESSAGE = "KAKAO_BRAND_MESSAGE"
    LINE = "LINE"
    MMS = "MMS"
    MOBILE_IDENTITY = "MOBILE_IDENTITY"
    MOBILE_PUSH = "MOBILE_PUSH"
    NUMBER_LOOKUP = "NUMBER_LOOKUP"
    OPEN_CHANNEL = "OPEN_CHANNEL"
    RCS = "RCS"
    REGISTRATION = "REGISTRATION"
    SMS = "SMS"
    VIBER = "VIBER"
    VOICE_VIDEO = "VOICE_VIDEO"
    WEB_PUSH = "WEB_PUSH"
    WHATSAPP = "WHATSAPP"
    ZALO = "ZALO"


@unique
class CredentialsType(StrEnum):
    """How a receiver knows us."""

    BASIC = "BASIC"
    HMAC = "HMAC"
    OAUTH = "OAUTH"
    CUSTOM = "CUSTOM"


@unique
class SslProtocol(StrEnum):
    """Versions of TLS."""

    TLS_1_2 = "TLSv1.2"
    TLS_1_3 = "TLSv1.3"


@unique
class CertificateStatus(StrEnum):
    """What can be done with a certificate."""

    PROCESSING = "PROCESSING"
    READY = "READY"
    EXPIRED = "EXPIRED"


@unique
class ConnectionTestResult(StrEnum):
    """What became of a test."""

    SUCCESS = "SUCCESS"
    FAIL = "FAIL"


# ------------------------------------------------------------------- sent


class CredentialsPayload(Wire, kw_only=True):
    """Members of all types of credentials; `type` beside it says which are read."""

    username: Short | None = None
    password: Short | None = None
    secret_key: Short | None = None
    algorithm: Algorithm | None = None
    token_url: Short | None = None
    client_id: Short | None = None
    client_secret: Short | None = None
    grant_type: Short | None = None
    scope: Short | None = None
    resource: Short | None = None
    refresh_token: Short | None = None
    headers: Texts | None = None


class NoIdSecurityRequest(Wire, kw_only=True):
    """A security setting, changed."""

    type: CredentialsType | None = None
    credentials: CredentialsPayload | None = None


class SecurityRequest(NoIdSecurityRequest, kw_only=True):
    """A security setting."""

    auth_id: SafeId


class IdOnlySecurityRequest(Wire, kw_only=True):
    """A security setting that there is."""

    auth_id: Needed


class Webhook(Wire, kw_only=True):
    """Where events are posted."""

    content_type: Short | None = None
    notify_url: Annotated[str, Meta(min_length=1, max_length=MAX_URL)]


class Transport(Wire, kw_only=True):
    """How a webhook is reached."""

    webhook: Webhook | None = None
    client_certificate_id: Short | None = None
    max_bucket_size: Annotated[int, Meta(ge=1, le=2000)] | None = None
    window_size: Annotated[int, Meta(ge=20, le=10_000)] | None = None
    connect_timeout: Annotated[int, Meta(ge=300, le=30_000)] | None = None
    read_timeout: Annotated[int, Meta(ge=1000, le=90_000)] | None = None
    enabled_ssl_protocols: list[SslProtocol] | None = field(
        default=None, name="enabledSSLProtocols"
    )
    headers: Texts | None = None
    response_regex: str | None = None
    response_body_regex: str | None = None
    rate_limit: Annotated[int, Meta(ge=1, le=5000)] | None = None


class NoIdProfileRequest(Transport, kw_only=True):
    """A profile, changed."""

    security: IdOnlySecurityRequest | None = None


class ProfileRequest(Transport, kw_only=True):
    """A profile; with its id alone, one that there is."""

    profile_id: SafeId
    security: SecurityRequest | None = None


class IdOnlyProfileRequest(Wire, kw_only=True):
    """A profile that there is."""

    profile_id: Needed


class ApplicationEntityPair(Wire, kw_only=True):
    """What events belong to; all that is given must match."""

    application_id: Short | None = None
    entity_id: Short | None = None
    calls_configuration_id: Short | None = None


class VoiceVideoNoIdSubscriptionRequest(Wire, kw_only=True):
    """A subscription, changed."""

    name: Needed | None = None
    profile: IdOnlyProfileRequest
    events: Entries
    criteria: (
        Annotated[list[ApplicationEntityPair], Meta(max_length=MAX_ENTRIES)] | None
    ) = None
    resources: Entries | None = None
    users: Entries | None = None


class VoiceVideoSubscriptionRequest(Wire, kw_only=True):
    """A subscription."""

    subscription_id: SafeId
    name: Needed | None = None
    profile: ProfileRequest
    events: Entries
    criteria: (
        Annotated[list[ApplicationEntityPair], Meta(max_length=MAX_ENTRIES)] | None
    ) = None
    resources: Entries | None = None
    users: Entries | None = None


class CertificateUploadRequest(Wire, kw_only=True):
    """A certificate with its key: PEM, in base64."""

    certificate_id: SafeId
    certificate_content: Annotated[str, Meta(min_length=1, max_length=MAX_CERTIFICATE)]
    passphrase: Short | None = None


class CertificateConnectionTestRequest(Wire, kw_only=True):
    """A certificate, and where it is tried."""

    certificate_id: Needed
    webhook_url: Annotated[str, Meta(min_length=1, max_length=MAX_URL)]


class SubscriptionsQuery(PageQuery, kw_only=True):
    """Which subscriptions: all that is given must match, one of what is repeated."""

    application_id: list[str] | None = None
    entity_id: list[str] | None = None
    calls_configuration_id: list[str] | None = None
    resource: list[str] | None = None
    user: list[str] | None = None


# ------------------------------------------------------------------- told


class IdOnlySecurityResponse(Wire, kw_only=True):
    """The id of a security setting."""

    auth_id: str


class SecurityResponse(IdOnlySecurityResponse, kw_only=True):
    """A security setting, without what is secret in it."""

    type: CredentialsType
    credentials: CredentialsPayload


class SecurityPage(Wire, kw_only=True):
    """Security settings."""

    results: list[SecurityResponse]
    paging: PageInfo


class IdOnlyProfileResponse(Wire, kw_only=True):
    """The id of a profile; when it was made just now, also what signs its requests."""

    profile_id: str
    security: IdOnlySecurityResponse | None = None
    signing_secret: str | None = None
    """Ours: ``whsec_…``, told once (Standard Webhooks)."""


class ProfileResponse(Transport, kw_only=True):
    """A profile."""

    profile_id: str
    security: IdOnlySecurityResponse | None = None


class ProfilePage(Wire, kw_only=True):
    """Profiles."""

    results: list[ProfileResponse]
    paging: PageInfo


class IdOnlySubscriptionResponse(Wire, kw_only=True):
    """The id of a subscription, and where it leads."""

    subscription_id: str
    profile: IdOnlyProfileResponse | None = None


class SubscriptionResponse(IdOnlySubscriptionResponse, kw_only=True):
    """A subscription."""

    name: str | None = None
    events: list[str]
    criteria: list[ApplicationEntityPair]
    resources: list[str]
    users: list[str]


class SubscriptionPage(Wire, kw_only=True):
    """Subscriptions, newest first."""

    results: list[SubscriptionResponse]
    paging: PageInfo


class IdOnlyCertificateResponse(Wire, kw_only=True):
    """The id of a certificate."""

    certificate_id: str


class CertificateStatusResponse(IdOnlyCertificateResponse, kw_only=True):
    """Whether a certificate can be used."""

    status: CertificateStatus


class CertificateStatusPage(Wire, kw_only=True):
    """Whether certificates can be used."""

    results: list[CertificateStatusResponse]
    paging: PageInfo


class CertificateDetailsResponse(IdOnlyCertificateResponse, kw_only=True):
    """What a certificate says; its times are milliseconds since 1970."""

    issued_by: str
    issued_to: str
    valid_from: Int64
    valid_until: Int64
    certificate_status: CertificateStatus
    serial_number: str


class CertificateDetailsPage(Wire, kw_only=True):
    """What certificates say."""

    results: list[CertificateDetailsResponse]
    paging: PageInfo


class CertificateConnectionTestResponse(IdOnlyCertificateResponse, kw_only=True):
    """What became of a test."""

    webhook_url: str
    result: ConnectionTestResult
    fail_reasons: list[str]
    hint: str | None = None
