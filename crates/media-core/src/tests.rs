//! The shard from outside, without a network: orders in, news out.

mod handshakes;
mod parts;
mod restarts;
mod rooms;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media_transport::{Identity, Path};
use media_wire::sdp::{Description, MediaKind, Setup};

use crate::{
    CloseReason, Codec, CodecSet, Kind, Limits, Name, News, NtpTime, Order, Part, Relay, Sending,
    Shard, ShardConfig, Source,
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

/// Every way in which two or three clients with different codecs can come into a bridge: each sees
/// each other's camera in a codec it has, or there is news of why not.
#[test]
fn every_pair_has_a_codec_or_news() {
    let all = [(true, true), (true, false), (false, true)];
    let sets = all.map(|(vp8, h264)| {
        let vp8 = vp8.then_some(Codec::Vp8);
        let h264 = h264.then_some(Codec::H264ConstrainedBaseline);
        vp8.into_iter().chain(h264).collect::<CodecSet>()
    });
    for combination in 0..27_usize {
        let which = [combination % 3, combination / 3 % 3, combination / 9];
        let mut bench = Bench::new(Limits::default());
        let mut refused = Vec::new();
        for (pipe, set) in ["a", "b", "c"].into_iter().zip(which) {
            bench.open(pipe, 0, &offer(all[set].0, all[set].1));
            let mut news = bench.attach(pipe, "x");
            for _ in 0..10 {
                news.extend(bench.wait(60));
                for told in std::mem::take(&mut news) {
                    match told {
                        News::Offered {
                            pipe,
                            negotiation,
                            offer,
                            ..
                        } => {
                            let at = usize::from(pipe.as_bytes()[0] - b'a');
                            news.extend(bench.order(Order::AnswerPipe {
                                pipe,
                                generation: 0,
                                negotiation,
                                answer: answer(&offer, sets[which[at]]),
                            }));
                        }
                        News::Incompatible {
                            pipe,
                            sender,
                            source,
                            ..
                        } => {
                            assert_eq!(source, Source::Camera);
                            refused.push((pipe, sender));
                        }
                        News::Mapped { .. } => {}
                        other => panic!("{other:?}"),
                    }
                }
            }
        }
        check_pairs(&bench, &refused, combination);
    }
}

fn check_pairs(bench: &Bench, refused: &[(Name, Name)], combination: usize) {
    let shard = &bench.shard;
    for (key, track) in &shard.forwarding.tracks {
        let crate::forwarding::track::Origin::Local {
            pipe: sender,
            section,
        } = track.origin
        else {
            panic!("{track:?}")
        };
        // What the sender takes: the first codec of its section.
        let sent = shard.pipes[sender].sections[section].codecs.iter().next();
        let sent = sent.expect("something to send");
        for (slot, pipe) in &shard.pipes {
            if slot == sender {
                continue;
            }
            let seen = pipe.sections.iter().find(|section| {
                section
                    .slot
                    .as_ref()
                    .is_some_and(|slot| slot.track == Some(key))
            });
            let pair = (pipe.name.clone(), track.sender.clone());
            let told = refused.contains(&pair) && track.kind() == Kind::Video;
            match seen {
                Some(section) => {
                    assert!(
                        section.codecs.contains(sent),
                        "{combination}: {pair:?} {sent:?}"
                    );
                    assert!(section.slot.as_ref().unwrap().view.is_some());
                }
                None => assert!(told, "{combination}: {pair:?} {sent:?} {section}"),
            }
        }
    }
}

#[test]
fn a_panic_ends_one_pipe() {
    let mut bench = Bench::new(Limits::default());
    for pipe in ["a", "b", "c"] {
        bench.open(pipe, 0, CHROMIUM);
        bench.attach(pipe, "x");
    }
    bench.sabotage("b");
    let news = bench.order(Order::Renegotiate {
        pipe: name("b"),
        generation: 0,
        sources: vec![Source::Screen],
    });
    let closed: Vec<_> = news
        .iter()
        .filter_map(|news| match news {
            News::PipeClosed { pipe, reason, .. } => Some((&**pipe, *reason)),
            _ => None,
        })
        .collect();
    assert_eq!(closed, [("b", CloseReason::Panic)]);
    assert_eq!(bench.count("panics"), 1);
    let load = bench.shard.load();
    let expected = [2, 1, 4, 0];
    assert!(
        load.gauges
            .iter()
            .copied()
            .eq(GAUGES.into_iter().zip(expected))
    );
    // The others go on: a newcomer is seen where b was.
    assert!(matches!(
        bench.open("d", 0, CHROMIUM)[..],
        [News::Answered { .. }]
    ));
    let news = bench.attach("d", "x");
    let seen = news.iter().any(|news| {
        let News::Mapped { pipe, sections, .. } = news else {
            return false;
        };
        &**pipe == "a"
            && sections.iter().all(|section| {
                section
                    .receives
                    .as_ref()
                    .is_some_and(|received| &*received.pipe == "d")
            })
    });
    assert!(seen, "{news:?}");
}

/// What closing does when even closing panics.
#[test]
fn a_pipe_can_be_dropped_without_being_closed() {
    let mut bench = Bench::new(Limits::default());
    for pipe in ["a", "b"] {
        bench.open(pipe, 0, CHROMIUM);
        bench.attach(pipe, "x");
    }
    let slot = bench.shard.names["a"];
    bench.shard.drop_pipe(Instant::now(), slot);
    let news = bench.shard.take_news();
    assert!(matches!(
        news[..],
        [News::PipeClosed {
            reason: CloseReason::Panic,
            ..
        }]
    ));
    let (_, other) = bench.shard.pipes.iter().next().unwrap();
    for section in &other.sections {
        let held = section.slot.as_ref().unwrap();
        assert!(held.track.is_none() && held.view.is_none());
        assert_eq!(held.stream.as_ref().unwrap().ssrc, held.ssrc);
    }
    assert_eq!(bench.shard.forwarding.tracks.len(), 2);
    assert!(
        bench
            .shard
            .forwarding
            .tracks
            .iter()
            .all(|(_, track)| track.views.is_empty())
    );
}

/// A Binding request with this user name and nothing that proves anything.
fn request(user: &str) -> Vec<u8> {
    let padded = user.len().next_multiple_of(4);
    let mut packet = vec![0, 1, 0, u8::try_from(padded + 4).unwrap()];
    packet.extend_from_slice(&[0x21, 0x12, 0xa4, 0x42]);
    packet.extend_from_slice(&[7; 12]);
    packet.extend_from_slice(&[0, 6, 0, u8::try_from(user.len()).unwrap()]);
    packet.extend_from_slice(user.as_bytes());
    packet.resize(24 + padded, 0);
    packet
}

#[test]
fn strangers_are_counted_and_get_silence() {
    let mut bench = Bench::new(Limits::default());
    bench.open("a", 0, CHROMIUM);
    let slot = bench.shard.names["a"];
    let ufrag = bench.shard.pipes[slot].transport.local().ufrag.clone();
    let path = Path::udp(
        SocketAddr::from(([198, 51, 100, 7], 4000)),
        "192.0.2.1".parse().unwrap(),
    );
    let table = [
        (request(&format!("{ufrag}:peer")), "drop_transport"),
        (request("000100000000AAAAAAAA:peer"), "drop_unknown_user"),
        (request("000900000000AAAAAAAA:peer"), "drop_unknown_user"),
        (
            request("0001\u{e4}0000000AAAAAAA:peer"),
            "drop_unknown_user",
        ),
        (request("nocolon"), "drop_stun"),
        (vec![22, 254, 253, 0], "drop_unknown_address"),
        (
            vec![0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1],
            "drop_unknown_address",
        ),
        (vec![0x80, 200, 0, 1, 0, 0, 0, 1], "drop_unknown_address"),
        (vec![64, 1, 2], "drop_unclassified"),
        (Vec::new(), "drop_unclassified"),
    ];
    for (mut datagram, counter) in table {
        let before = bench.count(counter);
        bench.shard.datagram(bench.now, &path, &mut datagram);
        assert_eq!(bench.count(counter), before + 1, "{counter}");
    }
    assert!(bench.shard.outgoing().is_empty());
    assert!(bench.shard.take_relays().is_empty());
    // A request for a pipe of another shard is handed over.
    let mut datagram = request("000200000000AAAAAAAA:peer");
    bench.shard.datagram(bench.now, &path, &mut datagram);
    let relays = bench.shard.take_relays();
    assert!(
        matches!(&relays[..], [(2, Relay::Datagram { .. })]),
        "{relays:?}"
    );
}

#[test]
fn a_connection_that_leads_to_no_pipe_of_the_shard_is_closed() {
    let mut bench = Bench::new(Limits::default());
    bench.open("a", 0, CHROMIUM);
    let slot = bench.shard.names["a"];
    let ufrag = bench.shard.pipes[slot].transport.local().ufrag.clone();
    let remote = SocketAddr::from(([198, 51, 100, 7], 4000));
    let path = |connection| Path::tcp(remote, "192.0.2.1".parse().unwrap(), connection);
    // Nobody but the shard whose port it is can answer on a connection.
    let table = [
        ("000200000000AAAAAAAA:peer", "drop_foreign_user", &[1][..]),
        ("000100000000AAAAAAAA:peer", "drop_unknown_user", &[2]),
        ("000900000000AAAAAAAA:peer", "drop_unknown_user", &[3]),
        (&format!("{ufrag}:peer"), "drop_transport", &[]),
    ];
    for (connection, (user, counter, closed)) in (1..).zip(table) {
        let before = bench.count(counter);
        let mut datagram = request(user);
        bench
            .shard
            .datagram(bench.now, &path(connection), &mut datagram);
        assert_eq!(bench.count(counter), before + 1, "{counter}");
        assert!(bench.shard.take_closings().eq(closed.iter().copied()));
    }
    assert!(bench.shard.outgoing().is_empty());
    assert!(bench.shard.take_relays().is_empty());
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
