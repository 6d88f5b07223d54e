//! A fake network: datagrams wait in a queue of a fake clock, and some are lost.
//!
//! Everything that happens follows from the seed, so a failing run can be
//! repeated by its number.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What a path does to the datagrams that take it.
#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    /// One-way delay.
    pub delay: Duration,
    /// Added to the delay, evenly drawn from zero to this: what reorders.
    pub jitter: Duration,
    /// Chance that a datagram is lost, 0.0 to 1.0.
    pub loss: f64,
    /// Chance that a datagram arrives twice, 0.0 to 1.0.
    pub duplicate: f64,
}

impl Conditions {
    /// One millisecond of delay and nothing else.
    pub const CLEAN: Self = Self {
        delay: Duration::from_millis(1),
        jitter: Duration::ZERO,
        loss: 0.0,
        duplicate: 0.0,
    };

    /// The same, but so much is lost.
    #[must_use]
    pub fn losing(self, loss: f64) -> Self {
        Self { loss, ..self }
    }

    /// The same, but arrivals are spread, and so reordered, over `jitter`.
    #[must_use]
    pub fn jittered(self, jitter: Duration) -> Self {
        Self { jitter, ..self }
    }

    /// The same, but so many arrive twice.
    #[must_use]
    pub fn duplicating(self, duplicate: f64) -> Self {
        Self { duplicate, ..self }
    }
}

/// A datagram on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datagram {
    /// Who sent it.
    pub from: SocketAddr,
    /// Whom it is for.
    pub to: SocketAddr,
    /// What it says.
    pub bytes: Vec<u8>,
}

/// An even generator (splitmix64): small, seeded, and the same everywhere.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice that fall the same way for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// True with this chance.
    pub fn falls(&mut self, chance: f64) -> bool {
        #[allow(clippy::cast_precision_loss)] // 53 bits are kept
        let drawn = (self.roll() >> 11) as f64 / (1u64 << 53) as f64;
        drawn < chance
    }

    /// Evenly from zero to `most`.
    pub fn within(&mut self, most: Duration) -> Duration {
        let nanos = u64::try_from(most.as_nanos()).unwrap_or(u64::MAX);
        match nanos.checked_add(1) {
            Some(sides) => Duration::from_nanos(self.roll() % sides),
            None => most,
        }
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Instant,
    /// Datagrams due at the same moment arrive in the order they were sent.
    order: u64,
    index: usize,
}

/// All paths at once.
#[derive(Debug)]
pub struct Network {
    conditions: Conditions,
    dice: Dice,
    queue: BinaryHeap<Reverse<Due>>,
    store: Vec<Option<Datagram>>,
    order: u64,
    /// Addresses that nothing leaves and nothing reaches.
    cut: HashSet<SocketAddr>,
    /// How hosts behind address translators are seen from outside.
    outside: HashMap<SocketAddr, SocketAddr>,
    /// Datagrams that were lost so far.
    pub lost: u64,
    /// Datagrams that were handed over so far.
    pub delivered: u64,
}

impl Network {
    /// A network that treats every path alike.
    #[must_use]
    pub fn new(conditions: Conditions, seed: u64) -> Self {
        Self {
            conditions,
            dice: Dice::new(seed),
            queue: BinaryHeap::new(),
            store: Vec::new(),
            order: 0,
            cut: HashSet::new(),
            outside: HashMap::new(),
            lost: 0,
            delivered: 0,
        }
    }

    /// Treat what is sent from now on differently.
    pub fn change(&mut self, conditions: Conditions) {
        self.conditions = conditions;
    }

    /// Let nothing leave or reach this address.
    pub fn cut(&mut self, address: SocketAddr) {
        self.cut.insert(address);
    }

    /// Undo [`Network::cut`].
    pub fn mend(&mut self, address: SocketAddr) {
        self.cut.remove(&address);
    }

    /// Let a host be seen at another address from now on, as by a translator that has forgotten the old one.
    pub fn rebind(&mut self, inside: SocketAddr, outside: SocketAddr) {
        self.outside.insert(inside, outside);
    }

    /// The datagram as it is on the other side of translators; `None` if it leads nowhere.
    fn translate(&self, datagram: Datagram) -> Option<Datagram> {
        let Datagram { from, to, bytes } = datagram;
        let mut hosts = self.outside.iter();
        let to = match hosts.find(|(_, outside)| **outside == to) {
            Some((inside, _)) => *inside,
            None if self.outside.contains_key(&to) => return None,
            None => to,
        };
        if self.cut.contains(&from) || self.cut.contains(&to) {
            return None;
        }
        let from = self.outside.get(&from).copied().unwrap_or(from);
        Some(Datagram { from, to, bytes })
    }

    /// Put a datagram on its way.
    pub fn send(&mut self, now: Instant, datagram: Datagram) {
        let Some(datagram) = self.translate(datagram) else {
            self.lost += 1;
            return;
        };
        if self.dice.falls(self.conditions.loss) {
            self.lost += 1;
            return;
        }
        if self.dice.falls(self.conditions.duplicate) {
            self.enqueue(now, datagram.clone());
        }
        self.enqueue(now, datagram);
    }

    fn enqueue(&mut self, now: Instant, datagram: Datagram) {
        let at = now + self.conditions.delay + self.dice.within(self.conditions.jitter);
        self.queue.push(Reverse(Due {
            at,
            order: self.order,
            index: self.store.len(),
        }));
        self.order += 1;
        self.store.push(Some(datagram));
    }

    /// When the next datagram arrives.
    #[must_use]
    pub fn next_arrival(&self) -> Option<Instant> {
        self.queue.peek().map(|Reverse(due)| due.at)
    }

    /// The next datagram that has arrived by now.
    pub fn receive(&mut self, now: Instant) -> Option<Datagram> {
        if self.next_arrival()? > now {
            return None;
        }
        let Reverse(due) = self.queue.pop()?;
        self.delivered += 1;
        let datagram = self.store.get_mut(due.index)?.take();
        if self.queue.is_empty() {
            self.store.clear();
        }
        datagram
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datagram(n: u8) -> Datagram {
        Datagram {
            from: ([10, 0, 0, 1], 1).into(),
            to: ([10, 0, 0, 2], 2).into(),
            bytes: vec![n],
        }
    }

    fn run(conditions: Conditions, seed: u64) -> Vec<u8> {
        let start = Instant::now();
        let mut network = Network::new(conditions, seed);
        for n in 0..100 {
            network.send(start + Duration::from_millis(u64::from(n)), datagram(n));
        }
        let end = start + Duration::from_secs(10);
        std::iter::from_fn(|| network.receive(end))
            .filter_map(|d| d.bytes.first().copied())
            .collect()
    }

    #[test]
    fn a_clean_network_keeps_order_and_everything() {
        assert_eq!(run(Conditions::CLEAN, 1), (0..100).collect::<Vec<u8>>());
    }

    #[test]
    fn addresses_can_be_cut_off_and_translated() {
        let now = Instant::now();
        let mut network = Network::new(Conditions::CLEAN, 1);
        let Datagram { from, to, .. } = datagram(0);
        let outside = SocketAddr::from(([10, 0, 0, 3], 3));
        let answer = |to| Datagram {
            from: datagram(0).to,
            to,
            bytes: vec![1],
        };
        let carried = |network: &mut Network, datagram| {
            network.send(now, datagram);
            let carried = network.receive(now + Duration::from_secs(1));
            carried.map(|datagram| (datagram.from, datagram.to))
        };
        network.rebind(from, outside);
        assert_eq!(carried(&mut network, datagram(0)), Some((outside, to)));
        assert_eq!(carried(&mut network, answer(outside)), Some((to, from)));
        assert_eq!(carried(&mut network, answer(from)), None);
        network.cut(from);
        assert_eq!(carried(&mut network, datagram(0)), None);
        assert_eq!(carried(&mut network, answer(outside)), None);
        network.mend(from);
        assert_eq!(carried(&mut network, datagram(0)), Some((outside, to)));
        assert_eq!(network.lost, 3);
    }

    #[test]
    fn the_same_seed_loses_the_same() {
        let bad = Conditions::CLEAN
            .losing(0.3)
            .jittered(Duration::from_millis(20));
        assert_eq!(run(bad, 7), run(bad, 7));
        assert_ne!(run(bad, 7), run(bad, 8));
    }

    #[test]
    fn loss_duplication_and_reordering_happen() {
        let lossy = run(Conditions::CLEAN.losing(0.3), 3).len();
        assert!((50..90).contains(&lossy), "{lossy} of 100 arrived");
        assert!(run(Conditions::CLEAN.duplicating(0.5), 3).len() > 120);
        let spread = run(Conditions::CLEAN.jittered(Duration::from_millis(20)), 3);
        assert!(spread.windows(2).any(|pair| pair[0] > pair[1]));
    }
}
