"""Signalling between an SDK and the house: the wire types, declared once.

JSON texts over one WebSocket at ``/rtc/1/socket``, without compression, at most
512 KiB each; the field ``t`` names the type.  The TypeScript side is generated
from this module; ``docs/protocol.md`` tells the story.

* The first message is `Connect`, within 10 s; the answer is `Connected` or
  `Rejected` and the end of the socket.
* Call ids are UUIDs.  The client mints the id of a call it makes, so that a
  repeated `Call` is the same call; the house mints the others.
* Messages about calls are numbered in each direction, from 1, in the field ``n``; a
  `Ping` and its `Pong` say what was heard.  A lost socket is replaced by another
  whose `Connect` says `Resumption`: the answer is `Resumed`, and then either what was
  said since is said again, or a snapshot takes its place.  Nothing is heard twice.
* SDP is cargo, keyed by call and generation.  The client makes the first offer,
  complete; afterwards only the house offers, one negotiation at a time, and a
  client that wants to send more asks with `Renegotiate`.
* A command that cannot be obeyed is answered with `Refused`; a text that cannot
  be understood with `Malformed`.  Neither changes anything.
"""

from __future__ import annotations

from ringway.rtc.client_messages import *
from ringway.rtc.house_messages import *
from ringway.rtc.message_parts import *
