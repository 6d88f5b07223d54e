//! Who gets what of whom, packet by packet: what may not be heard is not, even for a moment.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used)]

mod hall;

use std::time::Duration;

use hall::{Hall, SOURCES, draw, name};
use media_core::{Audience, News, Part, Source};
use media_sim::network::{Conditions, Dice};
use media_sim::peer::{Codecs, RED};
use media_sim::source::{begins_key_frame, voice_of};

/// What people are in a conference, as far as it is about hearing and seeing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Default,
    /// Gets everything, gives nothing.
    Monitor,
    /// The same, but the first member gets what this one gives.
    Advisor,
}

const ROLES: [Role; 3] = [Role::Default, Role::Monitor, Role::Advisor];
const ADVISED: usize = 0;

impl Role {
    fn part(self) -> Part {
        let audience = match self {
            Role::Default => Audience::Everybody,
            Role::Monitor => Audience::only([]),
            Role::Advisor => Audience::only([name(ADVISED)]),
        };
        Part {
            heard_by: audience.clone(),
            seen_by: audience,
            ..Part::default()
        }
    }
}

fn milliseconds(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn offers(hall: &Hall) -> usize {
    let offered = |news: &News| matches!(news, News::Offered { .. });
    let news = hall.world.news.iter();
    news.filter(|(_, news)| offered(news)).count()
}

#[test]
fn every_pair_of_roles_gets_what_it_may() {
    for shards in [1, 2] {
        let mut hall = Hall::new(shards, 31, Codecs::ALL);
        // Twice, so that there are pairs of the same, and on both shards.
        let roles = [ROLES, ROLES].concat();
        for role in &roles {
            hall.come(role.part());
        }
        hall.world.run(milliseconds(500));
        let settled = hall.world.now;
        hall.world.run(milliseconds(500));
        for (ear, _) in roles.iter().enumerate() {
            for (mouth, speaker) in roles.iter().enumerate() {
                let gets = match speaker {
                    Role::Default => ear != mouth,
                    Role::Monitor => false,
                    Role::Advisor => ear == ADVISED,
                };
                for source in SOURCES {
                    assert_eq!(hall.may(ear, mouth, source), gets, "{ear} {mouth}");
                }
            }
        }
        hall.check_nothing_leaks(Duration::ZERO);
        hall.check_nothing_lacks(settled);
        hall.check_what_is_told();
    }
}

#[test]
fn a_role_is_changed_while_everybody_speaks() {
    for shards in [1, 2] {
        let mut hall = Hall::with(shards, 32, Codecs::ALL, 4);
        let (settled, offers) = (hall.world.now, offers(&hall));
        // Of a packet's time, so that changes come before, after and between packets.
        for (step, member) in (0..48).zip([3, 2, 3, 1].into_iter().cycle()) {
            hall.place(member, ROLES[step % 3].part());
            hall.world.run(milliseconds(83));
        }
        hall.check_nothing_leaks(Duration::ZERO);
        hall.check_nothing_lacks(settled);
        hall.check_what_is_told();
        assert_eq!(offers, crate::offers(&hall), "nothing is negotiated");
    }
}

#[test]
fn who_may_see_has_a_picture_at_once() {
    for shards in [1, 2] {
        let mut hall = Hall::with(shards, 36, Codecs::ALL, 2);
        hall.place(0, Role::Monitor.part());
        hall.world.run(milliseconds(600));
        let before = hall.world.peers[1].arrived.len();
        let asked = hall.world.peers[0].key_frames_asked.len();
        hall.place(0, Role::Default.part());
        hall.world.run(milliseconds(55));
        let arrived = hall.world.peers[1].arrived.iter().skip(before);
        let mut pictures = arrived.filter(|it| voice_of(&it.payload) == Some(0));
        assert!(pictures.any(|it| begins_key_frame(&it.payload)));
        assert_eq!(hall.world.peers[0].key_frames_asked.len(), asked + 1);
    }
}

/// Any order at any time, in a room where nothing is left to be negotiated: each packet of sound arrives or does not
/// as the book says, and each picture.
#[test]
fn what_arrives_follows_from_the_orders_alone() {
    for seed in 0..8 {
        let mut dice = Dice::new(seed);
        let mut hall = Hall::with(1 + u16::try_from(seed % 2).unwrap(), seed, Codecs::ALL, 4);
        let settled = hall.world.now;
        for _ in 0..60 {
            let member = usize::try_from(dice.roll() % 4).unwrap();
            if dice.falls(0.1) {
                hall.leave(member);
            } else {
                let part = draw(&mut dice, 4);
                hall.place(member, part);
            }
            let pause = dice.within(milliseconds(120));
            hall.world.run(pause);
        }
        hall.world.run(milliseconds(10));
        hall.check_nothing_leaks(Duration::ZERO);
        hall.check_nothing_lacks(settled);
        hall.check_what_is_told();
    }
}

#[test]
fn members_come_and_go_and_nothing_leaks() {
    for seed in 0..4 {
        let mut dice = Dice::new(seed);
        let mut hall = Hall::new(1 + u16::try_from(seed % 2).unwrap(), seed, Codecs::ALL);
        for _ in 0..40 {
            let count = hall.members();
            // Of a member who has not come yet, too.
            let part = draw(&mut dice, count + 1);
            let member = usize::try_from(dice.roll()).unwrap_or(0) % count.max(1);
            match dice.roll() % 5 {
                0 if count < 7 => {
                    hall.come(part);
                }
                1 if count > 0 => hall.leave(member),
                _ if count > 0 => hall.place(member, part),
                _ => {}
            }
            let pause = dice.within(milliseconds(120));
            hall.world.run(pause);
        }
        assert!(hall.members() > 3);
        hall.check_nothing_leaks(Duration::ZERO);
        for member in 0..hall.members() {
            hall.place(member, Part::default());
        }
        hall.world.run(milliseconds(500));
        let settled = hall.world.now;
        hall.world.run(milliseconds(500));
        hall.check_nothing_leaks(Duration::ZERO);
        hall.check_nothing_lacks(settled);
        hall.check_what_is_told();
    }
}

/// Lost packets are sent again, some twice, and key frames are asked for: none of that gets around an order.
#[test]
fn a_hundred_turns_under_loss_let_nothing_through() {
    for shards in [1, 2] {
        let mut hall = Hall::with(shards, 33, Codecs::ALL, 3);
        hall.world.network.change(Conditions::CLEAN.losing(0.05));
        let mut dice = Dice::new(33);
        for turn in 0..100 {
            let mut part = hall.part(0).unwrap().clone();
            let flip = |audience: &Audience| match audience {
                Audience::Everybody => Audience::only([name(2)]),
                Audience::Only(_) => Audience::Everybody,
            };
            match turn % 4 {
                0 => part.heard_by = flip(&part.heard_by),
                1 => part.deaf = !part.deaf,
                2 => part.seen_by = flip(&part.seen_by),
                _ => part.blind = !part.blind,
            }
            hall.place(0, part);
            hall.world
                .run(milliseconds(40) + dice.within(milliseconds(60)));
        }
        // What was lost on its way in and came again was said a few packets before.
        hall.check_nothing_leaks(milliseconds(100));
        hall.world.network.change(Conditions::CLEAN);
        hall.place(0, Part::default());
        hall.world.run(milliseconds(1000));
        let settled = hall.world.now;
        hall.world.run(milliseconds(500));
        hall.check_nothing_leaks(milliseconds(100));
        hall.check_nothing_lacks(settled);
    }
}

/// A packet of redundant sound has what was said 20 ms before in it.
#[test]
fn what_was_said_before_is_not_repeated_to_who_might_not_hear_it() {
    for shards in [1, 2] {
        let mut hall = Hall::with(shards, 34, Codecs::REDUNDANT, 3);
        let settled = hall.world.now;
        for turn in 0..40 {
            let heard_by = match turn % 2 {
                0 => Audience::only([name(2)]),
                _ => Audience::Everybody,
            };
            let part = Part {
                heard_by,
                ..Part::default()
            };
            hall.place(0, part);
            hall.world.run(milliseconds(87));
        }
        hall.check_nothing_leaks(Duration::ZERO);
        hall.check_nothing_lacks(settled);
        let arrived = hall.world.peers[1].heard("p0", Source::Microphone);
        let repeating = arrived.filter(|it| it.payload_type == RED);
        assert!(repeating.count() > 40, "redundancy was in use");
    }
}

#[test]
fn who_is_heard_by_nobody_is_not_told_to_be_talking() {
    let mut hall = Hall::with(1, 35, Codecs::ALL, 2);
    hall.world.peers[0].level = Some(-20);
    let talking = |hall: &Hall| {
        let last = hall
            .world
            .news
            .iter()
            .rev()
            .find_map(|(_, news)| match news {
                News::Talking { pipe, talking, .. } if *pipe == name(0) => Some(*talking),
                _ => None,
            });
        last.unwrap_or(false)
    };
    let unseen = Part {
        seen_by: Audience::only([]),
        ..Part::default()
    };
    for (part, expected) in [
        (Role::Default.part(), true),
        (Role::Monitor.part(), false),
        (Role::Advisor.part(), true),
        (Role::Monitor.part(), false),
        (unseen, true),
    ] {
        hall.place(0, part);
        if !expected {
            assert!(!talking(&hall), "at once");
        }
        hall.world.run(milliseconds(1000));
        assert_eq!(talking(&hall), expected);
    }
}
