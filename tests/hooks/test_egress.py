"""The client for customers' URLs, against receivers that mean no good."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import resource
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace

import pytest

from ringway.hooks.connecting import Failure, NotAnswered, Resolve
from ringway.hooks.egress import IDLE_S, MAX_ANSWER, MAX_REDIRECTS, Egress, Outgoing
from tests.hooks.receiver import OK, Request, answering, receiving, status

HERE = [ipaddress.ip_network("127.0.0.1")]
"""Only this: the receivers that are refused listen on 127.0.0.2."""
ELSEWHERE = "127.0.0.2"


def request(url: str) -> Outgoing:
    return Outgoing(
        url,
        b'{"type":"CALL_RECEIVED"}',
        [("Content-Type", "application/json"), ("webhook-id", "1-0")],
        [("Authorization", "Basic secret")],
        connect_s=2.0,
        read_s=2.0,
    )


def impatient(url: str) -> Outgoing:
    return replace(request(url), connect_s=0.1, read_s=0.2)


@pytest.fixture
async def egress() -> AsyncIterator[Egress]:
    it = Egress("Ringway/1", HERE)
    yield it
    await it.close()


async def refused(egress: Egress, it: Outgoing) -> NotAnswered:
    with pytest.raises(NotAnswered) as caught:
        await egress.send(it)
    assert caught.value.text.endswith(".")
    return caught.value


async def test_a_request_arrives_as_it_was_said(egress: Egress) -> None:
    async with receiving(answering(status(202, "X-Shop: yes"))) as receiver:
        answer = await egress.send(request(receiver.url(path="/a%20b?c=d")))
    assert (answer.status, answer.headers["x-shop"]) == (202, "yes")
    [heard] = receiver.heard
    assert heard.line == "POST /a%20b?c=d HTTP/1.1"
    assert heard.body == b'{"type":"CALL_RECEIVED"}'
    assert heard.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert heard.headers["user-agent"] == "Ringway/1"
    assert heard.headers["authorization"] == "Basic secret"
    assert heard.headers["accept-encoding"] == "identity"


async def test_a_connection_is_used_again(egress: Egress) -> None:
    async with receiving(answering(OK)) as receiver:
        for _ in range(3):
            await egress.send(request(receiver.url()))
    assert (len(receiver.heard), receiver.connections) == (3, 1)


async def test_a_connection_that_nobody_uses_is_closed() -> None:
    now = [0.0]
    egress = Egress("Ringway/1", HERE, now=lambda: now[0])
    async with receiving(answering(OK)) as receiver:
        await egress.send(request(receiver.url()))
        now[0] += IDLE_S
        await egress.close_old()
        assert receiver.closed == 0
        now[0] += 1
        await egress.close_old()
        await receiver.until_closed()
    await egress.close()


async def test_a_connection_that_was_closed_meanwhile_is_replaced(
    egress: Egress,
) -> None:
    async def once(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        await writer.drain()
        writer.close()

    async with receiving(once) as receiver:
        for _ in range(3):
            assert (await egress.send(request(receiver.url()))).status == 200
    assert receiver.connections == 3


@pytest.mark.parametrize(
    "host",
    [
        ELSEWHERE,
        "localhost2.test",
        "2130706434",
        "0x7f000002",
        "127.2",
        "[::ffff:127.0.0.2]",
        "169.254.169.254",
        "[fd00:ec2::254]",
    ],
)
async def test_addresses_that_are_not_public_are_refused(host: str) -> None:
    egress = Egress("Ringway/1", HERE)
    if host.endswith(".test"):
        egress = Egress("Ringway/1", HERE, resolved({host: [[ELSEWHERE]]}))
    async with receiving(answering(OK), ELSEWHERE) as receiver:
        failure = (await refused(egress, request(receiver.url(host)))).failure
        assert failure is Failure.ADDRESS_REFUSED
        assert receiver.connections == 0
    await egress.close()


def resolved(names: dict[str, list[list[str]]]) -> Resolve:
    """Resolve names to these, one after the other; the last one for ever."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        left = names[host]
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


async def test_a_name_that_changes_its_mind_is_looked_at_again() -> None:
    """DNS rebinding: what was good is judged anew for each connection."""
    names = {"shop.test": [["127.0.0.1"], [ELSEWHERE]]}
    egress = Egress("Ringway/1", HERE, resolved(names))
    closing = status(200, "Connection: close")
    async with receiving(answering(closing)) as receiver:
        it = request(receiver.url("shop.test"))
        assert (await egress.send(it)).status == 200
        failure = (await refused(egress, it)).failure
        assert failure is Failure.ADDRESS_REFUSED
        assert receiver.connections == 1
    await egress.close()


async def test_a_name_is_resolved_once_for_a_connection() -> None:
    asked = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else [ELSEWHERE]

    egress = Egress("Ringway/1", HERE, resolve)
    async with receiving(answering(OK)) as receiver:
        await egress.send(request(receiver.url("shop.test")))
        await egress.send(request(receiver.url("shop.test")))
        assert receiver.heard[0].headers["host"] == f"shop.test:{receiver.port}"
    assert asked == ["shop.test"]
    await egress.close()


async def test_of_many_addresses_only_good_ones_are_tried() -> None:
    names = {"shop.test": [[ELSEWHERE, "10.0.0.1", "127.0.0.1"]]}
    egress = Egress("Ringway/1", HERE, resolved(names))
    async with receiving(answering(OK)) as receiver:
        assert (await egress.send(request(receiver.url("shop.test")))).status == 200
    await egress.close()


async def test_a_name_that_is_none_can_not_be_reached() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    egress = Egress("Ringway/1", HERE, resolve)
    failure = (await refused(egress, request("http://shop.test/"))).failure
    assert failure is Failure.UNREACHABLE
    await egress.close()


@pytest.mark.parametrize("code", [301, 302, 307, 308])
async def test_a_redirect_is_followed_with_all_that_was_said(
    egress: Egress, code: int
) -> None:
    moved = status(code, "Location: /there?x=1")
    async with receiving(answering(moved, OK)) as receiver:
        assert (await egress.send(request(receiver.url()))).status == 200
    lines = [it.line for it in receiver.heard]
    assert lines == ["POST /events HTTP/1.1", "POST /there?x=1 HTTP/1.1"]
    assert receiver.heard[1].body == receiver.heard[0].body
    assert receiver.heard[1].headers["authorization"] == "Basic secret"


@pytest.mark.parametrize("host", [ELSEWHERE, "169.254.169.254", "[::1]"])
async def test_a_redirect_to_the_inside_is_refused(egress: Egress, host: str) -> None:
    async with receiving(answering(OK), ELSEWHERE) as inside:
        moved = status(307, f"Location: {inside.url(host)}")
        async with receiving(answering(moved)) as receiver:
            failure = (await refused(egress, request(receiver.url()))).failure
        assert failure is Failure.ADDRESS_REFUSED
        assert inside.connections == 0


@pytest.mark.parametrize("to", ["file:///etc/passwd", "gopher://a.test/", "https://"])
async def test_a_redirect_to_something_else_is_refused(egress: Egress, to: str) -> None:
    async with receiving(answering(status(302, f"Location: {to}"))) as receiver:
        failure = (await refused(egress, request(receiver.url()))).failure
    assert failure is Failure.URL_REFUSED


async def test_redirects_come_to_an_end(egress: Egress) -> None:
    async with receiving(answering(status(302, "Location: /again"))) as receiver:
        failure = (await refused(egress, request(receiver.url()))).failure
    assert failure is Failure.PROTOCOL
    assert len(receiver.heard) == MAX_REDIRECTS + 1


async def test_another_origin_is_not_told_the_password(egress: Egress) -> None:
    async with receiving(answering(OK)) as other:
        moved = status(308, f"Location: {other.url()}")
        async with receiving(answering(moved)) as receiver:
            await egress.send(request(receiver.url()))
    assert "authorization" not in other.heard[0].headers
    assert other.heard[0].headers["webhook-id"] == "1-0"


async def test_of_an_answer_of_200_mb_little_is_read(egress: Egress) -> None:
    whole = 200_000_000
    sent = 0

    async def much(_: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % whole)
        while sent < whole:
            writer.write(bytes(100_000))
            await writer.drain()
            sent += 100_000

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with receiving(much) as receiver:
        answer = await egress.send(request(receiver.url()))
        await receiver.until_closed()
    assert (answer.status, len(answer.body)) == (200, MAX_ANSWER)
    assert sent < whole / 4, "the connection was closed"
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 50_000


async def test_what_is_packed_stays_packed(egress: Egress) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    async with receiving(answering(head % len(bomb) + bomb)) as receiver:
        answer = await egress.send(request(receiver.url()))
    assert answer.body == bomb[:MAX_ANSWER]


async def test_who_never_answers_is_left(egress: Egress) -> None:
    async def never(_: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with receiving(never) as receiver:
        failure = (await refused(egress, impatient(receiver.url()))).failure
    assert failure is Failure.TIMEOUT


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 200 OK\r\n", OK.replace(b": 0", b": 9000")]
)
async def test_who_drips_is_left_in_the_end(egress: Egress, said: bytes) -> None:
    """Each byte comes in time; the whole does not."""

    async def drip(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        while True:
            writer.write(b"a")
            await writer.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), 0.01)

    async with receiving(drip) as receiver:
        failure = (await refused(egress, impatient(receiver.url()))).failure
    assert failure is Failure.TIMEOUT


@pytest.mark.parametrize(
    "said", [b"SSH-2.0-OpenSSH_9\r\n\r\n", b"HTTP/1.1 200 OK\r\nA: " + b"x" * 200_000]
)
async def test_what_is_no_http_is_said_so(egress: Egress, said: bytes) -> None:
    async with receiving(answering(said)) as receiver:
        failure = (await refused(egress, request(receiver.url()))).failure
    assert failure is Failure.PROTOCOL


async def test_who_hangs_up_is_said_so(egress: Egress) -> None:
    async def hang_up(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with receiving(hang_up) as receiver:
        failure = (await refused(egress, request(receiver.url()))).failure
    assert failure in {Failure.UNREACHABLE, Failure.PROTOCOL}


async def test_who_does_not_listen_can_not_be_reached(egress: Egress) -> None:
    async with receiving(answering(OK)) as receiver:
        url = receiver.url()
    assert (await refused(egress, request(url))).failure is Failure.UNREACHABLE


async def test_proxies_of_the_environment_are_not_used(
    egress: Egress, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving(answering(OK)) as receiver, receiving(answering(OK)) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(path=""))
        await egress.send(request(receiver.url()))
    assert (len(receiver.heard), proxy.connections) == (1, 0)


async def test_many_at_once_have_a_connection_each(egress: Egress) -> None:
    async def all_heard(_: Request, writer: asyncio.StreamWriter) -> None:
        await receiver.until(20)
        writer.write(OK)

    async with receiving(all_heard) as receiver:
        it = request(receiver.url())
        async with asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(egress.send(it))
        assert receiver.connections == 20
