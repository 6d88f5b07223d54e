"""A stretch of the log, folded into rows of calls and meetings and their changes.

Pure but for what it is given: the rows as they were before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ringway.domain import bridge_messages as bridge
from ringway.domain import leg_events as leg
from ringway.domain.effects import Kind
from ringway.domain.values import AccountId, BridgeId, Endpoint, LegId, TextKey
from ringway.ports.calls import Call, CallKey
from ringway.ports.event_log import Recorded
from ringway.ports.meetings import MeetingKey, MeetingRow
from ringway.runtime.call_rows import expected, project, restrained
from ringway.runtime.changes import CallChange, Change, MeetingChange, Moment, Texts
from ringway.runtime.codec import decode
from ringway.runtime.meeting_rows import project_meeting

FOLLOWED: Final = frozenset({Kind.LEG.value, Kind.BRIDGE.value})
"""The machines whose events make rows."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the log, read."""

    recorded: Recorded
    event: Any

    @property
    def account(self) -> AccountId:
        """Whose it is."""
        return self.recorded.entry.stream.account

    @property
    def leg(self) -> LegId | None:
        """The leg it happened to."""
        stream = self.recorded.entry.stream
        return LegId(stream.id) if stream.kind == Kind.LEG else None

    @property
    def bridge(self) -> BridgeId | None:
        """The bridge it happened to."""
        stream = self.recorded.entry.stream
        return BridgeId(stream.id) if stream.kind == Kind.BRIDGE else None

    @property
    def begins(self) -> bool:
        """Whether nothing was there before: no row either."""
        return self.recorded.entry.version == 1


def read(recorded: Iterable[Recorded]) -> list[Happened]:
    """Read the events that make rows.  Or `UnreadableEvent`."""
    return [
        Happened(it, decode(it.entry))
        for it in recorded
        if it.entry.stream.kind in FOLLOWED
    ]


def calls_needed(stretch: Sequence[Happened]) -> set[CallKey]:
    """Say which rows of calls must be known before the stretch can be folded."""
    begun = {(it.account, it.leg) for it in stretch if it.begins and it.leg is not None}
    needed: set[CallKey] = set()
    for it in stretch:
        legs = [it.leg] if it.leg is not None else _named(it.event)
        needed |= {(it.account, who) for who in legs}
    return needed - begun


def _named(event: object) -> list[LegId]:
    match event:
        case bridge.SeatTaken(leg=who) | bridge.Restrained(leg=who):
            return [who]
        case bridge.Created(parent=parent, child=child, owner=owner):
            return [] if owner is None else _known(parent, child)
        case _:
            return []


def meetings_needed(stretch: Sequence[Happened]) -> set[MeetingKey]:
    """Say which rows of meetings must be known."""
    bridges = [(it.account, it.bridge, it.begins) for it in stretch]
    begun = {(account, it) for account, it, begins in bridges if it and begins}
    return {(account, it) for account, it, _ in bridges if it} - begun


def parties(rows: Iterable[MeetingRow]) -> set[CallKey]:
    """Say which calls the dialogs among them are about."""
    return {(row.account, who) for row in rows for who in _known(row.parent, row.child)}


def _known(*legs: LegId | None) -> list[LegId]:
    return [it for it in legs if it is not None]


@dataclass(slots=True)
class Fold:
    """Rows, as they become event by event."""

    calls: dict[CallKey, Call]
    meetings: dict[MeetingKey, MeetingRow]

    def apply(self, stretch: Sequence[Happened]) -> list[Change]:
        """Fold the stretch; give what has changed for applications, in order."""
        return [change for it in stretch for change in self._apply(it)]

    def _apply(self, it: Happened) -> Iterator[Change]:
        entry, position = it.recorded.entry, it.recorded.position
        moment = Moment(it.account, position, entry.at_us, entry.trace_id)
        if it.leg is not None:
            key = it.account, it.leg
            before = self.calls.get(key)
            after = self.calls[key] = project(before, position, it.event)
            if after.owners and after is not before:
                yield CallChange(moment, it.event, before, after)
        elif it.bridge is not None:
            yield from self._meet(it, moment, it.bridge)

    def _meet(
        self, it: Happened, moment: Moment, meeting: BridgeId
    ) -> Iterator[MeetingChange]:
        key = it.account, meeting
        before = self.meetings.get(key)
        endpoint = self._endpoint(it)
        after = project_meeting(
            before, moment.position, moment.at, it.event, endpoint=endpoint
        )
        if after is None or after is before:
            return
        self.meetings[key] = after
        if isinstance(it.event, bridge.Restrained):
            self._restrain(it.account, it.event, moment.position)
        yield MeetingChange(moment, it.event, before, after, self._parties(it, after))

    def _endpoint(self, it: Happened) -> Endpoint | None:
        """Say who takes a seat."""
        if not isinstance(it.event, bridge.SeatTaken):
            return None
        if it.event.guest is not None:
            return it.event.guest.endpoint
        call = self.calls.get((it.account, it.event.leg))
        if call is not None:
            return call.endpoint
        return None if it.event.call is None else it.event.call.endpoint

    def _restrain(
        self, account: AccountId, event: bridge.Restrained, position: int
    ) -> None:
        call = self.calls.get((account, event.leg))
        if call is not None and call.ended_at is None:
            self.calls[call.key] = restrained(call, position, event.restraint)

    def _parties(self, it: Happened, row: MeetingRow) -> dict[LegId, Call]:
        """Give parent and child, also one that begins with its seat."""
        both = _known(row.parent, row.child)
        found = {
            who: call
            for who in both
            if (call := self.calls.get((row.account, who))) is not None
        }
        if isinstance(it.event, bridge.SeatTaken) and it.event.call is not None:
            told = it.event.call
            if told.id in both:
                found.setdefault(told.id, expected(told, it.recorded.entry.at_us))
        return found


def texts_needed(changes: Iterable[Change]) -> dict[AccountId, set[TextKey]]:
    """Say which texts customers are told with these changes."""
    needed: dict[AccountId, set[TextKey]] = {}
    for change in changes:
        keys = needed.setdefault(change.moment.account, set())
        if isinstance(change, MeetingChange):
            some = [it.custom_data for it in change.calls.values()]
        else:
            some = [change.after.custom_data]
        if isinstance(change.event, leg.ActionFailed | bridge.ActionFailed):
            some.append(change.event.action.custom_data)
        keys.update(it for it in some if it is not None)
    return {account: keys for account, keys in needed.items() if keys}


def with_texts(change: Change, texts: Texts) -> Change:
    """Give the change with the texts that customers are told with it."""
    return replace(change, moment=replace(change.moment, texts=texts))
