//! A shard: some of the engine's pipes, and all that happens to them.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use media_transport::Path;
use media_wire::{demux, stun};
use slab::Slab;

use crate::alarms::Alarms;
use crate::bridge::Bridge;
use crate::clock::Clock;
use crate::config::ShardConfig;
use crate::counters::Counter;
use crate::describe::Writer;
use crate::forwarding::Forwarding;
use crate::ingress::Ingress;
use crate::news::{CloseReason, Load, News};
use crate::order::{Name, Order};
use crate::outgoing::Outgoing;
use crate::pipe::Pipe;
use crate::random::Random;
use crate::relay::{Relay, TrackId};
use crate::reports::Reports;

/// How often the shard tells its load.
const LOAD: Duration = Duration::from_secs(2);

/// Some of the engine's pipes.
///
/// After each call with a time, take what it left: [`Shard::outgoing`], [`Shard::take_news`],
/// [`Shard::take_relays`], and ask [`Shard::next_timeout`] again. Time never goes back.
#[derive(Debug)]
pub struct Shard {
    pub(crate) config: ShardConfig,
    pub(crate) forwarding: Forwarding,
    pub(crate) pipes: Slab<Pipe>,
    pub(crate) names: HashMap<Name, usize>,
    /// Addresses that ICE has validated, and the pipes they lead to.
    pub(crate) addresses: HashMap<SocketAddr, usize>,
    pub(crate) bridges: HashMap<Name, Bridge>,
    /// Keys of all tracks, of this shard and of others.
    pub(crate) keys: HashMap<TrackId, usize>,
    pub(crate) last_track: u64,
    pub(crate) alarms: Alarms,
    /// Pipes whose mapping may have changed in this call.
    pub(crate) changed: Vec<usize>,
    pub(crate) news: Vec<News>,
    pub(crate) random: Random,
    pub(crate) cname: String,
    load_due: Instant,
}

/// Where a user name belongs.
enum Owner {
    Pipe(usize),
    Shard(u16),
    Nobody,
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
            addresses: HashMap::new(),
            bridges: HashMap::new(),
            keys: HashMap::new(),
            last_track: 0,
            alarms: Alarms::default(),
            changed: Vec::new(),
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
            Order::Attach { pipe, bridge } => {
                self.of_pipe(
                    now,
                    &pipe,
                    |_| true,
                    |shard, slot| {
                        shard.attach(now, slot, &bridge);
                    },
                );
            }
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
            protocol => match self.addresses.get(&path.remote).copied() {
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

    /// Do what is due.
    pub fn timeout(&mut self, now: Instant) {
        while self.forwarding.due().is_some_and(|due| due <= now) {
            self.guarded(now, None, |shard| {
                shard.forwarding.timeout(now);
            });
        }
        while let Some(slot) = self.alarms.pop(now) {
            self.guarded(now, Some(slot), |shard| shard.due(now, slot));
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
            self.alarms.next(),
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
    fn guarded(&mut self, now: Instant, slot: Option<usize>, act: impl FnOnce(&mut Self)) {
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
            self.drop_pipe(slot);
        }
    }

    fn stun(&mut self, now: Instant, path: &Path, datagram: &[u8]) {
        let Some(ufrag) = stun::peek_username(datagram).and_then(stun::local_ufrag) else {
            self.forwarding.counters.count(Counter::DropStun);
            return;
        };
        match self.owner(ufrag) {
            Owner::Pipe(slot) => self.guarded(now, Some(slot), |shard| {
                shard.transport(now, slot, path, datagram);
            }),
            Owner::Shard(shard) => {
                let relay = Relay::Datagram {
                    path: *path,
                    bytes: datagram.to_vec(),
                };
                self.forwarding.relays.push((shard, relay));
            }
            Owner::Nobody => self.forwarding.counters.count(Counter::DropUnknownUser),
        }
    }

    /// A user name is the numbers of shard and slot, and what makes it one's own.
    fn owner(&self, ufrag: &str) -> Owner {
        let shard = ufrag.get(..4).map(|digits| u16::from_str_radix(digits, 16));
        let slot = ufrag
            .get(4..12)
            .map(|digits| u32::from_str_radix(digits, 16));
        let (Some(Ok(shard)), Some(Ok(slot))) = (shard, slot) else {
            return Owner::Nobody;
        };
        if shard != self.config.shard {
            return match shard < self.config.shards {
                true => Owner::Shard(shard),
                false => Owner::Nobody,
            };
        }
        let slot = slot as usize;
        match self.pipes.get(slot) {
            Some(pipe) if pipe.ufrag == ufrag => Owner::Pipe(slot),
            _ => Owner::Nobody,
        }
    }

    /// A user name that leads to this shard and slot, with 48 bits that nobody can guess.
    pub(crate) fn ufrag(&mut self, slot: usize) -> String {
        let secret = self.random.ice_chars(8);
        format!("{:04x}{slot:08x}{secret}", self.config.shard)
    }

    /// STUN or DTLS for a pipe.
    fn transport(&mut self, now: Instant, slot: usize, path: &Path, datagram: &[u8]) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let drops = |pipe: &Pipe| {
            let drops = pipe.transport.drops();
            drops.stun + drops.dtls + drops.other
        };
        let before = drops(pipe);
        pipe.transport.handle(now, path, datagram);
        let dropped = drops(pipe) - before;
        self.forwarding
            .counters
            .add(Counter::DropTransport, dropped);
        self.learn(slot, path.remote);
        self.drain(now, slot);
    }

    /// Remember that an address leads to a pipe, once ICE has validated it.
    ///
    /// One that is in use by another pipe stays there: whoever can forge sender addresses and has a
    /// pipe of their own could otherwise draw the other's media to themselves, if only to lose it.
    fn learn(&mut self, slot: usize, remote: SocketAddr) {
        let holder = self.addresses.get(&remote).copied();
        if holder == Some(slot) {
            return;
        }
        let held = holder
            .and_then(|holder| self.pipes.get(holder))
            .is_some_and(|pipe| pipe.transport.is_valid(remote));
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        if !held && pipe.transport.is_valid(remote) {
            pipe.addresses.push(remote);
            self.addresses.insert(remote, slot);
        }
    }

    /// DTLS, RTP or RTCP from an address that leads to a pipe.
    fn secured(
        &mut self,
        now: Instant,
        slot: usize,
        path: &Path,
        protocol: demux::Protocol,
        datagram: &mut [u8],
    ) {
        let valid = self
            .pipes
            .get_mut(slot)
            .filter(|pipe| pipe.transport.is_valid(path.remote));
        let Some(pipe) = valid else {
            self.forwarding.counters.count(Counter::DropUnknownAddress);
            return;
        };
        if protocol == demux::Protocol::Dtls {
            self.transport(now, slot, path, datagram);
            return;
        }
        let mut ingress = Ingress {
            now,
            slot,
            pipe,
            forwarding: &mut self.forwarding,
            alarms: &mut self.alarms,
        };
        match protocol {
            demux::Protocol::Rtp => ingress.rtp(datagram),
            _ => ingress.rtcp(datagram),
        }
    }

    /// Everything of a pipe that is due.
    fn due(&mut self, now: Instant, slot: usize) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        if pipe.transport.next_timeout().is_some_and(|at| at <= now) {
            pipe.transport.handle_timeout(now);
            self.drain(now, slot);
        }
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        Reports {
            now,
            slot,
            pipe,
            forwarding: &mut self.forwarding,
            cname: &self.cname,
        }
        .due();
        self.offer(now, slot);
        self.tell_statistics(now, slot);
        self.rearm(now, slot);
    }

    /// Set a pipe's alarm to the first thing that will be due.
    pub(crate) fn rearm(&mut self, now: Instant, slot: usize) {
        let Some(pipe) = self.pipes.get(slot) else {
            return;
        };
        let mut first = pipe.transport.next_timeout();
        let mut consider = |due: Option<Instant>| {
            first = match (first, due) {
                (Some(first), Some(due)) => Some(first.min(due)),
                (first, due) => first.or(due),
            };
        };
        consider(pipe.negotiation.due());
        if pipe.opener.is_some() {
            consider(Some(pipe.report_due));
            consider(Some(pipe.statistics_due));
            consider(pipe.feedback.due());
            for (at, section) in pipe.sections.iter().enumerate() {
                let Some(incoming) = &section.incoming else {
                    continue;
                };
                consider(incoming.reception.missing.due());
                // Before its SSRC is known there is nothing to ask for.
                if pipe.media_ssrc(at).is_some() {
                    let track = self.forwarding.tracks.get(incoming.track);
                    consider(track.and_then(|track| track.key_frames.due(now)));
                }
            }
        }
        if let Some(first) = first {
            self.alarms.set(slot, first);
        }
    }

    /// What follows from everything that has happened: requests for key frames, changed mappings.
    fn settle(&mut self, now: Instant) {
        self.ask_key_frames(now);
        self.tell_mappings();
    }

    fn ask_key_frames(&mut self, now: Instant) {
        use crate::track::Origin;

        if self.forwarding.starved.is_empty() {
            return;
        }
        let mut starved = std::mem::take(&mut self.forwarding.starved);
        starved.sort_unstable();
        starved.dedup();
        for key in starved.drain(..) {
            let Some(track) = self.forwarding.tracks.get_mut(key) else {
                continue;
            };
            match track.origin {
                Origin::Remote(shard) => {
                    // The throttle is at the sender's shard.
                    track.key_frames.came();
                    let relay = Relay::AskKeyFrame { track: track.id };
                    self.forwarding.relays.push((shard, relay));
                }
                Origin::Local {
                    pipe: slot,
                    section,
                } => {
                    self.guarded(now, Some(slot), |shard| {
                        let Some(pipe) = shard.pipes.get_mut(slot) else {
                            return;
                        };
                        Reports {
                            now,
                            slot,
                            pipe,
                            forwarding: &mut shard.forwarding,
                            cname: &shard.cname,
                        }
                        .key_frame(section);
                        let track = shard.forwarding.tracks.get(key);
                        let due = track.and_then(|track| track.key_frames.due(now));
                        if let Some(due) = due.filter(|due| *due > now) {
                            shard.alarms.set(slot, due);
                        }
                    });
                }
            }
        }
        self.forwarding.starved = starved;
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
