"""Webhooks: order, retries, and what a receiver can not do to others."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac

import msgspec
import pytest

from ringway.domain.values import SECOND, AccountId, ConfigurationId
from ringway.hooks.course import READ_AHEAD
from ringway.hooks.retrying import DELAYS_S, LONGEST_PAUSE, TRIED_FOR, delay, pause
from ringway.hooks.signatures import standard, written
from ringway.ports.deliveries import Result
from ringway.ports.outbox import Mark
from ringway.ports.subscriptions import (
    Algorithm,
    Basic,
    Book,
    Criterion,
    Hmac,
    Oauth,
    Subscription,
)
from tests.hooks.model import MAIN, SECRET, World, book, profile, subscription
from tests.hooks.receiver import (
    OK,
    Receiver,
    Request,
    answering,
    receiving,
    status,
)


def bodies(receiver: Receiver) -> list[bytes]:
    return [it.body for it in receiver.heard]


def numbers(receiver: Receiver, subject: str) -> list[int]:
    """Give the events of a subject in the order in which they arrived."""
    heard = [msgspec.json.decode(it.body) for it in receiver.heard]
    return [it["n"] for it in heard if it["callId"] == subject]


async def test_an_event_is_posted_as_it_is_and_signed() -> None:
    world = World()
    async with receiving(answering(OK)) as receiver:
        to = profile(receiver.url(), headers={"X-Shop": "a", "Webhook-Id": "mine"})
        await world.define(book(to))
        async with world.dispatching() as it:
            event = world.event()
            it.tell(event)
            await it.quiet()
        [heard] = receiver.heard
    assert heard.body == event.payload
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["webhook-id"] == "1-0"
    assert heard.headers["x-shop"] == "a"
    seconds = world.clock.now() // SECOND
    assert heard.headers["webhook-timestamp"] == str(seconds)
    signed = f"1-0.{seconds}.".encode() + event.payload
    digest = hmac.new(SECRET, signed, hashlib.sha256).digest()
    assert (
        heard.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    )
    version, trace, span, flags = heard.headers["traceparent"].split("-")
    assert (version, trace, len(span), flags) == ("00", event.trace, 16, "01")
    [attempt] = await world.deliveries.attempts("course-s", 10)
    assert (attempt.result, attempt.status, attempt.attempt) == (
        Result.DELIVERED,
        200,
        1,
    )


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of the specification's libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    assert (
        standard(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
    assert written(secret) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


async def test_a_password_is_sent() -> None:
    world = World()
    async with receiving(answering(OK)) as receiver:
        to = profile(receiver.url(), headers={"Authorization": "mine"})
        await world.define(book(to, credentials=Basic("shop", "pä:ss")))
        async with world.dispatching() as it:
            it.tell(world.event())
            await it.quiet()
    scheme, pair = receiver.heard[0].headers["authorization"].split()
    assert (scheme, base64.b64decode(pair).decode()) == ("Basic", "shop:pä:ss")


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        (Algorithm.HMAC_MD5, "md5"),
        (Algorithm.HMAC_SHA_1, "sha1"),
        (Algorithm.HMAC_SHA_224, "sha224"),
        (Algorithm.HMAC_SHA_256, "sha256"),
        (Algorithm.HMAC_SHA_384, "sha384"),
        (Algorithm.HMAC_SHA_512, "sha512"),
    ],
)
async def test_a_body_is_signed_with_the_customers_secret(
    algorithm: Algorithm, digest: str
) -> None:
    world = World()
    async with receiving(answering(OK)) as receiver:
        to = profile(receiver.url())
        await world.define(book(to, credentials=Hmac("key", algorithm)))
        async with world.dispatching() as it:
            it.tell(world.event())
            await it.quiet()
    [heard] = receiver.heard
    assert (
        heard.headers["x-signature"] == hmac.new(b"key", heard.body, digest).hexdigest()
    )


async def test_a_token_is_fetched_kept_and_fetched_anew() -> None:
    world, granted = World(), iter(range(100))

    async def grant(request: Request, writer: asyncio.StreamWriter) -> None:
        assert request.body == b"grant_type=client_credentials&client_id=me&scope=a+b"
        body = b'{"access_token":"t%d","expires_in":"90"}' % next(granted)
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )

    async with receiving(grant) as issuer, receiving(answering(OK)) as receiver:
        how = Oauth(issuer.url(), "client_credentials", "me", scope="a b")
        await world.define(book(profile(receiver.url()), credentials=how))
        async with world.dispatching() as it:
            for seconds in (0, 59, 2):
                world.clock.move(seconds * SECOND)
                it.tell(world.event())
                await it.quiet()
    tokens = [heard.headers["authorization"] for heard in receiver.heard]
    assert tokens == ["Bearer t0", "Bearer t0", "Bearer t1"]
    assert len(issuer.heard) == 2


@pytest.mark.parametrize(
    "answer",
    [
        status(500),
        OK,
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b'HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{"access_token":"\\r\\n"}',
    ],
)
async def test_without_a_token_nothing_is_sent(answer: bytes) -> None:
    world = World()
    async with receiving(answering(answer)) as issuer, receiving(answering(OK)) as it_:
        how = Oauth(issuer.url(), "client_credentials")
        await world.define(book(profile(it_.url()), credentials=how))
        async with world.dispatching() as it:
            it.tell(world.event())
            await it.quiet()
        assert it_.heard == []
    [attempt] = await world.deliveries.attempts("course-s", 10)
    assert attempt.result is Result.FAILED
    assert attempt.detail.startswith("The token")


MATCHES: list[tuple[Subscription, bool]] = [
    (subscription(), True),
    (subscription(events=("CALL_FINISHED",)), False),
    (subscription(events=()), False),
    (subscription(criteria=(Criterion("c1"),)), True),
    (subscription(criteria=(Criterion("c2"),)), False),
    (subscription(criteria=(Criterion("c2"), Criterion("c1"))), True),
    (subscription(criteria=(Criterion("c1", "shop"),)), True),
    (subscription(criteria=(Criterion("c1", "other"),)), False),
    (subscription(criteria=(Criterion(None, "shop", "north"),)), True),
    (subscription(criteria=(Criterion(None, None, "south"),)), False),
]


@pytest.mark.parametrize(("wanted", "takes"), MATCHES)
def test_criteria_are_alternatives(wanted: Subscription, takes: bool) -> None:
    event = World().event(application="shop", entity="north")
    assert wanted.takes(event) is takes
    nowhere = World().event(configuration=ConfigurationId("c9"))
    assert not subscription(criteria=(Criterion("c1"),)).takes(nowhere)


async def test_each_subscription_gets_its_own() -> None:
    world = World()
    async with receiving(answering(OK)) as one, receiving(answering(OK)) as two:
        other = profile(two.url(), id="p2")
        both = Book(
            {
                "a": subscription("a"),
                "b": subscription(
                    "b", profile="p2", events=("CALL_FINISHED", "CALL_RECEIVED")
                ),
            },
            {"p": profile(one.url()), "p2": other},
        )
        await world.define(both)
        async with world.dispatching() as it:
            first, last = world.event(), world.event(type="CALL_FINISHED")
            theirs = world.event(account=AccountId("other"))
            it.tell(first, last, theirs)
            await it.quiet()
    assert bodies(one) == [first.payload]
    assert bodies(two) == [first.payload, last.payload]


async def test_events_of_a_subject_never_overtake_each_other() -> None:
    """The first of one call is answered last; nothing of that call goes before."""
    world, gate = World(), asyncio.Event()

    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        if b'"slow"' in request.body:
            await gate.wait()
        writer.write(OK)

    async with receiving(respond) as receiver:
        await world.define(book(profile(receiver.url())))
        async with world.dispatching() as it:
            it.tell(*(world.event("slow") for _ in range(3)))
            it.tell(*(world.event("fast") for _ in range(3)))
            await it.until_attempts(3)
            await receiver.until(4)
            assert numbers(receiver, "fast") == [4, 5, 6]
            assert numbers(receiver, "slow") == [1]
            gate.set()
            await it.quiet()
        assert numbers(receiver, "slow") == [1, 2, 3]


@pytest.mark.parametrize("code", [199 + 1, 201, 202, 204, 299])
async def test_every_success_is_one(code: int) -> None:
    world = World()
    async with receiving(answering(status(code))) as receiver:
        await world.define(book(profile(receiver.url())))
        async with world.dispatching() as it:
            it.tell(world.event())
            await it.quiet()
            assert it.dispatch.depot.attempts == {Result.DELIVERED: 1}


@pytest.mark.parametrize("code", [303, 400, 401, 404, 429, 500, 503])
async def test_what_is_not_taken_is_tried_again_in_order(code: int) -> None:
    world = World()
    answers = answering(status(code), status(code), OK)
    async with receiving(answers) as receiver:
        await world.define(book(profile(receiver.url())))
        async with world.dispatching() as it:
            it.tell(*(world.event() for _ in range(3)))
            await it.quiet()
            assert numbers(receiver, "call-1") == [1]
            world.clock.move(DELAYS_S[0] * SECOND - 1)
            await it.quiet()
            assert numbers(receiver, "call-1") == [1]
            world.clock.move(1)
            await it.quiet()
            assert numbers(receiver, "call-1") == [1, 1]
            it.tell(world.event())
            await it.quiet()
            assert numbers(receiver, "call-1") == [1, 1], "the new one waits as well"
            world.clock.move(DELAYS_S[1] * SECOND)
            await it.quiet()
            assert numbers(receiver, "call-1") == [1, 1, 1, 2, 3, 4]
            it.tell(world.event())
            await it.quiet()
            assert numbers(receiver, "call-1")[-1] == 5
    assert await world.deliveries.held_count() == 0
    kept = await world.deliveries.attempts("course-s", 10)
    assert [(a.mark, a.attempt) for a in kept[::-1]] == [
        (Mark(1, 0), 1),
        (Mark(1, 0), 2),
        (Mark(1, 0), 3),
        (Mark(2, 0), 1),
        (Mark(3, 0), 1),
        (Mark(4, 0), 1),
        (Mark(5, 0), 1),
    ]


async def test_one_subject_that_fails_holds_up_no_other() -> None:
    world = World()

    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(status(500) if b'"bad"' in request.body else OK)

    async with receiving(respond) as receiver:
        await world.define(book(profile(receiver.url())))
        async with world.dispatching() as it:
            for _ in range(3):
                it.tell(world.event("bad"), world.event("good"))
            await it.quiet()
            assert numbers(receiver, "good") == [2, 4, 6]
            assert numbers(receiver, "bad") == [1]
            course = (await world.deliveries.courses())["course-s"]
            assert course.mark == Mark(6, 0), "what is held does not hold the course"


async def test_an_event_is_given_up_when_it_is_a_day_old() -> None:
    world = World()
    async with receiving(answering(status(500))) as receiver:
        await world.define(book(profile(receiver.url())))
        async with world.dispatching() as it:
            it.tell(world.event())
            await it.quiet()
            for seconds in DELAYS_S:
                world.clock.move(seconds * SECOND)
                await it.quiet()
            tries = len(receiver.heard)
            assert tries == len(DELAYS_S) + 1
            later = world.event()
            it.tell(later)
            world.clock.move(TRIED_FOR - SECOND)
            await it.quiet()
            counts = it.dispatch.depot.attempts
            assert counts[Result.GIVEN_UP] == 1, "the old one"
            assert receiver.heard[-1].body == later.payload
            assert await world.deliveries.held_count() == 1, "the younger one is kept"
            world.clock.move(2 * DELAYS_S[-1] * SECOND)
            await it.quiet()
            assert counts[Result.GIVEN_UP] == 2
            assert await world.deliveries.held_count() == 0


async def test_a_receiver_says_when_to_come_back() -> None:
    world = World()
    busy = status(503, "Retry-After: 60")
    async with receiving(answering(busy, OK)) as receiver:
        await world.define(book(profile(receiver.url())))
        async with world.dispatching() as it:
            it.tell(world.event("a"))
            await it.quiet()
            it.tell(world.event("b"))
            world.clock.move(59 * SECOND)
            await it.until(lambda: it.dispatch.lag == 59 * SECOND)
            assert len(receiver.heard) == 1, "others wait as well"
            world.clock.move(SECOND)
            await it.until_attempts(3)
            await it.quiet()
        assert sorted(bodies(receiver)[1:]) == sorted(
            [b'{"callId":"a","n":1}', b'{"callId":"b","n":2}']
        )


def test_retry_after_is_read() -> None:
    now = 1_763_726_400 * SECOND  # Fri, 21 Nov 2025 12:00:00 GMT
    assert pause("17", now) == 17 * SECOND
    assert pause(" 0 ", now) == 0
    assert pause("Fri, 21 Nov 2025 12:00:09 GMT", now) == 9 * SECOND
    assert pause("Fri, 21 Nov 2025 11:00:00 GMT", now) == 0
    assert pause("9" * 400, now) == LONGEST_PAUSE
    for text in (None, "", "soon", "-1", "1.5", "Fri, 99 Nov 2025 12:00:09 GMT"):
        assert pause(text, now) == 0


def test_delays_grow_and_are_not_alike() -> None:
    assert [delay(n, lambda: 0.0) // SECOND for n in range(1, 8)] == list(DELAYS_S)
    assert delay(500, lambda: 0.0) == DELAYS_S[-1] * SECOND
    assert delay(1, lambda: 1.0) == 1_200_000


async def test_who_is_gone_is_left_alone() -> None:
    world = World()
    async with receiving(answering(OK, status(410), OK)) as receiver:
        await world.define(book(profile(receiver.url())))
        async with world.dispatching() as it:
            it.tell(world.event(), world.event(), world.event())
            await it.quiet()
            it.tell(world.event("b"))
            await it.quiet()
            assert numbers(receiver, "call-1") == [1, 2]
            assert it.dispatch.stopped == 1
        course = (await world.deliveries.courses())["course-s"]
        assert course.stopped_at == world.clock.now()
        async with world.dispatching() as it:
            it.tell(world.event())
            await it.quiet()
            assert it.dispatch.stopped == 1
            assert len(receiver.heard) == 2
            again = subscription(course="another", since=await world.outbox.last())
            await world.define(book(profile(receiver.url()), again))
            await it.dispatch.changed(MAIN)
            it.tell(world.event("c"))
            await it.quiet()
            assert numbers(receiver, "c") == [6]


async def test_a_restart_goes_on_where_it_was() -> None:
    world = World()
    bad = answering(OK, status(500), OK)
    async with receiving(bad) as receiver:
        await world.define(book(profile(receiver.url())))
        async with world.dispatching() as it:
            it.tell(world.event("a"))
            await it.quiet()
            it.tell(world.event("b"))
            await it.quiet()
        world.outbox.put([world.event("b"), world.event("c")])
        async with world.dispatching() as it:
            await it.quiet()
            world.clock.move(SECOND)
            await it.quiet()
        assert numbers(receiver, "a") == [1], "what was delivered stays so"
        assert numbers(receiver, "b") == [2, 2, 3]
        assert numbers(receiver, "c") == [4]


async def test_a_crash_repeats_and_never_loses() -> None:
    """What was not written down is delivered again, and in order."""
    world = World()
    async with receiving(answering(OK)) as receiver:
        await world.define(book(profile(receiver.url())))
        async with world.dispatching() as it:
            it.tell(*(world.event("ab"[n % 2]) for n in range(6)))
            await it.until_attempts(6)
            it.dispatch.depot.ledger.write = _nothing  # type: ignore[method-assign]
        async with world.dispatching() as it:
            await it.until_attempts(6)
            await it.quiet()
    for subject, told in (("a", [1, 3, 5]), ("b", [2, 4, 6])):
        assert numbers(receiver, subject) == told * 2


async def _nothing() -> None:
    """Die before anything is written."""


async def test_a_dead_receiver_costs_rows_and_no_memory() -> None:
    world = World()
    async with receiving(answering(OK)) as gone:
        dead = gone.url()
    async with receiving(answering(OK)) as receiver:
        both = Book(
            {"a": subscription("a"), "b": subscription("b", profile="p2")},
            {"p": profile(dead), "p2": profile(receiver.url(), id="p2")},
        )
        await world.define(both)
        async with world.dispatching() as it:
            count = READ_AHEAD + 100
            world.outbox.put([world.event(f"call-{n}") for n in range(count)])
            it.tail.grown()
            await it.quiet()
            assert len(receiver.heard) == count, "nobody else is held up"
            assert await world.deliveries.held_count() == count
            assert it.dispatch.in_memory == 0
        for course in (await world.deliveries.courses()).values():
            assert course.mark == Mark(count, 0)


async def test_not_more_at_once_than_the_window() -> None:
    world, gate = World(), asyncio.Event()
    most = now = 0

    async def respond(_: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await gate.wait()
        now -= 1
        writer.write(OK)

    async with receiving(respond) as receiver:
        await world.define(book(profile(receiver.url(), window_size=20)))
        async with world.dispatching() as it:
            it.tell(*(world.event(f"call-{n}") for n in range(60)))
            await receiver.until(20)
            gate.set()
            await it.quiet()
    assert (most, len(receiver.heard)) == (20, 60)


async def test_not_more_in_a_second_than_the_rate() -> None:
    world = World()
    async with receiving(answering(OK)) as receiver:
        await world.define(book(profile(receiver.url(), rate_limit=10)))
        async with world.dispatching() as it:
            it.tell(*(world.event(f"call-{n}") for n in range(5)))
            await it.until_attempts(1)
            for count in range(2, 6):
                assert len(receiver.heard) == count - 1
                world.clock.move(SECOND // 10)
                await it.until_attempts(count)
            await it.quiet()


async def test_changes_are_heard_at_once() -> None:
    world = World()
    async with (
        receiving(answering(OK)) as one,
        receiving(answering(OK)) as two,
        world.dispatching() as it,
    ):
        it.tell(world.event())
        await world.define(book(profile(one.url()), subscription(since=Mark(1, 0))))
        await it.dispatch.changed(MAIN)
        it.tell(world.event())
        await it.quiet()
        moved = profile(two.url(), window_size=20)
        await world.define(book(moved, subscription(since=Mark(1, 0))))
        await it.dispatch.changed(MAIN)
        it.tell(world.event())
        await it.quiet()
        await world.define(Book())
        await it.dispatch.changed(MAIN)
        it.tell(world.event())
        await it.quiet()
    assert numbers(one, "call-1") == [2], "what was before it is not for it"
    assert numbers(two, "call-1") == [3]


async def test_old_events_are_forgotten() -> None:
    world = World()
    world.outbox.put([world.event()])
    async with world.dispatching() as it:
        world.clock.move(49 * 3600 * SECOND)
        await it.quiet()
        assert await world.outbox.read_after(Mark(0, 0), 10) == ()
