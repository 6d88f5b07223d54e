"""A whole Ringway keeps rows of its calls, and says how far behind they are."""

from __future__ import annotations

from ringway.domain.causes import Cause
from ringway.domain.leg_state import CallState
from ringway.runtime.call_follower import GATHER_TIME
from tests.app.whole import FIRST_ACCOUNT, Whole, whole

LAG = 'ringway_consumer_lag_events{consumer="calls"} '


def lag(it: Whole) -> float:
    lines = it.ringway.metrics.text().decode().splitlines()
    (value,) = [line.removeprefix(LAG) for line in lines if line.startswith(LAG)]
    return float(value)


async def test_rows_follow_a_call_to_the_end_of_the_house() -> None:
    async with whole() as it:
        calls, log = it.ringway.ports.calls, it.ringway.ports.log
        assert lag(it) == 0
        ada, bob = await it.client("ada"), await it.client("bob")
        await it.established(ada, "bob", bob)
        assert lag(it) == await log.last_position() > 0
        it.clock.move(GATHER_TIME)
        await it.ringway.calls.tasks.quiet()
        assert lag(it) == 0
        rows = await calls.list(FIRST_ACCOUNT)
        assert [row.state for row in rows] == [CallState.ESTABLISHED] * 2
    rows = await calls.list(FIRST_ACCOUNT)
    assert [row.cause for row in rows] == [Cause.SERVICE_UNAVAILABLE] * 2
    assert {row.ended_at for row in rows} == {it.clock.now()}
    assert await calls.position() == await log.last_position()
