"""A person in a browser: what a test may ask of one, whichever browser it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from tests.browser.media import UNUSED, Voice
from tests.browser.meter import Picture, Sound


class Page(Protocol):
    """The one thing a browser must do for us."""

    async def evaluate(self, expression: str) -> Any:
        """Return what the expression, or the promise it gives, comes to."""


@dataclass(frozen=True, slots=True)
class Party:
    """One identity on one page."""

    page: Page
    voice: Voice
    identity: str

    async def js(self, expression: str) -> Any:
        return await self.page.evaluate(expression)

    async def connect(self, token: str, **options: object) -> None:
        await self.js(f"connect({json.dumps(token)}, {json.dumps(options)})")

    async def dial(self, to: str, **wanted: object) -> str:
        return str(await self.js(f"dial({json.dumps(to)}, {json.dumps(wanted)})"))

    async def dial_application(self, configuration: str, **wanted: object) -> str:
        """Call an application; give the id of the call."""
        to = json.dumps(configuration)
        return str(await self.js(f"dialApplication({to}, {json.dumps(wanted)})"))

    async def incoming_application(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.event("incoming-application-call")
        return found

    async def incoming(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.event("incoming-webrtc-call")
        return found

    async def accept(self, **wanted: object) -> None:
        await self.js(f"accept({json.dumps(wanted)})")

    async def decline(self, *, everywhere: bool = False) -> None:
        await self.js(f"decline({json.dumps(everywhere)})")

    async def hangup(self) -> None:
        await self.js("party.call.hangup()")

    async def join(self, room: str, **wanted: object) -> dict[str, Any]:
        """Join the room, and return what came with that."""
        await self.js(f"join({json.dumps(room)}, {json.dumps(wanted)})")
        joined: dict[str, Any] = await self.event("room-joined")
        return joined

    async def leave(self) -> str:
        """Leave the room, and return the name of the error code."""
        await self.js("party.call.leave()")
        return await self.left()

    async def left(self) -> str:
        """Wait for the end of the room, and return the name of its error code."""
        return str((await self.event("room-left"))["errorCode"]["name"])

    async def say(self, text: str, to: str | None = None) -> str:
        """Send a text, to one or to all; return its id."""
        whom = "" if to is None else f", {json.dumps(to)}"
        return str(await self.js(f"say({json.dumps(text)}{whom})"))

    async def told(self, name: str, **wanted: object) -> dict[str, Any]:
        """Wait for the event with these values, participants by their identity."""
        found: dict[str, Any] = await self.js(
            f"until(() => told({json.dumps(name)}, {json.dumps(wanted)}),"
            f" {json.dumps(f'{name} {wanted}')})"
        )
        return found

    async def event(self, name: str, count: int = 1) -> Any:
        """Wait for the event, and return what came with it."""
        return await self.js(f"heard({json.dumps(name)}, {count})")

    async def ended(self) -> str:
        """Wait for the hangup, and return the name of its error code."""
        return str((await self.event("hangup"))["errorCode"]["name"])

    async def events(self) -> list[str]:
        names: list[str] = await self.js("party.events.map((event) => event.name)")
        return names

    async def hears(self, voice: Voice, but_not: Sequence[Voice] = ()) -> None:
        """Wait until its tone stands 20 dB above what nobody plays, and above those."""
        unused = [*UNUSED, self.voice.hertz, *(it.hertz for it in but_not)]
        without = ", ".join(it.name for it in but_not) or "none"
        what = f"tone of {voice.name} without {without}"
        await self.js(f"until(() => hears({voice.hertz}, {unused}), '{what}')")

    async def hears_nothing(self) -> None:
        await self.js("until(silent, 'silence')")

    async def sees(self, voice: Voice, video: str = "remote") -> None:
        """Wait until the colour is on the screen and 20 more frames are drawn."""
        await self.js(
            f"until(() => sees({list(voice.rgb)}, '{video}'), 'colour of {voice.name}: ' + corner('{video}'))"
        )
        await self.js(
            f"(() => {{ watch('{video}'); const start = frames.count;"
            " return until(() => frames.count >= start + 20, '20 new frames'); })()"
        )

    async def meter(self, voice: Voice, *, video: str | None = None) -> None:
        """Measure from now on how the voice's tone is heard, and a video element."""
        await self.js(
            "meterSound('sound', document.getElementById('audio').srcObject,"
            f" {voice.hertz})"
        )
        if video is not None:
            await self.js(f"meterPicture('picture', '{video}')")
        await self.js("until(() => meters.get('sound').now, 'tone in the meter')")
        await self.mark()

    async def mark(self) -> None:
        """Forget what was measured so far."""
        await self.js("markMeters()")

    async def sound(self) -> Sound:
        """Tell how the tone was heard since the mark."""
        return msgspec.convert(await self.js("meters.get('sound').read()"), Sound)

    async def picture(self) -> Picture:
        """Tell how the picture was seen since the mark."""
        return msgspec.convert(await self.js("meters.get('picture').read()"), Picture)

    async def codec(self, kind: str, direction: str) -> str:
        """Return the MIME type in use; `direction` is inbound-rtp or outbound-rtp."""
        return str(await self.js(f"codec('{kind}', '{direction}')"))
