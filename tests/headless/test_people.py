"""People without a browser meet in a room of a real server, through the relay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from ringway.rtc import messages as wire
from tests.browser.relayed import Host, Network, hosted
from tests.headless import CLIPS, Look, Media, Person, Refused, arriving, people
from tests.headless.person import came

TONES = ("520", "600", "800", "860")
COLOURS = ("c850c8", "505028", "a0a0f0", "c8b428")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with hosted(tmp_path / "data", shards=2) as it:
        yield it


@pytest.fixture
async def media() -> AsyncIterator[Media]:
    async with people() as it:
        yield it


def look(number: int) -> Look:
    clips: dict[wire.Source, str] = {
        "MICROPHONE": TONES[number],
        "CAMERA": COLOURS[number],
    }
    return Look(f"guest-{number}", clips)


async def come(
    stack: AsyncExitStack, host: Host, media: Media, number: int
) -> tuple[Person, Network]:
    it = look(number)
    network = host.network()
    token = host.server.token(it.identity)
    person = await stack.enter_async_context(
        arriving(media, network.url, token, it, network.detours)
    )
    return person, network


async def everything(person: Person, wanted: set[tuple[str, wire.Source]]) -> None:
    """Wait until some of each of these has come, and nobody else is there."""
    await came(person, wanted)
    await person.until(
        lambda: (
            {it.identity for it in person.roster.values()} == {it for it, _ in wanted}
        ),
        "the others to leave",
    )
    assert set(await person.receives()) == wanted


def of(*numbers: int) -> set[tuple[str, wire.Source]]:
    sources: tuple[wire.Source, ...] = ("MICROPHONE", "CAMERA")
    return {(f"guest-{it}", source) for it in numbers for source in sources}


async def test_everybody_gets_everybody(host: Host, media: Media) -> None:
    async with AsyncExitStack() as stack:
        came = [await come(stack, host, media, number) for number in range(4)]
        guests = [person for person, _ in came]
        for it in guests:
            await it.join("lounge")
        for number, it in enumerate(guests):
            await everything(it, of(*({0, 1, 2, 3} - {number})))
        for _, network in came:
            assert sum(it.count().up.passed for it in network.udp) > 50
        await guests[3].hangup()
        for number, it in enumerate(guests[:3]):
            await everything(it, of(*({0, 1, 2} - {number})))


async def test_a_lost_socket_loses_nothing(host: Host, media: Media) -> None:
    async with AsyncExitStack() as stack:
        (one, network), (two, _) = [await come(stack, host, media, it) for it in (0, 1)]
        for it in (one, two):
            await it.join("lounge")
        await everything(one, of(1))
        await one.mark()
        network.signalling.cut(reset=True)
        three, _ = await come(stack, host, media, 2)
        await three.join("lounge")
        assert not one.resumed
        network.restore()
        await one.until(lambda: one.resumed == 1, "to go on")
        await everything(one, of(1, 2))
        received = await one.receives()
        assert received["guest-1", "MICROPHONE"].longest_ms < 500
        numbers = [it.n for it in one.heard if isinstance(it, wire.Numbered)]
        assert numbers == sorted(set(numbers))
        assert not one.has(wire.Ended)


async def test_a_bad_clip_or_name_is_told(media: Media) -> None:
    with pytest.raises(Refused) as refused:
        await media.open("anna", {"MICROPHONE": CLIPS / "make.py"})
    assert refused.value.code == "NO_CLIP"
    with pytest.raises(Refused) as refused:
        await media.count("anna")
    assert refused.value.code == "NO_SUCH_PARTY"
    await media.open("anna", {"MICROPHONE": CLIPS / "520.ivf"})
    with pytest.raises(Refused) as refused:
        await media.take("anna", "v=1")
    assert refused.value.code == "BAD_SDP"
    assert not (await media.count("anna")).connected
    await media.close("anna")
