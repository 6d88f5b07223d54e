//! What shards tell each other of bridges and tracks, and what follows from it.

use std::time::Instant;

use crate::codec::CodecSet;
use crate::counters::Counter;
use crate::forwarding::track::{Origin, Track};
use crate::name::Name;
use crate::part::Audience;
use crate::relay::{Relay, TrackId};
use crate::shard::Shard;

impl Shard {
    /// Tell a shard of a track of ours.
    pub(crate) fn announce(&mut self, shard: u16, name: &Name, key: usize) {
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
            audience: track.audience.clone(),
        };
        self.forwarding.relays.push((shard, announce));
    }

    /// Tell every shard in the bridge of a track again: what it may be encoded with, or who may get it, has changed.
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
                audience,
            } => {
                let key = self.keys.get(&track).copied();
                match key {
                    Some(key) => self.announced_again(now, key, codecs, audience),
                    None if self.bridges.contains_key(&bridge) => {
                        let ring = self.config.limits.ring_bytes;
                        let origin = Origin::Remote(from);
                        let mut new = Track::new(track, origin, pipe, source, codecs, ring);
                        new.audience = audience;
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

    /// What another shard's track may be encoded with, or who may get it, has changed.
    fn announced_again(&mut self, now: Instant, key: usize, codecs: CodecSet, audience: Audience) {
        let Some(track) = self.forwarding.tracks.get_mut(key) else {
            return;
        };
        track.allowed = codecs;
        let found = self
            .bridges
            .iter()
            .find(|(_, bridge)| bridge.tracks.contains(&key))
            .map(|(name, bridge)| (name.clone(), bridge.members.clone()));
        let Some((name, members)) = found else {
            return;
        };
        self.address(now, &name, key, audience);
        for slot in members {
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
    pub(crate) fn forget_remote(&mut self, now: Instant, key: usize) {
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
