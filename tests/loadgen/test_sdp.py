from typing import Any, cast

from loadgen import sdp
from loadgen.driver import Audio, Media, Video
from loadgen.farm import Incoming, Kind, Peer, Remote, Track

FINGERPRINT = ":".join(["AB"] * 32)
SERVER_OFFER = "\r\n".join(
    [
        "v=0",
        "a=group:BUNDLE a v",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "a=ice-ufrag:uuuu",
        "a=ice-pwd:pppp",
        f"a=fingerprint:sha-256 {FINGERPRINT}",
        "a=setup:actpass",
        "a=mid:a",
        "a=rtpmap:111 opus/48000/2",
        f"a=extmap:3/recvonly {sdp.MID}",
        "a=candidate:1 1 udp 100 192.0.2.1 5000 typ host",
        "a=candidate:2 1 udp 90 127.0.0.1 5001 typ host",
        "a=candidate:3 1 tcp 80 127.0.0.1 5002 typ host",
        "a=candidate:4 1 udp 70 ::1 5003 typ host",
        "m=video 9 UDP/TLS/RTP/SAVPF 96 98 97 99",
        "a=mid:v",
        "a=rtpmap:96 VP8/90000",
        "a=rtcp-fb:96 nack",
        "a=rtcp-fb:96 transport-cc",
        f"a=extmap:5 {sdp.TRANSPORT_WIDE}",
        "a=rtpmap:98 VP9/90000",
        "a=rtpmap:97 rtx/90000",
        "a=fmtp:97 apt=96",
        "a=rtpmap:99 rtx/90000",
        "a=fmtp:99 apt=98",
        "",
    ]
)


class StubFarm:
    fingerprint = FINGERPRINT


class StubPeer:
    def __init__(self) -> None:
        self.farm = StubFarm()
        self.setup = "actpass"
        self.ufrag, self.password, self.port = "ffff", "wwww", 4000
        self.tracks: list[Track] = []
        self.remotes: list[Remote] = []
        self.incoming = Incoming()

    def add(self, track: Track) -> int:
        self.tracks.append(track)
        return len(self.tracks) - 1

    def receive(self, incoming: Incoming) -> None:
        self.incoming = incoming

    def connect(self, remote: Remote) -> None:
        self.remotes.append(remote)


def as_peer(stub: StubPeer) -> Peer:
    return cast(Peer, cast(Any, stub))


def test_parse_takes_the_loopback_candidate() -> None:
    remote = sdp.parse(SERVER_OFFER).remote()
    assert (remote.address, remote.port) == ("127.0.0.1", 5001)
    assert (remote.ufrag, remote.password) == ("uuuu", "pppp")
    assert remote.fingerprint == FINGERPRINT
    assert remote.setup == "actpass"


def test_parse_reads_sections() -> None:
    audio, video = sdp.parse(SERVER_OFFER).sections
    assert (audio.kind, audio.mid, audio.payload_types) == ("audio", "a", [111])
    assert audio.extensions == {sdp.MID: 3}
    assert video.payload_types == [96, 98, 97, 99]
    assert video.media_types == [96, 98]
    assert (video.rtx_of(96), video.rtx_of(98), audio.rtx_of(111)) == (97, 99, 0)
    assert (
        video.transport_id(96),
        video.transport_id(98),
        audio.transport_id(111),
    ) == (5, 0, 0)


def test_answer_takes_the_first_codec_and_the_active_role() -> None:
    stub = StubPeer()
    text = sdp.answer(as_peer(stub), SERVER_OFFER)
    description = sdp.parse(text)
    assert description.setup == "active"
    assert [section.payload_types for section in description.sections] == [
        [111],
        [96, 97],
    ]
    for line in ("rtcp-fb:96 nack", "rtpmap:97 rtx/90000", "fmtp:97 apt=96"):
        assert f"a={line}\r\n" in text
    assert "VP9" not in text
    assert ":99" not in text
    assert stub.incoming == Incoming(5, frozenset({96}), frozenset({97}))


def test_what_a_server_does_not_offer_is_left_out() -> None:
    extras = ("rtcp-fb", "extmap", "rtx", "apt=")
    plain = [
        line
        for line in SERVER_OFFER.split("\r\n")
        if not any(x in line for x in extras)
    ]
    stub = StubPeer()
    text = sdp.answer(as_peer(stub), "\r\n".join(plain).replace("96 98 97 99", "96"))
    assert stub.incoming == Incoming()
    assert not any(x in text for x in extras)
    offer = sdp.Offer(as_peer(stub), Media(Audio(), Video()))
    offer.accept("\r\n".join(plain).replace("96 98 97 99", "96"))
    _, video = stub.tracks
    assert (video.transport_id, video.rtx_payload_type) == (0, 0)


def test_answer_to_an_active_server_is_passive() -> None:
    offer = SERVER_OFFER.replace("a=setup:actpass", "a=setup:active")
    assert sdp.parse(sdp.answer(as_peer(StubPeer()), offer)).setup == "passive"


def test_offer_is_accepted_with_the_extensions_of_the_answer() -> None:
    stub = StubPeer()
    offer = sdp.Offer(as_peer(stub), Media(Audio(speech=True), Video()))
    offer.accept(SERVER_OFFER.replace("a=setup:actpass", "a=setup:active"))
    audio, video = stub.tracks
    assert (audio.kind, audio.mid, audio.mid_id) == (Kind.SPEECH, "a", 3)
    assert (video.kind, video.mid_id, video.payload_type) == (Kind.VIDEO, 0, 96)
    assert (video.transport_id, video.rtx_payload_type) == (5, 97)
    assert f"a=ssrc:{video.ssrc} " in offer.text
    assert f"a=ssrc-group:FID {video.ssrc} {video.rtx_ssrc}\r\n" in offer.text
    assert stub.remotes[0].setup == "active"


def directions(text: str) -> list[str]:
    return [section.direction for section in sdp.parse(text).sections]


def test_directions_are_answered_with_what_fits() -> None:
    offered = [
        line if line != "a=mid:v" else "a=mid:v\r\na=inactive"
        for line in SERVER_OFFER.replace("a=mid:a", "a=mid:a\r\na=sendonly").split(
            "\r\n"
        )
    ]
    text = sdp.answer(as_peer(StubPeer()), "\r\n".join(offered))
    assert directions(text) == ["recvonly", "inactive"]


def test_a_rejected_section_stays_rejected() -> None:
    offer = SERVER_OFFER.replace("m=video 9", "m=video 0")
    _, video = sdp.parse(sdp.answer(as_peer(StubPeer()), offer)).sections
    assert video.port == 0


def test_who_publishes_goes_on_in_the_same_sections() -> None:
    stub = StubPeer()
    sdp.Offer(as_peer(stub), Media(Audio(), Video())).accept(SERVER_OFFER)
    again = SERVER_OFFER.replace("a=mid:", "a=recvonly\r\na=mid:")
    text = sdp.answer(as_peer(stub), again)
    assert directions(text) == ["sendonly", "sendonly"]
    assert f"a=ssrc:{stub.tracks[1].ssrc} " in text
