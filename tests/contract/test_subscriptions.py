"""The Subscriptions API is the reference's (`api/calls-events.md` section 4)."""

from __future__ import annotations

import pytest

from ringway.public.operations.subscriptions import SUBSCRIPTIONS

REFERENCE = """
GET /subscription/{channel} get-subscriptions 200 SubscriptionPage
POST /subscription/{channel} create-subscription 201 IdOnlySubscriptionResponse
GET /subscription/{channel}/{subscriptionId} get-subscription 200 SubscriptionResponse
PUT /subscription/{channel}/{subscriptionId} update-subscription 200 IdOnlySubscriptionResponse
DELETE /subscription/{channel}/{subscriptionId} delete-subscription 200 IdOnlySubscriptionResponse
GET /profiles get-profiles 200 ProfilePage
POST /profiles create-profile 201 IdOnlyProfileResponse
GET /profiles/{profileId} get-profile 200 ProfileResponse
PUT /profiles/{profileId} update-profile 200 IdOnlyProfileResponse
DELETE /profiles/{profileId} delete-profile 200 IdOnlyProfileResponse
GET /security get-security-settings 200 SecurityPage
POST /security create-security-settings 201 IdOnlySecurityResponse
GET /security/{authId} get-security-setting 200 SecurityResponse
PUT /security/{authId} update-security-settings 200 IdOnlySecurityResponse
DELETE /security/{authId} delete-security-settings 200 IdOnlySecurityResponse
GET /certificates get-certificates-details-page 200 CertificateDetailsPage
POST /certificates upload-certificate 201 CertificateStatusResponse
GET /certificates/{certificateId} get-certificate-details 200 CertificateDetailsResponse
DELETE /certificates/{certificateId} delete-certificate 200 IdOnlyCertificateResponse
GET /certificates/status get-certificates-statuses-page 200 CertificateStatusPage
GET /certificates/status/{certificateId} get-certificate-status 200 CertificateStatusResponse
POST /certificates/test/webhook test-connection-to-webhook 200 CertificateConnectionTestResponse
"""
ROWS = [line.split() for line in REFERENCE.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2])
def test_an_operation_is_the_references(row: list[str]) -> None:
    method, path, name, code, answer = row
    [found] = [it for it in SUBSCRIPTIONS if it.id == name]
    assert (found.method, found.path) == (method, f"/subscriptions/1{path}")
    assert (found.code, found.answer.__name__) == (int(code), answer)
    assert found.errors == (400, 404)
    assert set(found.scopes) == {"subscriptions:manage"}


def test_there_is_no_other_operation() -> None:
    assert {it.id for it in SUBSCRIPTIONS} == {row[2] for row in ROWS}
