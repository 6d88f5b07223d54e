//! Bridges: whose tracks are seen by whom, here and on other shards.

use std::time::Instant;

use crate::codec::CodecSet;
use crate::counters::Counter;
use crate::forwarding::track::{Origin, Track};
use crate::news::CloseReason;
use crate::order::{Name, Way};
use crate::relay::{Relay, TrackId};
use crate::shard::Shard;

/// Pipes that see each other's tracks, as far as this shard knows.
#[derive(Debug, Default)]
pub(crate) struct Bridge {
    /// Slot numbers of the pipes of this shard.
    pub(crate) members: Vec<usize>,
    /// Other shards with pipes in it.
    pub(crate) shards: Vec<u16>,
    /// Keys of all tracks in it, in the order in which they came.
    pub(crate) tracks: Vec<usize>,
    /// Pipes of other shards that take texts, each with its shard.
    pub(crate) texters: Vec<(u16, Name)>,
}

impl Shard {
    /// Put a pipe into a bridge, out of its former one; or change what it does there.
    pub(crate) fn attach(&mut self, now: Instant, slot: usize, name: &Name, way: Option<Way>) {
        let Some(pipe) = self.pipes.get(slot) else {
            return;
        };
        if pipe.bridge.as_ref() == Some(name) {
            if pipe.way != way {
                self.turn(now, slot, name, way);
            }
            return;
        }
        self.detach(now, slot);
        let members = self
            .bridges
            .get(name)
            .map_or(0, |bridge| bridge.members.len());
        if members >= self.config.limits.members {
            let text = format!("A bridge has at most {members} pipes on one shard.");
            self.close(now, slot, CloseReason::Capacity, &text);
            return;
        }
        if members == 0 {
            for shard in (0..self.config.shards).filter(|shard| *shard != self.config.shard) {
                let bridge = name.clone();
                self.forwarding.relays.push((shard, Relay::Join { bridge }));
            }
        }
        let bridge = self.bridges.entry(name.clone()).or_default();
        bridge.members.push(slot);
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        pipe.bridge = Some(name.clone());
        pipe.way = way;
        let own = pipe.tracks();
        self.enter_texts(slot);
        self.see(now, slot);
        for key in own {
            self.publish(now, name, key);
        }
    }

    /// Change what a pipe does in its bridge. What it did before and goes on doing is not touched.
    fn turn(&mut self, now: Instant, slot: usize, name: &Name, way: Option<Way>) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let (saw, was_seen) = (pipe.sees(), pipe.is_seen());
        pipe.way = way;
        let (sees, is_seen) = (pipe.sees(), pipe.is_seen());
        let (own, shown) = (pipe.tracks(), pipe.shown());
        if was_seen && !is_seen {
            self.fall_unheard(slot);
            for key in &own {
                self.unpublish(now, name, *key);
            }
        }
        if saw && !sees {
            for key in shown {
                self.unsubscribe(now, slot, key);
            }
            self.pardon(slot, name);
        }
        if sees && !saw {
            self.see(now, slot);
        }
        if is_seen && !was_seen {
            for key in own {
                self.publish(now, name, key);
            }
        }
    }

    /// Let a pipe see everything in its bridge.
    pub(crate) fn see(&mut self, now: Instant, slot: usize) {
        let bridge = self
            .pipes
            .get(slot)
            .and_then(|pipe| self.bridges.get(pipe.bridge.as_ref()?));
        for key in bridge
            .map(|bridge| bridge.tracks.clone())
            .unwrap_or_default()
        {
            self.subscribe(now, slot, key);
        }
    }

    /// Forget which tracks of a bridge a pipe has no codec for: it wants them no more.
    fn pardon(&mut self, slot: usize, name: &Name) {
        let Some(bridge) = self.bridges.get(name) else {
            return;
        };
        for key in &bridge.tracks {
            if let Some(track) = self.forwarding.tracks.get_mut(*key) {
                track.refused.retain(|refused| *refused != slot);
            }
        }
    }

    /// Take a pipe out of its bridge.
    pub(crate) fn detach(&mut self, now: Instant, slot: usize) {
        self.leave_texts(slot);
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let Some(name) = pipe.bridge.take() else {
            return;
        };
        pipe.way = None;
        for incoming in pipe
            .sections
            .iter_mut()
            .filter_map(|it| it.incoming.as_mut())
        {
            // Whoever hears of the leaving needs not hear of the silence.
            incoming.speech.reset();
        }
        let (own, shown) = (pipe.tracks(), pipe.shown());
        for key in shown {
            self.unsubscribe(now, slot, key);
        }
        for key in own {
            self.unpublish(now, &name, key);
        }
        self.pardon(slot, &name);
        let Some(bridge) = self.bridges.get_mut(&name) else {
            return;
        };
        bridge.members.retain(|member| *member != slot);
        if bridge.members.is_empty() {
            self.leave(now, &name);
        }
    }

    /// The last pipe of this shard has left a bridge.
    fn leave(&mut self, now: Instant, name: &Name) {
        let Some(bridge) = self.bridges.remove(name) else {
            return;
        };
        for shard in bridge.shards {
            let bridge = name.clone();
            self.forwarding
                .relays
                .push((shard, Relay::Leave { bridge }));
        }
        for key in bridge.tracks {
            self.forget_remote(now, key);
        }
    }

    /// Let everybody in the bridge see a track, unless its sender is only there to see.
    pub(crate) fn publish(&mut self, now: Instant, name: &Name, key: usize) {
        let Some(track) = self.forwarding.tracks.get(key) else {
            return;
        };
        if let Origin::Local { pipe, .. } = track.origin
            && !self.pipes.get(pipe).is_some_and(|pipe| pipe.is_seen())
        {
            return;
        }
        let Some(bridge) = self.bridges.get_mut(name) else {
            return;
        };
        if bridge.tracks.contains(&key) {
            return;
        }
        bridge.tracks.push(key);
        let members = bridge.members.clone();
        let shards = bridge.shards.clone();
        for shard in shards {
            self.announce(shard, name, key);
        }
        for slot in members {
            self.subscribe(now, slot, key);
        }
    }

    /// Nobody in the bridge sees a track any more.
    pub(crate) fn unpublish(&mut self, now: Instant, name: &Name, key: usize) {
        let Some(bridge) = self.bridges.get_mut(name) else {
            return;
        };
        let held = bridge.tracks.len();
        bridge.tracks.retain(|track| *track != key);
        if bridge.tracks.len() == held {
            return;
        }
        let members = bridge.members.clone();
        let shards = bridge.shards.clone();
        for slot in members {
            self.unsubscribe(now, slot, key);
        }
        let Some(track) = self.forwarding.tracks.get_mut(key) else {
            return;
        };
        track.shards.clear();
        track.refused.clear();
        track.allowed = track.offered;
        if !matches!(track.origin, Origin::Local { .. }) {
            return;
        }
        let id = track.id;
        for shard in shards {
            let withdraw = Relay::Withdraw {
                bridge: name.clone(),
                track: id,
            };
            self.forwarding.relays.push((shard, withdraw));
        }
    }

    /// Tell a shard of a track of ours.
    fn announce(&mut self, shard: u16, name: &Name, key: usize) {
        let Some(track) = self.forwarding.tracks.get(key) else {
            return;
        };
        if !matches!(track.origin, Origin::Local { .. }) {
            return;
        }
        let announce = Relay::Announce {
            bridge: name.clone(),
            track: track.id,
            pipe: track.sender.clone(),
            source: track.source,
            codecs: track.allowed,
        };
        self.forwarding.relays.push((shard, announce));
    }

    /// Tell every shard in the bridge of a track again: what it may be encoded with has changed.
    pub(crate) fn announce_again(&mut self, key: usize) {
        let found = self
            .bridges
            .iter()
            .find(|(_, bridge)| bridge.tracks.contains(&key))
            .map(|(name, bridge)| (name.clone(), bridge.shards.clone()));
        if let Some((name, shards)) = found {
            for shard in shards {
                self.announce(shard, &name, key);
            }
        }
    }

    /// Another shard has something to say about bridges and tracks.
    pub(crate) fn relayed(&mut self, now: Instant, from: u16, relay: Relay) {
        match relay {
            Relay::Join { bridge } => self.joined(from, &bridge),
            Relay::Leave { bridge } => self.left(now, from, &bridge),
            Relay::Announce {
                bridge,
                track,
                pipe,
                source,
                codecs,
            } => {
                let key = self.keys.get(&track).copied();
                match key {
                    Some(key) => self.announced_again(now, key, codecs),
                    None if self.bridges.contains_key(&bridge) => {
                        let ring = self.config.limits.ring_bytes;
                        let origin = Origin::Remote(from);
                        let new = Track::new(track, origin, pipe, source, codecs, ring);
                        let key = self.forwarding.tracks.insert(new);
                        self.keys.insert(track, key);
                        self.publish(now, &bridge, key);
                    }
                    None => self.forwarding.counters.count(Counter::DropRelay),
                }
            }
            Relay::Withdraw { bridge, track } => self.with_track(track, |shard, key| {
                shard.unpublish(now, &bridge, key);
                shard.forget_remote(now, key);
            }),
            Relay::Want { track, codecs } => self.with_track(track, |shard, key| {
                shard.wanted(now, from, key, codecs);
            }),
            Relay::Unwant { track } => self.with_track(track, |shard, key| {
                if let Some(track) = shard.forwarding.tracks.get_mut(key) {
                    track.shards.retain(|(shard, _)| *shard != from);
                }
                shard.reconsider(now, key);
            }),
            Relay::AskKeyFrame { track } => self.with_track(track, |shard, key| {
                if let Some(track) = shard.forwarding.tracks.get_mut(key) {
                    track.key_frames.want();
                    shard.forwarding.starved.push(key);
                }
            }),
            Relay::Clock {
                track,
                wall,
                timestamp,
            } => self.with_track(track, |shard, key| {
                if let Some(track) = shard.forwarding.tracks.get_mut(key) {
                    track.captured = Some((wall, timestamp));
                }
            }),
            Relay::Burst(burst) => self.with_track(burst.track, |shard, key| {
                shard.forwarding.relayed(now, key, &burst);
            }),
            relay @ (Relay::Enter { .. }
            | Relay::Exit { .. }
            | Relay::Text { .. }
            | Relay::Receipt { .. }) => self.relayed_text(from, relay),
            // Taken by the shard before it comes here.
            Relay::Datagram { .. } => {}
        }
    }

    fn with_track(&mut self, track: TrackId, act: impl FnOnce(&mut Self, usize)) {
        match self.keys.get(&track).copied() {
            Some(key) => act(self, key),
            None => self.forwarding.counters.count(Counter::DropRelay),
        }
    }

    /// Another shard has pipes in a bridge: tell it of ours, if we have any.
    fn joined(&mut self, from: u16, name: &Name) {
        let Some(bridge) = self.bridges.get_mut(name) else {
            return;
        };
        if bridge.shards.contains(&from) {
            return;
        }
        bridge.shards.push(from);
        let tracks = bridge.tracks.clone();
        let bridge = name.clone();
        self.forwarding.relays.push((from, Relay::Join { bridge }));
        for key in tracks {
            self.announce(from, name, key);
        }
        self.tell_texters(from, name);
    }

    fn left(&mut self, now: Instant, from: u16, name: &Name) {
        let Some(bridge) = self.bridges.get_mut(name) else {
            return;
        };
        bridge.shards.retain(|shard| *shard != from);
        bridge.texters.retain(|(shard, _)| *shard != from);
        for key in bridge.tracks.clone() {
            let Some(track) = self.forwarding.tracks.get_mut(key) else {
                continue;
            };
            track.shards.retain(|(shard, _)| *shard != from);
            if track.origin == Origin::Remote(from) {
                self.unpublish(now, name, key);
                self.forget_remote(now, key);
            } else {
                self.reconsider(now, key);
            }
        }
    }

    /// What another shard's track may be encoded with has changed.
    fn announced_again(&mut self, now: Instant, key: usize, codecs: CodecSet) {
        let Some(track) = self.forwarding.tracks.get_mut(key) else {
            return;
        };
        track.allowed = codecs;
        let bridge = self
            .bridges
            .values()
            .find(|bridge| bridge.tracks.contains(&key));
        for slot in bridge
            .map(|bridge| bridge.members.clone())
            .unwrap_or_default()
        {
            self.subscribe_again(now, slot, key);
        }
        self.reconsider(now, key);
    }

    /// Another shard wants the bursts of a track of ours.
    fn wanted(&mut self, now: Instant, from: u16, key: usize, codecs: CodecSet) {
        let Some(track) = self.forwarding.tracks.get_mut(key) else {
            return;
        };
        if let Some((_, known)) = track.shards.iter_mut().find(|(shard, _)| *shard == from) {
            *known = codecs;
        } else {
            track.shards.push((from, codecs));
            if let Some((wall, timestamp)) = track.captured {
                let clock = Relay::Clock {
                    track: track.id,
                    wall,
                    timestamp,
                };
                self.forwarding.relays.push((from, clock));
            }
        }
        self.reconsider(now, key);
    }

    /// Forget a track of another shard.
    fn forget_remote(&mut self, now: Instant, key: usize) {
        let remote = self
            .forwarding
            .tracks
            .get(key)
            .is_some_and(|track| matches!(track.origin, Origin::Remote(_)));
        if remote {
            self.drop_views(now, key);
            self.drop_track(key);
        }
    }
}
