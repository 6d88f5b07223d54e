"""What customers are told of what happens: from a change to public events, pure."""

from __future__ import annotations

from collections.abc import Iterator

from ringway.ports.outbox import PublicEvent
from ringway.public.call_events import BaseUrl, of_call
from ringway.public.meeting_events import of_meeting
from ringway.runtime.changes import CallChange, Change, Publish


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
