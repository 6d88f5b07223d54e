//! What a pipe takes of a shard's memory, by how far it has come.
//!
//! Five clients send sound and a picture, the others receive all ten tracks. A shard's memory is
//! what is freed when it is dropped. Each line of standard output is a figure, as JSON.
#![allow(clippy::expect_used, clippy::cast_precision_loss)]

use std::alloc::System;
use std::time::Duration;

use media_core::{Order, Source};
use media_sim::network::Conditions;
use media_sim::peer::Codecs;
use media_sim::world::World;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use str0m::media::Direction::{RecvOnly, SendOnly};

#[global_allocator]
static MEMORY: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const PATIENCE: Duration = Duration::from_secs(30);
/// Long enough for everything that has a time of its own: histories, reports, statistics.
const MEDIA: Duration = Duration::from_secs(3);
const PUBLISHERS: usize = 5;
/// What the second half of the viewers adds is counted.
const VIEWERS: usize = 40;

/// How far viewers come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Opened,
    Connected,
    Seeing,
    Left,
}

fn main() {
    for (name, stage) in [
        ("opened", Stage::Opened),
        ("connected", Stage::Connected),
        ("receiving 10 tracks", Stage::Seeing),
    ] {
        let more = taken(VIEWERS, stage);
        let fewer = taken(VIEWERS / 2, stage);
        print(
            &format!("a viewer, {name}"),
            more.saturating_sub(fewer) / (VIEWERS / 2),
        );
    }
    print("5 publishers, nobody watches", taken(0, Stage::Seeing));
    print("the same when 40 have left", taken(VIEWERS, Stage::Left));
}

/// Bytes on the heap that a shard has with so many viewers.
fn taken(viewers: usize, stage: Stage) -> usize {
    let mut world = World::new(1, Conditions::CLEAN, 1);
    let both = |direction| [(Source::Microphone, direction), (Source::Camera, direction)];
    let publishers: Vec<usize> = (0..PUBLISHERS)
        .map(|number| {
            world.enter(
                &format!("publisher {number}"),
                0,
                Codecs::ALL,
                &both(SendOnly),
            )
        })
        .collect();
    assert!(world.connected(PATIENCE), "everybody connects");
    world.bridge("bridge", &publishers);
    for at in &publishers {
        for source in [Source::Microphone, Source::Camera] {
            let now = world.now;
            world
                .peers
                .get_mut(*at)
                .expect("a publisher")
                .speak(source, now);
        }
    }
    world.run(MEDIA);
    let sections: Vec<_> = (0..PUBLISHERS).flat_map(|_| both(RecvOnly)).collect();
    let viewers: Vec<usize> = (0..viewers)
        .map(|number| world.enter(&format!("viewer {number}"), 0, Codecs::ALL, &sections))
        .collect();
    if stage >= Stage::Connected {
        assert!(world.connected(PATIENCE), "everybody connects");
    }
    if stage >= Stage::Seeing {
        world.bridge("bridge", &viewers);
        world.run(MEDIA);
    }
    if stage == Stage::Left {
        for at in &viewers {
            let pipe = world.peers.get(*at).expect("a viewer").pipe.clone();
            world.order(&Order::ClosePipe {
                pipe,
                generation: 0,
            });
        }
        world.run(MEDIA);
    }
    let shards = std::mem::take(&mut world.shards);
    let before = live();
    drop(shards);
    before - live()
}

fn live() -> usize {
    let stats = MEMORY.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

#[allow(clippy::print_stdout)]
fn print(name: &str, bytes: usize) {
    let kilobytes = bytes as f64 / 1e3;
    println!(r#"{{"name": "memory: {name}", "unit": "kB", "runs": [{kilobytes:?}]}}"#);
}
