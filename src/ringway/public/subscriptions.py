"""What customers see of what they have defined: everything but what is secret."""

from __future__ import annotations

from typing import Final

from ringway.ports.subscriptions import (
    Basic,
    Certificate,
    Credentials,
    Hmac,
    Oauth,
    Profile,
    Security,
    Subscription,
)
from ringway.public.models.subscriptions import (
    ApplicationEntityPair,
    CertificateDetailsResponse,
    CertificateStatus,
    CertificateStatusResponse,
    CredentialsPayload,
    CredentialsType,
    IdOnlyProfileResponse,
    IdOnlySecurityResponse,
    ProfileResponse,
    SecurityResponse,
    SslProtocol,
    SubscriptionResponse,
    Webhook,
)

MASK: Final = "********"
"""What is told instead of a secret; sent back, it leaves the secret as it is."""


def subscription(it: Subscription) -> SubscriptionResponse:
    """Write a subscription."""
    return SubscriptionResponse(
        subscription_id=it.id,
        name=it.name,
        profile=IdOnlyProfileResponse(profile_id=it.profile),
        events=list(it.events),
        criteria=[
            ApplicationEntityPair(
                application_id=one.application,
                entity_id=one.entity,
                calls_configuration_id=one.configuration,
            )
            for one in it.criteria
        ],
        resources=list(it.resources),
        users=list(it.users),
    )


def security_id(name: str | None) -> IdOnlySecurityResponse | None:
    """Write the id of a security setting, if there is one."""
    return None if name is None else IdOnlySecurityResponse(auth_id=name)


def profile(it: Profile) -> ProfileResponse:
    """Write a profile."""
    protocols = [SslProtocol(name) for name in it.protocols]
    return ProfileResponse(
        profile_id=it.id,
        webhook=Webhook(content_type=it.content_type, notify_url=it.notify_url),
        security=security_id(it.security),
        client_certificate_id=it.certificate,
        max_bucket_size=it.max_bucket_size,
        window_size=it.window_size,
        connect_timeout=it.connect_timeout,
        read_timeout=it.read_timeout,
        enabled_ssl_protocols=protocols or None,
        headers=it.headers or None,
        response_regex=it.response_regex,
        response_body_regex=it.response_body_regex,
        rate_limit=it.rate_limit,
    )


def security(it: Security) -> SecurityResponse:
    """Write a security setting; what is secret is masked."""
    kind, credentials = _credentials(it.credentials)
    return SecurityResponse(auth_id=it.id, type=kind, credentials=credentials)


def _credentials(it: Credentials) -> tuple[CredentialsType, CredentialsPayload]:
    match it:
        case Basic():
            payload = CredentialsPayload(username=it.username, password=MASK)
            return CredentialsType.BASIC, payload
        case Hmac():
            payload = CredentialsPayload(secret_key=MASK, algorithm=it.algorithm)
            return CredentialsType.HMAC, payload
        case Oauth():
            payload = CredentialsPayload(
                token_url=it.token_url,
                grant_type=it.grant_type,
                client_id=it.client_id,
                client_secret=_masked(it.client_secret),
                scope=it.scope,
                username=it.username,
                password=_masked(it.password),
                resource=it.resource,
                refresh_token=_masked(it.refresh_token),
                headers={name: MASK for name, _ in it.headers} or None,
            )
            return CredentialsType.OAUTH, payload


def _masked(secret: str | None) -> str | None:
    return None if secret is None else MASK


def status(it: Certificate, now: int) -> CertificateStatus:
    """Say whether a certificate can be used now."""
    good = it.valid_from <= now <= it.valid_until
    return CertificateStatus.READY if good else CertificateStatus.EXPIRED


def certificate_status(it: Certificate, now: int) -> CertificateStatusResponse:
    """Write whether a certificate can be used."""
    return CertificateStatusResponse(certificate_id=it.id, status=status(it, now))


def certificate(it: Certificate, now: int) -> CertificateDetailsResponse:
    """Write what a certificate says."""
    return CertificateDetailsResponse(
        certificate_id=it.id,
        issued_by=it.issued_by,
        issued_to=it.issued_to,
        valid_from=it.valid_from // 1000,
        valid_until=it.valid_until // 1000,
        certificate_status=status(it, now),
        serial_number=it.serial_number,
    )
