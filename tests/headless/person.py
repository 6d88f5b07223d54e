"""One person without a browser: signalling as the SDK does it, for one call."""

from __future__ import annotations

import asyncio
import itertools
import re
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from ringway.rtc import messages as wire
from tests.headless.media import Media, Section

CLIPS = Path(__file__).parent / "clips"
PATIENCE_S = 20.0
ASK_EVERY_S = 5.0
"""How often the house is asked what it has heard, and told what was heard."""
LOOK_EVERY_S = 0.05
ENOUGH = 15
AGAIN_AFTER_S = 0.1
"""Between two attempts to go on with a lost line."""
CANDIDATE = re.compile(r"^(a=candidate:\S+ \d+ \S+ \d+) (\S+) (\d+) ", re.MULTILINE)
_BEGINNINGS = frozenset({"call", "join", "call_application", "accept"})
DECODER = msgspec.json.Decoder(wire.FromHouse)
ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody sounds or looks: an identity, what it shows, and a clip's name."""

    identity: str
    clips: Mapping[wire.Source, str]

    @property
    def files(self) -> dict[wire.Source, Path]:
        return {source: CLIPS / f"{name}.ivf" for source, name in self.clips.items()}


@dataclass(slots=True)
class Person:
    """One identity with one call at a time.

    What the house says is kept in `heard`. A lost socket is replaced by another, as
    often as needed, and the line goes on there; a lost pipe is made anew.
    """

    media: Media
    url: str
    token: str
    look: Look
    detours: Mapping[int, int] = field(default_factory=dict)
    """Which port here stands for which media port of the server."""
    heard: list[wire.FromHouse] = field(default_factory=list)
    call: str = ""
    generation: int = 0
    sections: dict[str, wire.Section] = field(default_factory=dict)
    roster: dict[str, wire.Participant] = field(default_factory=dict)
    resumed: int = 0
    """How often the line went on with another socket."""
    _socket: ClientConnection | None = None
    _resume: str = ""
    _is_given_up: bool = False
    _last_heard: int = 0
    _said: int = 0
    _unheard: list[wire.Numbered] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def live(self) -> None:
        """Be connected, until the house will not have it any more."""
        while True:
            try:
                async with connect(self.url, max_size=wire.MAX_TEXT * 2) as socket:
                    self._socket = socket
                    await self._send(self._hello())
                    asking = asyncio.create_task(self._ask())
                    try:
                        async for text in socket:
                            await self._take(DECODER.decode(text))
                    finally:
                        asking.cancel()
            except (OSError, ConnectionClosed, InvalidHandshake):
                pass
            self._socket = None
            if self.has(wire.Rejected):
                return
            if self._is_given_up:
                self._begin_anew()
            await asyncio.sleep(AGAIN_AFTER_S)

    async def join(self, room: str, way: wire.Way | None = None) -> None:
        """Join a room, and wait until media flows; raise what was refused."""
        await self.begin_to_join(room, way)
        await self.until(
            lambda: self.has(wire.RoomJoined, wire.Refused, wire.Ended), "to be in"
        )
        assert self.has(wire.RoomJoined), self.heard[-1]

    async def begin_to_join(self, room: str, way: wire.Way | None = None) -> None:
        """Say that we join a room, and wait for nothing."""
        receives = way != "SEND"
        clips = {} if way == "RECEIVE" else self.look.files
        self.call, self.generation = str(uuid.uuid4()), 0
        opened = await self.media.open(self.look.identity, clips, receives=receives)
        await self.say(
            wire.Join(
                call=self.call,
                room=room,
                offer=opened.offer,
                sending=opened.sending,
                way=way,
            )
        )

    async def dial(self, to: str) -> None:
        """Call somebody, and wait for nothing."""
        self.call, self.generation = str(uuid.uuid4()), 0
        opened = await self.media.open(self.look.identity, self.look.files)
        await self.say(
            wire.Call(call=self.call, to=to, offer=opened.offer, sending=opened.sending)
        )

    async def call_application(self, configuration: str) -> None:
        """Call an application, and wait for nothing."""
        self.call, self.generation = str(uuid.uuid4()), 0
        opened = await self.media.open(self.look.identity, self.look.files)
        await self.say(
            wire.CallApplication(
                call=self.call,
                configuration=configuration,
                offer=opened.offer,
                sending=opened.sending,
            )
        )

    async def at_rest(self) -> None:
        """Wait until no call is left, of our own making or another's."""
        await self.until(lambda: not self.call or self._is_over(), "its call to end")

    async def give_up(self) -> None:
        """Hang up, unless the call is over already; wait for nothing."""
        if self.call and not self._is_over():
            await self.say(wire.Hangup(call=self.call))

    async def hangup(self) -> None:
        """End the call, and wait until it has."""
        await self.say(wire.Hangup(call=self.call))
        await self.until(lambda: self.has(wire.Ended), "the end")

    async def say(self, message: wire.Numbered) -> None:
        """Say something, now or when there is a socket again, exactly once."""
        self._said += 1
        message = msgspec.structs.replace(message, n=self._said)
        self._unheard.append(message)
        await self._send(message)

    async def drop(self) -> None:
        """Lose the socket without a word, if there is one."""
        if self._socket is not None:
            self._socket.transport.abort()

    def has(self, *kinds: type[wire.Message]) -> bool:
        """Tell whether one of these was said about the call, or at all."""
        return any(
            isinstance(it, kinds) and getattr(it, "call", None) in {None, self.call}
            for it in self.heard
        )

    async def until(self, true: Callable[[], bool], what: str) -> None:
        """Wait for something that the house's words bring about."""
        try:
            async with asyncio.timeout(PATIENCE_S), self._changed:
                await self._changed.wait_for(true)
        except TimeoutError:
            said = [wire.tag(it) for it in self.heard]
            raise AssertionError(
                f"{self.look.identity} waits for {what}: {said}"
            ) from None

    async def receives(self) -> dict[tuple[str, wire.Source], Section]:
        """Tell what has come, by identity and source, of who is there."""
        counted = await self.media.count(self.look.identity)
        found = {}
        for it in counted.sections:
            section = self.sections.get(it.mid)
            if section is not None and section.receives is not None:
                who = self.roster.get(section.receives.call)
                if who is not None:
                    found[who.identity, section.receives.source] = it
        return found

    async def mark(self) -> None:
        """Count the times without packets anew."""
        await self.media.mark(self.look.identity)

    def _is_over(self) -> bool:
        """Whether the call has ended, or never was: the house would not have it."""
        return any(
            isinstance(it, wire.Ended)
            or (isinstance(it, wire.Refused) and it.command in _BEGINNINGS)
            for it in self.heard
            if getattr(it, "call", None) == self.call
        )

    def _begin_anew(self) -> None:
        """Be another device: the house has given the line up, and its call."""
        self._is_given_up = False
        self._resume, self._last_heard, self._said = "", 0, 0
        self.call, self._unheard = "", []

    def _hello(self) -> wire.Connect:
        calls = [self.call] if self.call and not self.has(wire.Ended) else []
        resume = wire.Resumption(self._resume, self._last_heard, calls)
        return wire.Connect(
            protocol=wire.PROTOCOL,
            token=self.token,
            sdk="headless",
            resume=resume if self._resume else None,
        )

    async def _send(self, message: wire.FromClient | wire.Numbered) -> None:
        # What does not get through is said again when the line goes on.
        if self._socket is not None:
            with suppress(ConnectionClosed):
                await self._socket.send(ENCODER.encode(message).decode())

    async def _take(self, message: wire.FromHouse) -> None:
        if isinstance(message, wire.Numbered) and message.n:
            if message.n <= self._last_heard:
                return
            self._last_heard = message.n
        if isinstance(message, wire.Rejected) and message.code.startswith("RESUME_"):
            self._is_given_up = True
            return
        self.heard.append(message)
        match message:
            case wire.Connected():
                self._resume = message.resume
            case wire.Resumed():
                await self._go_on(message)
            case wire.Pong():
                self._forget(message.heard)
            case wire.PipeAnswer():
                await self.media.take(self.look.identity, self._led(message.answer))
                self._mean(message.sections)
            case wire.Offer():
                await self._answer(message)
            case wire.Sections():
                self._mean(message.sections)
            case wire.RoomJoined():
                self._enter(message.room)
            case wire.ParticipantChanged():
                self.roster[message.participant.call] = message.participant
            case wire.ParticipantLeft():
                self.roster.pop(message.participant, None)
            case wire.Lost():
                await self._reopen(message.generation)
            case wire.Incoming() | wire.IncomingApplication():
                await self._take_call(message)
            case _:
                pass
        async with self._changed:
            self._changed.notify_all()

    async def _ask(self) -> None:
        for number in itertools.count(1):
            await asyncio.sleep(ASK_EVERY_S)
            await self._send(wire.Ping(number, self._last_heard))

    def _forget(self, heard: int) -> None:
        self._unheard = [it for it in self._unheard if it.n > heard]

    async def _go_on(self, message: wire.Resumed) -> None:
        self.resumed += 1
        self._resume = message.resume
        self._forget(message.heard)
        if message.snapshot is not None:
            self._last_heard = message.number
            self.heard.extend(message.ended)
            for state in message.snapshot:
                if state.room is not None:
                    self._enter(state.room)
                if state.media == "LOST" and state.generation > self.generation:
                    await self._reopen(state.generation)
        for it in self._unheard:
            await self._send(it)

    async def _answer(self, offer: wire.Offer) -> None:
        if offer.generation != self.generation:
            return
        answer = await self.media.answer(self.look.identity, self._led(offer.offer))
        self._mean(offer.sections)
        await self.say(
            wire.Answer(
                call=offer.call,
                generation=offer.generation,
                negotiation=offer.negotiation,
                answer=answer,
            )
        )

    async def _take_call(
        self, incoming: wire.Incoming | wire.IncomingApplication
    ) -> None:
        self.call, self.generation = incoming.call, 0
        await self.say(wire.Ringing(call=self.call))
        opened = await self.media.open(self.look.identity, self.look.files)
        await self.say(
            wire.Accept(call=self.call, offer=opened.offer, sending=opened.sending)
        )

    async def _reopen(self, generation: int) -> None:
        self.generation = generation
        opened = await self.media.open(self.look.identity, self.look.files)
        await self.say(
            wire.Reopen(
                call=self.call,
                generation=generation,
                offer=opened.offer,
                sending=opened.sending,
            )
        )

    def _enter(self, room: wire.Room) -> None:
        self.roster = {it.call: it for it in room.participants}

    def _mean(self, sections: list[wire.Section]) -> None:
        self.sections = {it.mid: it for it in sections}

    def _led(self, sdp: str) -> str:
        def here(found: re.Match[str]) -> str:
            port = self.detours.get(int(found[3]))
            return found[0] if port is None else f"{found[1]} 127.0.0.1 {port} "

        return CANDIDATE.sub(here, sdp)


@asynccontextmanager
async def arriving(
    media: Media,
    url: str,
    token: str,
    look: Look,
    detours: Mapping[int, int] | None = None,
) -> AsyncIterator[Person]:
    """Connect somebody to a server's URL, and take them away at the end."""
    socket = url.replace("http", "ws", 1) + wire.PATH
    it = Person(media, socket, token, look, detours or {})
    task = asyncio.create_task(it.live())
    try:
        await it.until(lambda: it.has(wire.Connected, wire.Rejected), "to be let in")
        assert it.has(wire.Connected), it.heard
        yield it
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def came(person: Person, wanted: set[tuple[str, wire.Source]]) -> None:
    """Wait until some has come of each of these: 15 frames, or packets of sound."""
    flows: set[tuple[str, wire.Source]] = set()
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not wanted <= flows:
                await asyncio.sleep(LOOK_EVERY_S)
                flows = {
                    key
                    for key, it in (await person.receives()).items()
                    if (it.packets if key[1] == "MICROPHONE" else it.frames) >= ENOUGH
                }
    except TimeoutError:
        missing = sorted(wanted - flows)
        raise AssertionError(f"{person.look.identity} lacks {missing}") from None
