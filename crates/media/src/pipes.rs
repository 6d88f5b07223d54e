//! What the engine holds: each pipe's shard, and ends that are not acknowledged yet.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::protocol::{HeldPipe, News, PipeClosed};
use crate::told::{Told, about};

/// Ends kept until they are acknowledged; beyond it the oldest are forgotten.
///
/// Four times the pipes of a shard: a control plane that is away for its grace period
/// finds all of them.
pub const MOST_ENDED: usize = 16_384;

/// A pipe that was opened and has not ended.
#[derive(Clone, Debug, PartialEq)]
struct Held {
    shard: u16,
    generation: u64,
    bridge: Option<String>,
    told: Told,
}

/// Every pipe of the engine.
#[derive(Debug)]
pub struct Pipes {
    held: HashMap<String, Held>,
    /// Pipes of each shard.
    load: Vec<usize>,
    /// By number of the news.
    ended: BTreeMap<u64, PipeClosed>,
}

impl Pipes {
    /// No pipes on so many shards.
    #[must_use]
    pub fn new(shards: u16) -> Self {
        Self {
            held: HashMap::new(),
            load: vec![0; usize::from(shards)],
            ended: BTreeMap::new(),
        }
    }

    /// The shard of a pipe.
    #[must_use]
    pub fn shard(&self, pipe: &str) -> Option<u16> {
        self.held.get(pipe).map(|held| held.shard)
    }

    /// Notes that a pipe is being opened; the shard where, `None` if it or a newer one is held.
    ///
    /// A pipe that is held stays where it is, and in its bridge.  `asked` is a shard that exists; without it
    /// the one with the fewest pipes is taken.
    pub fn open(&mut self, pipe: &str, generation: u64, asked: Option<u16>) -> Option<u16> {
        if let Some(held) = self.held.get_mut(pipe) {
            if generation <= held.generation {
                return None;
            }
            held.generation = generation;
            held.told = Told::default();
            return Some(held.shard);
        }
        let fewest = (0..).zip(&self.load).min_by_key(|(_, load)| **load);
        let shard = asked.or(fewest.map(|(shard, _)| shard))?;
        self.held.insert(
            pipe.to_owned(),
            Held {
                shard,
                generation,
                bridge: None,
                told: Told::default(),
            },
        );
        if let Some(load) = self.load.get_mut(usize::from(shard)) {
            *load += 1;
        }
        Some(shard)
    }

    /// Notes that a pipe is in a bridge, or in none; its shard, if it is held.
    pub fn attach(&mut self, pipe: &str, bridge: Option<&str>) -> Option<u16> {
        let held = self.held.get_mut(pipe)?;
        held.bridge = bridge.map(str::to_owned);
        Some(held.shard)
    }

    /// Notes that a bridge is gone.
    pub fn close_bridge(&mut self, bridge: &str) {
        for held in self.held.values_mut() {
            held.bridge.take_if(|at| at == bridge);
        }
    }

    /// Notes what is told of a pipe.
    pub fn note(&mut self, news: &News) {
        if let Some((pipe, generation)) = about(news)
            && let Some(told) = self.told_mut(pipe, generation)
        {
            told.note(news);
        }
    }

    /// Notes that the client of a pipe has answered an offer.
    pub fn close_offer(&mut self, pipe: &str, generation: u64, negotiation: u64) {
        if let Some(told) = self.told_mut(pipe, generation) {
            told.close_offer(negotiation);
        }
    }

    fn told_mut(&mut self, pipe: &str, generation: u64) -> Option<&mut Told> {
        let held = self.held.get_mut(pipe);
        let held = held.filter(|held| held.generation == generation);
        held.map(|held| &mut held.told)
    }

    /// What was told of a pipe last, if this generation of it is held.
    #[must_use]
    pub fn told_of(&self, pipe: &str, generation: u64) -> Option<&Told> {
        let held = self.held.get(pipe);
        let held = held.filter(|held| held.generation == generation);
        held.map(|held| &held.told)
    }

    /// What was told of each pipe last.
    pub fn told(&self) -> impl Iterator<Item = News> {
        self.held.values().flat_map(|held| held.told.news())
    }

    /// Notes the end of a pipe; whether an older end had to be forgotten for it.
    pub fn end(&mut self, end: PipeClosed) -> bool {
        if let Some(held) = self.held.get(&end.pipe)
            && held.generation == end.generation
        {
            if let Some(load) = self.load.get_mut(usize::from(held.shard)) {
                *load = load.saturating_sub(1);
            }
            self.held.remove(&end.pipe);
        }
        self.ended.insert(end.number, end);
        self.ended.len() > MOST_ENDED && self.ended.pop_first().is_some()
    }

    /// How this generation of a pipe ended, if that is not acknowledged yet.
    #[must_use]
    pub fn ended(&self, pipe: &str, generation: u64) -> Option<&PipeClosed> {
        let is_it = |end: &&PipeClosed| end.pipe == pipe && end.generation == generation;
        self.ended.values().rev().find(is_it)
    }

    /// Forgets ends up to this number.
    pub fn acknowledge(&mut self, number: u64) {
        self.ended = match number.checked_add(1) {
            Some(next) => self.ended.split_off(&next),
            None => BTreeMap::new(),
        };
    }

    /// Ends that are not acknowledged, in their order.
    pub fn unacknowledged(&self) -> impl Iterator<Item = &PipeClosed> {
        self.ended.values()
    }

    /// The pipes there are.
    pub fn holding(&self) -> impl Iterator<Item = HeldPipe> {
        self.held.iter().map(|(pipe, held)| HeldPipe {
            pipe: pipe.clone(),
            generation: held.generation,
            bridge: held.bridge.clone(),
            connected: held.told.is_connected(),
            interrupted: held.told.is_interrupted(),
        })
    }

    /// How many pipes, and how many bridges they are in.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        let bridges = self.held.values().filter_map(|held| held.bridge.as_ref());
        (self.held.len(), bridges.collect::<HashSet<_>>().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{CloseReason, Connected, PipeStatistics};

    fn end(number: u64, pipe: &str, generation: u64) -> PipeClosed {
        PipeClosed {
            number,
            pipe: pipe.to_owned(),
            generation,
            reason: CloseReason::Ordered,
            text: String::new(),
            statistics: PipeStatistics {
                received: vec![],
                sent: vec![],
                round_trip_ms: None,
                over_tcp: false,
                texts_received: 0,
                texts_sent: 0,
                texts_dropped: 0,
            },
            at: 0,
        }
    }

    fn connected(generation: u64) -> News {
        News::Connected(Connected {
            number: 1,
            pipe: "a".to_owned(),
            generation,
            remote: "192.0.2.1:4000".to_owned(),
            profile: "SRTP_AEAD_AES_128_GCM".to_owned(),
            over_tcp: false,
        })
    }

    #[test]
    fn a_pipe_goes_where_there_are_fewest_and_stays_there() {
        let mut pipes = Pipes::new(2);
        assert_eq!(pipes.open("a", 1, None), Some(0));
        assert_eq!(pipes.open("b", 1, None), Some(1));
        assert_eq!(pipes.open("c", 1, Some(1)), Some(1));
        assert_eq!(pipes.open("d", 1, None), Some(0));
        assert_eq!(pipes.open("b", 2, Some(0)), Some(1));
        assert!(!pipes.end(end(1, "c", 1)));
        assert!(!pipes.end(end(2, "b", 2)));
        assert_eq!(pipes.open("e", 1, None), Some(1));
        assert_eq!(pipes.count().0, 3);
    }

    #[test]
    fn an_older_generation_neither_opens_nor_ends_a_newer_one() {
        let mut pipes = Pipes::new(1);
        pipes.open("a", 2, None);
        assert_eq!(pipes.open("a", 1, None), None);
        assert_eq!(pipes.open("a", 2, None), None);
        pipes.note(&connected(1));
        pipes.end(end(1, "a", 1));
        let held: Vec<_> = pipes.holding().collect();
        assert_eq!((held[0].generation, held[0].connected), (2, false));
        pipes.note(&connected(2));
        assert!(pipes.holding().all(|held| held.connected));
        assert_eq!(pipes.told().collect::<Vec<_>>(), [connected(2)]);
        pipes.end(end(2, "a", 2));
        assert_eq!((pipes.shard("a"), pipes.told().count()), (None, 0));
    }

    #[test]
    fn a_newer_generation_keeps_shard_and_bridge_and_nothing_else() {
        let mut pipes = Pipes::new(2);
        pipes.open("a", 1, Some(1));
        pipes.attach("a", Some("x"));
        pipes.note(&connected(1));
        assert_eq!(pipes.open("a", 2, Some(0)), Some(1));
        pipes.end(end(1, "a", 1));
        let held: Vec<_> = pipes.holding().collect();
        assert_eq!(
            (held[0].bridge.as_deref(), held[0].connected),
            (Some("x"), false)
        );
        assert_eq!(pipes.told().count(), 0);
    }

    #[test]
    fn ends_are_kept_until_they_are_acknowledged() {
        let mut pipes = Pipes::new(1);
        for number in 1..=5 {
            pipes.end(end(number, "a", number));
        }
        pipes.acknowledge(3);
        let kept: Vec<_> = pipes.unacknowledged().map(|end| end.number).collect();
        assert_eq!(kept, [4, 5]);
        assert_eq!(pipes.ended("a", 3), None);
        assert_eq!(pipes.ended("a", 5).unwrap().number, 5);
        pipes.acknowledge(u64::MAX);
        assert_eq!(pipes.unacknowledged().count(), 0);
    }

    #[test]
    fn ends_that_nobody_acknowledges_are_bounded() {
        let mut pipes = Pipes::new(1);
        for number in 1..=MOST_ENDED as u64 {
            assert!(!pipes.end(end(number, "a", number)));
        }
        assert!(pipes.end(end(MOST_ENDED as u64 + 1, "a", 1)));
        assert_eq!(pipes.unacknowledged().next().unwrap().number, 2);
    }

    #[test]
    fn a_bridge_is_counted_once_and_closed_for_all() {
        let mut pipes = Pipes::new(1);
        for pipe in ["a", "b", "c"] {
            pipes.open(pipe, 1, None);
        }
        assert_eq!(pipes.attach("nobody", Some("x")), None);
        pipes.attach("a", Some("x"));
        pipes.attach("b", Some("x"));
        pipes.attach("c", Some("y"));
        assert_eq!(pipes.count(), (3, 2));
        pipes.close_bridge("x");
        pipes.attach("c", None);
        assert_eq!(pipes.count(), (3, 0));
    }
}
