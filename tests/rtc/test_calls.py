from __future__ import annotations

import uuid

from ringway.rtc import messages as wire
from tests.app.whole import DEMO_ACCOUNT, FIRST_ACCOUNT, OFFER, Client, whole


async def test_two_clients_talk_and_hang_up() -> None:
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        call = await ada.call("bob", video=True)
        answer = await ada.hear("pipe_answer")
        assert answer["call"] == call
        assert [s["sends"] for s in answer["sections"]] == ["MICROPHONE", "CAMERA"]
        incoming = await bob.hear("incoming")
        assert incoming["source"] == {
            "identity": "ada",
            "displayName": f"ada of {FIRST_ACCOUNT}",
        }
        assert incoming["video"] is True
        theirs = incoming["call"]
        bob.say(wire.Ringing(theirs))
        assert (await ada.hear("rang"))["call"] == call
        await bob.accept(theirs)
        established = await ada.hear("established")
        assert established["call"] == call
        assert established["at"] == it.clock.now() // 1000
        assert (await bob.hear("established"))["remoteShows"] == ["CAMERA"]
        bob.say(wire.Hangup(theirs))
        for who, of in ((bob, theirs), (ada, call)):
            ended = await who.hear("ended")
            assert ended["call"] == of
            assert ended["code"]["id"] == "10000"
            assert ended["code"]["name"] == "NORMAL_HANGUP"


async def test_accounts_do_not_see_each_other() -> None:
    async with whole() as it:
        ada = await it.client("ada", FIRST_ACCOUNT)
        mallory = await it.client("mallory", DEMO_ACCOUNT)
        bob = await it.client("bob", FIRST_ACCOUNT)
        await it.known("bob")
        await mallory.call("bob")
        ended = await mallory.hear("ended")
        assert ended["code"]["name"] == "DESTINATION_NOT_FOUND"
        assert await bob.heard_nothing()
        mine, theirs = await it.established(ada, "bob", bob)
        for call in (mine, theirs):
            assert await same_as_no_call(mallory, call)
        assert await ada.heard_nothing()
        assert await bob.heard_nothing()


async def test_nobody_acts_as_somebody_else() -> None:
    """Neither another person nor another device of the same one."""
    async with whole() as it:
        ada, bob = await it.client("ada"), await it.client("bob")
        eve, other = await it.client("eve"), await it.client("ada")
        mine, theirs = await it.established(ada, "bob", bob)
        for intruder in (eve, other):
            for call in (mine, theirs):
                assert await same_as_no_call(intruder, call)
        assert await same_as_no_call(ada, theirs)
        assert await ada.heard_nothing()
        assert await bob.heard_nothing()


async def test_a_ringing_call_can_not_be_taken_by_others() -> None:
    async with whole() as it:
        ada, bob, eve = [await it.client(name) for name in ("ada", "bob", "eve")]
        await ada.call("bob")
        theirs = (await bob.hear("incoming"))["call"]
        assert await same_as_no_call(eve, theirs)
        assert await bob.heard_nothing()
        await bob.accept(theirs)
        await bob.hear("established")


async def same_as_no_call(client: Client, call: str) -> bool:
    """Try everything with a call; compare with a call that does not exist."""
    nobody = str(uuid.uuid4())
    for of in commands(call, nobody):
        heard = []
        for message in of:
            client.say(message)
            told = await client.hear_raw()
            assert told["t"] == "refused", told
            assert told["code"]["name"] == "INVALID_REQUEST"
            assert told.pop("call") in {call, nobody}
            heard.append(told)
        assert heard[0] == heard[1]
    return True


def commands(*calls: str) -> list[list[wire.Message]]:
    sending = [wire.Sending("0", "MICROPHONE")]
    return [
        [wire.Ringing(call) for call in calls],
        [wire.Accept(call, OFFER, sending) for call in calls],
        [wire.Decline(call) for call in calls],
        [wire.Decline(call, everywhere=True) for call in calls],
        [wire.Hangup(call) for call in calls],
        [wire.Mute(call, muted=True) for call in calls],
        [wire.Show(call, "CAMERA", on=True) for call in calls],
        [wire.Renegotiate(call, 1, ["CAMERA"]) for call in calls],
        [wire.Answer(call, 1, 1, "v=0") for call in calls],
    ]
