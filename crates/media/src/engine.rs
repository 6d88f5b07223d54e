//! The engine as its control planes see it: a value between orders, news and shards.
//!
//! No sockets and no threads here.  What shall be done comes out as [`Effect`]s.

use std::collections::{BTreeMap, VecDeque};

use media_core as core;

use crate::frame::Unreadable;
use crate::pipes::Pipes;
use crate::protocol::{
    CloseReason, ControlHello, EngineHello, Fenced, Holding, Load, News, OpenPipe, Order, PROTOCOL,
    PipeClosed, PipeStatistics, Pong, ShardLoad, Unsupported,
};
use crate::{names, wire};

/// Pipes in one `Holding`, so that with the longest names it fits a frame.
const PIPES_PER_FRAME: usize = 2_048;

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
        told.extend(self.pipes.told());
        let ends = self.pipes.unacknowledged().cloned();
        told.extend(ends.map(News::PipeClosed));
        Ok(told)
    }

    /// Obeys an order of the control plane that was let in; `at` is the time in microseconds
    /// since 1970, UTC.
    pub fn order(&mut self, order: &Order, at: u64) -> Vec<Effect> {
        if let Some(text) = names::refused(order) {
            return vec![self.unsupported(type_of(order).to_owned(), text)];
        }
        match order {
            Order::OpenPipe(open) => self.open(open, order, at),
            Order::ClosePipe(close) => self.to_pipe(&close.pipe, order),
            Order::Renegotiate(renegotiate) => self.to_pipe(&renegotiate.pipe, order),
            Order::AnswerPipe(answer) => {
                let negotiation = answer.negotiation;
                self.pipes
                    .close_offer(&answer.pipe, answer.generation, negotiation);
                self.to_pipe(&answer.pipe, order)
            }
            Order::RestartIce(restart) => self.to_pipe(&restart.pipe, order),
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
        self.pipes.note(&news);
        if let News::PipeClosed(end) = &news {
            self.forgotten += u64::from(self.pipes.end(end.clone()));
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
        let shards = (0..self.shards).map(|shard| self.shard_load(shard));
        let shards = shards.collect();
        let number = self.next_number();
        News::Load(Load {
            number,
            counters,
            gauges,
            shards,
        })
    }

    /// What one shard moves, summed over every reason to drop something.
    fn shard_load(&self, shard: u16) -> ShardLoad {
        let mut load = ShardLoad {
            shard: u64::from(shard),
            packets_received: 0,
            packets_sent: 0,
            bytes_received: 0,
            bytes_sent: 0,
            dropped: 0,
            pipes: 0,
        };
        let parts = [Part::Counters, Part::Gauges, Part::Traffic];
        let told = parts
            .iter()
            .filter_map(|part| self.shares.get(&(shard, *part)));
        for (name, value) in told.flatten() {
            let sum = match *name {
                "datagrams_received" => &mut load.packets_received,
                "rtp_packets_sent" | "rtp_packets_retransmitted" | "rtcp_packets_sent" => {
                    &mut load.packets_sent
                }
                "udp_bytes_received" => &mut load.bytes_received,
                "udp_bytes_sent" => &mut load.bytes_sent,
                "pipes" => &mut load.pipes,
                "relays_dropped" => &mut load.dropped,
                name if name.split('_').any(|word| word == "drop") => &mut load.dropped,
                _ => continue,
            };
            *sum = sum.saturating_add(*value);
        }
        load
    }

    fn open(&mut self, open: &OpenPipe, order: &Order, at: u64) -> Vec<Effect> {
        // Told again: what came of it is known, and only the telling was lost.
        if let Some(end) = self.pipes.ended(&open.pipe, open.generation) {
            return vec![Effect::Tell(News::PipeClosed(end.clone()))];
        }
        if let Some(told) = self.pipes.told_of(&open.pipe, open.generation) {
            let answered = told.answered().cloned();
            let told = answered.map(|answered| Effect::Tell(News::Answered(answered)));
            return told.into_iter().collect();
        }
        let asked = match open.shard.map(u16::try_from) {
            Some(Ok(shard)) if shard < self.shards => Some(shard),
            None => None,
            Some(_) => return vec![self.no_such_shard(open, at)],
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

    fn no_such_shard(&mut self, open: &OpenPipe, at: u64) -> Effect {
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
                over_tcp: false,
                texts_received: 0,
                texts_sent: 0,
                texts_dropped: 0,
            },
            at,
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
        Order::RestartIce(_) => "restart_ice",
        Order::Acknowledge(_) => "acknowledge",
        Order::Ping(_) => "ping",
        Order::Shutdown(_) => "shutdown",
    }
}

#[cfg(test)]
mod tests;
