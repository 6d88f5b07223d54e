"""The WebRTC API and provisioning: our rows beside the reference's facts."""

from __future__ import annotations

from ringway.public.operations.provisioning import PROVISIONING
from ringway.public.operations.row import ALWAYS, Operation
from ringway.public.operations.webrtc import WEBRTC, WEBRTC_RECORDINGS

WEBRTC_FACTS = {
    "get-push-configurations": (
        "GET",
        "/webrtc/1/webrtc-push-config",
        None,
        200,
        (400, 401, 403, 429, 500),
        "100/s",
        ("webrtc:manage", "webrtc:configuration:manage"),
    ),
    "save-push-configuration": (
        "POST",
        "/webrtc/1/webrtc-push-config",
        "PushConfigurationRequest",
        200,
        (400, 401, 403, 429, 500),
        "100/s",
        ("webrtc:manage", "webrtc:configuration:manage"),
    ),
    "get-push-configuration": (
        "GET",
        "/webrtc/1/webrtc-push-config/{id}",
        None,
        200,
        (400, 401, 403, 404, 429, 500),
        "100/s",
        ("webrtc:manage", "webrtc:configuration:manage"),
    ),
    "update-push-configuration": (
        "PUT",
        "/webrtc/1/webrtc-push-config/{id}",
        "PushConfigurationRequest",
        200,
        (400, 401, 403, 404, 429, 500),
        "100/s",
        ("webrtc:manage", "webrtc:configuration:manage"),
    ),
    "delete-push-configuration": (
        "DELETE",
        "/webrtc/1/webrtc-push-config/{id}",
        None,
        200,
        (401, 403, 404, 429, 500),
        "100/s",
        ("webrtc:manage", "webrtc:configuration:manage"),
    ),
    "patch-push-configuration": (
        "PATCH",
        "/webrtc/1/webrtc-push-config/{id}",
        "PushConfigurationRequest",
        200,
        (400, 401, 403, 404, 429, 500),
        "100/s",
        ("webrtc:manage", "webrtc:configuration:manage"),
    ),
    "get-files": (
        "GET",
        "/webrtc/1/files",
        None,
        200,
        (400, 401, 403, 429, 500),
        "100/s",
        ("webrtc:manage", "webrtc:media:manage"),
    ),
    "get-file": (
        "GET",
        "/webrtc/1/files/{id}",
        None,
        200,
        (401, 403, 404, 429, 500),
        "100/s",
        ("webrtc:manage", "webrtc:media:manage"),
    ),
    "delete-file": (
        "DELETE",
        "/webrtc/1/files/{id}",
        None,
        200,
        (401, 403, 404, 429, 500),
        "100/s",
        ("webrtc:manage", "webrtc:media:manage"),
    ),
    "download-file": (
        "GET",
        "/webrtc/1/files/{id}/download",
        None,
        200,
        (401, 403, 404, 429, 500),
        "100/m",
        ("webrtc:manage", "webrtc:media:manage"),
    ),
    "get-webrtc-recordings": (
        "GET",
        "/webrtc/1/recordings",
        None,
        200,
        (400, 401, 403, 429, 500),
        "10/m",
        ("webrtc:manage",),
    ),
    "delete-webrtc-recording-by-id": (
        "DELETE",
        "/webrtc/1/recordings/{id}",
        None,
        200,
        (400, 401, 403, 404, 429, 500),
        "10/m",
        ("webrtc:manage",),
    ),
    "download-webrtc-recording-by-id": (
        "GET",
        "/webrtc/1/recordings/{id}/download",
        None,
        200,
        (400, 401, 403, 404, 429, 500),
        "10/m",
        ("webrtc:manage",),
    ),
}
"""Method, path, body, code, errors, rate, scopes; the two others are routes."""
PROVISIONING_FACTS = {
    ("GET", "/provisioning/1/applications"): (
        None,
        200,
        "PageApplication",
        (401, 403, 429, 500),
    ),
    ("POST", "/provisioning/1/applications"): (
        "Application",
        201,
        None,
        (400, 401, 403, 409, 429, 500),
    ),
    ("GET", "/provisioning/1/applications/{applicationId}"): (
        None,
        200,
        "Application",
        (401, 403, 404, 429, 500),
    ),
    ("PUT", "/provisioning/1/applications/{applicationId}"): (
        "ModifyApplication",
        204,
        None,
        (400, 401, 403, 404, 409, 429, 500),
    ),
    ("DELETE", "/provisioning/1/applications/{applicationId}"): (
        None,
        200,
        None,
        (400, 401, 403, 404, 429, 500),
    ),
    ("GET", "/provisioning/1/entities"): (
        None,
        200,
        "PageEntity",
        (401, 403, 429, 500),
    ),
    ("POST", "/provisioning/1/entities"): (
        "Entity",
        201,
        None,
        (400, 401, 403, 409, 429, 500),
    ),
    ("GET", "/provisioning/1/entities/{entityId}"): (
        None,
        200,
        "Entity",
        (401, 403, 404, 429, 500),
    ),
    ("PUT", "/provisioning/1/entities/{entityId}"): (
        "ModifyEntity",
        204,
        None,
        (400, 401, 403, 404, 409, 429, 500),
    ),
    ("DELETE", "/provisioning/1/entities/{entityId}"): (
        None,
        200,
        None,
        (400, 401, 403, 404, 429, 500),
    ),
    ("GET", "/provisioning/1/associations"): (
        None,
        200,
        "PageResourceAssociation",
        (401, 403, 429, 500),
    ),
    ("POST", "/provisioning/1/associations"): (
        "ResourceAssociationRequest",
        201,
        None,
        (400, 401, 403, 404, 409, 429, 500),
    ),
    ("DELETE", "/provisioning/1/associations"): (
        "ResourceAssociationRequest",
        204,
        None,
        (400, 401, 403, 404, 429, 500),
    ),
    ("GET", "/provisioning/1/associations/single"): (
        None,
        200,
        "ResourceAssociationResponse",
        (401, 403, 404, 429, 500),
    ),
}
"""By method and path: body, code, answer, errors."""


def name(model: object) -> str | None:
    return None if model is None else str(getattr(model, "__name__", model))


def errors(it: Operation) -> tuple[int, ...]:
    return tuple(sorted({*it.errors, *ALWAYS}))


def test_every_operation_of_webrtc_is_as_the_reference_has_it() -> None:
    ours = {
        it.id: (
            it.method,
            it.path,
            name(it.body),
            it.code,
            errors(it),
            str(it.rate),
            it.scopes,
        )
        for it in (*WEBRTC, *WEBRTC_RECORDINGS)
    }
    assert ours == WEBRTC_FACTS


def test_every_operation_of_provisioning_is_as_the_reference_has_it() -> None:
    ours = {
        (it.method, it.path): (name(it.body), it.code, name(it.answer), errors(it))
        for it in PROVISIONING
    }
    assert ours == PROVISIONING_FACTS
    assert {str(it.rate) for it in PROVISIONING} == {"1/s"}
    assert {it.scopes for it in PROVISIONING} == {("application-entity:manage",)}
