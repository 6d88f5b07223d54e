"""From a call to a customer's program: webhooks and the stream of a whole Ringway."""

from __future__ import annotations

import ipaddress
import json
from collections import Counter
from typing import Any

from ringway.app.house import Front
from ringway.ports.outbox import BEGINNING
from ringway.runtime.call_follower import GATHER_TIME
from tests.app.test_calls_api import SHOP, Shop
from tests.app.whole import FIRST_ACCOUNT, Whole, whole
from tests.hooks.receiver import OK, Receiver, answering, receiving, status

FRONT = Front(egress_allow=[ipaddress.ip_network("127.0.0.1")])
EVENTS = ["CALL_STARTED", "CALL_RINGING", "CALL_ESTABLISHED", "CALL_FINISHED"]


async def subscribe(it: Whole, receiver: Receiver, events: list[str]) -> None:
    body = {
        "subscriptionId": "s",
        "profile": {"profileId": "p", "webhook": {"notifyUrl": receiver.url()}},
        "events": events,
        "criteria": [{"callsConfigurationId": SHOP}],
    }
    response = await it.http.post(
        "/subscriptions/1/subscription/VOICE_VIDEO",
        json=body,
        headers={"Authorization": f"App {it.key.secret}"},
    )
    assert response.status_code == 201, response.text


def told(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(it.body) for it in receiver.heard]


async def test_a_call_is_told_to_a_webhook_in_order() -> None:
    async with receiving(answering(OK)) as receiver, whole(FRONT) as it:
        shop = Shop(it)
        await shop.open()
        await subscribe(it, receiver, EVENTS)
        ada = await it.client("ada")
        call = await shop.taken("ada", ada)
        await shop.post(f"/calls/{call}/hangup")
        await ada.hear("ended")
        it.clock.move(GATHER_TIME)
        await receiver.until(len(EVENTS))
        events = told(receiver)
        assert [event["type"] for event in events] == EVENTS
        assert {event["callId"] for event in events} == {call}
        kept = await it.ringway.ports.outbox.read_of(FIRST_ACCOUNT, BEGINNING, 100)
        assert [it.body for it in receiver.heard] == [event.payload for event in kept]
        traces = {
            heard.headers["traceparent"].split("-")[1] for heard in receiver.heard
        }
        assert traces == {kept[0].trace}, "one call is one trace, also at the receiver"
        await it.ringway.hooks.dispatch.tasks.quiet()


async def test_many_calls_each_in_their_order() -> None:
    async with receiving(answering(OK)) as receiver, whole(FRONT) as it:
        shop = Shop(it)
        await shop.open()
        await subscribe(it, receiver, EVENTS)
        people = [await it.client(f"person-{n}") for n in range(5)]
        calls = [await shop.taken(f"person-{n}", who) for n, who in enumerate(people)]
        for call in calls:
            await shop.post(f"/calls/{call}/hangup")
        for who in people:
            await who.hear("ended")
        it.clock.move(GATHER_TIME)
        await receiver.until(len(calls) * len(EVENTS))
        for call in calls:
            about = [
                event["type"] for event in told(receiver) if event["callId"] == call
            ]
            assert about == EVENTS
        await it.ringway.hooks.dispatch.tasks.quiet()


async def test_metrics_count_attempts() -> None:
    answers = answering(status(500), OK)
    async with receiving(answers) as receiver, whole(FRONT) as it:
        shop = Shop(it)
        await shop.open()
        await subscribe(it, receiver, ["CALL_STARTED"])
        await it.client("ada")
        await shop.call("ada")
        it.clock.move(GATHER_TIME)
        await receiver.until(1)
        dispatch = it.ringway.hooks.dispatch
        await dispatch.tasks.quiet()
        it.clock.move(2_000_000)
        await receiver.until(2)
        await dispatch.tasks.quiet()
        counts = Counter({it.name: n for it, n in dispatch.depot.attempts.items()})
        assert counts == {"FAILED": 1, "DELIVERED": 1}
        text = it.ringway.metrics.text().decode()
        assert 'ringway_webhook_attempts_total{result="DELIVERED"} 1.0' in text
        assert 'ringway_consumer_lag_events{consumer="webhooks"} 0.0' in text
