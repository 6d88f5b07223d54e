"""Limits of signalling: every one has a number, and here it is."""

from __future__ import annotations

from dataclasses import dataclass, field

CONNECT_WITHIN_S = 10.0
"""From the open socket to `Connect`."""
MOST_STRANGERS = 1_000
"""Sockets that have not said `Connect` yet."""
MOST_CONNECTIONS = 20_000
MOST_PER_IDENTITY = 16
"""Tabs and devices of one person."""
MESSAGES_PER_S = 50.0
BURST = 200
"""Messages at once, after a quiet time."""
MOST_MALFORMED = 50
"""Texts that can not be understood, for each connection."""
MOST_WAITING = 500
"""Messages that wait for a client to read them."""
MOST_WAITING_CHARACTERS = 4 * 1024 * 1024
MOST_KEPT = 400
"""Messages of one line that are kept until they were heard; all of them must fit
into `MOST_WAITING`, behind the welcome of the socket on which they are repeated."""
MOST_KEPT_CHARACTERS = 1024 * 1024
SENT_WITHIN_S = 10.0
"""How long one message may take to leave us."""
MOST_PEOPLE = 200
"""Who came first; who watches is told of the others when one of these is gone."""
PEOPLE_TOLD_EVERY_MS = 250
"""Who comes and goes in this time is told in one message."""
CLOSED_WITHIN_S = 2.0
"""How long what is left may take to be read when a socket is closed."""


@dataclass(slots=True)
class Bucket:
    """A token bucket: `burst` at once, `per_s` in the long run."""

    per_s: float
    burst: float
    at: float
    """Seconds of a clock that never jumps."""
    level: float = field(init=False)

    def __post_init__(self) -> None:
        self.level = self.burst

    def take(self, at: float) -> bool:
        """Take one; False when there is none left."""
        self.level = min(self.burst, self.level + (at - self.at) * self.per_s)
        self.at = at
        if self.level < 1:
            return False
        self.level -= 1
        return True
