//! Two parties with another media stack talk through the real program, over real sockets.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod common;

use std::sync::mpsc;
use std::time::Instant;

use common::party::Party;
use common::{PATIENCE, Program, attach};
use media::protocol::{AnswerPipe, ClosePipe, CloseReason, News, Order, PipeStatistics};
use str0m::media::MediaKind;
use str0m::net::Protocol;

/// Payloads each has to receive of each kind.
const ENOUGH: usize = 20;

const UDP: [Protocol; 2] = [Protocol::Udp; 2];

/// Both parties on the given shards, and over the given protocols; what the engine counted for the
/// first at the end.
fn call(name: &str, shards: [u64; 2], over: [Protocol; 2]) -> (PipeStatistics, Vec<Party>) {
    let program = Program::start(name, &["--shards", "2"]);
    let (mut control, ..) = program.control(1);
    let (told, news) = mpsc::channel();
    let mut orders = control.speaker();
    let listener = std::thread::spawn(move || {
        while let Some(news) = control.hear() {
            if told.send(news).is_err() {
                return;
            }
        }
    });
    let mut parties = vec![
        Party::new("anna", 0xa5, over[0]),
        Party::new("ben", 0x5b, over[1]),
    ];
    for (party, shard) in parties.iter().zip(shards) {
        orders.say(&party.open(shard));
        orders.say(&attach(&party.name, "call"));
    }
    let (begin, mut connected, mut closing) = (Instant::now(), 0, false);
    let mut ends = Vec::new();
    while ends.len() < parties.len() {
        assert!(
            begin.elapsed() < PATIENCE,
            "{:?}",
            parties.iter().map(|party| &party.heard).collect::<Vec<_>>()
        );
        for news in news.try_iter() {
            match news {
                News::Answered(answered) => {
                    let party = parties.iter_mut().find(|party| party.name == answered.pipe);
                    party.unwrap().answered(&answered);
                }
                News::Offered(offered) => {
                    let party = parties.iter_mut().find(|party| party.name == offered.pipe);
                    orders.say(&Order::AnswerPipe(AnswerPipe {
                        pipe: offered.pipe.clone(),
                        generation: offered.generation,
                        negotiation: offered.negotiation,
                        answer: party.unwrap().offered(&offered),
                    }));
                }
                News::Connected(news) => {
                    assert!(news.profile.contains("GCM"), "{}", news.profile);
                    let place = usize::from(news.pipe == "ben");
                    assert_eq!(news.over_tcp, over[place] == Protocol::Tcp);
                    connected += 1;
                }
                News::PipeClosed(end) => {
                    assert!(closing, "{}", end.text);
                    assert_eq!(end.reason, CloseReason::Ordered);
                    let place = usize::from(end.pipe == "ben");
                    assert_eq!(end.statistics.over_tcp, over[place] == Protocol::Tcp);
                    ends.push(end);
                }
                News::Incompatible(_) | News::Unsupported(_) | News::Fenced(_) => {
                    panic!("{news:?}")
                }
                _ => {}
            }
        }
        for party in &mut parties {
            party.live();
        }
        let (anna, ben) = (&parties[0], &parties[1]);
        let enough = |party: &Party, mark| {
            [MediaKind::Audio, MediaKind::Video]
                .into_iter()
                .all(|kind| {
                    party
                        .heard
                        .get(&(kind, mark))
                        .is_some_and(|heard| *heard >= ENOUGH)
                })
        };
        if !closing && enough(anna, 0x5b) && enough(ben, 0xa5) {
            closing = true;
            for party in &parties {
                let pipe = party.name.clone();
                orders.say(&Order::ClosePipe(ClosePipe {
                    pipe,
                    generation: 1,
                }));
            }
        }
    }
    assert_eq!(connected, 2);
    drop(program);
    listener.join().unwrap();
    let anna = ends.into_iter().find(|end| end.pipe == "anna").unwrap();
    (anna.statistics, parties)
}

fn check(statistics: &PipeStatistics, parties: &[Party]) {
    for party in parties {
        assert_eq!(party.broken, 0, "{} received what nobody sent", party.name);
        assert_eq!(
            party.heard.len(),
            2,
            "{} hears itself: {:?}",
            party.name,
            party.heard
        );
    }
    assert_eq!((statistics.received.len(), statistics.sent.len()), (2, 2));
    for track in &statistics.received {
        assert!(track.packets >= ENOUGH as u64, "{track:?}");
        assert_eq!(track.lost, 0, "{track:?}");
    }
    for track in &statistics.sent {
        assert_eq!(track.sender, "ben");
        assert!(track.packets >= ENOUGH as u64, "{track:?}");
    }
}

#[test]
fn two_parties_on_one_shard_hear_and_see_each_other() {
    let (statistics, parties) = call("one-shard", [0, 0], UDP);
    check(&statistics, &parties);
}

#[test]
fn two_parties_on_two_shards_hear_and_see_each_other() {
    let (statistics, parties) = call("two-shards", [0, 1], UDP);
    check(&statistics, &parties);
}

#[test]
fn a_party_without_udp_hears_and_sees_over_tcp() {
    for (name, shards) in [("tcp", [0, 0]), ("tcp-two-shards", [1, 0])] {
        let (statistics, parties) = call(name, shards, [Protocol::Tcp, Protocol::Udp]);
        check(&statistics, &parties);
    }
}
