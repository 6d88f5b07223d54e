"""Whatever a client says: it is obeyed, refused or malformed, and nobody else minds.

Good texts from `corpus`, and mutated ones, are spoken into the sockets of a whole
house, in which two others talk to each other all the while.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Literal, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from ringway.rtc.inbox import Unreadable, read
from ringway.rtc.messages import MAX_TEXT
from tests.rtc.mutation import Mutator
from tests.rtc.small_house import OFFER, Client, SmallHouse

CORPUS = Path(__file__).parent / "corpus"
TEXTS = {path.name: path.read_text("utf-8") for path in sorted(CORPUS.iterdir())}
GOOD = {name: text for name, text in TEXTS.items() if name.startswith("good-")}
BAD = {name: text for name, text in TEXTS.items() if name.startswith("bad-")}
COMMANDS = {json.loads(text)["t"] for text in GOOD.values()}
CALLING = {"good-call", "good-call-video"}
TALKING = {
    *("good-ringing", "good-accept", "good-mute", "good-show"),
    *("good-renegotiate", "good-answer"),
}
SEEDS = range(12)
LENGTH = 1000
"""Texts for each seed."""
RENEWED = 40
"""Texts after which a client connects again: more would meet the limits."""
SENDING = [{"mid": "0", "source": "MICROPHONE"}]
Answer = Literal["obeyed", "refused", "malformed"]


class World:
    """A house with two who talk, two strangers of another account, and us three."""

    def __init__(self, house: SmallHouse, random: Random) -> None:
        self.house = house
        self.answers: Counter[Answer] = Counter()
        self.talks = 0
        """Calls among us that were established."""
        self._random = random
        self._bystanders: list[Client] = []
        self._us: list[Client] = []

    async def begin(self) -> None:
        """Let everybody come, and carl call dora."""
        carl = await self.house.come("main", "carl")
        dora = await self.house.come("main", "dora")
        theirs = str(uuid.UUID(int=self._random.getrandbits(128)))
        await carl.speak(
            {
                "t": "call",
                "call": theirs,
                "to": "dora",
                "offer": OFFER,
                "sending": SENDING,
            }
        )
        accept = {"t": "accept", "call": dora.call, "offer": OFFER, "sending": SENDING}
        await dora.speak(accept)
        assert [it["t"] for it in carl.heard].count("established") == 1
        eve = await self.house.come("other", "mia")
        carl_too = await self.house.come("other", "carl")
        self._bystanders = [carl, dora, eve, carl_too]
        for identity in ("mia", "mia", "nils"):
            self._us.append(await self.house.come("main", identity))
        self._talking = self.house.legs

    def anybody(self) -> Client:
        """Choose one of us."""
        return self._random.choice(self._us)

    def likely(self, client: Client) -> str:
        """Choose a good text; one that moves a call on half of the time."""
        names = list(GOOD)
        if self._random.random() < 0.5:
            verbs = CALLING if client.call is None else TALKING
            names = [name for name in GOOD if name.split(".")[0] in verbs]
        return GOOD[self._random.choice(names)]

    async def says(self, client: Client, text: str) -> Answer:
        """Let one of us say it, and check everything that must hold after it."""
        heard = [len(it.heard) for it in self._bystanders]
        mark = self.house.mark
        answers = await client.speak(text)

        told = [it["t"] for it in answers]
        if "malformed" in told:
            answer: Answer = "malformed"
            assert told == ["malformed"], text
        elif "refused" in told:
            answer = "refused"
            assert told == ["refused"], text
            refused = answers[0]
            assert refused["command"] == json.loads(text)["t"]
            assert refused["text"]
            assert refused["code"]["name"] != "UNKNOWN", refused
        else:
            answer = "obeyed"
            assert json.loads(text)["t"] in COMMANDS, text
        if answer != "obeyed":
            assert self.house.mark == mark, f"changed something: {text}"
        assert client.closed is None, (client.closed, text)
        assert [len(it.heard) for it in self._bystanders] == heard, text
        assert set(self._talking) <= set(self.house.legs), text
        self.answers[answer] += 1
        self.talks += "established" in told
        return answer

    async def renew(self) -> None:
        """Hang up all of ours by leaving, and come again."""
        for index, client in enumerate(self._us):
            await client.leave()
            assert client.closed is None
            self._us[index] = await self.house.come("main", client.identity)
        assert set(self.house.legs) == set(self._talking)

    def filled(self, text: str, client: Client) -> str:
        """Put real ids in the place of words with @."""
        mine = client.call
        if mine is None or self._random.random() < 0.1:
            mine = self._random.choice(self.ids)
        fresh = str(uuid.UUID(int=self._random.getrandbits(128)))
        return (
            text.replace("@fresh", fresh)
            .replace("@mine", mine)
            .replace("@theirs", self._random.choice(self.theirs))
            .replace("@friend", self._random.choice(("mia", "nils")))
        )

    @property
    def theirs(self) -> Sequence[str]:
        """The ids of the call that must not change."""
        return [str(leg.id) for leg in self._talking]

    @property
    def ids(self) -> Sequence[str]:
        """The ids of all live calls."""
        return [str(leg.id) for leg in self.house.legs]

    async def end(self) -> None:
        """Let everybody leave; each leg has had one end, and nothing stays behind."""
        for client in (*self._us, *self._bystanders):
            await client.leave()
        assert self.house.legs == ()
        assert self.house.house.effects.cargo.size == 0
        assert await self.house.log.live_streams() == ()
        ends: Counter[str] = Counter()
        legs = set()
        for recorded in await self.house.log.read_after(0, 1 << 30):
            entry = recorded.entry
            if entry.stream.kind == "leg":
                assert entry.stream.id not in ends, "something after the end"
                legs.add(entry.stream.id)
                ends[entry.stream.id] += entry.ends
                if not ends[entry.stream.id]:
                    del ends[entry.stream.id]
        assert set(ends) == legs
        assert self.house.house.tasks.faults == 0
        assert self.house.tally.closed["FAULT"] == 0
        await self.house.close()


@asynccontextmanager
async def world(seed: int = 0) -> AsyncIterator[World]:
    with capture_logs() as logs:
        it = World(await SmallHouse.build(), Random(seed))
        await it.begin()
        yield it
        await it.end()
    faults = [each for each in logs if each["log_level"] in {"error", "critical"}]
    assert faults == []


@pytest.mark.parametrize("name", GOOD)
async def test_a_good_text_is_understood(name: str) -> None:
    async with world() as it:
        who = it.anybody()
        assert await it.says(who, it.filled(GOOD[name], who)) != "malformed"


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_text_is_malformed(name: str) -> None:
    async with world() as it:
        who = it.anybody()
        assert await it.says(who, it.filled(BAD[name], who)) == "malformed"


@pytest.mark.parametrize("more", [0, 1])
async def test_an_oversize_text_is_malformed(more: int) -> None:
    text = '{"t":"ping","number":1}'
    text += " " * (MAX_TEXT - len(text) + more)
    async with world() as it:
        answer = await it.says(it.anybody(), text)
        assert answer == ("malformed" if more else "obeyed")


async def test_calls_of_others_are_no_calls_to_us() -> None:
    """Refused, and in the same words as a call that never was."""
    async with world() as it:
        client = await it.house.come("main", "oskar")
        for text in GOOD.values():
            message = json.loads(text)
            if "call" not in message or message["t"].startswith("call"):
                continue
            said = [
                await client.speak({**message, "call": call})
                for call in (*it.theirs, str(uuid.uuid4()))
            ]
            assert [[each["t"] for each in told] for told in said] == [["refused"]] * 3
            words = [(told[0]["code"]["name"], told[0]["text"]) for told in said]
            assert len(set(words)) == 1
        await client.leave()


@pytest.mark.parametrize("seed", SEEDS)
async def test_mutated_texts_change_nobody_elses_call(seed: int) -> None:
    mutator = Mutator(seed)
    random = mutator.random
    async with world(seed) as it:
        for number in range(LENGTH):
            if number % RENEWED == RENEWED - 1:
                await it.renew()
            who = it.anybody()
            text = it.filled(it.likely(who), who)
            act = random.random()
            if act < 0.4:
                tree = mutator.value(json.loads(text), it.ids)
                text = json.dumps(tree, ensure_ascii=random.random() < 0.9)
            elif act < 0.6:
                text = mutator.text(text, list(TEXTS.values()))
            await it.says(who, text)
        # A fuzzer that is never understood, or always, tests one path only.
        assert min(it.answers[each] for each in get_args(Answer)) > LENGTH // 20
        assert it.talks > 0


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=8,
)
_members = sorted({key for text in GOOD.values() for key in json.loads(text)})
_messages = st.fixed_dictionaries(
    {"t": st.sampled_from(sorted(COMMANDS))},
    optional={name: _json | st.just("@mine") for name in _members if name != "t"},
)
_texts = (
    st.text(max_size=60)
    | _json.map(json.dumps)
    | _messages.map(json.dumps)
    | st.sampled_from(list(GOOD.values()))
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_texts, min_size=1, max_size=12), st.integers(0, 2**32))
def test_any_texts_change_nobody_elses_call(texts: list[str], seed: int) -> None:
    async def speak() -> None:
        async with world(seed) as it:
            for text in texts:
                who = it.anybody()
                await it.says(who, it.filled(text, who))

    asyncio.run(speak())


@given(st.text() | _json.map(json.dumps) | st.binary().map(lambda b: b.decode("latin")))
def test_reading_raises_nothing_else(text: str) -> None:
    with suppress(Unreadable):
        read(text)
