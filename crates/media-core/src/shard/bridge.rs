//! Bridges: who is in them, and which tracks.

use std::time::Instant;

use crate::forwarding::track::Origin;
use crate::name::Name;
use crate::news::CloseReason;
use crate::part::Part;
use crate::relay::Relay;
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
    pub(crate) fn attach(&mut self, now: Instant, slot: usize, name: &Name, part: Part) {
        let Some(pipe) = self.pipes.get(slot) else {
            return;
        };
        if pipe.bridge.as_ref() == Some(name) {
            if pipe.part != part {
                self.turn(now, slot, name, &part);
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
        pipe.part = part;
        let own = pipe.tracks();
        self.enter_texts(slot);
        self.see(now, slot);
        for key in own {
            self.publish(now, name, key);
        }
    }

    /// Let a pipe see everything in its bridge that it may.
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
        pipe.part = Part::default();
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

    /// Let everybody in the bridge see a track who may, unless its sender is only there to see.
    pub(crate) fn publish(&mut self, now: Instant, name: &Name, key: usize) {
        let Some(track) = self.forwarding.tracks.get_mut(key) else {
            return;
        };
        if let Origin::Local { pipe, .. } = track.origin {
            let Some(pipe) = self.pipes.get(pipe).filter(|pipe| pipe.gives()) else {
                return;
            };
            track.audience = pipe.part.audience(track.kind()).clone();
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
}
