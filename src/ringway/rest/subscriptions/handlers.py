"""What each operation of the Subscriptions API does."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeAlias, TypeVar

from msgspec.structs import replace

from ringway.domain.values import AccountId
from ringway.ports.clock import Clock
from ringway.ports.deliveries import Deliveries
from ringway.ports.outbox import Outbox
from ringway.ports.subscriptions import (
    Book,
    Certificate,
    Profile,
    Security,
    Subscription,
    Subscriptions,
)
from ringway.public import subscriptions as public
from ringway.public.models.parts import PageInfo
from ringway.public.models.queries import PageQuery
from ringway.public.models.subscriptions import (
    CertificateConnectionTestResponse,
    CertificateDetailsPage,
    CertificateStatusPage,
    Channel,
    ConnectionTestResult,
    IdOnlyCertificateResponse,
    IdOnlyProfileResponse,
    IdOnlySecurityResponse,
    IdOnlySubscriptionResponse,
    ProfilePage,
    ProfileRequest,
    SecurityPage,
    SubscriptionPage,
    SubscriptionsQuery,
)
from ringway.public.urls import url_of
from ringway.rest.calls.door import Answer, Asked, Handler
from ringway.rest.errors import ApiError, bad_request
from ringway.rest.subscriptions import changes
from ringway.rest.subscriptions.certificates import certificate_of
from ringway.rest.subscriptions.credentials import credentials_of

ROOT: Final = "/subscriptions/1"
SECRET_BYTES: Final = 32
Made = TypeVar("Made", Subscription, Profile, Security, Certificate)
Try: TypeAlias = Callable[[Certificate, str], Awaitable[str | None]]
"""Connects to a URL with a certificate; gives a sentence if that does not work."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the operations work with."""

    books: Subscriptions
    outbox: Outbox
    deliveries: Deliveries
    clock: Clock
    changed: Callable[[AccountId], Awaitable[None]]
    """Hears that an account's book is another one now."""
    write_secret: Callable[[bytes], str]
    """Writes what signs requests, as receivers take it."""
    connect: Try

    def handlers(self) -> Mapping[str, Handler]:
        """Give what handles each operation, by its id."""
        return {
            "get-subscriptions": self.get_subscriptions,
            "create-subscription": self.create_subscription,
            "get-subscription": self.get_subscription,
            "update-subscription": self.update_subscription,
            "delete-subscription": self.delete_subscription,
            "get-profiles": self.get_profiles,
            "create-profile": self.create_profile,
            "get-profile": self.get_profile,
            "update-profile": self.update_profile,
            "delete-profile": self.delete_profile,
            "get-security-settings": self.get_security_settings,
            "create-security-settings": self.create_security_settings,
            "get-security-setting": self.get_security_setting,
            "update-security-settings": self.update_security_settings,
            "delete-security-settings": self.delete_security_settings,
            "get-certificates-details-page": self.get_certificates,
            "upload-certificate": self.upload_certificate,
            "get-certificate-details": self.get_certificate,
            "delete-certificate": self.delete_certificate,
            "get-certificates-statuses-page": self.get_statuses,
            "get-certificate-status": self.get_status,
            "test-connection-to-webhook": self.test_connection,
        }

    async def _edit(self, asked: Asked, change: Callable[[Book], Book]) -> Book:
        book = await self.books.edit(asked.account, change)
        await self.changed(asked.account)
        return book

    # ------------------------------------------------------- subscriptions

    async def get_subscriptions(self, asked: Asked) -> object:
        _see_channel(asked)
        book = await self.books.book(asked.account)
        found = [it for it in book.subscriptions.values() if _fits(it, asked.query)]
        page, paging = _page(found, asked.query)
        return SubscriptionPage(
            results=[public.subscription(it) for it in page], paging=paging
        )

    async def create_subscription(self, asked: Asked) -> object:
        _see_channel(asked)
        body, at = asked.body, self.clock.now()
        it = changes.subscription_of(
            body, body.subscription_id, _course(), await self.outbox.last(), at
        )
        whole = body.profile.webhook is not None
        made = self._profile(body.profile, at, "profile.") if whole else None

        def change(book: Book) -> Book:
            if made is not None:
                book = changes.with_profile(book, *made, member="profile.")
            return changes.with_subscription(book, it)

        book = await self._edit(asked, change)
        answer = IdOnlyProfileResponse(
            profile_id=it.profile,
            security=public.security_id(book.profiles[it.profile].security),
            signing_secret=None if made is None else self.write_secret(made[0].secret),
        )
        return Answer(
            IdOnlySubscriptionResponse(subscription_id=it.id, profile=answer),
            {"Location": f"{ROOT}/subscription/{Channel.VOICE_VIDEO}/{it.id}"},
        )

    async def get_subscription(self, asked: Asked) -> object:
        _see_channel(asked)
        book = await self.books.book(asked.account)
        name = asked.path["subscriptionId"]
        found = changes.known(book.subscriptions, name, "subscription")
        return public.subscription(found)

    async def update_subscription(self, asked: Asked) -> object:
        _see_channel(asked)
        name, at = asked.path["subscriptionId"], self.clock.now()
        since = await self.outbox.last()
        courses = await self.deliveries.courses()
        it = changes.subscription_of(asked.body, name, _course(), since, at)

        def change(book: Book) -> Book:
            before = changes.known(book.subscriptions, name, "subscription")
            stands = courses.get(before.course)
            anew = stands is not None and stands.stopped_at is not None
            return changes.changed_subscription(book, it, anew=anew)

        book = await self._edit(asked, change)
        return _subscription_id(book.subscriptions[name])

    async def delete_subscription(self, asked: Asked) -> object:
        _see_channel(asked)
        name = asked.path["subscriptionId"]
        gone: list[Subscription] = []

        def change(book: Book) -> Book:
            gone.append(changes.known(book.subscriptions, name, "subscription"))
            return changes.without_subscription(book, name)

        await self._edit(asked, change)
        return _subscription_id(gone[-1])

    # ------------------------------------------------------------ profiles

    def _profile(
        self, asked: ProfileRequest, at: int, member: str = ""
    ) -> tuple[Profile, Security | None]:
        """Read a profile, and the security setting that is defined in it."""
        wrong: dict[str, list[str]] = {}
        read: Any = changes.transport(asked, member, wrong)
        _refuse(wrong)
        security = None
        if asked.security is not None and (
            asked.security.type is not None or asked.security.credentials is not None
        ):
            under = f"{member}security."
            credentials = credentials_of(asked.security, under=under)
            security = Security(asked.security.auth_id, at, credentials)
        profile = Profile(
            id=asked.profile_id,
            created_at=at,
            secret=secrets.token_bytes(SECRET_BYTES),
            security=None if asked.security is None else asked.security.auth_id,
            **read,
        )
        return profile, security

    async def get_profiles(self, asked: Asked) -> object:
        book = await self.books.book(asked.account)
        page, paging = _page(book.profiles.values(), asked.query)
        return ProfilePage(results=[public.profile(it) for it in page], paging=paging)

    async def create_profile(self, asked: Asked) -> object:
        profile, security = self._profile(asked.body, self.clock.now())
        await self._edit(
            asked, lambda book: changes.with_profile(book, profile, security)
        )
        return Answer(
            IdOnlyProfileResponse(
                profile_id=profile.id,
                security=public.security_id(profile.security),
                signing_secret=self.write_secret(profile.secret),
            ),
            {"Location": f"{ROOT}/profiles/{profile.id}"},
        )

    async def get_profile(self, asked: Asked) -> object:
        book = await self.books.book(asked.account)
        found = changes.known(book.profiles, asked.path["profileId"], "profile")
        return public.profile(found)

    async def update_profile(self, asked: Asked) -> object:
        wrong: dict[str, list[str]] = {}
        read: Any = changes.transport(asked.body, "", wrong)
        _refuse(wrong)
        given = asked.body.security
        it = Profile(
            id=asked.path["profileId"],
            created_at=0,
            secret=b"",
            security=None if given is None else given.auth_id,
            **read,
        )
        await self._edit(asked, lambda book: changes.changed_profile(book, it))
        return IdOnlyProfileResponse(
            profile_id=it.id, security=public.security_id(it.security)
        )

    async def delete_profile(self, asked: Asked) -> object:
        name = asked.path["profileId"]
        await self._edit(asked, lambda book: changes.without_profile(book, name))
        return IdOnlyProfileResponse(profile_id=name)

    # ------------------------------------------------------------ security

    async def get_security_settings(self, asked: Asked) -> object:
        book = await self.books.book(asked.account)
        page, paging = _page(book.security.values(), asked.query)
        return SecurityPage(results=[public.security(it) for it in page], paging=paging)

    async def create_security_settings(self, asked: Asked) -> object:
        credentials = credentials_of(asked.body)
        it = Security(asked.body.auth_id, self.clock.now(), credentials)
        await self._edit(asked, lambda book: changes.with_security(book, it))
        return Answer(
            IdOnlySecurityResponse(auth_id=it.id),
            {"Location": f"{ROOT}/security/{it.id}"},
        )

    async def get_security_setting(self, asked: Asked) -> object:
        book = await self.books.book(asked.account)
        name = asked.path["authId"]
        return public.security(changes.known(book.security, name, "security setting"))

    async def update_security_settings(self, asked: Asked) -> object:
        name = asked.path["authId"]

        def change(book: Book) -> Book:
            before = changes.known(book.security, name, "security setting")
            credentials = credentials_of(asked.body, before.credentials)
            it = Security(name, before.created_at, credentials)
            return replace(book, security={**book.security, name: it})

        await self._edit(asked, change)
        return IdOnlySecurityResponse(auth_id=name)

    async def delete_security_settings(self, asked: Asked) -> object:
        name = asked.path["authId"]
        await self._edit(asked, lambda book: changes.without_security(book, name))
        return IdOnlySecurityResponse(auth_id=name)

    # -------------------------------------------------------- certificates

    async def _certificate(self, asked: Asked, name: str) -> Certificate:
        book = await self.books.book(asked.account)
        return changes.known(book.certificates, name, "certificate")

    async def get_certificates(self, asked: Asked) -> object:
        book, now = await self.books.book(asked.account), self.clock.now()
        page, paging = _page(book.certificates.values(), asked.query)
        return CertificateDetailsPage(
            results=[public.certificate(it, now) for it in page], paging=paging
        )

    async def get_statuses(self, asked: Asked) -> object:
        book, now = await self.books.book(asked.account), self.clock.now()
        page, paging = _page(book.certificates.values(), asked.query)
        return CertificateStatusPage(
            results=[public.certificate_status(it, now) for it in page], paging=paging
        )

    async def upload_certificate(self, asked: Asked) -> object:
        it = certificate_of(asked.body, self.clock.now())
        await self._edit(asked, lambda book: changes.with_certificate(book, it))
        return Answer(
            public.certificate_status(it, self.clock.now()),
            {"Location": f"{ROOT}/certificates/{it.id}"},
        )

    async def get_certificate(self, asked: Asked) -> object:
        it = await self._certificate(asked, asked.path["certificateId"])
        return public.certificate(it, self.clock.now())

    async def get_status(self, asked: Asked) -> object:
        it = await self._certificate(asked, asked.path["certificateId"])
        return public.certificate_status(it, self.clock.now())

    async def delete_certificate(self, asked: Asked) -> object:
        name = asked.path["certificateId"]
        await self._edit(asked, lambda book: changes.without_certificate(book, name))
        return IdOnlyCertificateResponse(certificate_id=name)

    async def test_connection(self, asked: Asked) -> object:
        url = asked.body.webhook_url
        try:
            url_of(url)
        except ValueError as error:
            raise bad_request(changes.TEXT, webhookUrl=str(error)) from None
        it = await self._certificate(asked, asked.body.certificate_id)
        failed = await self.connect(it, url)
        return CertificateConnectionTestResponse(
            certificate_id=it.id,
            webhook_url=url,
            result=ConnectionTestResult(
                ConnectionTestResult.SUCCESS
                if failed is None
                else ConnectionTestResult.FAIL
            ),
            fail_reasons=[] if failed is None else [failed],
            hint=None
            if failed is None
            else "Mend what the reason names, and try again.",
        )


def _course() -> str:
    return secrets.token_hex(16)


def _refuse(wrong: Mapping[str, Sequence[str]]) -> None:
    if wrong:
        raise ApiError(HTTPStatus.BAD_REQUEST, changes.TEXT, fields=wrong)


def _see_channel(asked: Asked) -> None:
    """See that it is about calls.  Or `ApiError` 400, 404."""
    channel = asked.path["channel"]
    if channel not in {it.value for it in Channel}:
        raise ApiError(HTTPStatus.NOT_FOUND, "There is no such channel.")
    if channel != Channel.VOICE_VIDEO:
        raise bad_request("This server has only the channel VOICE_VIDEO.")


def _subscription_id(it: Subscription) -> IdOnlySubscriptionResponse:
    profile = IdOnlyProfileResponse(profile_id=it.profile)
    return IdOnlySubscriptionResponse(subscription_id=it.id, profile=profile)


def _fits(it: Subscription, asked: SubscriptionsQuery) -> bool:
    return (
        _among(asked.application_id, [one.application for one in it.criteria])
        and _among(asked.entity_id, [one.entity for one in it.criteria])
        and _among(
            asked.calls_configuration_id, [one.configuration for one in it.criteria]
        )
        and _among(asked.resource, it.resources)
        and _among(asked.user, it.users)
    )


def _among(wanted: Sequence[str] | None, there: Sequence[str | None]) -> bool:
    return wanted is None or any(it in there for it in wanted)


def _page(found: Iterable[Made], asked: PageQuery) -> tuple[list[Made], PageInfo]:
    """Give a page, newest first."""
    rows = sorted(found, key=lambda it: (it.created_at, it.id), reverse=True)
    first = asked.page * asked.size
    paging = PageInfo(
        page=asked.page,
        size=asked.size,
        total_pages=-(-len(rows) // asked.size),
        total_results=len(rows),
    )
    return rows[first : first + asked.size], paging
