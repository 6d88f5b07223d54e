//! A shard: some of the engine's pipes, and all that happens to them.

pub(crate) mod alarms;
pub(crate) mod bridge;
pub(crate) mod connection;
pub(crate) mod dispatch;
pub(crate) mod ending;
pub(crate) mod handshakes;
pub(crate) mod ingress;
pub(crate) mod opening;
pub(crate) mod participation;
pub(crate) mod post;
pub(crate) mod presence;
pub(crate) mod relay;
pub(crate) mod renegotiation;
pub(crate) mod reports;
pub(crate) mod restriction;
pub(crate) mod speech;
pub(crate) mod statistics;
pub(crate) mod subscription;
pub(crate) mod talk;
pub(crate) mod timing;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use media_transport::{Path, Peer};
use media_wire::demux;
use slab::Slab;

use crate::clock::Clock;
use crate::config::ShardConfig;
use crate::counters::Counter;
use crate::forwarding::Forwarding;
use crate::name::Name;
use crate::news::{CloseReason, Load, News};
use crate::order::Order;
use crate::outgoing::Outgoing;
use crate::pipe::Pipe;
use crate::pipe::describe::Writer;
use crate::random::Random;
use crate::relay::{Relay, TrackId};
use crate::shard::alarms::Alarms;
use crate::shard::bridge::Bridge;
use crate::shard::handshakes::Handshakes;
use crate::shard::post::Post;

/// How often the shard tells its load.
const LOAD: Duration = Duration::from_secs(2);

/// Some of the engine's pipes.
///
/// After each call with a time, take what it left: [`Shard::outgoing`], [`Shard::take_closings`],
/// [`Shard::take_news`], [`Shard::take_relays`], [`Shard::work`], and ask [`Shard::next_timeout`] again. Time never goes back.
#[derive(Debug)]
pub struct Shard {
    pub(crate) config: ShardConfig,
    pub(crate) forwarding: Forwarding,
    /// Boxed, so that what a pipe had is free when it has gone.
    pub(crate) pipes: Slab<Box<Pipe>>,
    pub(crate) names: HashMap<Name, usize>,
    /// Senders that ICE has validated, and the pipes they lead to.
    pub(crate) peers: HashMap<Peer, usize>,
    /// TCP connections that lead to no pipe any more, or never will.
    pub(crate) closings: Vec<u64>,
    pub(crate) bridges: HashMap<Name, Bridge>,
    /// Keys of all tracks, of this shard and of others.
    pub(crate) keys: HashMap<TrackId, usize>,
    pub(crate) last_track: u64,
    pub(crate) alarms: Alarms,
    pub(crate) post: Post,
    pub(crate) handshakes: Handshakes,
    /// Pipes whose mapping may have changed in this call.
    pub(crate) changed: Vec<usize>,
    /// Pipes whose descriptions were full, in which a slot has become free in this call.
    pub(crate) freed: Vec<usize>,
    pub(crate) news: Vec<News>,
    pub(crate) random: Random,
    pub(crate) cname: String,
    load_due: Instant,
}

impl Shard {
    /// A shard without pipes.
    #[must_use]
    pub fn new(config: ShardConfig, now: Instant) -> Self {
        let mut random = Random::new(config.seed);
        Self {
            forwarding: Forwarding::new(Clock::new(now, config.wall)),
            pipes: Slab::new(),
            names: HashMap::new(),
            peers: HashMap::new(),
            closings: Vec::new(),
            bridges: HashMap::new(),
            keys: HashMap::new(),
            last_track: 0,
            alarms: Alarms::default(),
            post: Post::default(),
            handshakes: Handshakes::default(),
            changed: Vec::new(),
            freed: Vec::new(),
            news: Vec::new(),
            cname: random.ice_chars(16),
            random,
            load_due: now + LOAD,
            config,
        }
    }

    /// Do what the control plane wants.
    pub fn order(&mut self, now: Instant, order: Order) {
        match order {
            Order::OpenPipe {
                pipe,
                generation,
                offer,
                sending,
            } => self.guarded(now, None, |shard| {
                shard.open(now, &pipe, generation, &offer, &sending);
            }),
            Order::ClosePipe { pipe, generation } => {
                self.of_pipe(
                    now,
                    &pipe,
                    |held| held <= generation,
                    |shard, slot| {
                        shard.close(now, slot, CloseReason::Ordered, "It was closed.");
                    },
                );
            }
            Order::Attach {
                pipe,
                bridge,
                part,
                label,
            } => {
                self.of_pipe(
                    now,
                    &pipe,
                    |_| true,
                    |shard, slot| {
                        shard.label(slot, label);
                        shard.attach(now, slot, &bridge, part);
                    },
                );
            }
            Order::RestartIce { pipe, generation } => self.of_pipe(
                now,
                &pipe,
                |held| held == generation,
                |shard, slot| shard.restart_ice(now, slot),
            ),
            Order::Detach { pipe } => {
                self.of_pipe(now, &pipe, |_| true, |shard, slot| shard.detach(now, slot));
            }
            Order::CloseBridge { bridge } => {
                let members = self
                    .bridges
                    .get(&bridge)
                    .map(|bridge| bridge.members.clone());
                for slot in members.unwrap_or_default() {
                    self.guarded(now, Some(slot), |shard| shard.detach(now, slot));
                }
            }
            Order::Renegotiate {
                pipe,
                generation,
                sources,
            } => self.of_pipe(
                now,
                &pipe,
                |held| held == generation,
                |shard, slot| {
                    shard.renegotiate(now, slot, &sources);
                },
            ),
            Order::AnswerPipe {
                pipe,
                generation,
                negotiation,
                answer,
            } => self.of_pipe(
                now,
                &pipe,
                |held| held == generation,
                |shard, slot| {
                    shard.answered(now, slot, negotiation, &answer);
                },
            ),
            Order::CloseAll => {
                let slots: Vec<usize> = self.pipes.iter().map(|(slot, _)| slot).collect();
                for slot in slots {
                    self.guarded(now, Some(slot), |shard| {
                        shard.close(now, slot, CloseReason::Ordered, "The engine shuts down.");
                    });
                }
            }
        }
        self.settle(now);
    }

    /// A datagram came. It is decrypted in place.
    pub fn datagram(&mut self, now: Instant, path: &Path, datagram: &mut [u8]) {
        self.forwarding.counters.count(Counter::DatagramsReceived);
        match demux::protocol(datagram) {
            demux::Protocol::Stun => self.stun(now, path, datagram),
            demux::Protocol::Other => {
                self.forwarding.counters.count(Counter::DropUnclassified);
            }
            protocol => match self.peers.get(&path.peer()).copied() {
                Some(slot) => self.guarded(now, Some(slot), |shard| {
                    shard.secured(now, slot, path, protocol, datagram);
                }),
                None => self.forwarding.counters.count(Counter::DropUnknownAddress),
            },
        }
        self.settle(now);
    }

    /// Another shard says something.
    pub fn relay(&mut self, now: Instant, from: u16, relay: Relay) {
        match relay {
            Relay::Datagram { path, mut bytes } => self.datagram(now, &path, &mut bytes),
            relay => self.guarded(now, None, |shard| shard.relayed(now, from, relay)),
        }
        self.settle(now);
    }

    /// Do what is due; where that is much, a part of it, and [`Shard::next_timeout`] is not later than `now`.
    pub fn timeout(&mut self, now: Instant) {
        let mut held = true;
        while held {
            held = false;
            self.guarded(now, None, |shard| held = shard.forwarding.timeout(now));
        }
        self.guarded(now, None, |shard| shard.forwarding.proceed(now));
        if self.forwarding.copies.due().is_some_and(|due| due <= now) {
            self.guarded(now, None, |shard| shard.forwarding.copy(now));
        }
        // An offer in a large room takes a millisecond, and everybody's is due at once: packets come
        // between them.
        let mut offered = false;
        while !offered && let Some(slot) = self.alarms.pop(now) {
            self.forwarding.counters.count(Counter::Alarms);
            self.guarded(now, Some(slot), |shard| offered = shard.due(now, slot));
        }
        if self.load_due <= now {
            self.load_due = now + LOAD;
            self.news.push(News::Load(self.load()));
        }
        self.settle(now);
    }

    /// When [`Shard::timeout`] has to be called, at the latest.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        [
            self.forwarding.due(),
            self.forwarding.copies.due(),
            self.alarms.next(),
            self.post.due(),
            Some(self.load_due),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// What is to be sent; clear it when it has been.
    pub fn outgoing(&mut self) -> &mut Outgoing {
        &mut self.forwarding.outgoing
    }

    /// News since the last call.
    pub fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    /// TCP connections to close since the last call, after what is to be sent.
    pub fn take_closings(&mut self) -> impl Iterator<Item = u64> {
        self.closings.drain(..)
    }

    /// Messages for other shards since the last call, each with the shard it is for.
    pub fn take_relays(&mut self) -> Vec<(u16, Relay)> {
        std::mem::take(&mut self.forwarding.relays)
    }

    /// Counters and gauges of now.
    #[must_use]
    pub fn load(&self) -> Load {
        Load {
            counters: self.forwarding.counters.iter().collect(),
            gauges: vec![
                ("pipes", self.pipes.len() as u64),
                ("bridges", self.bridges.len() as u64),
                ("tracks", self.forwarding.tracks.len() as u64),
                ("handshake_steps_waiting", self.handshakes.waiting() as u64),
            ],
        }
    }

    /// What all descriptions of this shard have in common.
    pub(crate) fn writer(&self) -> Writer<'_> {
        Writer {
            advertised: &self.config.advertised,
            fingerprint: self.config.identity.fingerprint(),
            cname: &self.cname,
        }
    }

    /// Do something with a pipe that is known by its name, if its generation is meant.
    fn of_pipe(
        &mut self,
        now: Instant,
        name: &Name,
        meant: impl FnOnce(u64) -> bool,
        act: impl FnOnce(&mut Self, usize),
    ) {
        let slot = self.names.get(name).copied();
        let slot = slot.filter(|slot| {
            self.pipes
                .get(*slot)
                .is_some_and(|pipe| meant(pipe.generation))
        });
        match slot {
            Some(slot) => self.guarded(now, Some(slot), |shard| act(shard, slot)),
            None => self.forwarding.counters.count(Counter::OrdersIgnored),
        }
    }

    /// Do something for a pipe. A panic closes the pipe whose turn it was, and nothing else.
    pub(crate) fn guarded(
        &mut self,
        now: Instant,
        slot: Option<usize>,
        act: impl FnOnce(&mut Self),
    ) {
        self.forwarding.turn = slot;
        #[cfg(test)]
        let act = |shard: &mut Self| {
            shard.sabotage();
            act(shard);
        };
        if catch_unwind(AssertUnwindSafe(|| act(self))).is_ok() {
            return;
        }
        self.forwarding.counters.count(Counter::Panics);
        self.forwarding.outgoing.abandon();
        let Some(slot) = self.forwarding.turn.take() else {
            return;
        };
        // What the panic left half done may make closing panic as well; then the pipe is just dropped.
        let closed = catch_unwind(AssertUnwindSafe(|| {
            self.close(
                now,
                slot,
                CloseReason::Panic,
                "A fault in the engine ended it.",
            );
        }));
        if closed.is_err() {
            self.forwarding.counters.count(Counter::Panics);
            self.forwarding.outgoing.abandon();
            self.drop_pipe(now, slot);
        }
    }
}

#[cfg(test)]
impl Shard {
    /// Panic if it is the turn of a pipe that a test has marked.
    fn sabotage(&mut self) {
        let pipe = self
            .forwarding
            .turn
            .and_then(|slot| self.pipes.get_mut(slot));
        if let Some(pipe) = pipe {
            assert!(!std::mem::take(&mut pipe.sabotaged), "sabotage");
        }
    }
}
