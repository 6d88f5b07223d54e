//! What a control plane may rely on.

use super::*;
use crate::names::LONGEST_NAME;
use crate::protocol::{
    Acknowledge, AnswerPipe, Attach, CloseBridge, ClosePipe, MAX_AUDIENCE, Ping, Shutdown,
};

const EPOCH: u64 = 1_763_717_402_000_000;
const NOW: u64 = EPOCH + 60_000_000;

fn engine(shards: u64) -> Engine {
    Engine::new(EngineHello {
        protocol: PROTOCOL.to_owned(),
        build: "test".to_owned(),
        engine: "e".to_owned(),
        epoch: EPOCH,
        shards,
    })
}

impl Engine {
    fn obey(&mut self, order: &Order) -> Vec<Effect> {
        self.order(order, NOW)
    }
}

fn hello(protocol: &str, fence: u64) -> ControlHello {
    let (protocol, build) = (protocol.to_owned(), "test".to_owned());
    ControlHello {
        protocol,
        build,
        fence,
    }
}

fn open(pipe: &str, shard: Option<u64>) -> Order {
    Order::OpenPipe(OpenPipe {
        pipe: pipe.to_owned(),
        generation: 1,
        offer: "v=0".to_owned(),
        sending: vec![],
        shard,
    })
}

fn closed(pipe: &str) -> core::News {
    core::News::PipeClosed {
        pipe: pipe.into(),
        generation: 1,
        reason: core::CloseReason::TimedOut,
        text: "It was silent.".to_owned(),
        statistics: core::PipeStatistics::default(),
        at: core::NtpTime::default(),
    }
}

fn close(pipe: &str) -> Order {
    Order::ClosePipe(ClosePipe {
        pipe: pipe.to_owned(),
        generation: 1,
    })
}

fn shards_of(effects: &[Effect]) -> Vec<u16> {
    let shard = |effect: &Effect| match effect {
        Effect::Order(shard, _) => Some(*shard),
        _ => None,
    };
    effects.iter().filter_map(shard).collect()
}

fn attach(pipe: &str, bridge: &str) -> Attach {
    Attach {
        pipe: pipe.to_owned(),
        bridge: bridge.to_owned(),
        way: None,
        label: None,
        heard_by: None,
        seen_by: None,
        deaf: false,
        blind: false,
    }
}

#[test]
fn the_same_major_version_works_together() {
    for protocol in [PROTOCOL, "1.99", "1"] {
        assert!(engine(1).greet(&hello(protocol, 1)).is_ok(), "{protocol}");
    }
    for protocol in ["2.0", "", "11.0", "0.1"] {
        let turned = engine(1).greet(&hello(protocol, 1));
        assert!(matches!(turned, Err(Turned::Foreign(_))), "{protocol}");
    }
}

#[test]
fn an_older_control_plane_is_refused_and_a_newer_or_equal_one_is_not() {
    let mut engine = engine(1);
    for (fence, welcome) in [(3, true), (3, true), (2, false), (5, true), (3, false)] {
        assert_eq!(
            engine.greet(&hello(PROTOCOL, fence)).is_ok(),
            welcome,
            "{fence}"
        );
    }
}

#[test]
fn a_control_plane_is_told_what_there_is_and_what_has_ended() {
    let mut engine = engine(2);
    for pipe in ["a", "b", "c"] {
        engine.obey(&open(pipe, None));
    }
    engine.obey(&Order::Attach(attach("b", "x")));
    let first = engine.news(0, closed("a")).unwrap();
    let second = engine.news(0, closed("c")).unwrap();
    let told = engine.greet(&hello(PROTOCOL, 1)).unwrap();
    let [News::EngineHello(_), News::Holding(holding), ends @ ..] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(holding.pipes.len(), 1);
    assert_eq!(holding.pipes[0].bridge.as_deref(), Some("x"));
    assert_eq!(ends, [first.clone(), second.clone()]);
    for (epoch, number, kept) in [(EPOCH + 1, 9, 2), (EPOCH, 1, 1), (EPOCH, 2, 0)] {
        engine.obey(&Order::Acknowledge(Acknowledge { epoch, number }));
        assert_eq!(engine.greet(&hello(PROTOCOL, 1)).unwrap().len(), 2 + kept);
    }
}

#[test]
fn more_pipes_than_fit_one_frame_are_told_in_several() {
    let mut engine = engine(1);
    let names = (0..=2 * PIPES_PER_FRAME).map(|number| format!("{number:0>128}"));
    for name in names {
        engine.obey(&open(&name, None));
        engine.obey(&Order::Attach(attach(&name, &name)));
    }
    let told = engine.greet(&hello(PROTOCOL, 1)).unwrap();
    let holding = told.iter().filter_map(|news| match news {
        News::Holding(holding) => Some((holding.pipes.len(), holding.more)),
        _ => None,
    });
    let full = (PIPES_PER_FRAME, true);
    assert_eq!(holding.collect::<Vec<_>>(), [full, full, (1, false)]);
    assert!(
        told.iter()
            .all(|news| crate::frame::write_news(news).is_ok())
    );
}

#[test]
fn an_order_goes_to_the_shard_of_its_pipe_and_nowhere_when_it_is_gone() {
    let mut engine = engine(2);
    assert_eq!(shards_of(&engine.obey(&open("a", Some(1)))), [1]);
    assert_eq!(engine.obey(&open("a", None)), [], "it will be answered");
    assert_eq!(shards_of(&engine.obey(&close("a"))), [1]);
    assert_eq!(engine.obey(&close("b")), []);
    let everywhere = Order::CloseBridge(CloseBridge {
        bridge: "x".to_owned(),
    });
    assert_eq!(shards_of(&engine.obey(&everywhere)), [0, 1]);
    engine.news(1, closed("a"));
    assert_eq!(engine.obey(&close("a")), []);
}

#[test]
fn an_opening_that_is_repeated_after_the_end_is_told_the_end() {
    let mut engine = engine(1);
    engine.obey(&open("a", None));
    let end = engine.news(0, closed("a")).unwrap();
    assert_eq!(engine.obey(&open("a", None)), [Effect::Tell(end)]);
    engine.obey(&Order::Acknowledge(Acknowledge {
        epoch: EPOCH,
        number: 1,
    }));
    assert_eq!(shards_of(&engine.obey(&open("a", None))), [0]);
}

fn answered(pipe: &str) -> core::News {
    core::News::Answered {
        pipe: pipe.into(),
        generation: 1,
        answer: "v=0".to_owned(),
        sections: vec![],
    }
}

fn offered(pipe: &str, negotiation: u64) -> core::News {
    core::News::Offered {
        pipe: pipe.into(),
        generation: 1,
        negotiation,
        offer: "v=0".to_owned(),
        sections: vec![],
    }
}

#[test]
fn an_opening_that_is_repeated_after_the_answer_is_told_the_answer() {
    let mut engine = engine(1);
    assert_eq!(shards_of(&engine.obey(&open("a", None))), [0]);
    let answered = engine.news(0, answered("a")).unwrap();
    assert_eq!(engine.obey(&open("a", None)), [Effect::Tell(answered)]);
    let newer = Order::OpenPipe(OpenPipe {
        pipe: "a".to_owned(),
        generation: 2,
        offer: "v=0".to_owned(),
        sending: vec![],
        shard: None,
    });
    assert_eq!(shards_of(&engine.obey(&newer)), [0]);
    assert_eq!(engine.obey(&open("a", None)), [], "that one is replaced");
}

#[test]
fn who_connects_late_is_told_how_each_pipe_is() {
    let mut engine = engine(1);
    engine.obey(&open("a", None));
    engine.obey(&open("b", None));
    let mut told: Vec<News> = Vec::new();
    for news in [answered("b"), offered("b", 1)] {
        told.extend(engine.news(0, news));
    }
    let later = |engine: &mut Engine| {
        let told = engine.greet(&hello(PROTOCOL, 1)).unwrap();
        let [News::EngineHello(_), News::Holding(holding), told @ ..] = &told[..] else {
            panic!("{told:?}");
        };
        let mut held = holding.pipes.clone();
        held.sort_by(|one, other| one.pipe.cmp(&other.pipe));
        (held, told.to_vec())
    };
    assert_eq!(later(&mut engine).1, told);
    engine.obey(&Order::AnswerPipe(AnswerPipe {
        pipe: "b".to_owned(),
        generation: 1,
        negotiation: 1,
        answer: "v=0".to_owned(),
    }));
    let interrupted = core::News::Interrupted {
        pipe: "b".into(),
        generation: 1,
    };
    engine.news(0, interrupted);
    let (held, told) = later(&mut engine);
    assert_eq!(
        held.iter().map(|it| it.interrupted).collect::<Vec<_>>(),
        [false, true]
    );
    assert!(
        matches!(&told[..], [News::Answered(_), News::Mapped(mapped)] if mapped.number == 2),
        "{told:?}"
    );
    let end = engine.news(0, closed("b")).unwrap();
    assert_eq!(later(&mut engine).1, [end]);
}

#[test]
fn a_shard_that_does_not_exist_ends_the_pipe() {
    let mut engine = engine(2);
    for shard in [2, 65_535, 65_536, u64::MAX] {
        let [Effect::Tell(News::PipeClosed(end))] = &engine.obey(&open("a", Some(shard)))[..]
        else {
            panic!("shard {shard}");
        };
        assert_eq!((end.reason, end.at), (CloseReason::Capacity, NOW));
        let number = end.number;
        engine.obey(&Order::Acknowledge(Acknowledge {
            epoch: EPOCH,
            number,
        }));
    }
}

#[test]
fn a_pong_has_been_through_every_shard() {
    let mut engine = engine(3);
    let ping = |number| Order::Ping(Ping { number });
    assert_eq!(engine.obey(&ping(7)), [Effect::Ping(1)]);
    assert_eq!(engine.obey(&ping(7)), [Effect::Ping(2)]);
    assert!((0..2).all(|_| engine.pong(1).is_none()));
    assert!((0..2).all(|_| engine.pong(2).is_none()));
    assert!(matches!(
        engine.pong(1),
        Some(News::Pong(Pong { ping: 7, .. }))
    ));
    assert_eq!(engine.pong(1), None);
    engine.greet(&hello(PROTOCOL, 1)).unwrap();
    assert_eq!(engine.pong(2), None);
}

#[test]
fn news_are_numbered_without_gaps() {
    let mut engine = engine(1);
    let load = core::News::Load(core::Load::default());
    assert_eq!(engine.news(0, load), None);
    for expected in 1..=3 {
        match engine.news(0, closed("a")) {
            Some(News::PipeClosed(end)) => assert_eq!(end.number, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn counters_are_summed_over_shards_and_bridges_are_not() {
    let mut engine = engine(2);
    for (shard, pipe) in [(0, "a"), (1, "b")] {
        engine.obey(&open(pipe, Some(u64::from(shard))));
        engine.obey(&Order::Attach(attach(pipe, "x")));
        for packets in [1, 20] {
            let (counters, gauges) = (vec![("packets", packets)], vec![("bridges", 1)]);
            engine.news(shard, core::News::Load(core::Load { counters, gauges }));
        }
        let drops = [("udp_drop_too_long", 2), ("relays_dropped", 5)];
        let told = [("udp", 3), ("udp_bytes_sent", 7)];
        engine.traffic(shard, [&told[..], &drops[..]].concat());
    }
    let News::Load(load) = engine.load() else {
        panic!("not a load");
    };
    assert_eq!((load.counters["packets"], load.counters["udp"]), (40, 6));
    assert_eq!((load.gauges["pipes"], load.gauges["bridges"]), (2, 1));
    for (number, shard) in (0..).zip(&load.shards) {
        assert_eq!(
            (shard.shard, shard.bytes_sent, shard.dropped),
            (number, 7, 7)
        );
    }
    assert_eq!(load.shards.len(), 2);
}

#[test]
fn all_of_what_a_pipe_does_in_its_bridge_reaches_its_shard() {
    let mut engine = engine(2);
    engine.obey(&open("a", Some(1)));
    let names = ["c", "b", "c"].map(str::to_owned).to_vec();
    let most = Attach {
        heard_by: Some(names),
        seen_by: Some(vec![]),
        deaf: true,
        blind: true,
        ..attach("a", "x")
    };
    let part = |attach: Attach, engine: &mut Engine| match &engine.obey(&Order::Attach(attach))[..]
    {
        [Effect::Order(1, core::Order::Attach { part, .. })] => part.clone(),
        other => panic!("{other:?}"),
    };
    let expected = core::Part {
        way: None,
        heard_by: core::Audience::only(["b", "c"].map(Into::into)),
        seen_by: core::Audience::only([]),
        deaf: true,
        blind: true,
    };
    assert_eq!(part(most, &mut engine), expected);
    assert_eq!(part(attach("a", "x"), &mut engine), core::Part::default());
}

#[test]
fn what_can_not_be_obeyed_is_unsupported_and_changes_nothing() {
    let mut engine = engine(1);
    let again = Order::ControlHello(hello(PROTOCOL, 9));
    let long = "x".repeat(LONGEST_NAME + 1);
    let heard_by_long = Attach {
        heard_by: Some(vec!["b".to_owned(), long.clone()]),
        ..attach("a", "x")
    };
    let seen_by_many = Attach {
        seen_by: Some(vec!["b".to_owned(); MAX_AUDIENCE + 1]),
        ..attach("a", "x")
    };
    engine.obey(&open("a", None));
    let unreadable = Unreadable {
        order: "sing".to_owned(),
        text: "?".to_owned(),
    };
    let effects = [
        engine.obey(&again),
        engine.obey(&open(&long, None)),
        engine.obey(&Order::Attach(heard_by_long)),
        engine.obey(&Order::Attach(seen_by_many)),
        vec![engine.unreadable(unreadable)],
    ];
    for (effect, order) in
        effects
            .into_iter()
            .zip(["control_hello", "open_pipe", "attach", "attach", "sing"])
    {
        match &effect[..] {
            [Effect::Tell(News::Unsupported(unsupported))] => {
                assert_eq!(unsupported.order, order);
            }
            other => panic!("{other:?}"),
        }
    }
    let told = engine.greet(&hello(PROTOCOL, 1)).unwrap();
    let [_, News::Holding(holding)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(holding.pipes[0].bridge, None);
    assert_eq!(engine.obey(&Order::Shutdown(Shutdown {})), [Effect::End]);
}
