//! Rooms of a dozen independent clients, on one shard and across two.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used)]

use std::sync::Arc;
use std::time::Duration;

use media_core::{News, Order, Part, Source, Way};
use media_sim::network::Conditions;
use media_sim::peer::{Arrived, Codecs};
use media_sim::source::begins_key_frame;
use media_sim::world::World;
use str0m::media::Direction::SendRecv;

const BOTH: &[(Source, str0m::media::Direction)] =
    &[(Source::Microphone, SendRecv), (Source::Camera, SendRecv)];
const SOURCES: [Source; 2] = [Source::Microphone, Source::Camera];
const MEMBERS: usize = 12;

fn name(member: usize) -> String {
    format!("p{member}")
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Let somebody in: connected, in the room, speaking.
fn join(world: &mut World, shards: usize) -> usize {
    let member = world.enter(
        &name(world.peers.len()),
        world.peers.len() % shards,
        Codecs::ALL,
        BOTH,
    );
    assert!(world.connected(seconds(5)));
    world.bridge("room", &[member]);
    for source in SOURCES {
        let now = world.now;
        world.peers[member].speak(source, now);
    }
    member
}

fn room(shards: usize, members: usize, seed: u64) -> World {
    let shards_told = u16::try_from(shards).unwrap();
    let mut world = World::new(shards_told, Conditions::CLEAN, seed);
    for _ in 0..members {
        join(&mut world, shards);
        // Within 50 ms: joins are merged.
        world.run(Duration::from_millis(20));
    }
    world
}

fn turn(world: &mut World, member: usize, way: Option<Way>) {
    world.order(&Order::Attach {
        pipe: world.peers[member].pipe.clone(),
        bridge: Arc::from("room"),
        part: Part {
            way,
            ..Part::default()
        },
        label: None,
    });
}

/// Whether a member was told that it gets another one's source.
fn promised(world: &World, ear: usize, mouth: usize, source: Source) -> bool {
    world.peers[ear].sections.iter().any(|section| {
        section
            .receives
            .as_ref()
            .is_some_and(|it| *it.pipe == *name(mouth) && it.source == source)
    })
}

/// How many packets of another one's source a member has got.
fn got(world: &World, ear: usize, mouth: usize, source: Source) -> usize {
    world.peers[ear].heard(&name(mouth), source).count()
}

/// What each of `members` gets of each other one within a second.
fn check_everybody_gets_everybody(world: &mut World, members: &[usize]) {
    let before: Vec<Vec<[usize; 2]>> = counts(world, members);
    world.run(seconds(1));
    let after = counts(world, members);
    for (at, ear) in members.iter().enumerate() {
        for (from, mouth) in members.iter().enumerate() {
            for (which, source) in SOURCES.into_iter().enumerate() {
                let came = after[at][from][which] - before[at][from][which];
                let own = ear == mouth;
                assert_eq!(came > 40, !own, "{ear} from {mouth}: {came} of {source:?}");
            }
        }
    }
}

fn counts(world: &World, members: &[usize]) -> Vec<Vec<[usize; 2]>> {
    let of = |ear: usize, mouth: usize| SOURCES.map(|source| got(world, ear, mouth, source));
    members
        .iter()
        .map(|ear| members.iter().map(|mouth| of(*ear, *mouth)).collect())
        .collect()
}

#[test]
fn a_dozen_get_each_other_and_slots_are_used_again() {
    for shards in [1, 2] {
        let mut world = room(shards, MEMBERS, 21);
        world.run(seconds(1));
        let all: Vec<usize> = (0..MEMBERS).collect();
        check_everybody_gets_everybody(&mut world, &all);

        // Somebody leaves and somebody else comes: no description grows.
        let sections: Vec<usize> = all
            .iter()
            .map(|at| world.peers[*at].sections.len())
            .collect();
        let gone = 3;
        world.order(&Order::ClosePipe {
            pipe: world.peers[gone].pipe.clone(),
            generation: 0,
        });
        let offers = offers(&world);
        let late = join(&mut world, shards);
        world.run(seconds(1));
        let others: Vec<usize> = all.into_iter().filter(|at| *at != gone).collect();
        for at in &others {
            assert_eq!(world.peers[*at].sections.len(), sections[*at], "{at}");
        }
        assert_eq!(
            offers + 1,
            crate::offers(&world),
            "an offer to the newcomer alone"
        );
        let members: Vec<usize> = others.into_iter().chain([late]).collect();
        check_everybody_gets_everybody(&mut world, &members);
    }
}

fn offers(world: &World) -> usize {
    let offered = |news: &News| matches!(news, News::Offered { .. });
    world.news.iter().filter(|(_, news)| offered(news)).count()
}

#[test]
fn who_comes_late_has_every_picture_at_once() {
    for shards in [1, 2] {
        let mut world = room(shards, MEMBERS - 1, 22);
        world.run(seconds(2));
        let peers = world.peers.iter();
        let asked: Vec<usize> = peers.map(|it| it.key_frames_asked.len()).collect();
        let late = join(&mut world, shards);
        let since = world.now;
        world.run(seconds(1));
        for (member, asked) in asked.into_iter().enumerate() {
            let sender = name(member);
            let first: &Arrived = world.peers[late]
                .heard(&sender, Source::Camera)
                .next()
                .expect("a picture");
            assert!(begins_key_frame(&first.payload));
            let waited = first.at.saturating_duration_since(since);
            // The offer waits 50 ms for more; a frame follows each 33 ms.
            assert!(waited < Duration::from_millis(150), "{sender}: {waited:?}");
            let more = world.peers[member].key_frames_asked.len() - asked;
            assert_eq!(more, 1, "{sender} was asked once");
        }
    }
}

#[test]
fn a_way_is_changed_in_place() {
    for shards in [1, 2] {
        let mut world = room(shards, 3, 23);
        world.run(seconds(1));
        let all = [0, 1, 2];
        check_everybody_gets_everybody(&mut world, &all);
        turn(&mut world, 0, Some(Way::Receive));
        turn(&mut world, 1, Some(Way::Send));
        world.run(Duration::from_millis(100));
        for source in SOURCES {
            for (ear, mouth, gets) in [
                (0, 1, true),
                (0, 2, true),
                (1, 0, false),
                (1, 2, false),
                (2, 0, false),
                (2, 1, true),
            ] {
                assert_eq!(promised(&world, ear, mouth, source), gets, "{ear} {mouth}");
                let before = world.peers[ear].arrived.len();
                world.run(Duration::from_millis(200));
                assert_eq!(world.peers[ear].arrived.len() > before, ear != 1);
            }
        }
        for member in [0, 1] {
            turn(&mut world, member, None);
        }
        world.run(Duration::from_millis(500));
        check_everybody_gets_everybody(&mut world, &all);
    }
}
