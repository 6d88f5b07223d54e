//! A control plane dies in the middle of a call: the call goes on, and the next one finds all of it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod common;

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use common::party::Party;
use common::{Control, PATIENCE, Program, attach};
use media::protocol::{
    AnswerPipe, ClosePipe, CloseReason, HeldPipe, Holding, News, Offered, Order, PipeClosed,
    RestartIce,
};
use str0m::media::MediaKind;
use str0m::net::Protocol;

/// Longer than a client may be silent before it counts as interrupted.
const ALONE: Duration = Duration::from_millis(5_500);

/// Packets that may be on their way while they are counted.
const FLYING: usize = 5;

type Parties = HashMap<&'static str, Party>;

/// A control plane that can be killed.
struct House {
    orders: Control,
    news: Receiver<News>,
    holding: Holding,
    told: Vec<News>,
}

impl House {
    fn begin(program: &Program, fence: u64) -> Self {
        let (mut control, _, holding) = program.control(fence);
        let orders = control.speaker();
        let (told, news) = channel();
        std::thread::spawn(move || {
            while let Some(heard) = control.hear() {
                if told.send(heard).is_err() {
                    return;
                }
            }
        });
        let told = Vec::new();
        Self {
            orders,
            news,
            holding,
            told,
        }
    }

    /// As if killed: it reads nothing more, and has said half an order.
    fn die(mut self) {
        self.orders.say_bytes(&[0, 0, 1]);
        self.orders.hang_up();
    }

    fn tells(&self, of: &str, is: fn(&News) -> Option<&str>) -> bool {
        self.told.iter().any(|news| is(news) == Some(of))
    }
}

fn connected(news: &News) -> Option<&str> {
    match news {
        News::Connected(it) => Some(&it.pipe),
        _ => None,
    }
}

fn offered(news: &News) -> Option<&Offered> {
    match news {
        News::Offered(it) => Some(it),
        _ => None,
    }
}

fn closed(news: &News) -> Option<&PipeClosed> {
    match news {
        News::PipeClosed(it) => Some(it),
        _ => None,
    }
}

/// Lets all live, and takes what the house is told, until it holds.
fn until(
    parties: &mut Parties,
    mut house: Option<&mut House>,
    holds: impl Fn(&Parties, Option<&House>) -> bool,
) {
    let begin = Instant::now();
    while !holds(parties, house.as_deref()) {
        assert!(begin.elapsed() < PATIENCE);
        for party in parties.values_mut() {
            party.live();
        }
        let Some(house) = house.as_deref_mut() else {
            continue;
        };
        for news in house.news.try_iter() {
            if let News::Answered(answered) = &news
                && let Some(party) = parties.get_mut(answered.pipe.as_str())
            {
                party.answered(answered);
            }
            house.told.push(news);
        }
    }
}

fn sounds(parties: &Parties, of: &str, mark: u8) -> usize {
    let heard = parties[of].heard.get(&(MediaKind::Audio, mark));
    heard.copied().unwrap_or_default()
}

/// Everybody comes; the one that is given apart has its answer, and connects when nobody is there to hear of it.
fn enter(house: &mut House) -> (Parties, Party) {
    let mut parties = HashMap::new();
    for (name, mark, shard) in [
        ("anna", 0xa5, 0),
        ("ben", 0x5b, 1),
        ("late", 1, 0),
        ("leaving", 2, 0),
        ("silent", 3, 1),
    ] {
        let party = Party::new(name, mark, Protocol::Udp);
        house.orders.say(&party.open(shard));
        if ["anna", "ben"].contains(&name) {
            house.orders.say(&attach(name, "call"));
        }
        parties.insert(name, party);
    }
    let late = loop {
        let news = house.news.recv_timeout(PATIENCE).unwrap();
        let News::Answered(answered) = &news else {
            house.told.push(news);
            continue;
        };
        let party = parties.get_mut(answered.pipe.as_str()).unwrap();
        party.answered(answered);
        if answered.pipe == "late" {
            break parties.remove("late").unwrap();
        }
    };
    until(&mut parties, Some(house), |parties, house| {
        let house = house.unwrap();
        ["anna", "ben", "leaving", "silent"]
            .iter()
            .all(|name| house.tells(name, connected))
            && sounds(parties, "anna", 0x5b) > 20
            && sounds(parties, "ben", 0xa5) > 20
    });
    (parties, late)
}

/// Packets of sound sent by one and heard by the other, in each direction of the call.
fn count(parties: &Parties) -> [(usize, usize); 2] {
    [("anna", "ben", 0x5b), ("ben", "anna", 0xa5)]
        .map(|(ear, mouth, mark)| (parties[mouth].sounds, sounds(parties, ear, mark)))
}

/// The next control plane is told what there is, and what the last one has not heard of.
fn find(house: &mut House) {
    let mut held = house.holding.pipes.clone();
    held.sort_by(|one, other| one.pipe.cmp(&other.pipe));
    let pipe = |name: &str, bridge: Option<&str>, interrupted| HeldPipe {
        pipe: name.to_owned(),
        generation: 1,
        bridge: bridge.map(str::to_owned),
        connected: true,
        interrupted,
    };
    let expected = [
        pipe("anna", Some("call"), false),
        pipe("ben", Some("call"), false),
        pipe("late", None, false),
        pipe("silent", None, true),
    ];
    assert_eq!(held, expected);
    // The ends are told last. Nobody may take his answer twice.
    let mut nobody = HashMap::new();
    until(&mut nobody, Some(house), |_, house| {
        house
            .unwrap()
            .told
            .iter()
            .any(|news| closed(news).is_some())
    });
    for name in ["anna", "ben", "late", "silent"] {
        assert!(house.tells(name, connected), "{name}");
    }
    for (ear, mouth) in [("anna", "ben"), ("ben", "anna")] {
        let mapped = house.told.iter().find_map(|news| match news {
            News::Mapped(it) if it.pipe == ear => Some(it),
            _ => None,
        });
        let receives = mapped.unwrap().sections[0].receives.as_ref();
        assert_eq!(receives.unwrap().pipe, mouth);
    }
    let end = house.told.iter().find_map(closed).unwrap();
    assert_eq!(
        (&*end.pipe, end.reason),
        ("leaving", CloseReason::RemoteClosed)
    );
}

/// What it orders is done as if nothing had happened.
fn go_on(house: &mut House, parties: &mut Parties) {
    house.orders.say(&Order::RestartIce(RestartIce {
        pipe: "anna".to_owned(),
        generation: 1,
    }));
    until(parties, Some(house), |_, house| {
        house
            .unwrap()
            .told
            .iter()
            .any(|news| offered(news).is_some())
    });
    let offer = house.told.iter().find_map(offered).unwrap().clone();
    let answer = parties.get_mut("anna").unwrap().offered(&offer);
    house.orders.say(&Order::AnswerPipe(AnswerPipe {
        pipe: offer.pipe,
        generation: 1,
        negotiation: offer.negotiation,
        answer,
    }));
    let before = count(parties);
    until(parties, Some(house), |parties, _| {
        let mut now = count(parties).into_iter().zip(before);
        now.all(|((_, heard), (_, before))| heard > before + 50)
    });
    for name in ["anna", "ben", "late", "silent"] {
        house.orders.say(&Order::ClosePipe(ClosePipe {
            pipe: name.to_owned(),
            generation: 1,
        }));
    }
    until(parties, Some(house), |_, house| {
        house.unwrap().told.iter().filter_map(closed).count() == 5
    });
}

#[test]
fn a_call_outlives_its_control_plane_and_is_found_by_the_next() {
    let program = Program::start("orphan", &["--shards", "2", "--grace", "30"]);
    let mut house = House::begin(&program, 1);
    let (mut parties, late) = enter(&mut house);
    house.die();
    parties.insert("late", late);
    parties.remove("silent").unwrap();
    parties.get_mut("leaving").unwrap().leave();
    let before = count(&parties);
    let begin = Instant::now();
    until(&mut parties, None, |_, _| begin.elapsed() > ALONE);
    for ((sent, heard), (sent_before, heard_before)) in count(&parties).iter().zip(before) {
        let (sent, heard) = (sent - sent_before, heard - heard_before);
        assert!(sent > 100, "{sent}");
        assert!(heard + FLYING >= sent, "{heard} of {sent}");
    }
    let mut house = House::begin(&program, 2);
    find(&mut house);
    go_on(&mut house, &mut parties);
}
