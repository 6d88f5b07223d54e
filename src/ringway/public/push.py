"""Push configurations: secrets are tried before they are kept, and never told.

A certificate that does not open, or a key that is none, would be found out by the
first telephone that does not ring.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import msgspec

from ringway.ports.fields import WrongFields
from ringway.ports.push import Android, Ios, PushConfiguration, Verdict
from ringway.ports.sealing import Sealed
from ringway.public.models.webrtc import (
    AndroidPushNotificationConfig,
    IosPushNotificationConfig,
    PushConfigurationRequest,
    PushConfigurationResponse,
)

MAX_FILE_NAME: Final = 255
SERVICE_ACCOUNT: Final = "service_account"

Safe: TypeAlias = Callable[[str, bytes], Sealed]
"""Seals a secret; the first argument names it among those of the configuration."""
Wrong: TypeAlias = dict[str, str]
_KEY: Final = "android.privateKeyJson"
_CONTENT: Final = "ios.apnsCertificateFileContent"
_NO_KEY: Final = "has a private_key that is no RSA key in PEM"
_OF_KEYS: Final[Mapping[Verdict, str]] = {
    Verdict.CLOSED: _NO_KEY,
    Verdict.EMPTY: _NO_KEY,
    Verdict.SLOW: "has a private_key that takes too long to be read",
}
_OF_CERTIFICATES: Final[Mapping[Verdict, str]] = {
    Verdict.CLOSED: "is no P12 file, or apnsCertificatePassword is not its password",
    Verdict.EMPTY: "has no certificate with its private key in it",
    Verdict.SLOW: "takes too long to open: export it with fewer rounds",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What of a request can be kept, once its keys were tried."""

    project: str | None = None
    service_account: bytes | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    certificate: bytes | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    wrong: Wrong = field(default_factory=dict)
    """What is wrong without trying anything."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying; None: there was nothing to try."""

    certificate: Verdict | None
    private_key: Verdict | None


def drafted(asked: PushConfigurationRequest) -> Draft:
    """Take a request apart."""
    wrong: Wrong = {}
    project, text, pem = (None, None, None)
    if asked.android is not None:
        project, text, pem = _android(asked.android, wrong)
    certificate = None if asked.ios is None else _certificate(asked.ios, wrong)
    password = None if asked.ios is None else asked.ios.apns_certificate_password
    return Draft(project, text, pem, certificate, password, wrong)


def push_configuration(
    id_: str, asked: PushConfigurationRequest, draft: Draft, tried: Tried, safe: Safe
) -> PushConfiguration:
    """Make what is kept of a request.  Or `WrongFields`, with all of them."""
    wrong = dict(draft.wrong)
    for member, sentences, verdict in (
        (_KEY, _OF_KEYS, tried.private_key),
        (_CONTENT, _OF_CERTIFICATES, tried.certificate),
    ):
        if verdict is not None and verdict is not Verdict.OPENS:
            wrong[member] = sentences[verdict]
    if wrong:
        raise WrongFields(wrong)
    android = ios = None
    if draft.project is not None and draft.service_account is not None:
        android = Android(draft.project, safe("service-account", draft.service_account))
    if asked.ios is not None and draft.certificate is not None:
        ios = Ios(
            asked.ios.apns_certificate_file_name,
            safe("certificate", draft.certificate),
            None
            if draft.password is None
            else safe("certificate-password", draft.password.encode(errors="replace")),
        )
    return PushConfiguration(id_, asked.name, android, ios)


def check_whole(it: PushConfiguration) -> None:
    """See to it that something is configured.  Or `WrongFields`."""
    if it.android is None and it.ios is None:
        raise WrongFields({"android": "or ios is required: at least one of both"})


def merged(before: PushConfiguration, change: PushConfiguration) -> PushConfiguration:
    """Change what is named, and keep the rest."""
    return PushConfiguration(
        before.id,
        before.name if change.name is None else change.name,
        change.android or before.android,
        change.ios or before.ios,
    )


def push_answer(
    it: PushConfiguration, application: str | None
) -> PushConfigurationResponse:
    """Tell what there is; never what opens it."""
    return PushConfigurationResponse(
        id=it.id,
        name=it.name,
        android_configured=it.android is not None,
        ios_configured=it.ios is not None,
        application_id=application,
    )


# ---------------------------------------------------------------- Android


class _ServiceAccount(msgspec.Struct):
    """What of Google's file is used."""

    type: str
    project_id: str
    private_key: str
    client_email: str


def _android(
    asked: AndroidPushNotificationConfig, wrong: Wrong
) -> tuple[str | None, bytes | None, str | None]:
    """Give project, file and private key."""
    text = asked.private_key_json
    if text is None:
        wrong[_KEY] = (
            "is required: Google switched server keys (fcmServerKey) off in 2024, so "
            "create a key of a service account and send its JSON"
        )
        return None, None, None
    try:
        account = msgspec.json.decode(text, type=_ServiceAccount)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        account = None
    if account is None or account.type != SERVICE_ACCOUNT or not account.project_id:
        wrong[_KEY] = (
            "is the JSON of a service account's key, with type, project_id, "
            "private_key and client_email"
        )
        return None, None, None
    return account.project_id, text.encode(), account.private_key


# -------------------------------------------------------------------- iOS


def _certificate(asked: IosPushNotificationConfig, wrong: Wrong) -> bytes | None:
    name = asked.apns_certificate_file_name
    if not 1 <= len(name) <= MAX_FILE_NAME or not name.isprintable():
        wrong["ios.apnsCertificateFileName"] = (
            f"is 1 to {MAX_FILE_NAME} printable characters"
        )
    written = "".join(asked.apns_certificate_file_content.split())
    try:
        return base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        wrong[_CONTENT] = "is the P12 file in base64"
        return None
