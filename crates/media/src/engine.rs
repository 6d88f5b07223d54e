//! The engine as its control planes see it: a value between orders, news and shards.
//!
//! No sockets and no threads here.  What shall be done comes out as [`Effect`]s.

use std::collections::{BTreeMap, VecDeque};

use media_core as core;

use crate::frame::Unreadable;
use crate::pipes::Pipes;
use crate::protocol::{
    CloseReason, ControlHello, EngineHello, Fenced, Holding, Load, News, OpenPipe, Order, PROTOCOL,
    PipeClosed, PipeStatistics, Pong, Unsupported,
};
use crate::wire;

/// Pipes in one `Holding`, so that with the longest names it fits a frame.
const PIPES_PER_FRAME: usize = 2_048;

/// Bytes in the name of a pipe or bridge.
pub const LONGEST_NAME: usize = 128;

/// Pings on their way; beyond it the oldest is forgotten.
const MOST_PINGS: usize = 64;

/// What is to be done about an order.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Give it to this shard.
    Order(u16, core::Order),
    /// Ask every shard for a pong with this number.
    Ping(u64),
    /// Tell the control plane.
    Tell(News),
    /// Close every pipe, then exit.
    End,
}

/// Why a control plane is not let in.
#[derive(Clone, Debug, PartialEq)]
pub enum Turned {
    /// It speaks another protocol; it is told which one the engine speaks.
    Foreign(EngineHello),
    /// A newer one has been here.
    Fenced(Fenced),
}

/// The engine's side of the conversation.
#[derive(Debug)]
pub struct Engine {
    hello: EngineHello,
    shards: u16,
    pipes: Pipes,
    /// The highest fence seen.
    fence: Option<u64>,
    /// News told or lost so far.
    number: u64,
    pings: VecDeque<Asked>,
    asked: u64,
    /// Counters of each shard and each part of it, as told last.
    shares: BTreeMap<(u16, Part), Vec<(&'static str, u64)>>,
    /// Ends that were forgotten before anybody acknowledged them.
    forgotten: u64,
}

/// Who counts in a shard.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Part {
    Counters,
    Gauges,
    Traffic,
}

/// A ping that has not come back from every shard.
#[derive(Debug)]
struct Asked {
    number: u64,
    ping: u64,
    missing: u16,
}

impl Engine {
    /// An engine without pipes; `hello` says its name, epoch and shards.
    #[must_use]
    pub fn new(hello: EngineHello) -> Self {
        let shards = u16::try_from(hello.shards).unwrap_or(u16::MAX);
        Self {
            shards,
            pipes: Pipes::new(shards),
            hello,
            fence: None,
            number: 0,
            pings: VecDeque::new(),
            asked: 0,
            shares: BTreeMap::new(),
            forgotten: 0,
        }
    }

    /// Lets a control plane in, which takes the place of any other: what it is told first.
    ///
    /// # Errors
    /// [`Turned`], and nothing has changed.
    pub fn greet(&mut self, hello: &ControlHello) -> Result<Vec<News>, Turned> {
        let major = |protocol: &str| protocol.split('.').next().map(str::to_owned);
        if major(&hello.protocol) != major(PROTOCOL) {
            return Err(Turned::Foreign(self.hello.clone()));
        }
        if let Some(fence) = self.fence.filter(|fence| hello.fence < *fence) {
            let text = format!("A control plane with fence {fence} has been here.");
            return Err(Turned::Fenced(Fenced { text }));
        }
        self.fence = Some(hello.fence);
        self.pings.clear();
        let mut told = vec![News::EngineHello(self.hello.clone())];
        let pipes: Vec<_> = self.pipes.holding().collect();
        let frames = pipes.len().div_ceil(PIPES_PER_FRAME).max(1);
        for index in 0..frames {
            let start = index * PIPES_PER_FRAME;
            let pipes = pipes.iter().skip(start).take(PIPES_PER_FRAME);
            told.push(News::Holding(Holding {
                pipes: pipes.cloned().collect(),
                more: index + 1 < frames,
            }));
        }
        let ends = self.pipes.unacknowledged().cloned();
        told.extend(ends.map(News::PipeClosed));
        Ok(told)
    }

    /// Obeys an order of the control plane that was let in.
    pub fn order(&mut self, order: &Order) -> Vec<Effect> {
        if let Some(text) = too_long(order) {
            return vec![self.unsupported(type_of(order).to_owned(), text)];
        }
        match order {
            Order::OpenPipe(open) => self.open(open, order),
            Order::ClosePipe(close) => self.to_pipe(&close.pipe, order),
            Order::Renegotiate(renegotiate) => self.to_pipe(&renegotiate.pipe, order),
            Order::AnswerPipe(answer) => self.to_pipe(&answer.pipe, order),
            Order::Attach(attach) => {
                self.pipes.attach(&attach.pipe, Some(&attach.bridge));
                self.to_pipe(&attach.pipe, order)
            }
            Order::Detach(detach) => {
                self.pipes.attach(&detach.pipe, None);
                self.to_pipe(&detach.pipe, order)
            }
            Order::CloseBridge(close) => {
                self.pipes.close_bridge(&close.bridge);
                let everywhere = (0..self.shards).filter_map(|shard| to_shard(shard, order));
                everywhere.collect()
            }
            Order::Acknowledge(acknowledge) => {
                // Numbers of another engine mean nothing here.
                if acknowledge.epoch == self.hello.epoch {
                    self.pipes.acknowledge(acknowledge.number);
                }
                vec![]
            }
            Order::Ping(ping) => self.ping(ping.number),
            Order::Shutdown(_) => vec![Effect::End],
            Order::ControlHello(_) => {
                let text = "Hello has been said on this connection.".to_owned();
                vec![self.unsupported(type_of(order).to_owned(), text)]
            }
        }
    }

    /// Answers a frame that is no order this engine knows.
    pub fn unreadable(&mut self, unreadable: Unreadable) -> Effect {
        self.unsupported(unreadable.order, unreadable.text)
    }

    /// Takes news of a shard; what to tell, if anything.
    pub fn news(&mut self, shard: u16, news: core::News) -> Option<News> {
        if let core::News::Load(load) = news {
            self.shares.insert((shard, Part::Counters), load.counters);
            self.shares.insert((shard, Part::Gauges), load.gauges);
            return None;
        }
        let number = self.next_number();
        let news = wire::news(number, news)?;
        match &news {
            News::Connected(connected) => {
                self.pipes.connect(&connected.pipe, connected.generation);
            }
            News::PipeClosed(end) => self.forgotten += u64::from(self.pipes.end(end.clone())),
            _ => {}
        }
        Some(news)
    }

    /// Takes the counters of a shard's socket.
    pub fn traffic(&mut self, shard: u16, counters: Vec<(&'static str, u64)>) {
        self.shares.insert((shard, Part::Traffic), counters);
    }

    /// Takes the pong of a shard; what to tell if it was the last one.
    pub fn pong(&mut self, number: u64) -> Option<News> {
        let asked = self.pings.iter_mut().find(|asked| asked.number == number)?;
        asked.missing = asked.missing.saturating_sub(1);
        if asked.missing != 0 {
            return None;
        }
        let ping = asked.ping;
        self.pings.retain(|asked| asked.number != number);
        let number = self.next_number();
        Some(News::Pong(Pong { number, ping }))
    }

    /// The counters of all shards together.
    pub fn load(&mut self) -> News {
        let (mut counters, mut gauges) = (BTreeMap::new(), BTreeMap::new());
        for ((_, part), share) in &self.shares {
            let sums = if *part == Part::Gauges {
                &mut gauges
            } else {
                &mut counters
            };
            for (name, value) in share {
                let sum: &mut u64 = sums.entry((*name).to_owned()).or_default();
                *sum = sum.saturating_add(*value);
            }
        }
        counters.insert("ends_forgotten".to_owned(), self.forgotten);
        // A bridge on two shards is one bridge, so no sum.
        let (pipes, bridges) = self.pipes.count();
        gauges.insert("pipes".to_owned(), pipes as u64);
        gauges.insert("bridges".to_owned(), bridges as u64);
        let number = self.next_number();
        News::Load(Load {
            number,
            counters,
            gauges,
        })
    }

    fn open(&mut self, open: &OpenPipe, order: &Order) -> Vec<Effect> {
        // Told again: what came of it is known, and only the telling was lost.
        if let Some(end) = self.pipes.ended(&open.pipe, open.generation) {
            return vec![Effect::Tell(News::PipeClosed(end.clone()))];
        }
        let asked = match open.shard.map(u16::try_from) {
            Some(Ok(shard)) if shard < self.shards => Some(shard),
            None => None,
            Some(_) => return vec![self.no_such_shard(open)],
        };
        match self.pipes.open(&open.pipe, open.generation, asked) {
            Some(shard) => to_shard(shard, order).into_iter().collect(),
            None => vec![],
        }
    }

    /// Passes an order on to the shard of its pipe; a pipe that is gone has no use for it.
    fn to_pipe(&self, pipe: &str, order: &Order) -> Vec<Effect> {
        let shard = self.pipes.shard(pipe);
        shard
            .and_then(|shard| to_shard(shard, order))
            .into_iter()
            .collect()
    }

    fn ping(&mut self, ping: u64) -> Vec<Effect> {
        self.asked += 1;
        let (number, missing) = (self.asked, self.shards);
        self.pings.push_back(Asked {
            number,
            ping,
            missing,
        });
        if self.pings.len() > MOST_PINGS {
            self.pings.pop_front();
        }
        vec![Effect::Ping(number)]
    }

    fn no_such_shard(&mut self, open: &OpenPipe) -> Effect {
        let end = PipeClosed {
            number: self.next_number(),
            pipe: open.pipe.clone(),
            generation: open.generation,
            reason: CloseReason::Capacity,
            text: format!(
                "A shard was asked for that does not exist; there are {}.",
                self.shards
            ),
            statistics: PipeStatistics {
                received: vec![],
                sent: vec![],
                round_trip_ms: None,
            },
        };
        self.forgotten += u64::from(self.pipes.end(end.clone()));
        Effect::Tell(News::PipeClosed(end))
    }

    fn unsupported(&mut self, order: String, text: String) -> Effect {
        let number = self.next_number();
        Effect::Tell(News::Unsupported(Unsupported {
            number,
            order,
            text,
        }))
    }

    fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }
}

fn to_shard(shard: u16, order: &Order) -> Option<Effect> {
    wire::order(order).map(|order| Effect::Order(shard, order))
}

/// What is wrong with the names in an order, if anything.
fn too_long(order: &Order) -> Option<String> {
    let names: [&str; 2] = match order {
        Order::OpenPipe(open) => [&open.pipe, ""],
        Order::ClosePipe(close) => [&close.pipe, ""],
        Order::Attach(attach) => [&attach.pipe, &attach.bridge],
        Order::Detach(detach) => [&detach.pipe, ""],
        Order::CloseBridge(close) => [&close.bridge, ""],
        Order::Renegotiate(renegotiate) => [&renegotiate.pipe, ""],
        Order::AnswerPipe(answer) => [&answer.pipe, ""],
        _ => [""; 2],
    };
    let longest = names.map(str::len).into_iter().max().unwrap_or_default();
    (longest > LONGEST_NAME)
        .then(|| format!("A name of {longest} bytes; at most {LONGEST_NAME} are taken."))
}

fn type_of(order: &Order) -> &'static str {
    match order {
        Order::ControlHello(_) => "control_hello",
        Order::OpenPipe(_) => "open_pipe",
        Order::ClosePipe(_) => "close_pipe",
        Order::Attach(_) => "attach",
        Order::Detach(_) => "detach",
        Order::CloseBridge(_) => "close_bridge",
        Order::Renegotiate(_) => "renegotiate",
        Order::AnswerPipe(_) => "answer_pipe",
        Order::Acknowledge(_) => "acknowledge",
        Order::Ping(_) => "ping",
        Order::Shutdown(_) => "shutdown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Acknowledge, Attach, CloseBridge, ClosePipe, Ping, Shutdown};

    const EPOCH: u64 = 1_763_717_402_000_000;

    fn engine(shards: u64) -> Engine {
        Engine::new(EngineHello {
            protocol: PROTOCOL.to_owned(),
            build: "test".to_owned(),
            engine: "e".to_owned(),
            epoch: EPOCH,
            shards,
        })
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
            engine.order(&open(pipe, None));
        }
        let bridge = "x".to_owned();
        engine.order(&Order::Attach(Attach {
            pipe: "b".to_owned(),
            bridge,
        }));
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
            engine.order(&Order::Acknowledge(Acknowledge { epoch, number }));
            assert_eq!(engine.greet(&hello(PROTOCOL, 1)).unwrap().len(), 2 + kept);
        }
    }

    #[test]
    fn more_pipes_than_fit_one_frame_are_told_in_several() {
        let mut engine = engine(1);
        let names = (0..=2 * PIPES_PER_FRAME).map(|number| format!("{number:0>128}"));
        for name in names {
            engine.order(&open(&name, None));
            let (pipe, bridge) = (name.clone(), name);
            engine.order(&Order::Attach(Attach { pipe, bridge }));
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
        assert_eq!(shards_of(&engine.order(&open("a", Some(1)))), [1]);
        assert_eq!(shards_of(&engine.order(&open("a", None))), [1]);
        assert_eq!(shards_of(&engine.order(&close("a"))), [1]);
        assert_eq!(engine.order(&close("b")), []);
        let everywhere = Order::CloseBridge(CloseBridge {
            bridge: "x".to_owned(),
        });
        assert_eq!(shards_of(&engine.order(&everywhere)), [0, 1]);
        engine.news(1, closed("a"));
        assert_eq!(engine.order(&close("a")), []);
    }

    #[test]
    fn an_opening_that_is_repeated_after_the_end_is_told_the_end() {
        let mut engine = engine(1);
        engine.order(&open("a", None));
        let end = engine.news(0, closed("a")).unwrap();
        assert_eq!(engine.order(&open("a", None)), [Effect::Tell(end)]);
        engine.order(&Order::Acknowledge(Acknowledge {
            epoch: EPOCH,
            number: 1,
        }));
        assert_eq!(shards_of(&engine.order(&open("a", None))), [0]);
    }

    #[test]
    fn a_shard_that_does_not_exist_ends_the_pipe() {
        let mut engine = engine(2);
        for shard in [2, 65_535, 65_536, u64::MAX] {
            let [Effect::Tell(News::PipeClosed(end))] = &engine.order(&open("a", Some(shard)))[..]
            else {
                panic!("shard {shard}");
            };
            assert_eq!(end.reason, CloseReason::Capacity);
            let number = end.number;
            engine.order(&Order::Acknowledge(Acknowledge {
                epoch: EPOCH,
                number,
            }));
        }
    }

    #[test]
    fn a_pong_has_been_through_every_shard() {
        let mut engine = engine(3);
        let ping = |number| Order::Ping(Ping { number });
        assert_eq!(engine.order(&ping(7)), [Effect::Ping(1)]);
        assert_eq!(engine.order(&ping(7)), [Effect::Ping(2)]);
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
            engine.order(&open(pipe, Some(u64::from(shard))));
            let (pipe, bridge) = (pipe.to_owned(), "x".to_owned());
            engine.order(&Order::Attach(Attach { pipe, bridge }));
            for packets in [1, 20] {
                let (counters, gauges) = (vec![("packets", packets)], vec![("bridges", 1)]);
                engine.news(shard, core::News::Load(core::Load { counters, gauges }));
            }
            engine.traffic(shard, vec![("udp", 3)]);
        }
        let News::Load(load) = engine.load() else {
            panic!("not a load");
        };
        assert_eq!((load.counters["packets"], load.counters["udp"]), (40, 6));
        assert_eq!((load.gauges["pipes"], load.gauges["bridges"]), (2, 1));
    }

    #[test]
    fn what_can_not_be_obeyed_is_unsupported_and_changes_nothing() {
        let mut engine = engine(1);
        let again = Order::ControlHello(hello(PROTOCOL, 9));
        let long = open(&"x".repeat(LONGEST_NAME + 1), None);
        let unreadable = Unreadable {
            order: "sing".to_owned(),
            text: "?".to_owned(),
        };
        let effects = [
            engine.order(&again),
            engine.order(&long),
            vec![engine.unreadable(unreadable)],
        ];
        for (effect, order) in effects
            .into_iter()
            .zip(["control_hello", "open_pipe", "sing"])
        {
            match &effect[..] {
                [Effect::Tell(News::Unsupported(unsupported))] => {
                    assert_eq!(unsupported.order, order);
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(engine.greet(&hello(PROTOCOL, 1)).is_ok());
        assert_eq!(engine.order(&Order::Shutdown(Shutdown {})), [Effect::End]);
    }
}
