"""The 22 operations of the Subscriptions API, one row each."""

from __future__ import annotations

from typing import Any, Final

from ringway.public.models.queries import PageQuery
from ringway.public.models.subscriptions import (
    CertificateConnectionTestRequest,
    CertificateConnectionTestResponse,
    CertificateDetailsPage,
    CertificateDetailsResponse,
    CertificateStatusPage,
    CertificateStatusResponse,
    CertificateUploadRequest,
    IdOnlyCertificateResponse,
    IdOnlyProfileResponse,
    IdOnlySecurityResponse,
    IdOnlySubscriptionResponse,
    NoIdProfileRequest,
    NoIdSecurityRequest,
    ProfilePage,
    ProfileRequest,
    ProfileResponse,
    SecurityPage,
    SecurityRequest,
    SecurityResponse,
    SubscriptionPage,
    SubscriptionResponse,
    SubscriptionsQuery,
    VoiceVideoNoIdSubscriptionRequest,
    VoiceVideoSubscriptionRequest,
)
from ringway.public.operations.row import Operation, row

SCOPE: Final = "subscriptions:manage"


def _row(
    id_: str,
    line: str,
    answer: Any,
    *,
    code: int = 200,
    body: Any = None,
    query: Any = None,
) -> Operation:
    return row(
        id_,
        line,
        answer,
        SCOPE,
        code=code,
        body=body,
        query=query,
        errors=(400, 404),
        root="/subscriptions/1",
        wide=SCOPE,
    )


_OF: Final = "/subscription/{channel}"
_ONE: Final = "/subscription/{channel}/{subscriptionId}"
_CERTIFICATE: Final = "/certificates/{certificateId}"

SUBSCRIPTIONS: Final[tuple[Operation, ...]] = (
    _row("get-subscriptions", f"GET {_OF}", SubscriptionPage, query=SubscriptionsQuery),
    _row(
        "create-subscription",
        f"POST {_OF}",
        IdOnlySubscriptionResponse,
        code=201,
        body=VoiceVideoSubscriptionRequest,
    ),
    _row("get-subscription", f"GET {_ONE}", SubscriptionResponse),
    _row(
        "update-subscription",
        f"PUT {_ONE}",
        IdOnlySubscriptionResponse,
        body=VoiceVideoNoIdSubscriptionRequest,
    ),
    _row("delete-subscription", f"DELETE {_ONE}", IdOnlySubscriptionResponse),
    _row("get-profiles", "GET /profiles", ProfilePage, query=PageQuery),
    _row(
        "create-profile",
        "POST /profiles",
        IdOnlyProfileResponse,
        code=201,
        body=ProfileRequest,
    ),
    _row("get-profile", "GET /profiles/{profileId}", ProfileResponse),
    _row(
        "update-profile",
        "PUT /profiles/{profileId}",
        IdOnlyProfileResponse,
        body=NoIdProfileRequest,
    ),
    _row("delete-profile", "DELETE /profiles/{profileId}", IdOnlyProfileResponse),
    _row("get-security-settings", "GET /security", SecurityPage, query=PageQuery),
    _row(
        "create-security-settings",
        "POST /security",
        IdOnlySecurityResponse,
        code=201,
        body=SecurityRequest,
    ),
    _row("get-security-setting", "GET /security/{authId}", SecurityResponse),
    _row(
        "update-security-settings",
        "PUT /security/{authId}",
        IdOnlySecurityResponse,
        body=NoIdSecurityRequest,
    ),
    _row(
        "delete-security-settings", "DELETE /security/{authId}", IdOnlySecurityResponse
    ),
    _row(
        "get-certificates-details-page",
        "GET /certificates",
        CertificateDetailsPage,
        query=PageQuery,
    ),
    _row(
        "upload-certificate",
        "POST /certificates",
        CertificateStatusResponse,
        code=201,
        body=CertificateUploadRequest,
    ),
    _row("get-certificate-details", f"GET {_CERTIFICATE}", CertificateDetailsResponse),
    _row("delete-certificate", f"DELETE {_CERTIFICATE}", IdOnlyCertificateResponse),
    _row(
        "get-certificates-statuses-page",
        "GET /certificates/status",
        CertificateStatusPage,
        query=PageQuery,
    ),
    _row(
        "get-certificate-status",
        "GET /certificates/status/{certificateId}",
        CertificateStatusResponse,
    ),
    _row(
        "test-connection-to-webhook",
        "POST /certificates/test/webhook",
        CertificateConnectionTestResponse,
        body=CertificateConnectionTestRequest,
    ),
)
