"""What customers are told of what happens: from a change to public events, pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ringway.domain.bridge_state import Bridge
from ringway.domain.values import LegId
from ringway.ports.outbox import PublicEvent
from ringway.public.call_events import BaseUrl, of_call
from ringway.public.meeting_events import of_meeting, talking
from ringway.runtime.changes import CallChange, Change, Moment, Publish


def publisher(base_url: BaseUrl) -> Publish:
    """Make the one who tells customers of changes (`runtime.call_follower`)."""

    def publish(change: Change) -> Iterator[PublicEvent]:
        if isinstance(change, CallChange):
            told = of_call(change, base_url)
        else:
            told = of_meeting(change, base_url)
        for index, each in enumerate(told):
            yield each.at(change.moment, index)

    return publish


def talked(
    conference: Bridge, leg: LegId, started: bool, at: int, trace: str
) -> Callable[[int, int], PublicEvent]:
    """Make what is told of a participant who talks, or no longer does.

    It is in no log: whoever publishes it gives it position and index.
    """
    owner = conference.owner
    assert owner is not None, "people's meetings are nobody's to be told of"
    told = talking(conference.id, owner, leg, started=started)

    def make(position: int, index: int) -> PublicEvent:
        return told.at(Moment(conference.account, position, at, trace), index)

    return make
