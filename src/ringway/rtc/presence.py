"""Who of an account is there, told to the devices that asked for it.

A person is there from the first line to the end of the last one: a socket that is
lost and replaced in time is nothing that anybody hears of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import Final

from ringway.domain.causes import Cause, Refused
from ringway.domain.values import AccountId, Device, DeviceId
from ringway.ports.clock import Appointment, Clock
from ringway.ports.tokens import Capability
from ringway.rtc.limits import MOST_PEOPLE, PEOPLE_TOLD_EVERY_MS
from ringway.rtc.line import Line
from ringway.rtc.messages import Party, People, PeopleChanged

_NOBODY: Final[Mapping[DeviceId, Line]] = MappingProxyType({})


@dataclass(slots=True)
class _Account:
    people: dict[str, dict[DeviceId, Line]] = field(default_factory=dict)
    """The lines of each identity, in the order in which they came."""
    watching: dict[DeviceId, Line] = field(default_factory=dict)
    told: dict[str, str | None] = field(default_factory=dict)
    """Identities and display names, as those who watch know them."""
    telling: Appointment | None = None

    def now(self) -> dict[str, str | None]:
        """Give who is there, and under the name of which device: the newest."""
        return {
            identity: next(reversed(lines.values())).device.display_name
            for identity, lines in islice(self.people.items(), MOST_PEOPLE)
        }


class Presence:
    """Follows the lines; nothing is due while nobody watches or nobody moves."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._accounts: dict[AccountId, _Account] = {}

    def lines_of(self, account: AccountId, identity: str) -> Mapping[DeviceId, Line]:
        """Give the person's lines, the oldest first; some may be away."""
        there = self._accounts.get(account)
        return _NOBODY if there is None else there.people.get(identity, _NOBODY)

    def came(self, line: Line) -> None:
        """Know of a line that begins."""
        device = line.device
        account = self._accounts.setdefault(device.account, _Account())
        account.people.setdefault(device.identity, {})[device.id] = line
        self._tell_soon(account)

    def went(self, line: Line) -> None:
        """Know of a line that is given up."""
        device = line.device
        account = self._accounts[device.account]
        account.watching.pop(device.id, None)
        mine = account.people[device.identity]
        del mine[device.id]
        if not mine:
            del account.people[device.identity]
        if not account.people:
            del self._accounts[device.account]
        self._tell_soon(account)

    def watch(self, device: Device) -> None:
        """Tell the device who is there, and from now on who comes and goes.

        Or `Refused`, when its token does not allow that.
        """
        line = self.lines_of(device.account, device.identity).get(device.id)
        if line is None:
            return
        if Capability.PRESENCE not in line.capabilities:
            text = "The token does not allow to see who is there: presence."
            raise Refused(Cause.FORBIDDEN, text)
        account = self._accounts[device.account]
        if not account.watching:
            account.told = account.now()
        account.watching[device.id] = line
        # What has changed since `told` is on its way to everybody who watches.
        line.say(People(_others(_parties(account.told), line)))

    def _tell_soon(self, account: _Account) -> None:
        if account.watching and account.telling is None:
            when = self._clock.now() + PEOPLE_TOLD_EVERY_MS * 1000
            account.telling = self._clock.at(when, lambda: _tell(account))
        elif not account.watching and account.telling is not None:
            account.telling.cancel()
            account.telling = None


def _tell(account: _Account) -> None:
    """Say in one message what has changed since the last one."""
    account.telling = None
    before, account.told = account.told, account.now()
    changed = dict(account.told.items() - before.items())
    here = [it for it in _parties(account.told) if it.identity in changed]
    gone = [identity for identity in before if identity not in account.told]
    for line in account.watching.values():
        others = _others(here, line)
        # A line can have been resumed with a token that allows less.
        if (others or gone) and Capability.PRESENCE in line.capabilities:
            line.say(PeopleChanged(others, gone))


def _parties(people: Mapping[str, str | None]) -> list[Party]:
    return [Party(identity, name) for identity, name in people.items()]


def _others(people: list[Party], line: Line) -> list[Party]:
    return [it for it in people if it.identity != line.device.identity]
