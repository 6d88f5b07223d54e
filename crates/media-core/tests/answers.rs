//! The engine's answers to what browsers really offer (RFC 8829 section 5.3).
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use media_core::{Identity, Limits, News, Order, Sending, Shard, ShardConfig, Source};
use media_wire::ntp::NtpTime;
use media_wire::sdp::{Description, Direction, MediaKind, Setup};

const OFFERS: [(&str, &str); 8] = [
    (
        "chromium",
        include_str!("../../media-wire/tests/data/chromium-offer.sdp"),
    ),
    (
        "chromium audio",
        include_str!("../../media-wire/tests/data/chromium-audio.sdp"),
    ),
    (
        "chromium simulcast",
        include_str!("../../media-wire/tests/data/chromium-simulcast.sdp"),
    ),
    (
        "firefox",
        include_str!("../../media-wire/tests/data/firefox-offer.sdp"),
    ),
    (
        "firefox audio",
        include_str!("../../media-wire/tests/data/firefox-audio.sdp"),
    ),
    (
        "firefox simulcast",
        include_str!("../../media-wire/tests/data/firefox-simulcast.sdp"),
    ),
    (
        "chromium data",
        include_str!("../../media-wire/tests/data/chromium-data.sdp"),
    ),
    (
        "firefox data",
        include_str!("../../media-wire/tests/data/firefox-data.sdp"),
    ),
];

fn answer(text: &str) -> Description {
    let now = Instant::now();
    let mut shard = Shard::new(
        ShardConfig {
            shard: 0,
            shards: 1,
            advertised: vec!["192.0.2.1:3478".parse().unwrap()],
            identity: Arc::new(Identity::generate().unwrap()),
            wall: NtpTime::from_unix(Duration::from_secs(1_800_000_000)),
            seed: [7; 32],
            limits: Limits::default(),
        },
        now,
    );
    let offer = Description::parse(text).unwrap();
    let sending = offer
        .sections
        .iter()
        .filter_map(|section| {
            let source = match section.kind {
                MediaKind::Audio => Source::Microphone,
                MediaKind::Video => Source::Camera,
                MediaKind::Application | MediaKind::Other(_) => return None,
            };
            let mid = section.mid.clone()?;
            offer
                .direction(section)
                .sends()
                .then_some(Sending { mid, source })
        })
        .collect();
    shard.order(
        now,
        Order::OpenPipe {
            pipe: Arc::from("pipe"),
            generation: 0,
            offer: text.to_owned(),
            sending,
        },
    );
    match shard.take_news().as_slice() {
        [News::Answered { answer, .. }] => Description::parse(answer).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_has_the_offers_sections_and_nothing_that_was_not_offered() {
    for (name, text) in OFFERS {
        let (offer, answer) = (Description::parse(text).unwrap(), answer(text));
        assert!(answer.ice_lite, "{name}");
        assert_eq!(answer.sections.len(), offer.sections.len(), "{name}");
        for (offered, answered) in offer.sections.iter().zip(&answer.sections) {
            let place = format!("{name}, section {:?}", offered.mid);
            assert_eq!(answered.mid, offered.mid, "{place}");
            assert_eq!(answered.kind, offered.kind, "{place}");
            assert_eq!(answered.protocol, offered.protocol, "{place}");
            if offered.kind == MediaKind::Application {
                assert!(!answered.is_rejected(), "{place}");
                assert_eq!(answered.formats, ["webrtc-datachannel"], "{place}");
                assert_eq!(answered.sctp_port, Some(5000), "{place}");
                assert_eq!(answered.max_message_size, Some(262_144), "{place}");
                assert_eq!(answer.setup(answered), Some(Setup::Passive), "{place}");
                assert!(!answered.rtcp_mux, "{place}");
                continue;
            }
            assert!(!answered.is_rejected(), "{place}");
            for codec in &answered.codecs {
                let same = offered
                    .codecs
                    .iter()
                    .find(|it| it.payload_type == codec.payload_type);
                let same = same.unwrap_or_else(|| panic!("{place}: {codec:?} was not offered"));
                assert!(
                    same.name.eq_ignore_ascii_case(&codec.name),
                    "{place}: {codec:?}"
                );
                // Who offers redundant audio heeds requests for lost sound without offering that.
                let heeded = offered.redundancy_of(codec.payload_type).is_some();
                for feedback in &codec.feedback {
                    let heeded = heeded && feedback == "nack";
                    assert!(heeded || same.has_feedback(feedback), "{place}: {feedback}");
                }
            }
            for extension in answer.extensions(answered) {
                let same = offer
                    .extensions(offered)
                    .any(|it| it.id == extension.id && it.uri == extension.uri);
                assert!(same, "{place}: {extension:?} was not offered");
            }
            assert_eq!(answer.setup(answered), Some(Setup::Passive), "{place}");
            assert!(answered.rtcp_mux, "{place}");
            assert_eq!(answered.simulcast, None, "{place}");
        }
        let bundled = answer.bundles.first().unwrap();
        let live = answer
            .sections
            .iter()
            .filter(|section| !section.is_rejected());
        assert!(live.clone().count() > 0);
        assert!(
            live.clone()
                .all(|it| bundled.contains(it.mid.as_ref().unwrap())),
            "{name}"
        );
        assert_eq!(bundled.len(), live.count(), "{name}");
    }
}

#[test]
fn an_answer_goes_the_other_way() {
    let (_, text) = OFFERS[1];
    for (offered, answered) in [
        ("sendrecv", Direction::SendRecv),
        ("sendonly", Direction::RecvOnly),
        ("recvonly", Direction::SendOnly),
        ("inactive", Direction::Inactive),
    ] {
        let turned = text.replace("a=sendrecv", &format!("a={offered}"));
        let answer = answer(&turned);
        let section = answer.sections.first().unwrap();
        assert_eq!(answer.direction(section), answered, "{offered}");
    }
}

#[test]
fn every_candidate_for_udp_has_a_less_preferred_one_for_tcp() {
    for (name, text) in OFFERS {
        let answer = answer(text);
        let mut live = answer.sections.iter().filter(|it| !it.is_rejected());
        let tagged = live.next().unwrap();
        let [udp, tcp] = &tagged.candidates[..] else {
            panic!("{name}: {:?}", tagged.candidates)
        };
        let udp: Vec<_> = udp.split(' ').collect();
        let tcp: Vec<_> = tcp.split(' ').collect();
        assert_eq!((udp[2], tcp[2]), ("udp", "tcp"));
        assert_eq!(udp[4..], ["192.0.2.1", "3478", "typ", "host"]);
        assert_eq!(tcp[4..8], udp[4..8]);
        assert_eq!(tcp[8..], ["tcptype", "passive"]);
        assert_ne!(udp[0], tcp[0], "foundations");
        let [high, low] = [udp, tcp].map(|it| it[3].parse::<u32>().unwrap());
        assert!(high > low, "{high} {low}");
        // The other sections share its transport.
        assert!(live.all(|it| it.candidates.is_empty()), "{name}");
    }
}
