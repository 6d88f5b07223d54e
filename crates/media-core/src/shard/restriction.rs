//! With what a track may be encoded, so that all its viewers can decode it.

use std::time::Instant;

use crate::codec::CodecSet;
use crate::forwarding::track::Origin;
use crate::relay::Relay;
use crate::shard::Shard;
use crate::shard::subscription::usable;

impl Shard {
    /// Work out anew what a track may be encoded with, and see to it.
    pub(crate) fn reconsider(&mut self, now: Instant, key: usize) {
        let Some(track) = self.forwarding.tracks.get(key) else {
            return;
        };
        let viewers = self.viewers(key);
        match track.origin {
            Origin::Remote(shard) => self.want(shard, key, &viewers),
            Origin::Local { pipe, section } => {
                let shards = track.shards.iter().map(|(_, codecs)| *codecs);
                let allowed = viewers
                    .iter()
                    .copied()
                    .chain(shards)
                    .map(|codecs| codecs.and(track.offered))
                    .fold(track.offered, |allowed, codecs| {
                        // Who came later and has nothing in common with the others is refused.
                        let both = allowed.and(codecs);
                        if both.is_empty() { allowed } else { both }
                    });
                self.allow(now, key, allowed);
                self.hold(now, pipe, section, key);
            }
        }
    }

    /// The same when a viewer has come that can decode these. Among a thousand, most ask for nothing new.
    pub(crate) fn reconsider_with(&mut self, now: Instant, key: usize, codecs: CodecSet) {
        let Some(track) = self.forwarding.tracks.get(key) else {
            return;
        };
        let suits = |before: CodecSet| before.and(codecs) == before;
        match track.origin {
            Origin::Remote(_) if track.wanted.is_some_and(suits) => {}
            Origin::Local { pipe, section } if suits(track.allowed) => {
                self.hold(now, pipe, section, key);
            }
            Origin::Remote(_) | Origin::Local { .. } => self.reconsider(now, key),
        }
    }

    /// What each viewer of this shard can decode of a track.
    fn viewers(&self, key: usize) -> Vec<CodecSet> {
        let bridge = self
            .bridges
            .values()
            .find(|bridge| bridge.tracks.contains(&key));
        bridge
            .into_iter()
            .flat_map(|bridge| &bridge.members)
            .filter_map(|slot| {
                let pipe = self.pipes.get(*slot)?;
                let section = pipe.sections.get(pipe.showing(key)?)?;
                Some(usable(section))
            })
            .collect()
    }

    /// Tell a shard whether we want a track of its, and what we can decode.
    fn want(&mut self, shard: u16, key: usize, viewers: &[CodecSet]) {
        let Some(track) = self.forwarding.tracks.get_mut(key) else {
            return;
        };
        let wanted = (!viewers.is_empty()).then(|| {
            let all = CodecSet::all(track.kind());
            viewers.iter().fold(all, |codecs, one| {
                let both = codecs.and(*one);
                if both.is_empty() { codecs } else { both }
            })
        });
        if wanted == track.wanted {
            return;
        }
        track.wanted = wanted;
        let id = track.id;
        let relay = match wanted {
            Some(codecs) => Relay::Want { track: id, codecs },
            None => Relay::Unwant { track: id },
        };
        self.forwarding.relays.push((shard, relay));
    }

    /// Set what a track may be encoded with; those who were refused may fit now.
    fn allow(&mut self, now: Instant, key: usize, allowed: CodecSet) {
        let Some(track) = self.forwarding.tracks.get_mut(key) else {
            return;
        };
        if track.allowed == allowed {
            return;
        }
        track.allowed = allowed;
        let refused = track.refused.clone();
        self.announce_again(key);
        for slot in refused {
            self.subscribe_again(now, slot, key);
        }
    }

    /// Hold a sender to what its viewers can decode: offer its section anew if it sends otherwise.
    fn hold(&mut self, now: Instant, slot: usize, section: usize, key: usize) {
        let Some(track) = self.forwarding.tracks.get(key) else {
            return;
        };
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let Some(described) = pipe.sections.get_mut(section) else {
            return;
        };
        let negotiated = |codec| described.codecs.contains(codec);
        // Before the first packet: the first codec of our description is what a sender takes.
        let sent = track
            .codec
            .filter(|codec| negotiated(*codec))
            .or_else(|| described.codecs.iter().next());
        let fits = sent.is_some_and(|codec| track.allowed.contains(codec));
        let target = if fits {
            described.codecs
        } else {
            track.allowed.and(described.capable)
        };
        if target.is_empty() || target == described.target {
            return;
        }
        described.target = target;
        let shown = described.slot.as_ref().and_then(|held| held.track);
        if target != described.codecs {
            pipe.negotiation.change(now);
            self.rearm(now, slot);
        }
        // What this pipe is shown in the same section must be among these codecs as well.
        if let Some(shown) = shown {
            let fits = self
                .forwarding
                .tracks
                .get(shown)
                .is_some_and(|track| !track.allowed.and(target).is_empty());
            if !fits {
                self.unsubscribe(now, slot, shown);
                self.subscribe(now, slot, shown);
            }
        }
    }
}
