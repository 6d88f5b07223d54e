//! Clients whose path changes: by ICE restart, by their network alone, or to none for a while.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used)]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use media_core::{CloseReason, News, NtpTime, Order, Source};
use media_sim::network::Conditions;
use media_sim::peer::Codecs;
use media_sim::source::count_of;
use media_sim::world::World;
use media_wire::sdp::Description;
use str0m::media::Direction::SendRecv;

const BOTH: &[(Source, str0m::media::Direction)] =
    &[(Source::Microphone, SendRecv), (Source::Camera, SendRecv)];
const ELSEWHERE: SocketAddr = SocketAddr::new(
    std::net::IpAddr::V4(std::net::Ipv4Addr::new(10, 7, 7, 7)),
    7000,
);

/// Checks of a client come at least so often, and are answered at once.
const CHECKED: Duration = Duration::from_secs(3);

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Two clients in a call, on two shards, who both speak.
fn call(seed: u64) -> World {
    let mut world = World::new(2, Conditions::CLEAN, seed);
    let a = world.enter("a", 0, Codecs::ALL, BOTH);
    let b = world.enter("b", 1, Codecs::ALL, BOTH);
    assert!(world.connected(seconds(5)), "{:?}", world.news);
    world.bridge("bridge", &[a, b]);
    let now = world.now;
    for peer in &mut world.peers {
        peer.speak(Source::Microphone, now);
        peer.speak(Source::Camera, now);
    }
    world.run(seconds(2));
    world
}

fn restart(world: &mut World, pipe: &str) {
    world.order(&Order::RestartIce {
        pipe: pipe.into(),
        generation: 0,
    });
}

/// What was told of `a`, by name, from that time on.
fn told(world: &World, since: Instant) -> Vec<(Instant, &'static str)> {
    let name = |news: &News| match news {
        News::Connected { pipe, .. } if &**pipe == "a" => Some("connected"),
        News::Interrupted { pipe, .. } if &**pipe == "a" => Some("interrupted"),
        News::Restored { pipe, .. } if &**pipe == "a" => Some("restored"),
        News::Offered { pipe, .. } if &**pipe == "a" => Some("offered"),
        News::PipeClosed { pipe, .. } if &**pipe == "a" => Some("closed"),
        _ => None,
    };
    let all = world.news.iter().filter(|(at, _)| *at >= since);
    all.filter_map(|(at, news)| Some((*at, name(news)?)))
        .collect()
}

fn names(told: &[(Instant, &'static str)]) -> Vec<&'static str> {
    told.iter().map(|(_, name)| *name).collect()
}

/// The offers made to `a`.
fn offers(world: &World) -> Vec<Description> {
    let offer = |news: &News| match news {
        News::Offered { pipe, offer, .. } if &**pipe == "a" => Some(offer.clone()),
        _ => None,
    };
    let offers = world.news.iter().filter_map(|(_, news)| offer(news));
    offers
        .map(|offer| Description::parse(&offer).unwrap())
        .collect()
}

fn credentials(description: &Description) -> (String, String) {
    let section = &description.sections[0];
    let ufrag = description.ice_ufrag(section).unwrap().to_owned();
    (ufrag, description.ice_pwd(section).unwrap().to_owned())
}

/// Whether both hear and see each other at every moment from now on until so much later.
fn flows(world: &mut World, how_long: Duration) -> bool {
    let end = world.now + how_long;
    let mut goes_on = true;
    while world.now < end {
        let before = heard(world);
        world.run(Duration::from_millis(100));
        goes_on &= heard(world)
            .iter()
            .zip(before)
            .all(|(now, then)| *now > then);
    }
    goes_on
}

fn heard(world: &World) -> [usize; 4] {
    [(0, "b"), (1, "a")]
        .map(|(ear, mouth)| {
            [Source::Microphone, Source::Camera]
                .map(|source| world.peers[ear].heard(mouth, source).count())
        })
        .concat()
        .try_into()
        .unwrap()
}

#[test]
fn a_restart_on_the_same_path_is_not_heard() {
    let mut world = call(1);
    let begin = world.now;
    restart(&mut world, "a");
    restart(&mut world, "a");
    assert!(flows(&mut world, seconds(20)));
    assert_eq!(names(&told(&world, begin)), ["offered"]);
    for (ear, mouth) in [(0, "b"), (1, "a")] {
        let heard = world.peers[ear].heard(mouth, Source::Microphone);
        let numbers: Vec<u64> = heard.filter_map(|it| count_of(&it.payload)).collect();
        let whole: Vec<u64> = (numbers[0]..).take(numbers.len()).collect();
        assert_eq!(numbers, whole, "no packet is missing");
    }
    // The next restart has other credentials; an offer about something else repeats them.
    restart(&mut world, "a");
    assert!(flows(&mut world, seconds(20)));
    world.order(&Order::Renegotiate {
        pipe: "a".into(),
        generation: 0,
        sources: vec![Source::Screen],
    });
    assert!(flows(&mut world, seconds(20)));
    assert_eq!(
        names(&told(&world, begin)),
        ["offered", "offered", "offered"]
    );
    let [first, second, third] = &offers(&world)[..] else {
        panic!("three offers");
    };
    let [first, second, third] = [first, second, third].map(credentials);
    assert!(first.0 != second.0 && first.1 != second.1);
    assert_eq!(second, third);
    assert_eq!(first.0[..12], second.0[..12], "shard and slot");
}

#[test]
fn a_client_that_moves_takes_its_pipe_along() {
    let mut world = call(2);
    let (begin, old) = (world.now, world.peers[0].address);
    world.network.cut(old);
    world.peers[0].move_to(ELSEWHERE);
    world.run(seconds(1));
    restart(&mut world, "a");
    world.run(CHECKED);
    assert!(flows(&mut world, seconds(20)), "{:?}", told(&world, begin));
    assert_eq!(
        names(&told(&world, begin)),
        ["offered"],
        "nothing began anew"
    );
}

#[test]
fn an_address_that_changes_by_itself_needs_nobody() {
    let mut world = call(3);
    let (begin, inside) = (world.now, world.peers[0].address);
    world.network.rebind(inside, ELSEWHERE);
    world.run(CHECKED);
    assert!(flows(&mut world, seconds(20)), "{:?}", told(&world, begin));
    assert_eq!(names(&told(&world, begin)), [""; 0]);
}

#[test]
fn a_restart_in_the_middle_of_the_handshake_does_not_disturb_it() {
    let slow = Conditions {
        delay: Duration::from_millis(100),
        ..Conditions::CLEAN
    };
    for after in [0, 60, 150, 250, 350, 450] {
        let mut world = World::new(1, slow, after);
        world.enter("a", 0, Codecs::ALL, BOTH);
        world.run(Duration::from_millis(after));
        restart(&mut world, "a");
        assert!(world.connected(seconds(5)), "{after}: {:?}", world.news);
        let begin = world.now;
        world.run(seconds(20));
        assert!(
            names(&told(&world, begin))
                .iter()
                .all(|it| *it == "offered"),
            "{after}"
        );
    }
}

#[test]
fn five_silent_seconds_are_told_and_their_end_too() {
    let mut world = call(4);
    let address = world.peers[0].address;
    world.network.cut(address);
    let begin = world.now;
    world.run(seconds(7));
    let [(at, "interrupted")] = told(&world, begin)[..] else {
        panic!("{:?}", told(&world, begin));
    };
    let silent = at - begin;
    // What was on its way still came.
    assert!(silent >= seconds(5) && silent < seconds(5) + Duration::from_millis(50));
    world.network.mend(address);
    let back = world.now;
    world.run(CHECKED);
    let [(at, "restored")] = told(&world, back)[..] else {
        panic!("{:?}", told(&world, back));
    };
    assert!(
        at - back < Duration::from_millis(50),
        "the first packet counts"
    );
    assert!(flows(&mut world, seconds(10)));
}

#[test]
fn a_muted_client_is_heard_by_its_checks() {
    let mut world = World::new(1, Conditions::CLEAN, 5);
    world.enter("a", 0, Codecs::ALL, BOTH);
    assert!(world.connected(seconds(5)));
    let begin = world.now;
    world.run(seconds(60));
    assert_eq!(names(&told(&world, begin)), [""; 0]);
}

#[test]
fn who_is_away_for_longer_than_consent_is_not_sent_to_and_comes_back_by_a_restart() {
    let mut world = call(6);
    let address = world.peers[0].address;
    world.network.cut(address);
    let begin = world.now;
    world.run(seconds(11));
    let sent = |world: &World| world.sent_to[&address];
    let before = sent(&world);
    world.run(seconds(1));
    assert!(sent(&world) > before, "its path may still live");
    world.run(seconds(4));
    let before = sent(&world);
    world.run(seconds(4));
    assert_eq!(sent(&world), before);
    restart(&mut world, "a");
    world.run(seconds(5));
    world.network.mend(address);
    world.run(CHECKED);
    assert!(flows(&mut world, seconds(20)), "{:?}", told(&world, begin));
    assert_eq!(
        names(&told(&world, begin)),
        ["interrupted", "offered", "restored"]
    );
}

#[test]
fn who_does_not_come_back_is_closed_after_thirty_seconds_and_was_there_until_then() {
    let mut world = call(7);
    let address = world.peers[0].address;
    world.network.cut(address);
    let begin = world.now;
    world.run(seconds(31));
    let told = told(&world, begin);
    assert_eq!(names(&told), ["interrupted", "closed"]);
    let after = told[1].0 - begin;
    assert!(
        after <= seconds(30) + Duration::from_millis(50) && after + CHECKED > seconds(30),
        "{after:?}"
    );
    let (reason, at) = world
        .news
        .iter()
        .find_map(|(_, news)| match news {
            News::PipeClosed { reason, at, .. } => Some((*reason, *at)),
            _ => None,
        })
        .unwrap();
    assert_eq!(reason, CloseReason::TimedOut);
    // The world begins at this time; the call was there within 5 s, and lasted for 2 s.
    let wall = |second: u64| NtpTime::from_unix(seconds(1_800_000_000 + second));
    assert!(at >= wall(2) && at <= wall(8), "{at:?}");
}

#[test]
fn a_newer_generation_is_seen_by_the_others_as_soon_as_it_connects() {
    let mut world = call(8);
    let begin = world.now;
    world.come_again(0, 1, BOTH);
    let now = world.now;
    world.peers[0].speak(Source::Microphone, now);
    world.peers[0].speak(Source::Camera, now);
    world.run(seconds(2));
    assert!(flows(&mut world, seconds(5)));
    assert_eq!(names(&told(&world, begin)), ["closed", "connected"]);
}
