//! The shard from outside, without a network: orders in, news out.

mod handshakes;
mod pairs;
mod panics;
mod parts;
mod restarts;
mod rooms;
mod strangers;

use std::sync::Arc;
use std::time::{Duration, Instant};

use media_transport::Identity;
use media_wire::sdp::{Description, MediaKind, Setup};

use crate::{
    CloseReason, Codec, CodecSet, Kind, Limits, Name, News, NtpTime, Order, Part, Sending, Shard,
    ShardConfig, Source,
};

const CHROMIUM: &str = include_str!("../../media-wire/tests/data/chromium-offer.sdp");

const GAUGES: [&str; 4] = ["pipes", "bridges", "tracks", "handshake_steps_waiting"];

fn name(text: &str) -> Name {
    Arc::from(text)
}

/// A shard with a clock that only the test moves.
struct Bench {
    shard: Shard,
    now: Instant,
}

impl Bench {
    fn new(limits: Limits) -> Self {
        let now = Instant::now();
        let config = ShardConfig {
            shard: 1,
            shards: 3,
            advertised: vec!["192.0.2.1:3479".parse().unwrap()],
            identity: Arc::new(Identity::generate().unwrap()),
            wall: NtpTime::from_unix(Duration::from_secs(1_790_000_000)),
            seed: [5; 32],
            limits,
        };
        Self {
            shard: Shard::new(config, now),
            now,
        }
    }

    fn order(&mut self, order: Order) -> Vec<News> {
        self.shard.order(self.now, order);
        self.shard.take_news()
    }

    fn wait(&mut self, milliseconds: u64) -> Vec<News> {
        self.now += Duration::from_millis(milliseconds);
        while self.shard.next_timeout().is_some_and(|due| due <= self.now) {
            self.shard.timeout(self.now);
        }
        let news = self.shard.take_news();
        news.into_iter()
            .filter(|news| !matches!(news, News::Load(_)))
            .collect()
    }

    fn open(&mut self, pipe: &str, generation: u64, offer: &str) -> Vec<News> {
        self.order(Order::OpenPipe {
            pipe: name(pipe),
            generation,
            offer: offer.to_owned(),
            sending: [("0", Source::Microphone), ("1", Source::Camera)]
                .map(|(mid, source)| Sending {
                    mid: mid.to_owned(),
                    source,
                })
                .to_vec(),
        })
    }

    fn attach(&mut self, pipe: &str, bridge: &str) -> Vec<News> {
        self.order(Order::Attach {
            pipe: name(pipe),
            bridge: name(bridge),
            part: Part::default(),
            label: None,
        })
    }

    fn sabotage(&mut self, pipe: &str) {
        let slot = self.shard.names[pipe];
        self.shard.pipes[slot].sabotaged = true;
    }

    fn count(&self, counter: &str) -> u64 {
        let load = self.shard.load();
        load.counters
            .iter()
            .find(|(name, _)| *name == counter)
            .unwrap()
            .1
    }
}

/// Chromium's offer without some of its picture codecs.
fn offer(vp8: bool, h264: bool) -> String {
    let mut description = Description::parse(CHROMIUM).unwrap();
    description.sections[1].codecs.retain(|codec| {
        let codec = Codec::of(codec);
        codec == Some(Codec::Vp8) && vp8 || codec == Some(Codec::H264ConstrainedBaseline) && h264
    });
    description.to_string()
}

/// What a client that knows these codecs answers.
fn answer(offer: &str, known: CodecSet) -> String {
    let mut answer = Description::parse(offer).unwrap();
    let client = Description::parse(CHROMIUM).unwrap();
    for section in &mut answer.sections {
        let own = &client.sections[0].attributes;
        section.attributes.ice_ufrag.clone_from(&own.ice_ufrag);
        section.attributes.ice_pwd.clone_from(&own.ice_pwd);
        let direction = section.attributes.direction.unwrap();
        section.attributes.direction = Some(direction.reversed());
        section.attributes.setup = Some(Setup::Active);
        if section.kind == MediaKind::Video {
            section
                .codecs
                .retain(|codec| Codec::of(codec).is_some_and(|codec| known.contains(codec)));
        }
        section.ssrcs.clear();
        section.ssrc_groups.clear();
    }
    answer.ice_lite = false;
    answer.to_string()
}

#[test]
fn an_answer_respects_what_was_offered() {
    let mut bench = Bench::new(Limits::default());
    let mut offered = Description::parse(CHROMIUM).unwrap();
    offered.sections[1].attributes.direction = Some(media_wire::sdp::Direction::SendOnly);
    let text = offered.to_string()
        + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:2\r\n";
    let news = bench.open("a", 0, &text);
    let [
        News::Answered {
            answer, sections, ..
        },
    ] = news.as_slice()
    else {
        panic!("{news:?}")
    };
    let answer = Description::parse(answer).unwrap();
    let [audio, video, data] = answer.sections.as_slice() else {
        panic!("{answer:?}")
    };
    assert!(answer.ice_lite && answer.bundles == [["0", "1"]]);
    assert!(data.is_rejected() && !video.is_rejected());
    assert_eq!(answer.direction(audio).name(), "sendrecv");
    assert_eq!(answer.direction(video).name(), "recvonly");
    assert_eq!(video.bandwidth_tias, Some(1_500_000));
    assert!(video.ssrcs.is_empty() && audio.ssrcs.len() == 1);
    assert_eq!(audio.candidates.len(), 2);
    assert!(audio.candidates[0].contains("192.0.2.1 3479 typ host"));
    let names: Vec<_> = audio
        .codecs
        .iter()
        .map(|codec| codec.name.as_str())
        .collect();
    assert_eq!(names, ["red", "opus", "PCMU", "PCMA"]);
    let [red, opus, ..] = audio.codecs.as_slice() else {
        panic!("{names:?}")
    };
    assert_eq!(audio.redundancy_of(opus.payload_type), Some(red));
    assert_eq!(opus.parameter("useinbandfec"), Some("1"));
    assert!(opus.has_feedback("nack") && !audio.codecs[2].has_feedback("nack"));
    assert_eq!(video.codecs[0].name, "VP8");
    assert_eq!(
        video.codecs[1].retransmits(),
        Some(video.codecs[0].payload_type)
    );
    for section in [audio, video] {
        assert_eq!(answer.setup(section), Some(Setup::Passive));
        assert_eq!(answer.fingerprints(section).len(), 1);
        assert!(
            answer
                .ice_ufrag(section)
                .unwrap()
                .starts_with("000100000000")
        );
    }
    let told: Vec<_> = sections
        .iter()
        .map(|section| (section.mid.as_str(), section.sends))
        .collect();
    let expected = [
        ("0", Some(Source::Microphone)),
        ("1", Some(Source::Camera)),
        ("2", None),
    ];
    assert_eq!(told, expected);
}

#[test]
fn orders_are_idempotent_and_generations_replace_each_other() {
    let mut bench = Bench::new(Limits::default());
    assert!(matches!(
        bench.open("a", 1, CHROMIUM)[..],
        [News::Answered { .. }]
    ));
    assert_eq!(bench.open("a", 1, CHROMIUM), []);
    assert_eq!(bench.open("a", 0, CHROMIUM), []);
    assert_eq!(bench.attach("a", "x"), []);
    assert_eq!(bench.attach("a", "x"), []);
    let news = bench.open("a", 2, CHROMIUM);
    assert!(
        matches!(
            &news[..],
            [
                News::PipeClosed {
                    generation: 1,
                    reason: CloseReason::Ordered,
                    ..
                },
                News::Answered { generation: 2, .. },
            ]
        ),
        "{news:?}"
    );
    let close = |generation| Order::ClosePipe {
        pipe: name("a"),
        generation,
    };
    assert_eq!(bench.order(close(1)), []);
    assert!(matches!(
        bench.order(close(7))[..],
        [News::PipeClosed { generation: 2, .. }]
    ));
    assert_eq!(bench.order(close(7)), []);
    let load = bench.shard.load();
    assert_eq!(load.gauges, GAUGES.map(|name| (name, 0)));
}

#[test]
fn no_room_is_news() {
    let limits = Limits {
        pipes: 1,
        members: 0,
        ..Limits::default()
    };
    let mut bench = Bench::new(limits);
    bench.open("a", 0, CHROMIUM);
    for news in [bench.open("b", 0, CHROMIUM), bench.attach("a", "x")] {
        let [News::PipeClosed { reason, text, .. }] = news.as_slice() else {
            panic!("{news:?}")
        };
        assert_eq!(*reason, CloseReason::Capacity);
        assert!(text.ends_with('.'));
    }
}

#[test]
fn only_the_open_offer_can_be_answered() {
    let mut bench = Bench::new(Limits::default());
    let mut audio = Description::parse(CHROMIUM).unwrap();
    audio.sections.truncate(1);
    audio.bundles = vec![vec!["0".to_owned()]];
    bench.order(Order::OpenPipe {
        pipe: name("a"),
        generation: 0,
        offer: audio.to_string(),
        sending: Vec::new(),
    });
    let renegotiate = |sources: &[Source]| Order::Renegotiate {
        pipe: name("a"),
        generation: 0,
        sources: sources.to_vec(),
    };
    assert_eq!(bench.order(renegotiate(&[Source::Camera])), []);
    let news = bench.wait(60);
    let [
        News::Offered {
            negotiation: 1,
            offer,
            sections,
            ..
        },
    ] = news.as_slice()
    else {
        panic!("{news:?}")
    };
    assert_eq!(sections[1].sends, Some(Source::Camera));
    assert_eq!(bench.order(renegotiate(&[Source::Camera])), []);
    assert_eq!(bench.wait(60), []);
    let reply = |negotiation, answer: &str| Order::AnswerPipe {
        pipe: name("a"),
        generation: 0,
        negotiation,
        answer: answer.to_owned(),
    };
    let good = answer(offer, CodecSet::all(Kind::Video));
    assert_eq!(bench.order(reply(2, &good)), []);
    assert_eq!(bench.shard.forwarding.tracks.len(), 0);
    assert_eq!(bench.order(reply(1, &good)), []);
    assert_eq!(bench.shard.forwarding.tracks.len(), 1);
    assert_eq!(bench.order(reply(1, &good)), []);
    assert_eq!(bench.count("orders_ignored"), 2);
    // The next offer gets an answer that is none.
    bench.order(renegotiate(&[Source::Screen]));
    assert!(matches!(
        bench.wait(60)[..],
        [News::Offered { negotiation: 2, .. }]
    ));
    let news = bench.order(reply(2, &good));
    let [
        News::PipeClosed {
            reason: CloseReason::BadOffer,
            text,
            ..
        },
    ] = news.as_slice()
    else {
        panic!("{news:?}")
    };
    assert!(text.contains("sections"));
}
