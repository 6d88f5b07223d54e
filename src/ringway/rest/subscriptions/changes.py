"""What may become of an account's book: pure functions, all or nothing.

An `ApiError` says why a change is refused.  A definition that another one names
can not be taken away, and nothing is named that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TypeVar

from msgspec.structs import replace

from ringway.ports.outbox import Mark
from ringway.ports.subscriptions import (
    MAX_CERTIFICATES,
    MAX_SUBSCRIPTIONS,
    Book,
    Certificate,
    Criterion,
    Profile,
    Security,
    Subscription,
)
from ringway.public.headers import MAX_HEADERS, wrong_header
from ringway.public.models.subscriptions import (
    ApplicationEntityPair,
    Transport,
    VoiceVideoNoIdSubscriptionRequest,
    VoiceVideoSubscriptionRequest,
)
from ringway.public.urls import url_of
from ringway.rest.errors import ApiError, bad_request

T = TypeVar("T", Subscription, Profile, Security, Certificate)
TEXT = "Some fields are not valid."


def known(shelf: Mapping[str, T], name: str, what: str) -> T:
    """Give what is there.  Or `ApiError` 404."""
    found = shelf.get(name)
    if found is None:
        raise ApiError(HTTPStatus.NOT_FOUND, f"There is no such {what}.")
    return found


def added(shelf: Mapping[str, T], it: T, member: str, most: int) -> Mapping[str, T]:
    """Put a new one there.  Or `ApiError` 400: its id is taken, or there are many."""
    if it.id in shelf:
        raise bad_request(TEXT, **{member: "is taken: give another id"})
    if len(shelf) >= most:
        raise bad_request(f"There can be {most} of these: delete one first.")
    return {**shelf, it.id: it}


def without(shelf: Mapping[str, T], name: str) -> Mapping[str, T]:
    """Take one away."""
    return {key: it for key, it in shelf.items() if key != name}


def _unused(users: list[str], what: str) -> None:
    if users:
        more = ", …" if len(users) > 1 else ""
        raise bad_request(f"It is used by the {what} {users[0]}{more}: change that.")


# ---------------------------------------------------------------- profiles


def transport(
    asked: Transport, member: str, wrong: dict[str, list[str]]
) -> dict[str, object]:
    """Read how a webhook is reached; what is wrong goes into `wrong`."""
    if asked.webhook is None:
        wrong[f"{member}webhook"] = ["is required"]
        return {}
    try:
        url_of(asked.webhook.notify_url)
    except ValueError as error:
        wrong[f"{member}webhook.notifyUrl"] = [str(error)]
    kind = asked.webhook.content_type
    if kind is not None and wrong_header("Content-Type", kind) is not None:
        wrong[f"{member}webhook.contentType"] = ["has only printable ASCII characters"]
    headers = asked.headers or {}
    if len(headers) > MAX_HEADERS:
        wrong[f"{member}headers"] = [f"has at most {MAX_HEADERS} members"]
    for name, value in headers.items():
        if (said := wrong_header(name, value)) is not None:
            wrong[f"{member}headers.{name}"] = [said]
    protocols = [it.value for it in asked.enabled_ssl_protocols or []]
    if len(set(protocols)) < len(protocols):
        wrong[f"{member}enabledSSLProtocols"] = ["has each version at most once"]
    return {
        "notify_url": asked.webhook.notify_url,
        "content_type": kind or None,
        "certificate": asked.client_certificate_id or None,
        "max_bucket_size": asked.max_bucket_size,
        "window_size": asked.window_size,
        "connect_timeout": asked.connect_timeout,
        "read_timeout": asked.read_timeout,
        "protocols": tuple(protocols),
        "headers": headers,
        "response_regex": asked.response_regex,
        "response_body_regex": asked.response_body_regex,
        "rate_limit": asked.rate_limit,
    }


def _named(book: Book, it: Profile, member: str) -> None:
    """See that what a profile names is there.  Or `ApiError` 400."""
    if it.security is not None and it.security not in book.security:
        said = "is no security setting that there is"
        raise bad_request(TEXT, **{f"{member}security.authId": said})
    if it.certificate is not None and it.certificate not in book.certificates:
        said = "is no certificate that there is"
        raise bad_request(TEXT, **{f"{member}clientCertificateId": said})


def with_profile(
    book: Book, it: Profile, security: Security | None = None, member: str = ""
) -> Book:
    """Add a profile, and the security setting that was defined with it."""
    if security is not None:
        book = with_security(book, security, f"{member}security.authId")
    _named(book, it, member)
    shelf = added(book.profiles, it, f"{member}profileId", MAX_SUBSCRIPTIONS)
    return replace(book, profiles=shelf)


def changed_profile(book: Book, it: Profile) -> Book:
    """Put a profile in the place of the one of its id; it keeps age and secret."""
    before = known(book.profiles, it.id, "profile")
    it = replace(it, created_at=before.created_at, secret=before.secret)
    _named(book, it, "")
    return replace(book, profiles={**book.profiles, it.id: it})


def without_profile(book: Book, name: str) -> Book:
    """Take a profile away."""
    known(book.profiles, name, "profile")
    users = [it.id for it in book.subscriptions.values() if it.profile == name]
    _unused(users, "subscription")
    return replace(book, profiles=without(book.profiles, name))


# ---------------------------------------------------------------- security


def with_security(book: Book, it: Security, member: str = "authId") -> Book:
    """Add a security setting."""
    shelf = added(book.security, it, member, MAX_SUBSCRIPTIONS)
    return replace(book, security=shelf)


def without_security(book: Book, name: str) -> Book:
    """Take a security setting away."""
    known(book.security, name, "security setting")
    _unused([it.id for it in book.profiles.values() if it.security == name], "profile")
    return replace(book, security=without(book.security, name))


# ------------------------------------------------------------ certificates


def with_certificate(book: Book, it: Certificate) -> Book:
    """Add a certificate."""
    shelf = added(book.certificates, it, "certificateId", MAX_CERTIFICATES)
    return replace(book, certificates=shelf)


def without_certificate(book: Book, name: str) -> Book:
    """Take a certificate away."""
    known(book.certificates, name, "certificate")
    users = [it.id for it in book.profiles.values() if it.certificate == name]
    _unused(users, "profile")
    return replace(book, certificates=without(book.certificates, name))


# ----------------------------------------------------------- subscriptions


def subscription_of(
    asked: VoiceVideoSubscriptionRequest | VoiceVideoNoIdSubscriptionRequest,
    name: str,
    course: str,
    since: Mark,
    at: int,
) -> Subscription:
    """Read a subscription; its events count from the place `since`."""
    return Subscription(
        id=name,
        course=course,
        since=since,
        created_at=at,
        profile=asked.profile.profile_id,
        events=tuple(dict.fromkeys(asked.events)),
        name=asked.name,
        criteria=tuple(map(_criterion, asked.criteria or [])),
        resources=tuple(asked.resources or []),
        users=tuple(asked.users or []),
    )


def _criterion(it: ApplicationEntityPair) -> Criterion:
    # An empty text is nothing, as when a form was not filled in.
    return Criterion(
        it.calls_configuration_id or None,
        it.application_id or None,
        it.entity_id or None,
    )


def with_subscription(book: Book, it: Subscription) -> Book:
    """Add a subscription; its profile is there."""
    if it.profile not in book.profiles:
        said = "is no profile that there is: give the whole of it, with a webhook"
        raise bad_request(TEXT, **{"profile.profileId": said})
    shelf = added(book.subscriptions, it, "subscriptionId", MAX_SUBSCRIPTIONS)
    return replace(book, subscriptions=shelf)


def changed_subscription(book: Book, it: Subscription, *, anew: bool) -> Book:
    """Put a subscription in the place of the one of its id.

    `anew`: its receiver was gone, so it begins where `it` says; else it goes on.
    """
    before = known(book.subscriptions, it.id, "subscription")
    if not anew:
        it = replace(it, course=before.course, since=before.since)
    it = replace(it, created_at=before.created_at)
    if it.profile not in book.profiles:
        said = "is no profile that there is"
        raise bad_request(TEXT, **{"profile.profileId": said})
    return replace(book, subscriptions={**book.subscriptions, it.id: it})


def without_subscription(book: Book, name: str) -> Book:
    """Take a subscription away."""
    known(book.subscriptions, name, "subscription")
    return replace(book, subscriptions=without(book.subscriptions, name))
