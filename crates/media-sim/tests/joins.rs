//! Many join at once, and the steps of their handshakes take long: who talks already does not notice.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::time::Duration;

use media_core::{CloseReason, News, Order, Source};
use media_sim::network::Conditions;
use media_sim::peer::Codecs;
use media_sim::world::World;
use str0m::media::Direction::{RecvOnly, SendRecv};

const MICROPHONE: [(Source, str0m::media::Direction); 1] = [(Source::Microphone, SendRecv)];
const SPEAKER: usize = 0;
const LISTENER: usize = 1;
/// Between two packets of the speaker.
const PACKET: Duration = Duration::from_millis(20);

/// A call between two.
fn call(seed: u64) -> World {
    let mut world = World::new(1, Conditions::CLEAN, seed);
    let both = ["speaker", "listener"].map(|name| world.enter(name, 0, Codecs::ALL, &MICROPHONE));
    assert!(world.connected(Duration::from_secs(5)));
    world.bridge("call", &both);
    world.run(Duration::from_secs(1));
    let now = world.now;
    world.peers[SPEAKER].speak(Source::Microphone, now);
    world.run(Duration::from_secs(1));
    world
}

/// So many come at the same moment. Gives their places.
fn crowd(world: &mut World, number: usize) -> Vec<usize> {
    (0..number)
        .map(|number| {
            let name = format!("guest {number}");
            world.enter(&name, 0, Codecs::ALL, &[(Source::Camera, RecvOnly)])
        })
        .collect()
}

fn all_connected(world: &World, guests: &[usize]) -> bool {
    guests.iter().all(|guest| world.peers[*guest].connected)
}

fn count(world: &World, counter: &str) -> u64 {
    let counters = world.shards[0].load().counters;
    let counter = counters.iter().find(|(name, _)| *name == counter);
    counter.unwrap().1
}

#[test]
fn media_does_not_wait_for_handshakes() {
    let mut world = call(1);
    let joining = world.now;
    world.labour.takes = Duration::from_secs(3);
    world.labour.spread = Duration::from_secs(1);
    let guests = crowd(&mut world, 100);
    let done = world.labour.done;
    world.run(Duration::from_millis(2_900));
    assert_eq!(world.labour.done, done);
    assert!(guests.iter().all(|guest| !world.peers[*guest].connected));
    world.labour.takes = Duration::ZERO;
    assert!(world.until(Duration::from_secs(10), |world| all_connected(
        world, &guests
    )));
    let arrivals: Vec<_> = world.peers[LISTENER]
        .heard("speaker", Source::Microphone)
        .map(|packet| packet.at)
        .filter(|at| *at >= joining)
        .collect();
    let latest = arrivals.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert_eq!(latest, Some(PACKET));
    let passed = (world.now - joining).as_millis() / PACKET.as_millis();
    assert!(arrivals.len() as u128 + 2 > passed, "nothing is missing");
    assert_eq!(world.to_strangers, 0);
}

#[test]
fn in_which_order_and_how_late_steps_come_back_does_not_matter() {
    for seed in 1..=5 {
        let conditions = Conditions::CLEAN
            .duplicating(0.3)
            .jittered(Duration::from_millis(30));
        let mut world = World::new(1, conditions, seed);
        world.labour.takes = Duration::from_millis(20);
        world.labour.spread = Duration::from_millis(600);
        let guests = crowd(&mut world, 30);
        assert!(world.connected(Duration::from_secs(12)), "seed {seed}");
        assert_eq!(count(&world, "pipes_failed"), 0);
        assert!(world.labour.done >= 2 * guests.len() as u64);
    }
}

#[test]
fn who_leaves_in_the_middle_takes_nobody_along() {
    let mut world = call(2);
    world.labour.spread = Duration::from_millis(100);
    let guests = crowd(&mut world, 40);
    // One goes every 5 ms, some before their first step, some between, some during one.
    let (leaving, staying) = guests.split_at(20);
    for guest in leaving {
        world.run(Duration::from_millis(5));
        let pipe = world.peers[*guest].pipe.clone();
        world.order(&Order::ClosePipe {
            pipe,
            generation: 0,
        });
    }
    assert!(world.until(Duration::from_secs(10), |world| all_connected(
        world, staying
    )));
    let ended: Vec<_> = world
        .news
        .iter()
        .filter_map(|(_, news)| match news {
            News::PipeClosed { reason, .. } => Some(*reason),
            _ => None,
        })
        .collect();
    assert_eq!(ended, [CloseReason::Ordered; 20]);
    // They come again, into the places that have become free.
    for guest in leaving {
        world.come_again(*guest, 1, &[(Source::Camera, RecvOnly)]);
    }
    assert!(world.until(Duration::from_secs(10), |world| all_connected(
        world, leaving
    )));
    assert_eq!(
        (count(&world, "panics"), count(&world, "pipes_failed")),
        (0, 0)
    );
    let gauges = world.shards[0].load().gauges;
    assert!(gauges.contains(&("handshake_steps_waiting", 0)));
    assert!(gauges.contains(&("pipes", 42)));
}
