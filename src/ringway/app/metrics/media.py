"""What the engine counts, as metrics: what each means, and which are drops.

The engine tells its counters by name, and a newer one may tell more: those appear
too, with less of a description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ringway.app.metrics.declared import Declared, Kind

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_DROP = re.compile(r"(?:^|_)drop_")
UNKNOWN: Final = "Told by the media engine."

COUNTERS: Final[Mapping[str, str]] = {
    "datagrams_received": "Packets that came, whatever they are.",
    "rtp_packets_received": "RTP that came.",
    "rtp_bytes_received": "Payload of it.",
    "rtp_packets_recovered": "RTP that was lost, and repeated by a later packet.",
    "rtcp_packets_received": "RTCP that came.",
    "rtp_packets_sent": "RTP that was sent, to all viewers together.",
    "rtp_bytes_sent": "Payload of it.",
    "rtp_packets_retransmitted": "RTP that was sent again.",
    "rtp_packets_copied": "Of these, second copies for viewers that lose much.",
    "rtcp_packets_sent": "RTCP that was sent.",
    "key_frames_asked": "Key frames the engine asked of cameras and screens.",
    "nacks_sent": "Requests to clients for lost packets.",
    "alarms": "Times at which something of a pipe was due.",
    "pipes_opened": "Pipes that were opened.",
    "pipes_refused": "Pipes that were refused: bad offers, or no room.",
    "pipes_failed": "Pipes that failed.",
    "handshake_steps": "Steps of DTLS handshakes.",
    "panics": "Faults in the engine: each is a bug worth a report.",
    "sections_exhausted": "Tracks not shown, as a description has no more room.",
    "texts_received": "Texts that clients sent.",
    "texts_sent": "Texts that were sent, by recipient.",
    "texts_dropped": "Texts not sent, as their recipient reads too slowly.",
    "texts_refused": "Messages of data channels that were answered with a code.",
    "channel_messages_ignored": "Messages of data channels that are no texts.",
    "channels_lost": "Data channels that ended before their pipe.",
    "relay_bursts": "Bursts that went from shard to shard.",
    "relays_dropped": "Messages between shards that found no room.",
    "rtp_probes_received": "RTP that a sender repeated to probe its path.",
    "orders_ignored": "Orders that came too late to mean anything.",
    "ends_forgotten": "Ends of pipes that no control plane came to hear of in time.",
    "udp_datagrams_received": "Datagrams from the kernel.",
    "udp_bytes_received": "Bytes of these.",
    "udp_messages_sent": "Messages to the kernel, each of one or more datagrams.",
    "udp_bytes_sent": "Bytes of these.",
    "udp_messages_segmented": "Of these, messages that the kernel cuts (GSO).",
    "udp_segmentation_refused": "Messages that it would not cut.",
    "udp_messages_delayed": "Messages that waited for room in the send buffer.",
    "tcp_connections_accepted": "TCP connections that were taken.",
    "tcp_connections_refused_full": "Refused, as there are too many.",
    "tcp_connections_refused_address": "Refused, as one address has too many.",
    "tcp_connections_refused_system": "Refused by the system: no files, no memory.",
    "tcp_connections_lost": "TCP connections that clients ended.",
    "tcp_connections_closed_malformed": "Closed: not framed as RFC 4571 says.",
    "tcp_connections_closed_unproven": "Closed: nobody proved a password in time.",
    "tcp_connections_closed_silent": "Closed: silent for too long.",
    "tcp_connections_closed_useless": "Closed: its pipe is gone, or elsewhere.",
    "tcp_frames_received": "Packets that came over TCP.",
    "tcp_bytes_received": "Bytes of these.",
    "tcp_frames_sent": "Packets sent over TCP.",
    "tcp_frames_delayed": "Of these, packets that waited for a slow client.",
}
"""By the engine's name; drops are told by reason instead."""
GAUGES: Final[Mapping[str, str]] = {
    "pipes": "Pipes the engine holds.",
    "bridges": "Bridges the engine holds.",
    "tracks": "Tracks that clients send.",
    "handshake_steps_waiting": "Steps of DTLS handshakes that wait for their turn.",
}


def split(
    counters: Mapping[str, int],
) -> tuple[dict[str, int], dict[str, int]]:
    """Part what the engine counts into drops, by reason, and all the rest, by name."""
    drops: dict[str, int] = {}
    rest: dict[str, int] = {}
    for name, value in counters.items():
        if _NAME.fullmatch(name) is None:
            continue
        if _DROP.search(name):
            drops[_DROP.sub(lambda found: found[0][:-5], name)] = value
        else:
            rest[name] = value
    return drops, rest


def counter(name: str) -> Declared:
    """Declare a counter of the engine."""
    return Declared(f"media_{name}", Kind.COUNTER, COUNTERS.get(name, UNKNOWN))


def gauge(name: str) -> Declared | None:
    """Declare a gauge of the engine; None if its name can be none."""
    if _NAME.fullmatch(name) is None:
        return None
    return Declared(f"media_{name}", Kind.GAUGE, GAUGES.get(name, UNKNOWN))
