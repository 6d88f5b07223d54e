"""Descriptions (RFC 8866, RFC 9429) for servers that negotiate with SDP."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import cast

from loadgen.driver import Media
from loadgen.farm import Incoming, Kind, Peer, Remote, Setup, Track

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
TRANSPORT_WIDE = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
OPUS = 111
VP8 = 96
VP8_RTX = 97

_CODECS: dict[str, tuple[list[int], list[str]]] = {
    "audio": (
        [OPUS],
        [
            f"a=rtpmap:{OPUS} opus/48000/2",
            f"a=fmtp:{OPUS} minptime=10;useinbandfec=1",
            f"a=rtcp-fb:{OPUS} transport-cc",
        ],
    ),
    "video": (
        [VP8, VP8_RTX],
        [
            f"a=rtpmap:{VP8} VP8/90000",
            f"a=rtcp-fb:{VP8} nack",
            f"a=rtcp-fb:{VP8} nack pli",
            f"a=rtcp-fb:{VP8} ccm fir",
            f"a=rtcp-fb:{VP8} goog-remb",
            f"a=rtcp-fb:{VP8} transport-cc",
            f"a=rtpmap:{VP8_RTX} rtx/90000",
            f"a=fmtp:{VP8_RTX} apt={VP8}",
        ],
    ),
}

_ANSWERED = {
    "sendrecv": (True, True),
    "sendonly": (False, True),
    "recvonly": (True, False),
    "inactive": (False, False),
}
"""By the direction that is offered: whether the answer may send, and whether it receives."""


@dataclass
class Section:
    """One m= section."""

    kind: str
    payload_types: list[int]
    mid: str = ""
    port: int = 9
    """0 says that the section is rejected (RFC 9429 section 5.3.1)."""
    direction: str = "sendrecv"
    extensions: dict[str, int] = field(default_factory=dict)
    attributes: list[str] = field(default_factory=list)

    def feedback(self, payload_type: int, kind: str) -> bool:
        """Whether this RTCP feedback (RFC 4585) is agreed on."""
        return any(f"a=rtcp-fb:{each} {kind}" in self.attributes for each in (payload_type, "*"))

    @property
    def media_types(self) -> list[int]:
        """The payload types that are not RTX."""
        return [each for each in self.payload_types if not self._is_rtx(each)]

    def rtx_of(self, payload_type: int) -> int:
        """The RTX payload type (RFC 4588) that repeats this one; 0 if there is none."""
        for each in self.payload_types:
            if self._is_rtx(each) and payload_type in self._repeated_by(each):
                return each
        return 0

    def _is_rtx(self, payload_type: int) -> bool:
        start = f"a=rtpmap:{payload_type} rtx/"
        return any(each.lower().startswith(start) for each in self.attributes)

    def _repeated_by(self, rtx: int) -> list[int]:
        start = f"a=fmtp:{rtx} "
        found = [each.removeprefix(start) for each in self.attributes if each.startswith(start)]
        parameters = [each.strip() for line in found for each in line.split(";")]
        return [int(each[4:]) for each in parameters if each.startswith("apt=")]

    def transport_id(self, payload_type: int) -> int:
        """The id of the transport-wide sequence number, if feedback on it is agreed on."""
        if not self.feedback(payload_type, "transport-cc"):
            return 0
        return self.extensions.get(TRANSPORT_WIDE, 0)


@dataclass
class Description:
    """The parts of a description that a client acts on; all sections share one transport."""

    ufrag: str = ""
    password: str = ""
    setup: Setup = "actpass"
    fingerprint: str | None = None
    candidates: list[tuple[str, int]] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    def remote(self) -> Remote:
        """The transport to connect to: the loopback candidate if there is one."""
        loopback = [each for each in self.candidates if each[0].startswith("127.")]
        candidates = loopback or self.candidates
        if not candidates:
            raise ValueError("the description has no UDP candidate over IPv4")
        address, port = candidates[0]
        return Remote(self.ufrag, self.password, address, port, self.setup, self.fingerprint)

    def incoming(self) -> Incoming:
        """What a peer has agreed to receive whose answer, or whose server's answer, this is."""
        nack: set[int] = set()
        rtx: set[int] = set()
        transport_id = 0
        for section in self.sections:
            for each in section.media_types:
                if section.feedback(each, "nack"):
                    nack.add(each)
                if section.rtx_of(each):
                    rtx.add(section.rtx_of(each))
                transport_id = transport_id or section.transport_id(each)
        return Incoming(transport_id, frozenset(nack), frozenset(rtx))


def parse(text: str) -> Description:
    """Read a description."""
    result = Description()
    for line in text.splitlines():
        if line.startswith("m="):
            kind, port, _protocol, *types = line[2:].split()
            numbers = [int(each) for each in types if each.isdigit()]
            result.sections.append(Section(kind, numbers, port=int(port)))
        elif line.startswith("a="):
            _read_attribute(result, line)
    return result


def _read_attribute(result: Description, line: str) -> None:
    name, _, value = line[2:].partition(":")
    match name:
        case "ice-ufrag":
            result.ufrag = value
        case "ice-pwd":
            result.password = value
        case "setup" if value in ("actpass", "active", "passive"):
            result.setup = cast(Setup, value)
        case "fingerprint" if value.lower().startswith("sha-256 "):
            result.fingerprint = value.split()[1]
        case "candidate":
            _foundation, _component, transport, _priority, address, port = value.split()[:6]
            if transport.lower() == "udp" and "." in address:
                result.candidates.append((address, int(port)))
        case _:
            pass
    if not result.sections:
        return
    section = result.sections[-1]
    section.attributes.append(line)
    if name == "mid":
        section.mid = value
    elif name in _ANSWERED:
        section.direction = name
    elif name == "extmap":
        number, uri = value.split()[:2]
        section.extensions[uri] = int(number.split("/")[0])


def _session(mids: list[str]) -> list[str]:
    return [
        "v=0",
        f"o=- {random.getrandbits(60)} 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE " + " ".join(mids),
        "a=msid-semantic: WMS *",
    ]


def _section(
    peer: Peer, kind: str, types: list[int], mid: str, setup: str, port: int = 9
) -> list[str]:
    return [
        f"m={kind} {port} UDP/TLS/RTP/SAVPF {' '.join(map(str, types))}",
        "c=IN IP4 127.0.0.1",
        f"a=mid:{mid}",
        "a=rtcp-mux",
        f"a=ice-ufrag:{peer.ufrag}",
        f"a=ice-pwd:{peer.password}",
        f"a=candidate:1 1 udp 2122260223 127.0.0.1 {peer.port} typ host",
        "a=end-of-candidates",
        f"a=fingerprint:sha-256 {peer.farm.fingerprint}",
        f"a=setup:{setup}",
    ]


def _text(lines: list[str]) -> str:
    return "\r\n".join(lines) + "\r\n"


class Offer:
    """A publisher's offer. Send `text` to the server, and give its answer to `accept`.

    `direction` is "sendonly", or "sendrecv" for a room that sends audio back on the same section.
    With media None, the peer offers to receive audio only.
    """

    def __init__(self, peer: Peer, media: Media | None, direction: str = "sendonly") -> None:
        self.peer = peer
        self._tracks: dict[str, Track] = {}
        if media and media.audio:
            kind = Kind.SPEECH if media.audio.speech else Kind.AUDIO
            self._tracks["audio"] = Track(
                ssrc=_ssrc(),
                kind=kind,
                payload_type=OPUS,
                packets_per_second=media.audio.packets_per_second,
                packet_bytes=media.audio.packet_bytes,
            )
        if media and media.video:
            self._tracks["video"] = Track(
                ssrc=_ssrc(),
                kind=Kind.VIDEO,
                payload_type=VP8,
                rtx_payload_type=VP8_RTX,
                rtx_ssrc=_ssrc(),
                packets_per_second=media.video.packets_per_second,
                frames_per_second=media.video.frames_per_second,
                packet_bytes=media.video.packet_bytes,
            )
        kinds = list(self._tracks) or ["audio"]
        lines = _session([str(mid) for mid in range(len(kinds))])
        for mid, kind_name in enumerate(kinds):
            lines += self._offer_section(kind_name, str(mid), direction)
        self.text = _text(lines)

    def _offer_section(self, kind: str, mid: str, direction: str) -> list[str]:
        types, codec = _CODECS[kind]
        lines = _section(self.peer, kind, types, mid, self.peer.setup)
        lines += [f"a={direction}", f"a=extmap:1 {MID}", f"a=extmap:3 {TRANSPORT_WIDE}", *codec]
        if kind == "audio":
            lines.append(f"a=extmap:2 {AUDIO_LEVEL}")
        if kind in self._tracks:
            lines += _sources(kind, self._tracks[kind])
        return lines

    def accept(self, answer: str) -> None:
        """Use the extensions, the feedback and the RTX that the answer kept, and connect."""
        description = parse(answer)
        for section in description.sections:
            track = self._tracks.get(section.kind)
            if track:
                negotiated = replace(
                    track,
                    mid=section.mid,
                    mid_id=section.extensions.get(MID, 0),
                    level_id=section.extensions.get(AUDIO_LEVEL, 0),
                    transport_id=section.transport_id(track.payload_type),
                    rtx_payload_type=section.rtx_of(track.payload_type),
                )
                self.peer.add(negotiated)
        self.peer.receive(description.incoming())
        self.peer.connect(description.remote())


def _sources(kind: str, track: Track) -> list[str]:
    lines = [f"a=msid:loadgen {kind}", f"a=ssrc:{track.ssrc} cname:loadgen"]
    if track.rtx_ssrc:
        lines.append(f"a=ssrc:{track.rtx_ssrc} cname:loadgen")
        lines.append(f"a=ssrc-group:FID {track.ssrc} {track.rtx_ssrc}")
    return lines


def _ssrc() -> int:
    return random.getrandbits(31) | 1


def answer(peer: Peer, offer: str) -> str:
    """Agree to what a server offers, each section with its first codec and its RTX.

    What the server offers to send is received. A section that the peer's own tracks go in is sent
    in if the server still receives there. A rejected section stays rejected.
    """
    description = parse(offer)
    setup: Setup = peer.setup if peer.setup != "actpass" else "active"
    if description.setup == "active":
        setup = "passive"
    own = {track.mid: track for track in peer.tracks}
    lines = _session([section.mid for section in description.sections if section.port])
    for section in description.sections:
        chosen = section.media_types[:1]
        types = [*chosen, *filter(None, map(section.rtx_of, chosen))] or section.payload_types
        lines += _section(peer, section.kind, types, section.mid, setup, section.port)
        track = own.get(section.mid)
        lines.append(f"a={_direction(section, sends=track is not None)}")
        if track is not None:
            lines += _sources(section.kind, track)
        names = ("rtpmap", "fmtp", "rtcp-fb")
        kept = [f"a={name}:{each} " for name in names for each in (*types, "*")]
        kept.append("a=extmap:")
        lines += [each for each in section.attributes if each.startswith(tuple(kept))]
    text = _text(lines)
    peer.receive(parse(text).incoming())
    return text


def _direction(section: Section, *, sends: bool) -> str:
    """How to answer a section's direction (RFC 9429 section 5.3.1)."""
    sent, received = _ANSWERED[section.direction]
    return {
        (True, True): "sendrecv",
        (True, False): "sendonly",
        (False, True): "recvonly",
        (False, False): "inactive",
    }[sent and sends, received]
