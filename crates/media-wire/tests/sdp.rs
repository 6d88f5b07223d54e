//! Session descriptions: what browsers write, what is refused, and round trips.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::fmt::Write as _;

use media_wire::extension::Kind;
use media_wire::sdp::{Description, Direction, MediaKind, Problem, SdpError, Setup, limits};

const CHROMIUM: &str = include_str!("data/chromium-offer.sdp");
const FIREFOX: &str = include_str!("data/firefox-offer.sdp");
const ALL: [&str; 8] = [
    CHROMIUM,
    FIREFOX,
    include_str!("data/chromium-answer.sdp"),
    include_str!("data/chromium-audio.sdp"),
    include_str!("data/chromium-simulcast.sdp"),
    include_str!("data/firefox-answer.sdp"),
    include_str!("data/firefox-audio.sdp"),
    include_str!("data/firefox-simulcast.sdp"),
];

const HEAD: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

fn parse(text: &str) -> Description {
    Description::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn problem(body: &str) -> Problem {
    Description::parse(&format!("{HEAD}{body}"))
        .unwrap_err()
        .problem
}

#[test]
fn what_browsers_write_comes_back_the_same() {
    for text in ALL {
        let description = parse(text);
        let written = description.to_string();
        assert_eq!(parse(&written), description);
        assert_eq!(parse(&written.replace("\r\n", "\n")), description);
        assert!(
            written
                .split_terminator("\r\n")
                .all(|line| !line.contains(['\r', '\n']))
        );
    }
}

#[test]
fn an_offer_of_chromium_is_understood() {
    let offer = parse(CHROMIUM);
    assert_eq!(offer.bundles, [["0", "1"]]);
    assert!(offer.is_bundled("1") && !offer.is_bundled("2") && !offer.ice_lite);
    assert_eq!(offer.origin.address, "IN IP4 127.0.0.1");
    let [audio, video] = &offer.sections[..] else {
        panic!("two sections")
    };
    assert_eq!(
        (&audio.kind, &video.kind),
        (&MediaKind::Audio, &MediaKind::Video)
    );
    for section in [audio, video] {
        assert!(section.is_rtp() && section.rtcp_mux && section.rtcp_rsize);
        assert!(!section.is_rejected());
        assert_eq!(offer.setup(section), Some(Setup::ActPass));
        assert_eq!(offer.direction(section), Direction::SendRecv);
        assert!(
            offer
                .ice_ufrag(section)
                .is_some_and(|ufrag| ufrag.len() >= 4)
        );
        assert!(offer.ice_pwd(section).is_some_and(|pwd| pwd.len() >= 22));
        assert!(offer.extmap_allow_mixed(section));
        assert_eq!(offer.fingerprints(section)[0].bytes.len(), 32);
        for kind in [Kind::Mid, Kind::TransportSequence, Kind::AbsoluteSendTime] {
            assert!(
                offer
                    .extensions(section)
                    .any(|known| known.uri == kind.uri())
            );
        }
        let ssrc = section.ssrcs[0].ssrc;
        assert!(section.ssrcs[0].cname.is_some() && section.msids[0].track.is_some());
        let retransmission = section.retransmission_ssrc(ssrc);
        assert_eq!(retransmission.is_some(), section.kind == MediaKind::Video);
    }
    let opus = audio.codecs.iter().find(|codec| codec.is("opus")).unwrap();
    assert_eq!(
        (opus.payload_type, opus.clock, opus.channels),
        (111, 48_000, 2)
    );
    assert_eq!(opus.parameter("useinbandfec"), Some("1"));
    assert!(opus.has_feedback("transport-cc"));
    let vp8 = video.codecs.iter().find(|codec| codec.is("VP8")).unwrap();
    for kind in ["nack", "nack pli", "ccm fir", "goog-remb"] {
        assert!(vp8.has_feedback(kind), "{kind}");
    }
    let rtx = video.retransmission_of(vp8.payload_type).unwrap();
    assert_eq!(rtx.retransmits(), Some(vp8.payload_type));
}

#[test]
fn an_offer_of_firefox_inherits_what_the_session_says() {
    let offer = parse(FIREFOX);
    let audio = offer.section("0").unwrap();
    assert!(audio.attributes.fingerprints.is_empty());
    assert_eq!(offer.fingerprints(audio)[0].algorithm, "sha-256");
    assert_eq!(offer.origin.username, "mozilla...THIS_IS_SDPARTA-99.0");
    assert!(audio.end_of_candidates && !audio.candidates.is_empty());
    assert_eq!(
        audio
            .codecs
            .iter()
            .filter(|codec| codec.channels == 1)
            .count(),
        4
    );
    assert!(offer.section("7").is_none());
}

#[test]
fn codecs_of_the_two_browsers_meet() {
    let (chromium, firefox) = (parse(CHROMIUM), parse(FIREFOX));
    for (mid, common) in [
        ("0", vec!["opus", "PCMU", "PCMA"]),
        ("1", vec!["VP8", "VP9"]),
    ] {
        let (ours, theirs) = (
            chromium.section(mid).unwrap(),
            firefox.section(mid).unwrap(),
        );
        for name in common {
            let mut pairs = ours.codecs.iter().filter(|codec| codec.is(name));
            let meets = |codec: &&media_wire::sdp::Codec| {
                theirs
                    .codecs
                    .iter()
                    .any(|other| codec.compatible_with(other))
            };
            assert!(pairs.any(|codec| meets(&codec)), "{name}");
        }
    }
}

#[test]
fn layers_and_data_channels_are_seen() {
    let offer = parse(ALL[4]);
    let video = offer.section("1").unwrap();
    assert_eq!(video.simulcast.as_deref(), Some("send h;l"));
    assert!(video.rids.iter().map(|rid| rid.id.as_str()).eq(["h", "l"]));
    let data = offer.section("2").unwrap();
    assert_eq!(data.kind, MediaKind::Application);
    assert_eq!(data.formats, ["webrtc-datachannel"]);
    assert_eq!(
        (data.sctp_port, data.max_message_size),
        (Some(5000), Some(262_144))
    );
    assert!(!data.is_rtp() && data.codecs.is_empty());
}

#[test]
fn what_is_unknown_is_passed_over() {
    let text = format!(
        "{HEAD}i=words\r\na=tool:x\r\na=group:LS 5\r\nk=clear\r\nm=text 9 RTP/AVP 98 0\n\
         i=more\nb=RS:5\nb=AS:50\nb=TIAS:48000\na=rtpmap:99 x/1\na=fmtp:99 y\na=what\na=ssrc:5 a:b"
    );
    let description = parse(&text);
    let section = &description.sections[0];
    assert_eq!(section.kind, MediaKind::Other("text".into()));
    assert_eq!(
        (section.bandwidth_as, section.bandwidth_tias),
        (Some(50), Some(48_000))
    );
    assert_eq!(section.formats, ["98"], "a payload type without a meaning");
    assert_eq!(section.codecs[0].name, "PCMU", "a static payload type");
    assert!(description.bundles.is_empty());
    assert_eq!(parse(&description.to_string()), description);
}

#[test]
fn feedback_for_all_codecs_reaches_each() {
    let text = format!(
        "{HEAD}m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=rtcp-fb:*  nack   pli\r\n\
         a=rtpmap:96 VP8/90000\r\na=rtpmap:97 VP9/90000\r\na=rtcp-fb:97 nack pli\r\n"
    );
    let description = parse(&text);
    for codec in &description.sections[0].codecs {
        assert_eq!(codec.feedback, ["nack pli"]);
    }
}

#[test]
fn rejected_sections_are_told_from_bundled_ones() {
    let text = format!("{HEAD}m=audio 0 RTP/AVP 0\r\nm=audio 0 RTP/AVP 0\r\na=bundle-only\r\n");
    let description = parse(&text);
    assert!(description.sections[0].is_rejected());
    assert!(!description.sections[1].is_rejected());
}

#[test]
fn each_kind_of_bad_line_is_named() {
    let media = "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\n";
    for (body, line) in [
        ("m=audio\r\n", "m="),
        ("m=audio 9 RTP/AVP\r\n", "m="),
        ("m=audio 65536 RTP/AVP 0\r\n", "m="),
        ("m=audio 9 RTP/AVP 128\r\n", "m="),
        ("m=audio 9 RTP/AVP x\r\n", "m="),
        ("a=ice-ufrag:abc\r\n", "a=ice-ufrag"),
        ("a=ice-ufrag:ab c\r\n", "a=ice-ufrag"),
        ("a=ice-pwd:tooshort\r\n", "a=ice-pwd"),
        ("a=setup:maybe\r\n", "a=setup"),
        ("a=fingerprint:sha-256 00\r\n", "a=fingerprint"),
        ("a=extmap:0 urn:x\r\n", "a=extmap"),
        ("a=group:BUNDLE a,b\r\n", "a=group"),
        ("m=audio 9 RTP/AVP 0\r\na=mid:\r\n", "a=mid"),
        ("m=audio 9 RTP/AVP 0\r\na=msid:\r\n", "a=msid"),
        ("m=audio 9 RTP/AVP 0\r\na=ssrc:x cname:y\r\n", "a=ssrc"),
        ("m=audio 9 RTP/AVP 0\r\na=ssrc:1 msid:\r\n", "a=ssrc"),
        (
            "m=audio 9 RTP/AVP 0\r\na=ssrc-group:FID x\r\n",
            "a=ssrc-group",
        ),
        ("m=audio 9 RTP/AVP 0\r\na=rid:1\r\n", "a=rid"),
        ("m=audio 9 RTP/AVP 0\r\nb=AS:-1\r\n", "b="),
        ("m=audio 9 RTP/AVP 0\r\na=rtpmap:0\r\n", "a=rtpmap"),
        ("m=audio 9 RTP/AVP 0\r\na=rtpmap:0 x\r\n", "a=rtpmap"),
        ("m=audio 9 RTP/AVP 0\r\na=rtcp-fb:0 \r\n", "a=rtcp-fb"),
        ("m=audio 9 RTP/AVP 0\r\na=fmtp:x y\r\n", "a=fmtp"),
        ("o=- x 2 IN IP4 h\r\n", "o="),
        ("o=- 1 2 IN IP4\r\n", "o="),
        ("o=- 1 2 IN IP4 h more\r\n", "o="),
    ] {
        assert_eq!(problem(body), Problem::BadValue(line), "{body}");
    }
    assert_eq!(problem("nonsense\r\n"), Problem::NotALine);
    assert_eq!(problem("aa=x\r\n"), Problem::NotALine);
    assert_eq!(problem("A=x\r\n"), Problem::NotALine);
    assert_eq!(problem("a=x\ry\r\n"), Problem::ForbiddenByte);
    assert_eq!(problem("a=x\0\r\n"), Problem::ForbiddenByte);
    assert_eq!(problem("a=group:BUNDLE 0\r\n"), Problem::UnknownMid);
    let twice = format!("{media}a=mid:0\r\n{media}a=mid:0\r\n");
    assert_eq!(problem(&twice), Problem::DuplicateMid);
    assert_eq!(
        problem("m=audio 9 RTP/AVP 96 96\r\n"),
        Problem::DuplicatePayloadType(96)
    );
}

#[test]
fn a_description_begins_with_its_version_and_has_an_origin() {
    for text in ["", "\r\n", "o=- 1 2 IN IP4 h\r\n", "v=1\r\n"] {
        assert_eq!(
            Description::parse(text).unwrap_err().problem,
            Problem::NoVersion
        );
    }
    assert_eq!(
        Description::parse("v=0\r\n").unwrap_err().problem,
        Problem::NoOrigin
    );
}

#[test]
fn the_line_of_a_problem_is_told() {
    let error = Description::parse(&format!("{HEAD}a=setup:maybe\r\n")).unwrap_err();
    assert_eq!(
        error,
        SdpError {
            line: 5,
            problem: Problem::BadValue("a=setup")
        }
    );
    assert_eq!(
        error.to_string(),
        "line 5 of the description: the value of a=setup cannot be read"
    );
    assert_eq!(error.problem.code(), "bad_value");
}

/// `count` lines behind a section, each made from its number.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    let mut text = "m=audio 9 RTP/AVP 0\r\n".to_owned();
    for number in 0..count {
        let _ = write!(text, "{}\r\n", line(number));
    }
    text
}

#[test]
fn every_limit_holds_at_its_number() {
    let fingerprint = "a=fingerprint:md5 00".to_owned();
    let cases: [(usize, &dyn Fn(usize) -> String); 8] = [
        (limits::CANDIDATES, &|n| {
            format!("a=candidate:{n} 1 udp 1 h 1 typ host")
        }),
        (limits::SSRCS, &|n| format!("a=ssrc:{n} cname:x")),
        (limits::SSRCS, &|n| format!("a=ssrc-group:FID {n}")),
        (limits::MSIDS, &|n| format!("a=msid:{n}")),
        (limits::RIDS, &|n| format!("a=rid:{n} send")),
        (limits::EXTENSIONS, &|n| format!("a=extmap:{} u", n + 1)),
        (limits::FINGERPRINTS, &|_| fingerprint.clone()),
        (limits::FEEDBACK, &|n| format!("a=rtcp-fb:* x{n}")),
    ];
    for (limit, line) in cases {
        parse(&format!("{HEAD}{}", lines(limit, line)));
        let found = problem(&lines(limit + 1, line));
        assert!(
            matches!(found, Problem::TooMany { limit: told, .. } if told == limit),
            "{found}"
        );
    }
    let sections = |count| "m=audio 9 RTP/AVP 0\r\n".repeat(count);
    parse(&format!("{HEAD}{}", sections(limits::SECTIONS)));
    assert!(matches!(
        problem(&sections(limits::SECTIONS + 1)),
        Problem::TooMany { .. }
    ));
    let codecs = |count| {
        let numbers: Vec<_> = (0..count).map(|number: usize| number.to_string()).collect();
        format!("m=audio 9 RTP/AVP {}\r\n", numbers.join(" "))
    };
    parse(&format!("{HEAD}{}", codecs(limits::CODECS)));
    assert!(matches!(
        problem(&codecs(limits::CODECS + 1)),
        Problem::TooMany { .. }
    ));
    let fmtp = |count| lines(1, |_| format!("a=fmtp:0 {}", vec!["a=b"; count].join(";")));
    parse(&format!("{HEAD}{}", fmtp(limits::PARAMETERS)));
    assert_eq!(
        problem(&fmtp(limits::PARAMETERS + 1)),
        Problem::BadValue("a=fmtp")
    );
    let line = |len: usize| format!("a={}\r\n", "x".repeat(len - 2));
    parse(&format!("{HEAD}{}", line(limits::LINE)));
    assert_eq!(problem(&line(limits::LINE + 1)), Problem::LineTooLong);
    let filler = "a=x\r\n".repeat(limits::TEXT / 5);
    assert_eq!(problem(&filler), Problem::TextTooLong);
}
