//! The packet path: tracks in, messages out. Knows nothing of negotiation.

pub(crate) mod burst;
pub(crate) mod copies;
pub(crate) mod departure;
pub(crate) mod egress;
pub(crate) mod header;
pub(crate) mod loss;
pub(crate) mod ring;
pub(crate) mod send;
pub(crate) mod stream;
pub(crate) mod track;
pub(crate) mod view;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media_wire::extension::write_absolute_send_time;
use slab::Slab;

use crate::clock::Clock;
use crate::codec::Kind;
use crate::counters::{Counter, Counters};
use crate::forwarding::burst::{HOLD, MAX_BURST};
use crate::forwarding::copies::Copies;
use crate::forwarding::departure::{Departure, Departures, is_full};
use crate::forwarding::egress::Egress;
use crate::forwarding::send::{Out, Stored};
use crate::forwarding::track::Track;
use crate::outgoing::Outgoing;
use crate::relay::{Burst, Packet, Relay};

/// Everything that a packet on its way from one client to many touches.
#[derive(Debug)]
pub(crate) struct Forwarding {
    pub(crate) clock: Clock,
    pub(crate) tracks: Slab<Track>,
    /// Dense, by the slot number of the pipe.
    pub(crate) egress: Vec<Option<Egress>>,
    pub(crate) outgoing: Outgoing,
    pub(crate) counters: Counters,
    pub(crate) relays: Vec<(u16, Relay)>,
    /// Tracks that somebody waits for a key frame of; may name one twice.
    pub(crate) starved: Vec<usize>,
    /// Pipes that are sent something after a silence, which their reports will tell of; may name one twice.
    pub(crate) awake: Vec<usize>,
    /// The pipe whose work is being done, to know whose fault a panic is.
    pub(crate) turn: Option<usize>,
    pub(crate) copies: Copies,
    /// Bursts that are being collected, the oldest first.
    held: VecDeque<(Instant, usize)>,
    /// Bursts that some of their viewers have not been sent yet.
    departures: Departures,
}

impl Forwarding {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            tracks: Slab::new(),
            egress: Vec::new(),
            outgoing: Outgoing::default(),
            counters: Counters::default(),
            relays: Vec::new(),
            starved: Vec::new(),
            awake: Vec::new(),
            turn: None,
            copies: Copies::default(),
            held: VecDeque::new(),
            departures: Departures::default(),
        }
    }

    /// Give a pipe its way out.
    pub(crate) fn connect(&mut self, pipe: usize, egress: Egress) {
        if pipe >= self.egress.len() {
            self.egress.resize_with(pipe + 1, || None);
        }
        if let Some(slot) = self.egress.get_mut(pipe) {
            *slot = Some(egress);
        }
    }

    /// Take a pipe's way out from it.
    pub(crate) fn disconnect(&mut self, pipe: usize) -> Option<Egress> {
        self.egress.get_mut(pipe)?.take()
    }

    /// Whether a pipe has a way out.
    pub(crate) fn has_way_out(&self, pipe: usize) -> bool {
        self.egress.get(pipe).is_some_and(Option::is_some)
    }

    /// The way out of a pipe, once it is connected.
    pub(crate) fn egress(&mut self, pipe: usize) -> Option<&mut Egress> {
        self.egress.get_mut(pipe)?.as_mut()
    }

    /// Store a packet of a track and send it, or hold it for the rest of its frame.
    pub(crate) fn packet(&mut self, now: Instant, key: usize, packet: Packet, payload: &[u8]) {
        let Some(track) = self.tracks.get_mut(key) else {
            return;
        };
        track.codec = Some(packet.codec);
        if packet.key_frame {
            track.key_frames.came();
        }
        if track.ends_silence(now) {
            let peers = track.views.iter().map(|view| view.peer);
            self.awake.extend(peers);
        }
        track.ring.push(packet, payload);
        track.pending.push(packet.sequence);
        let late = track.late.is(packet.sequence);
        let complete =
            packet.marker || packet.codec.kind() == Kind::Audio || track.pending.len() >= MAX_BURST;
        if complete {
            self.flush(now, key);
        } else if track.held_until.is_none() {
            let until = now + HOLD;
            track.held_until = Some(until);
            self.held.push_back((until, key));
        }
        if late {
            self.late(now, key, packet.sequence);
        }
    }

    /// When [`Forwarding::timeout`] or [`Forwarding::proceed`] will have something to do.
    pub(crate) fn due(&self) -> Option<Instant> {
        let held = self.held.front().map(|(until, _)| *until);
        let departing = self.departures.first().map(|(since, _)| since);
        held.into_iter().chain(departing).min()
    }

    /// Send a burst that has waited long enough; tells whether there was one.
    pub(crate) fn timeout(&mut self, now: Instant) -> bool {
        let Some((until, key)) = self
            .held
            .front()
            .copied()
            .filter(|(until, _)| *until <= now)
        else {
            return false;
        };
        self.held.pop_front();
        // A burst that was complete earlier has left; what is collected now has its own time.
        let track = self.tracks.get(key);
        if track.is_some_and(|track| track.held_until == Some(until)) {
            self.flush(now, key);
        }
        true
    }

    /// Send what has been collected of a track to everybody who sees it: as much as leaves at a time,
    /// and the rest with [`Forwarding::proceed`].
    pub(crate) fn flush(&mut self, now: Instant, key: usize) {
        // Bursts of a track leave in order, and one at a time: who brings them faster than they leave
        // waits for them.
        self.finish(key);
        let Some(track) = self.tracks.get_mut(key) else {
            return;
        };
        track.held_until = None;
        if track.pending.is_empty() {
            return;
        }
        let kind = track.kind();
        track.departure = Some(Departure::new(now, track.pending.drain(..)));
        self.departures.push(now, kind, key);
        self.hand_over(key);
        self.proceed(now);
    }

    /// Send on what is leaving, as much as leaves at a time.
    pub(crate) fn proceed(&mut self, now: Instant) {
        while !is_full(&self.outgoing)
            && let Some((_, key)) = self.departures.first()
        {
            if self.depart(now, key, is_full) {
                self.departures.pop();
            }
        }
    }

    /// Send all that is leaving of a track, before something happens to its views.
    pub(crate) fn finish(&mut self, key: usize) {
        let departure = self.tracks.get(key).and_then(|it| it.departure.as_ref());
        if let Some(since) = departure.map(|departure| departure.since) {
            self.depart(since, key, |_| false);
        }
    }

    /// Send the burst that is leaving to one viewer after the other, until `enough`. Tells whether everybody was served.
    fn depart(&mut self, now: Instant, key: usize, enough: impl Fn(&Outgoing) -> bool) -> bool {
        let Some(track) = self.tracks.get_mut(key) else {
            return true;
        };
        let Some(departure) = &mut track.departure else {
            return true;
        };
        let mut burst: [Option<Stored<'_>>; MAX_BURST] = [None; MAX_BURST];
        for (slot, sequence) in burst.iter_mut().zip(departure.packets()) {
            *slot = track.ring.get(sequence);
        }
        let mut out = Out {
            outgoing: &mut self.outgoing,
            counters: &mut self.counters,
            send_time: write_absolute_send_time(self.clock.wall(now)),
        };
        let mut waits = false;
        let turn = self.turn;
        while let Some(view) = track.views.get_mut(departure.next)
            && !enough(out.outgoing)
        {
            // First of all: what panics is not tried again.
            departure.next += 1;
            let Some(Some(egress)) = self.egress.get_mut(view.peer) else {
                continue;
            };
            self.turn = Some(view.peer);
            waits |= out.burst(view, egress, &burst);
        }
        self.turn = turn;
        if waits {
            track.key_frames.want();
            self.starved.push(key);
        }
        let done = departure.next >= track.views.len();
        if done {
            track.departure = None;
        }
        done
    }

    /// Give the burst that is leaving to the other shards that want it.
    fn hand_over(&mut self, key: usize) {
        let Some(track) = self.tracks.get(key).filter(|it| !it.shards.is_empty()) else {
            return;
        };
        let Some(departure) = &track.departure else {
            return;
        };
        let mut relayed = Burst {
            track: track.id,
            packets: Vec::with_capacity(MAX_BURST),
            payloads: Vec::new(),
        };
        for sequence in departure.packets() {
            if let Some((packet, payload)) = track.ring.get(sequence) {
                relayed.packets.push(*packet);
                relayed.payloads.extend_from_slice(payload);
            }
        }
        let relayed = Arc::new(relayed);
        for (shard, _) in &track.shards {
            self.relays
                .push((*shard, Relay::Burst(Arc::clone(&relayed))));
            self.counters.count(Counter::RelayBursts);
        }
    }

    /// A burst of a track of another shard.
    pub(crate) fn relayed(&mut self, now: Instant, key: usize, burst: &Burst) {
        let mut payloads = burst.payloads.as_slice();
        for packet in &burst.packets {
            let Some((payload, rest)) = payloads.split_at_checked(usize::from(packet.length))
            else {
                return;
            };
            payloads = rest;
            let Some(track) = self.tracks.get_mut(key) else {
                return;
            };
            track.codec = Some(packet.codec);
            if packet.key_frame {
                track.key_frames.came();
            }
            if track.ends_silence(now) {
                let peers = track.views.iter().map(|view| view.peer);
                self.awake.extend(peers);
            }
            track.ring.push(*packet, payload);
            track.pending.push(packet.sequence);
            let late = track.late.is(packet.sequence);
            if track.pending.len() >= MAX_BURST {
                self.flush(now, key);
            }
            if late {
                self.late(now, key, packet.sequence);
            }
        }
        self.flush(now, key);
    }

    /// A viewer misses packets: send them again, unless they were sent within this time.
    pub(crate) fn nack(
        &mut self,
        now: Instant,
        key: usize,
        view: usize,
        within: Duration,
        numbers: impl Iterator<Item = u16>,
    ) {
        let Some(track) = self.tracks.get_mut(key) else {
            return;
        };
        let at = view;
        let Some(view) = track.views.get_mut(at) else {
            return;
        };
        let Some(Some(egress)) = self.egress.get_mut(view.peer) else {
            return;
        };
        let mut out = Out {
            outgoing: &mut self.outgoing,
            counters: &mut self.counters,
            send_time: write_absolute_send_time(self.clock.wall(now)),
        };
        for number in numbers {
            view.counts.nacks += 1;
            // Who misses what came late may have asked before it could be there; else nobody asks too early,
            // and a round trip may have been shorter than others.
            let incoming = view.sent(number).map(|(incoming, _)| incoming);
            let late = incoming.is_some_and(|incoming| track.late.was(incoming));
            let answered = if late {
                out.again(now, within, view, egress, &track.ring, number)
            } else {
                out.answer(now, within, view, egress, &track.ring, number)
            };
            if answered {
                view.loss.repaired(view.counts.packets);
                self.copies.plan(now, key, (at, view), number);
            }
        }
    }
}
