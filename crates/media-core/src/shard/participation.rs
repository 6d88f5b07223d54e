//! Changes of what a pipe does in its bridge, in force before the next packet.

use std::time::Instant;

use crate::name::Name;
use crate::part::{Audience, Part};
use crate::shard::Shard;

impl Shard {
    /// Change what a pipe does in its bridge. What it did before and goes on doing is not touched.
    pub(crate) fn turn(&mut self, now: Instant, slot: usize, name: &Name, part: &Part) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let was_heard = pipe.is_heard();
        pipe.part = part.clone();
        let (gives, own) = (pipe.gives(), pipe.tracks());
        if was_heard && !pipe.is_heard() {
            self.fall_unheard(slot);
        }
        for key in &own {
            let Some(track) = self.forwarding.tracks.get(*key) else {
                continue;
            };
            if gives {
                let audience = part.audience(track.kind()).clone();
                self.address(now, name, *key, audience);
            } else {
                self.unpublish(now, name, *key);
            }
        }
        let bridge = self.bridges.get(name);
        let all = bridge.map(|bridge| bridge.tracks.clone());
        let all = all.unwrap_or_default();
        // What becomes free first is used for what comes then.
        for key in &all {
            if self.withhold(slot, *key) {
                self.reconsider(now, *key);
            }
        }
        for key in all {
            self.subscribe(now, slot, key);
        }
        if gives {
            for key in own {
                self.publish(now, name, key);
            }
        }
    }

    /// Say who may get a track from now on. Does nothing if it is not in the bridge.
    pub(crate) fn address(&mut self, now: Instant, name: &Name, key: usize, audience: Audience) {
        let Some(bridge) = self.bridges.get(name) else {
            return;
        };
        let Some(track) = self.forwarding.tracks.get_mut(key) else {
            return;
        };
        if !bridge.tracks.contains(&key) || track.audience == audience {
            return;
        }
        track.audience = audience;
        let (members, shards) = (bridge.members.clone(), bridge.shards.clone());
        // What has come is for those who got it so far, and leaves before other shards hear of this.
        self.forwarding.flush(now, key);
        for shard in shards {
            self.announce(shard, name, key);
        }
        let mut fewer = false;
        for slot in &members {
            fewer |= self.withhold(*slot, key);
        }
        if fewer {
            self.reconsider(now, key);
        }
        for slot in members {
            self.subscribe(now, slot, key);
        }
    }

    /// Take a track away from a pipe that may not get it. Tells whether it got it.
    fn withhold(&mut self, slot: usize, key: usize) -> bool {
        if self.may_get(slot, key) {
            return false;
        }
        if let Some(track) = self.forwarding.tracks.get_mut(key) {
            track.refused.retain(|refused| *refused != slot);
        }
        self.take_away(slot, key)
    }
}
