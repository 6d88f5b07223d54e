//! Texts between independent clients, over networks good and bad.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used)]

use std::sync::Arc;
use std::time::Duration;

use media_core::{CloseReason, News, Order, Part, PipeStatistics, Source};
use media_sim::network::Conditions;
use media_sim::world::World;
use str0m::media::Direction::{self, SendRecv};

const AUDIO: &[(Source, Direction)] = &[(Source::Microphone, SendRecv)];
const NOTHING: &[(Source, Direction)] = &[];
const SOON: Duration = Duration::from_secs(5);
/// More than it takes until silence is told.
const LONG: Duration = Duration::from_secs(11);

/// So many clients in one bridge, evenly spread over the shards; `a`, `b` and so on.
fn room(shards: u16, count: u8, sources: &[(Source, Direction)], conditions: Conditions) -> World {
    let mut world = World::new(shards, conditions, 7);
    for number in 0..count {
        let name = char::from(b'a' + number).to_string();
        world.enter_talking(&name, usize::from(u16::from(number) % shards), sources);
    }
    assert!(world.connected(SOON), "{:?}", world.news);
    let peers: Vec<usize> = (0..usize::from(count)).collect();
    world.bridge("bridge", &peers);
    assert!(open(&mut world));
    world
}

fn open(world: &mut World) -> bool {
    world.until(SOON, |world| {
        world.peers.iter().all(|peer| peer.channel_open)
    })
}

/// Ids and texts that a client has heard of another.
fn texts<'a>(world: &'a World, ear: usize, from: &str) -> Vec<(&'a str, &'a str)> {
    let heard = world.peers[ear].told("text");
    heard
        .filter(|told| told["from"] == from)
        .map(|told| (told["id"].as_str().unwrap(), told["text"].as_str().unwrap()))
        .collect()
}

/// Ids of a client's texts and whether they were delivered, in the order in which it was told.
fn delivered(world: &World, mouth: usize) -> Vec<(&str, bool)> {
    let told = world.peers[mouth].told("delivered");
    told.map(|told| {
        let delivered = told["delivered"].as_bool().unwrap();
        (told["id"].as_str().unwrap(), delivered)
    })
    .collect()
}

/// Ids and codes of what was refused.
fn refused(world: &World, mouth: usize) -> Vec<(Option<&str>, &str)> {
    let told = world.peers[mouth].told("refused");
    told.map(|told| (told["id"].as_str(), told["code"].as_str().unwrap()))
        .collect()
}

/// Ids of peers and lines of the page's examples: who, whether they say or hear it, and what.
fn played() -> impl Iterator<Item = (usize, bool, serde_json::Value)> {
    let page = include_str!("../../../docs/data-channel.md");
    page.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ' ');
        let who = parts.next()?;
        let says = match parts.next()? {
            "→" => true,
            "←" => false,
            _ => return None,
        };
        let who = NAMES.iter().position(|name| *name == who).unwrap();
        let message = serde_json::from_str(parts.next()?).unwrap();
        Some((who, says, message))
    })
}

const NAMES: [&str; 3] = ["ada", "bob", "eve"];

#[test]
fn the_page_tells_what_happens() {
    let mut world = World::new(2, Conditions::CLEAN, 1);
    for (at, name) in NAMES.iter().enumerate() {
        world.enter_talking(name, at % 2, NOTHING);
        world.peers[at].receipts = false;
    }
    assert!(world.connected(SOON));
    world.bridge("bridge", &[1, 2]);
    world.order(&Order::Attach {
        pipe: Arc::from("ada"),
        bridge: Arc::from("bridge"),
        part: Part::default(),
        label: Some(Arc::from(r#"{"name":"Ada"}"#)),
    });
    assert!(open(&mut world));
    let mut lines = 0;
    for (who, says, mut message) in played() {
        lines += 1;
        if says {
            assert!(world.peers[who].say(message.to_string()));
            world.run(Duration::from_millis(100));
            continue;
        }
        assert!(!world.peers[who].told.is_empty(), "{message}");
        let mut told = world.peers[who].told.remove(0);
        // The page has a time of its own.
        for message in [&mut message, &mut told] {
            if let Some(at) = message.get_mut("at") {
                assert!(at.is_u64());
                *at = 0.into();
            }
        }
        assert_eq!(told, message);
    }
    assert!(lines >= 16);
    assert!(world.peers.iter().all(|peer| peer.told.is_empty()));
}

fn counter(world: &World, name: &str) -> u64 {
    let loads = world.shards.iter().map(|shard| shard.load().counters);
    let counts = loads.flatten().filter(|(counted, _)| *counted == name);
    counts.map(|(_, count)| count).sum()
}

fn closed(world: &World) -> usize {
    let closed = |news: &News| matches!(news, News::PipeClosed { .. });
    world.news.iter().filter(|(_, news)| closed(news)).count()
}

/// The last numbers of a pipe, told when it is closed.
fn numbers(world: &mut World, pipe: &str) -> PipeStatistics {
    world.order(&Order::ClosePipe {
        pipe: Arc::from(pipe),
        generation: 9,
    });
    let told = world.news.iter().find_map(|(_, news)| match news {
        News::PipeClosed {
            pipe: it,
            statistics,
            ..
        } if **it == *pipe => Some(statistics.clone()),
        _ => None,
    });
    told.expect("its end")
}

#[test]
fn two_clients_talk_and_know_that_they_were_heard() {
    for shards in [1, 2] {
        let mut world = room(shards, 2, AUDIO, Conditions::CLEAN);
        world.order(&Order::Attach {
            pipe: Arc::from("a"),
            bridge: Arc::from("bridge"),
            part: Part::default(),
            label: Some(Arc::from("{\"name\":\"Ä\"}")),
        });
        assert!(world.peers[0].text("1", "Grüße", None));
        assert!(world.peers[1].text("1", "back", Some(&["a"])));
        world.run(SOON);
        assert_eq!(texts(&world, 1, "a"), [("1", "Grüße")]);
        assert_eq!(texts(&world, 0, "b"), [("1", "back")]);
        let [heard] = &world.peers[1].told("text").collect::<Vec<_>>()[..] else {
            panic!("{:?}", world.peers[1].told)
        };
        assert_eq!(heard["label"], "{\"name\":\"Ä\"}");
        assert_eq!(heard["direct"], false);
        // The world's clock begins at this time, and nothing here takes a minute.
        let at = heard["at"].as_u64().unwrap();
        assert!((1_800_000_000_000..1_800_000_060_000).contains(&at));
        let back = world.peers[0].told("text").next().unwrap();
        assert_eq!(back["direct"], true);
        assert!(back.get("label").is_none());
        for peer in [0, 1] {
            assert_eq!(delivered(&world, peer), [("1", true)]);
        }
        let a = numbers(&mut world, "a");
        let counts = (a.texts_received, a.texts_sent, a.texts_dropped);
        assert_eq!(counts, (1, 1, 0));
        assert_eq!(counter(&world, "texts_received"), 2);
        assert_eq!(counter(&world, "texts_sent"), 2);
    }
}

#[test]
fn a_text_is_for_all_or_for_some_and_for_nobody_else() {
    for shards in [1, 3] {
        let mut world = room(shards, 4, NOTHING, Conditions::CLEAN);
        assert!(world.peers[0].text("all", "1", None));
        assert!(world.peers[0].text("some", "2", Some(&["b", "d", "b"])));
        assert!(world.peers[0].text("one", "3", Some(&["c"])));
        world.run(SOON);
        assert_eq!(texts(&world, 1, "a"), [("all", "1"), ("some", "2")]);
        assert_eq!(texts(&world, 2, "a"), [("all", "1"), ("one", "3")]);
        assert_eq!(texts(&world, 3, "a"), [("all", "1"), ("some", "2")]);
        assert_eq!(world.peers[0].told("text").count(), 0);
        let mut told = delivered(&world, 0);
        told.sort_unstable();
        assert_eq!(told, [("all", true), ("one", true), ("some", true)]);
    }
}

#[test]
fn who_is_not_there_gets_nothing_and_neither_does_anybody_else() {
    for shards in [1, 2] {
        let mut world = room(shards, 3, NOTHING, Conditions::CLEAN);
        world.enter("deaf", 0, media_sim::peer::Codecs::ALL, AUDIO);
        world.enter_talking("outside", 0, NOTHING);
        assert!(world.connected(SOON));
        world.bridge("bridge", &[3]);
        assert!(world.until(SOON, |world| world.peers[4].channel_open));
        for (id, other) in [("1", "outside"), ("2", "nobody"), ("3", "a"), ("4", "deaf")] {
            assert!(world.peers[0].text(id, "x", Some(&["b", other])));
        }
        assert!(world.peers[4].text("5", "x", None));
        world.run(SOON);
        let nobody = ["1", "2", "3", "4"].map(|id| (Some(id), "NOBODY"));
        assert_eq!(refused(&world, 0), nobody);
        assert_eq!(refused(&world, 4), [(Some("5"), "NOT_JOINED")]);
        assert!((0..5).all(|peer| world.peers[peer].told("text").count() == 0));
        assert_eq!(counter(&world, "texts_refused"), 5);
    }
}

#[test]
fn nobody_else_there_is_told_at_once() {
    let mut world = room(1, 1, NOTHING, Conditions::CLEAN);
    assert!(world.peers[0].text("1", "x", None));
    world.run(Duration::from_secs(1));
    assert_eq!(delivered(&world, 0), [("1", false)]);
}

#[test]
fn who_comes_late_gets_nothing_old() {
    for shards in [1, 2] {
        let mut world = room(shards, 2, NOTHING, Conditions::CLEAN);
        assert!(world.peers[0].text("1", "old", None));
        world.run(SOON);
        world.enter_talking("late", usize::from(shards) - 1, NOTHING);
        assert!(world.connected(SOON));
        world.bridge("bridge", &[2]);
        // Its channel need not be open yet.
        assert!(world.peers[0].text("2", "new", Some(&["late"])));
        world.run(SOON);
        assert_eq!(texts(&world, 2, "a"), [("2", "new")]);
        assert_eq!(delivered(&world, 0), [("1", true), ("2", true)]);
    }
}

#[test]
fn who_leaves_or_is_silent_has_not_got_it() {
    for shards in [1, 2] {
        let mut world = room(shards, 3, NOTHING, Conditions::CLEAN);
        world.peers[1].receipts = false;
        assert!(world.peers[0].text("left", "x", None));
        world.run(Duration::from_secs(1));
        assert_eq!(texts(&world, 1, "a"), [("left", "x")]);
        assert_eq!(delivered(&world, 0), []);
        world.order(&Order::Detach { pipe: "b".into() });
        world.run(Duration::from_secs(1));
        assert_eq!(delivered(&world, 0), [("left", false)]);
        world.bridge("bridge", &[1]);
        assert!(world.peers[0].text("silent", "x", None));
        world.run(Duration::from_secs(9));
        assert_eq!(delivered(&world, 0).len(), 1);
        world.run(Duration::from_secs(2));
        assert_eq!(delivered(&world, 0)[1..], [("silent", false)]);
        // What is said too late changes nothing.
        assert!(world.peers[1].say(r#"{"t":"got","from":"a","id":"silent"}"#));
        world.run(LONG);
        assert_eq!(delivered(&world, 0).len(), 2);
    }
}

#[test]
fn a_text_keeps_its_order_and_arrives_once_whatever_the_network_does() {
    let bad = Conditions {
        delay: Duration::from_millis(20),
        ..Conditions::CLEAN
    };
    let bad = bad
        .losing(0.05)
        .duplicating(0.02)
        .jittered(Duration::from_millis(15));
    for shards in [1, 2] {
        let mut world = room(shards, 2, NOTHING, bad);
        let said: Vec<(String, String)> = (0..120)
            .map(|number| (format!("n{number}"), "x".repeat(number * 19)))
            .collect();
        for (id, text) in &said {
            assert!(world.peers[0].text(id, text, None));
            assert!(world.peers[1].text(id, text, None));
            world.run(Duration::from_millis(30));
        }
        assert!(world.until(Duration::from_secs(60), |world| {
            delivered(world, 0).len() + delivered(world, 1).len() == 240
        }));
        for (ear, mouth) in [(0, "b"), (1, "a")] {
            let heard = texts(&world, ear, mouth);
            let same = heard
                .iter()
                .zip(&said)
                .all(|(heard, said)| *heard == (said.0.as_str(), said.1.as_str()));
            assert!(same && heard.len() == said.len());
            assert!(
                delivered(&world, ear)
                    .iter()
                    .all(|(_, delivered)| *delivered)
            );
        }
    }
}

#[test]
fn the_longest_text_arrives_whole_and_a_longer_one_is_refused() {
    let mut world = room(2, 2, NOTHING, Conditions::CLEAN);
    let longest = "ä".repeat(32_768);
    assert!(world.peers[0].text("1", &longest, None));
    assert!(world.peers[0].text("2", &format!("{longest}x"), None));
    // Six bytes for each in JSON, so the message is longer than three texts.
    let escaped = "\u{1}".repeat(43_000);
    assert!(world.peers[0].text("3", &escaped, None));
    world.run(SOON);
    let heard = texts(&world, 1, "a");
    assert!(heard == [("1", longest.as_str()), ("3", escaped.as_str())]);
    assert_eq!(delivered(&world, 0), [("1", true), ("3", true)]);
    assert_eq!(refused(&world, 0), [(Some("2"), "TOO_LONG")]);
    assert_eq!(closed(&world), 0);
}

#[test]
fn a_repeated_text_is_delivered_once_and_answered_again() {
    let mut world = room(1, 2, NOTHING, Conditions::CLEAN);
    for _ in 0..3 {
        assert!(world.peers[0].text("1", "x", None));
    }
    world.run(SOON);
    assert_eq!(delivered(&world, 0), [("1", true)]);
    assert!(world.peers[0].text("1", "x", None));
    world.run(SOON);
    assert_eq!(delivered(&world, 0), [("1", true), ("1", true)]);
    assert_eq!(texts(&world, 1, "a"), [("1", "x")]);
}

#[test]
fn the_next_generation_goes_on_where_the_last_one_ended() {
    let mut world = room(1, 2, NOTHING, Conditions::CLEAN);
    world.peers[1].receipts = false;
    assert!(world.peers[0].text("1", "x", None));
    world.run(Duration::from_secs(1));
    world.talk_again(0, 1);
    // The receipt comes while the sender is not there.
    assert!(world.peers[1].say(r#"{"t":"got","from":"a","id":"1"}"#));
    assert!(open(&mut world));
    world.bridge("bridge", &[0]);
    assert!(world.peers[0].text("1", "x", None));
    assert!(world.peers[0].text("2", "y", None));
    world.run(SOON);
    assert_eq!(texts(&world, 1, "a"), [("1", "x"), ("2", "y")]);
    // Once when the channel was open again, and once for asking.
    assert_eq!(delivered(&world, 0), [("1", true), ("1", true)]);
    // And the other way round: what the former generation has got and not acknowledged, it has not got.
    assert!(world.peers[0].text("3", "z", None));
    world.run(Duration::from_secs(1));
    world.talk_again(1, 1);
    assert!(open(&mut world));
    assert!(delivered(&world, 0).contains(&("3", false)));
}

#[test]
fn a_slow_reader_misses_texts_and_holds_nobody_up() {
    for shards in [1, 2] {
        let mut world = room(shards, 3, AUDIO, Conditions::CLEAN);
        let now = world.now;
        world.peers[0].speak(Source::Microphone, now);
        world.peers[1].deaf = true;
        let text = "x".repeat(60_000);
        for number in 0..40 {
            assert!(world.peers[0].text(&number.to_string(), &text, None));
            world.run(Duration::from_millis(100));
        }
        assert_eq!(refused(&world, 0), []);
        assert_eq!(texts(&world, 2, "a").len(), 40);
        // Those that did not fit are told at once, those on their way in time.
        let told = delivered(&world, 0);
        assert!(told.len() >= 20 && told.iter().all(|(_, delivered)| !delivered));
        assert!(counter(&world, "texts_dropped") >= 20);
        let heard = world.peers[1].heard("a", Source::Microphone).count();
        assert!(heard >= 190, "{heard}");
        // It reads again, and misses nothing more.
        world.peers[1].deaf = false;
        world.run(LONG);
        assert_eq!(delivered(&world, 0).len(), 40);
        assert!(world.peers[0].text("now", "x", None));
        world.run(SOON);
        assert_eq!(delivered(&world, 0).last(), Some(&("now", true)));
        assert_eq!(texts(&world, 1, "a").last(), Some(&("now", "x")));
        assert_eq!(closed(&world), 0);
        let b = numbers(&mut world, "b");
        assert!(b.texts_dropped >= 20, "{b:?}");
        assert_eq!(b.texts_sent + b.texts_dropped, 41);
    }
}

#[test]
fn a_flood_is_refused_and_ends_the_channel_of_who_goes_on() {
    let mut world = room(1, 3, AUDIO, Conditions::CLEAN);
    let now = world.now;
    world.peers[2].speak(Source::Microphone, now);
    for number in 0..300 {
        assert!(world.peers[0].text(&number.to_string(), "x", None));
    }
    world.run(SOON);
    let too_fast = refused(&world, 0);
    assert!((50..=100).contains(&too_fast.len()), "{}", too_fast.len());
    assert!(too_fast.iter().all(|(_, code)| *code == "TOO_FAST"));
    assert_eq!(texts(&world, 1, "a").len() + too_fast.len(), 300);
    // It pauses, and may go on.
    assert!(world.peers[0].text("again", "x", None));
    world.run(SOON);
    assert_eq!(delivered(&world, 0).last(), Some(&("again", true)));
    assert_eq!(counter(&world, "channels_lost"), 0);
    for number in 0..2000 {
        world.peers[0].text(&format!("flood-{number}"), "x", None);
    }
    assert!(world.until(SOON, |world| counter(world, "channels_lost") == 1));
    // The others do not notice.
    let heard = |world: &World| world.peers[1].heard("c", Source::Microphone).count();
    let before = heard(&world);
    assert!(world.peers[1].text("1", "x", None));
    world.run(SOON);
    assert!(heard(&world) > before + 200);
    assert_eq!(texts(&world, 2, "b"), [("1", "x")]);
    assert_eq!(delivered(&world, 1), [("1", true)]);
    // This client closes everything when it loses its channel; a browser does not.
    let closed = world.news.iter().filter_map(|(_, news)| match news {
        News::PipeClosed { pipe, reason, .. } => Some((&**pipe, *reason)),
        _ => None,
    });
    let closed: Vec<_> = closed.collect();
    assert_eq!(closed, [("a", CloseReason::RemoteClosed)]);
}

#[test]
fn what_cannot_be_understood_is_told() {
    let mut world = room(1, 2, NOTHING, Conditions::CLEAN);
    for message in [
        "hello",
        "{}",
        r#"{"t":"text","id":"1","text":7}"#,
        r#"{"t":"shout","id":"2"}"#,
    ] {
        assert!(world.peers[0].say(message));
    }
    world.run(SOON);
    assert_eq!(
        refused(&world, 0),
        [
            (None, "MALFORMED"),
            (None, "MALFORMED"),
            (None, "MALFORMED"),
            (Some("2"), "MALFORMED")
        ]
    );
}

#[test]
fn the_engines_offers_keep_the_channel() {
    let mut world = room(1, 2, AUDIO, Conditions::CLEAN);
    world.order(&Order::Renegotiate {
        pipe: "a".into(),
        generation: 0,
        sources: vec![Source::Camera],
    });
    world.run(SOON);
    let offers: Vec<_> = world
        .news
        .iter()
        .filter_map(|(_, news)| match news {
            News::Offered { offer, .. } => Some(offer),
            _ => None,
        })
        .collect();
    assert!(!offers.is_empty());
    for offer in offers {
        assert!(
            offer.contains(" UDP/DTLS/SCTP webrtc-datachannel\r\n"),
            "{offer}"
        );
        assert!(offer.contains("a=max-message-size:262144\r\n"), "{offer}");
    }
    assert!(world.peers[0].text("1", "x", None));
    world.run(SOON);
    assert_eq!(delivered(&world, 0), [("1", true)]);
}

#[test]
fn a_closed_pipe_is_gone_for_texts_too() {
    let mut world = room(2, 2, NOTHING, Conditions::CLEAN);
    world.peers[1].receipts = false;
    assert!(world.peers[0].text("1", "x", None));
    world.run(Duration::from_secs(1));
    world.order(&Order::ClosePipe {
        pipe: "b".into(),
        generation: 0,
    });
    world.run(Duration::from_secs(1));
    assert_eq!(delivered(&world, 0), [("1", false)]);
    assert!(world.peers[0].text("2", "x", Some(&["b"])));
    world.run(Duration::from_secs(1));
    assert_eq!(refused(&world, 0), [(Some("2"), "NOBODY")]);
    let ordered = |news: &News| matches!(news, News::PipeClosed { reason, .. } if *reason == CloseReason::Ordered);
    assert!(world.news.iter().any(|(_, news)| ordered(news)));
}
