"""Who is there: the port `Lines` over the lines of all devices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ringway.domain.leg_state import RESUME_TIME
from ringway.domain.values import AccountId, Device, DeviceId
from ringway.ports.clock import Clock
from ringway.ports.lines import Said
from ringway.ports.tokens import Capability
from ringway.rtc.limits import MOST_CONNECTIONS, MOST_PER_IDENTITY
from ringway.rtc.line import Line
from ringway.rtc.outbox import Outbox
from ringway.rtc.presence import Presence
from ringway.rtc.speech import message
from ringway.rtc.tally import Tally


class Switchboard:
    """Finds the line of a device, and the devices of a person.

    A line whose socket is lost is kept for `RESUME_TIME`; then, or when its client
    says goodbye, it is given up.
    """

    def __init__(self, clock: Clock, tally: Tally) -> None:
        self._clock, self._tally = clock, tally
        self._lines: dict[DeviceId, Line] = {}
        self.presence = Presence(clock)
        self.came: Callable[[Device], None] = lambda device: None
        """Told of each line that begins."""
        self.gone: Callable[[Device, int], None] = lambda device, at: None
        """Told of each line that is given up, and until when it was there."""

    def line(self, device: DeviceId) -> Line | None:
        """Give the line of a device that is connected, or away."""
        return self._lines.get(device)

    def open(self, device: Device, capabilities: frozenset[Capability]) -> Line | None:
        """Begin a line; None when there are too many already."""
        mine = self.presence.lines_of(device.account, device.identity)
        if len(mine) >= MOST_PER_IDENTITY:
            away = [it for it in mine.values() if it.away_since is not None]
            if not away:
                return None
            # Whoever comes now is more alive than who has been away the longest.
            self.give_up(min(away, key=lambda it: it.away_since or 0))
        if len(self._lines) >= MOST_CONNECTIONS:
            return None
        self.came(device)
        return self._enter(Line(device, capabilities))

    def expect(self, device: Device) -> None:
        """Keep the line of a device of before the start: it may come back."""
        if device.id not in self._lines:
            self._await(self._enter(Line(device, known=False)))

    def plug(self, line: Line, outbox: Outbox) -> Outbox | None:
        """Give the line a socket; the one that it had before is handed back."""
        before, line.outbox = line.outbox, outbox
        if line.giving_up is not None:
            line.giving_up.cancel()
            line.giving_up = None
        if line.away_since is not None:
            line.away_since = None
            self._tally.away -= 1
        return before

    def unplug(self, line: Line, outbox: Outbox) -> bool:
        """Take the socket away; False if the line has another one already."""
        if line.outbox is not outbox:
            return False
        line.outbox = None
        if line.device.id not in self._lines:
            return False
        self._await(line)
        return True

    def close(self) -> None:
        """Give every line up: the house is closed."""
        for line in tuple(self._lines.values()):
            self.give_up(line)

    def give_up(self, line: Line) -> None:
        """Forget the line; harmless when that is done already."""
        if self._lines.pop(line.device.id, None) is None:
            return
        if line.giving_up is not None:
            line.giving_up.cancel()
        if line.away_since is not None:
            self._tally.away -= 1
        self.presence.went(line)
        self.gone(line.device, line.away_since or self._clock.now())

    def say(self, device: DeviceId, said: Said) -> None:
        """Say something now or when the device is back; nothing if it is gone."""
        if (line := self._lines.get(device)) is not None:
            line.say(message(said))

    def devices_of(self, account: AccountId, identity: str) -> Sequence[Device]:
        """Give the person's devices, the oldest first; some may be away."""
        mine = self.presence.lines_of(account, identity)
        return tuple(line.device for line in mine.values())

    def is_connected(self, device: DeviceId) -> bool:
        """Say whether the device is there, or may come back."""
        return device in self._lines

    def _enter(self, line: Line) -> Line:
        self._lines[line.device.id] = line
        self.presence.came(line)
        return line

    def _await(self, line: Line) -> None:
        line.away_since = self._clock.now()
        self._tally.away += 1
        when = line.away_since + RESUME_TIME
        line.giving_up = self._clock.at(when, lambda: self.give_up(line))
