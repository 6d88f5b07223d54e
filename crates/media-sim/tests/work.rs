//! What a packet and a silent member of a room cost the engine: counted, not timed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::time::Duration;

use media_core::Source;
use media_sim::network::Conditions;
use media_sim::peer::Codecs;
use media_sim::world::World;
use str0m::media::Direction::{RecvOnly, SendRecv};

const MEMBERS: usize = 16;
const SPEAKER: usize = 0;
const PATIENCE: Duration = Duration::from_secs(20);
const SECOND: Duration = Duration::from_secs(1);

fn room() -> World {
    let mut world = World::new(1, Conditions::CLEAN, 7);
    let microphone = [(Source::Microphone, SendRecv)];
    let members: Vec<usize> = (0..MEMBERS)
        .map(|number| world.enter(&format!("member {number}"), 0, Codecs::ALL, &microphone))
        .collect();
    assert!(world.connected(PATIENCE));
    world.bridge("room", &members);
    // Offers and answers about everybody's sections.
    world.run(SECOND * 5);
    world
}

fn counted(world: &World, name: &str) -> u64 {
    let all = world.shards.iter().flat_map(|shard| {
        let load = shard.load();
        load.counters.into_iter().chain(load.gauges)
    });
    all.filter(|(other, _)| *other == name).map(|it| it.1).sum()
}

/// By how much counters grow in a time.
fn grown<const N: usize>(world: &mut World, names: [&str; N], time: Duration) -> [u64; N] {
    let before = names.map(|name| counted(world, name));
    world.run(time);
    std::array::from_fn(|at| counted(world, names[at]) - before[at])
}

fn speak(world: &mut World) {
    let now = world.now;
    world.peers[SPEAKER].speak(Source::Microphone, now);
}

#[test]
fn a_packet_goes_to_each_listener_once_and_nothing_else_is_done() {
    let mut world = room();
    assert_eq!(counted(&world, "tracks"), MEMBERS as u64);
    speak(&mut world);
    world.run(SECOND);
    let names = [
        "rtp_packets_received",
        "rtp_packets_sent",
        "rtcp_packets_sent",
    ];
    let [received, sent, control] = grown(&mut world, names, SECOND * 10);
    assert!((495..=505).contains(&received), "{received}");
    assert_eq!(sent, received * (MEMBERS as u64 - 1));
    // Each second one report to each listener, of the one stream that it is sent, and one to the
    // speaker, who is told ten times a second when its packets came.
    let most = 10 * MEMBERS as u64 + 10 * 11;
    assert!(control <= most, "{control} > {most}");
}

#[test]
fn who_is_silent_in_a_silent_room_is_sent_nothing_and_seldom_looked_at() {
    let mut world = room();
    speak(&mut world);
    world.run(SECOND * 2);
    world.peers[SPEAKER].hush(Source::Microphone);
    // Two reports more, so that one may be lost.
    world.run(SECOND * 3);
    let names = ["rtp_packets_sent", "rtcp_packets_sent", "alarms"];
    let [packets, control, alarms] = grown(&mut world, names, SECOND * 20);
    assert_eq!((packets, control), (0, 0));
    // Statistics each 2 s, and each 5 s a look whether it is still there.
    let most = MEMBERS as u64 * (20 / 2 + 20 / 5 + 1);
    assert!(alarms <= most, "{alarms} > {most}");
}

#[test]
fn reports_go_on_when_somebody_speaks_again() {
    let mut world = room();
    speak(&mut world);
    for _ in 0..3 {
        let [control] = grown(&mut world, ["rtcp_packets_sent"], SECOND * 4);
        let least = 3 * (MEMBERS as u64 - 1);
        assert!(control >= least, "{control} < {least}");
        let generator = world.peers[SPEAKER].hush(Source::Microphone);
        world.run(SECOND * 5);
        let mut generator = generator.unwrap();
        generator.skip_to(world.now);
        world.peers[SPEAKER].speak_as(Source::Microphone, generator);
    }
}

#[test]
fn a_packet_goes_to_another_shard_once_for_all_its_listeners() {
    let mut world = World::new(2, Conditions::CLEAN, 8);
    let speaker = world.enter("speaker", 0, Codecs::ALL, &[(Source::Microphone, SendRecv)]);
    let mut members = vec![speaker];
    for number in 0..MEMBERS {
        let name = format!("listener {number}");
        let listens = [(Source::Microphone, RecvOnly)];
        members.push(world.enter(&name, 1, Codecs::ALL, &listens));
    }
    assert!(world.connected(PATIENCE));
    world.bridge("room", &members);
    world.run(SECOND);
    speak(&mut world);
    world.run(SECOND);
    let names = ["rtp_packets_received", "relay_bursts", "rtp_packets_sent"];
    let [received, relayed, sent] = grown(&mut world, names, SECOND * 2);
    assert!((98..=102).contains(&received), "{received}");
    assert_eq!((relayed, sent), (received, received * MEMBERS as u64));
}
