//! What is left of sound and pictures when each hop loses one packet in twenty.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used)]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use media_core::{News, Source};
use media_sim::network::Conditions;
use media_sim::peer::{Codecs, Peer, RED};
use media_sim::source::{Frames, Generator, count_of};
use media_sim::world::World;
use media_wire::red::Redundant;
use str0m::media::Direction::SendRecv;

const BOTH: &[(Source, str0m::media::Direction)] =
    &[(Source::Microphone, SendRecv), (Source::Camera, SendRecv)];
/// Handshakes are random, so no two runs lose the same packets: bounds lie several deviations from the mean.
const MINUTE: Duration = Duration::from_secs(60);
const PACKET: Duration = Duration::from_millis(20);
/// A near and a far network, with round trips of 20 and of 60 ms, that lose one packet in twenty each way.
const BAD: [Conditions; 2] = [bad(10), bad(30)];

const fn bad(delay: u64) -> Conditions {
    Conditions {
        delay: Duration::from_millis(delay),
        jitter: Duration::from_millis(3),
        loss: 0.05,
        duplicate: 0.0,
    }
}

/// How long the way from one client to the other takes, when nothing is lost.
fn transit(conditions: Conditions) -> Duration {
    (conditions.delay + conditions.jitter) * 2
}

/// The first speaks and is seen by the others; `codecs` has one entry for each.
fn talk(shards: u16, conditions: Conditions, codecs: &[Codecs], seed: u64) -> (World, Instant) {
    let mut world = World::new(shards, Conditions::CLEAN, seed);
    let peers: Vec<usize> = (0..)
        .zip(codecs)
        .map(|(at, codecs)| world.enter(&format!("p{at}"), at % usize::from(shards), *codecs, BOTH))
        .collect();
    assert!(world.connected(Duration::from_secs(5)));
    world.bridge("bridge", &peers);
    // Offers for the third, and the first round trips.
    world.run(Duration::from_secs(2));
    world.network.change(conditions);
    let now = world.now;
    world.peers[0].speak(Source::Microphone, now);
    let camera = Generator::pictures(Frames::CAMERA, now);
    world.peers[0].speak_as(Source::Camera, camera);
    world.run(MINUTE);
    world.peers[0].hush(Source::Microphone);
    world.peers[0].hush(Source::Camera);
    world.run(Duration::from_secs(1));
    (world, now)
}

/// When each thing that was counted came first.
fn came(things: impl Iterator<Item = (u64, Instant)>) -> HashMap<u64, Instant> {
    let mut first = HashMap::new();
    for (count, at) in things {
        first.entry(count).or_insert(at);
    }
    first
}

/// The share of what was sent that came within `patience`, more than what the way takes.
#[allow(clippy::cast_precision_loss)] // thousands
fn share(
    came: &HashMap<u64, Instant>,
    sent: impl Fn(u64) -> Instant,
    count: u64,
    patience: Duration,
) -> f64 {
    let in_time = |n: &u64| came.get(n).is_some_and(|at| *at <= sent(*n) + patience);
    (0..count).filter(in_time).count() as f64 / count as f64
}

fn pictures(peer: &Peer) -> HashMap<u64, Instant> {
    let seen = peer.heard("p0", Source::Camera);
    came(seen.filter_map(|it| Some((count_of(&it.payload)?, it.at))))
}

/// Slots of 20 ms, whether they came as what was new or as what was repeated.
fn sound(peer: &Peer) -> HashMap<u64, Instant> {
    let heard = peer.heard("p0", Source::Microphone);
    came(heard.flat_map(|it| {
        let blocks = if it.payload_type == RED {
            let redundant = Redundant::parse(&it.payload).expect("a redundant payload");
            let earlier = redundant.earlier().chain([redundant.primary]);
            let opus = |block: &media_wire::red::Block<'_>| assert_eq!(block.payload_type, 111);
            earlier.inspect(opus).map(|block| block.payload).collect()
        } else {
            assert_eq!(it.payload_type, 111);
            vec![&*it.payload]
        };
        let at = it.at;
        let counts: Vec<_> = blocks.into_iter().filter_map(count_of).collect();
        counts.into_iter().map(move |count| (count, at))
    }))
}

#[test]
fn a_minute_of_loss_is_repaired() {
    for (shards, conditions, seed) in [(1, BAD[0], 31), (2, BAD[1], 32)] {
        let codecs = [Codecs::REDUNDANT, Codecs::REDUNDANT, Codecs::ALL];
        let (world, start) = talk(shards, conditions, &codecs, seed);

        let packets = u64::from(Frames::CAMERA.packets);
        let start = start + transit(conditions);
        let frame = |n: u64| start + Frames::CAMERA.every * u32::try_from(n / packets).unwrap();
        for viewer in [1, 2] {
            let seen = pictures(&world.peers[viewer]);
            let last = *seen.keys().max().unwrap();
            assert!(last > 8_900, "{last} packets of pictures");
            let seen = share(&seen, frame, last, Duration::from_millis(250));
            assert!(seen >= 0.99, "{viewer} got {seen} of the pictures");
        }
        let asked = world.peers[0].key_frames_asked.len();
        assert!(asked <= 12, "{asked} key frames were asked for");

        let slot = |n: u64| start + PACKET * u32::try_from(n).unwrap();
        let patience = Duration::from_millis(100);
        let slots = 2_990;
        let heard = share(&sound(&world.peers[1]), slot, slots, patience);
        // Without redundancy it would be 0.95, with it about 0.995.
        assert!(heard >= 0.98, "{heard} of the sound was heard");
        // Who does not know redundancy misses what is lost on its own hop, 0.05, and little more: it
        // would be 0.0975 if the first hop were not repaired. Both are some five deviations away.
        let heard = share(&sound(&world.peers[2]), slot, slots, patience);
        assert!(
            heard >= 0.925,
            "{heard} of the sound was heard without redundancy"
        );
        let plain = world.peers[2].heard("p0", Source::Microphone);
        assert!(plain.into_iter().all(|it| it.payload_type == 111));
        let twice: Vec<u64> = world.peers[2]
            .heard("p0", Source::Microphone)
            .filter_map(|it| count_of(&it.payload))
            .collect();
        assert_eq!(twice.len(), sound(&world.peers[2]).len(), "each once");
    }
}

/// What all shards have counted of this.
fn counted(world: &World, name: &str) -> u64 {
    let loads = world.shards.iter().map(|shard| shard.load().counters);
    let counts = loads.flatten().filter(|(counter, _)| *counter == name);
    counts.map(|(_, count)| count).sum()
}

#[test]
fn of_what_is_lost_at_two_in_a_hundred_nearly_all_comes_again() {
    for (shards, seed) in [(1, 35), (2, 36)] {
        let conditions = BAD[0].losing(0.02);
        let (world, _) = talk(shards, conditions, &[Codecs::ALL; 3], seed);
        assert!(counted(&world, "rtp_packets_retransmitted") > 0);
        for viewer in [1, 2] {
            let seen = pictures(&world.peers[viewer]);
            let last = *seen.keys().max().unwrap();
            assert!(last > 8_900, "{last} packets of pictures");
            // Without its first packet the first key frame is none, and nobody asks for what was before the first.
            let begun = 2 * u64::from(Frames::CAMERA.packets) * 30;
            let missing = (begun..last)
                .filter(|count| !seen.contains_key(count))
                .count();
            // One in a hundred of those lost on either way: four in a hundred of all.
            assert!(missing <= 3, "{missing} of {last} did not come again");
        }
        let asked = world.peers[0].key_frames_asked.len();
        assert!(asked <= 4, "{asked} key frames were asked for");
    }
}

#[test]
fn repairs_come_twice_where_much_is_lost() {
    let shares = [(0.0, 0.0..=0.0), (0.005, 0.0..=0.2), (0.05, 0.8..=2.0)];
    for ((loss, share), seed) in shares.into_iter().zip(37..) {
        for shards in [1, 2] {
            let conditions = BAD[0].losing(loss).jittered(Duration::ZERO);
            let (world, _) = talk(shards, conditions, &[Codecs::ALL; 2], seed);
            let copies = counted(&world, "rtp_packets_copied");
            let first = counted(&world, "rtp_packets_retransmitted") - copies;
            // What comes late from the sender comes twice as well.
            #[allow(clippy::cast_precision_loss)] // hundreds
            let of_first = copies as f64 / first.max(1) as f64;
            assert!(share.contains(&of_first), "{loss}: {copies} of {first}");
        }
    }
}

#[test]
fn sound_without_redundancy_reaches_those_who_know_it() {
    let codecs = [Codecs::ALL, Codecs::REDUNDANT];
    let (world, start) = talk(1, BAD[0], &codecs, 33);
    let start = start + transit(BAD[0]);
    let slot = |n: u64| start + PACKET * u32::try_from(n).unwrap();
    let heard = sound(&world.peers[1]);
    let heard = share(&heard, slot, 2_990, Duration::from_millis(100));
    // Lost on the way in and not asked for there; what was lost on the way out was.
    assert!(heard >= 0.925, "{heard} of the sound was heard");
}

#[test]
fn who_talks_is_told() {
    let mut world = World::new(1, Conditions::CLEAN, 34);
    let a = world.enter("p0", 0, Codecs::ALL, BOTH);
    let b = world.enter("p1", 0, Codecs::ALL, BOTH);
    assert!(world.connected(Duration::from_secs(5)));
    let told = |world: &World| -> Vec<bool> {
        let talking = world.news.iter().filter_map(|(_, news)| match news {
            News::Talking { pipe, talking, .. } if **pipe == *"p0" => Some(*talking),
            News::Talking { pipe, .. } => panic!("{pipe} is silent"),
            _ => None,
        });
        talking.collect()
    };
    let now = world.now;
    for (peer, level) in [(a, -20), (b, -90)] {
        world.peers[peer].level = Some(level);
        world.peers[peer].speak(Source::Microphone, now);
    }
    world.run(Duration::from_secs(1));
    assert!(told(&world).is_empty(), "nobody is there to listen");
    world.bridge("bridge", &[a, b]);
    world.run(Duration::from_millis(100));
    assert_eq!(told(&world), [true]);
    // Nothing comes at all: a sender leaves silence out.
    world.peers[a].hush(Source::Microphone);
    world.run(Duration::from_millis(450));
    assert_eq!(told(&world), [true]);
    world.run(Duration::from_millis(100));
    assert_eq!(told(&world), [true, false]);
}
