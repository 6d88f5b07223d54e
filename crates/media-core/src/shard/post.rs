//! Texts on their way from pipe to pipe, here and on other shards.
//!
//! A text is written once and becomes a letter for each recipient; every letter leads to exactly one receipt. Letters are
//! delivered a few at a time, in the order in which they came, so that media does not wait for a text to many.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::counters::Counter;
use crate::name::Name;
use crate::pipe::texts::{Memory, Owed, SILENCE};
use crate::relay::{Relay, Text};
use crate::shard::Shard;

/// Letters delivered in one turn, and how long that is.
const TURN: usize = 64;
const PACE: Duration = Duration::from_millis(1);
/// Letters that wait on a shard; beyond it they are dropped.
const MAX_LETTERS: usize = 16_384;
/// Closed pipes whose texts are remembered, and for how long: the next generation goes on with them.
const MAX_DEPARTED: usize = 256;
const DEPARTED: Duration = Duration::from_secs(120);

/// Letters and receipts that are not delivered yet.
#[derive(Debug, Default)]
pub(crate) struct Post {
    letters: VecDeque<Letter>,
    receipts: VecDeque<Receipt>,
    /// When the next letters may be delivered.
    free: Option<Instant>,
    departed: VecDeque<Departed>,
}

#[derive(Debug)]
struct Letter {
    to: Name,
    /// The shard of the sender.
    home: u16,
    text: Arc<Text>,
}

/// A recipient has got a text, or never will.
#[derive(Debug)]
struct Receipt {
    /// The sender of the text.
    to: Name,
    id: Name,
    got: bool,
}

#[derive(Debug)]
struct Departed {
    pipe: Name,
    memory: Memory,
    until: Instant,
}

impl Post {
    /// When there is something to deliver.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.free.filter(|_| !self.letters.is_empty())
    }

    /// Remember the texts of a pipe that is closed.
    pub(crate) fn depart(&mut self, now: Instant, pipe: &Name, memory: Memory) {
        self.departed.retain(|departed| departed.until > now);
        if memory.is_empty() {
            return;
        }
        if self.departed.len() >= MAX_DEPARTED {
            self.departed.pop_front();
        }
        self.departed.push_back(Departed {
            pipe: pipe.clone(),
            memory,
            until: now + DEPARTED,
        });
    }

    /// The texts of this pipe's former generation.
    pub(crate) fn back(&mut self, pipe: &Name) -> Option<Memory> {
        let at = self
            .departed
            .iter()
            .position(|departed| departed.pipe == *pipe)?;
        Some(self.departed.remove(at)?.memory)
    }
}

impl Shard {
    /// Send a text to these pipes, each with its shard; those of one shard stand together.
    pub(crate) fn send_letters(&mut self, text: &Arc<Text>, recipients: Vec<(u16, Name)>) {
        let here = self.config.shard;
        if recipients.is_empty() {
            // Nobody is there to get it, which its sender is to hear as well.
            self.send_receipt(here, &text.from, &text.id, false);
        }
        let mut far: Vec<(u16, Vec<Name>)> = Vec::new();
        for (shard, to) in recipients {
            if shard == here {
                self.add_letter(here, to, text);
            } else {
                match far.last_mut() {
                    Some((last, names)) if *last == shard => names.push(to),
                    _ => far.push((shard, vec![to])),
                }
            }
        }
        for (shard, to) in far {
            let text = Arc::clone(text);
            self.forwarding
                .relays
                .push((shard, Relay::Text { to, text }));
        }
    }

    fn add_letter(&mut self, home: u16, to: Name, text: &Arc<Text>) {
        if self.post.letters.len() >= MAX_LETTERS {
            self.drop_letter(home, text);
            return;
        }
        let text = Arc::clone(text);
        self.post.letters.push_back(Letter { to, home, text });
    }

    fn drop_letter(&mut self, home: u16, text: &Text) {
        self.forwarding.counters.count(Counter::TextsDropped);
        self.send_receipt(home, &text.from, &text.id, false);
    }

    /// Deliver receipts and letters that wait.
    pub(crate) fn carry(&mut self, now: Instant) {
        if self.post.free.is_none_or(|free| free <= now) && !self.post.letters.is_empty() {
            self.post.free = Some(now + PACE);
            for _ in 0..TURN {
                let Some(letter) = self.post.letters.pop_front() else {
                    break;
                };
                let slot = self.names.get(&letter.to).copied();
                self.guarded(now, slot, |shard| shard.deliver(now, slot, &letter));
            }
        }
        while let Some(receipt) = self.post.receipts.pop_front() {
            let slot = self.names.get(&receipt.to).copied();
            self.guarded(now, slot, |shard| shard.receive(now, slot, &receipt));
        }
    }

    /// Give a client a text.
    fn deliver(&mut self, now: Instant, slot: Option<usize>, letter: &Letter) {
        let Letter { home, text, .. } = letter;
        let there = slot.and_then(|slot| Some((slot, self.pipes.get_mut(slot)?)));
        let there = there
            .filter(|(_, pipe)| pipe.bridge.as_ref() == Some(&text.bridge) && pipe.takes_texts());
        let Some((slot, pipe)) = there else {
            self.send_receipt(*home, &text.from, &text.id, false);
            return;
        };
        let owes = pipe.texts.as_mut().is_some_and(|texts| texts.may_owe(now));
        let told = owes && self.tell(now, slot, &text.message);
        let texts = self
            .pipes
            .get_mut(slot)
            .and_then(|pipe| pipe.texts.as_mut());
        if let Some(texts) = texts {
            if told {
                texts.counts.sent += 1;
                texts.owe(Owed {
                    from: text.from.clone(),
                    home: *home,
                    id: text.id.clone(),
                    due: now + SILENCE,
                });
            } else {
                texts.counts.dropped += 1;
            }
        }
        if told {
            self.forwarding.counters.count(Counter::TextsSent);
            self.drain(now, slot);
        } else {
            self.drop_letter(*home, text);
        }
    }

    /// A recipient's receipt has reached the shard of the sender.
    fn receive(&mut self, now: Instant, slot: Option<usize>, receipt: &Receipt) {
        let at = self.milliseconds(now);
        let Receipt { to, id, got } = receipt;
        let texts = slot
            .and_then(|slot| self.pipes.get_mut(slot))
            .and_then(|pipe| pipe.texts.as_mut());
        let memory = match texts {
            Some(texts) => Some(&mut texts.sent),
            None => self
                .post
                .departed
                .iter_mut()
                .find(|departed| departed.pipe == *to)
                .map(|departed| &mut departed.memory),
        };
        let outcome = memory.and_then(|memory| memory.receipt(id, *got, at));
        if let (Some(slot), Some(outcome)) = (slot, outcome) {
            self.tell_outcome(now, slot, id, outcome);
            self.drain(now, slot);
        }
    }

    /// A pipe that takes texts has come into a bridge.
    pub(crate) fn enter_texts(&mut self, slot: usize) {
        self.tell_texter(slot, |bridge, pipe| Relay::Enter { bridge, pipe });
    }

    /// A pipe leaves its bridge or loses its channel: it says no more what it got.
    pub(crate) fn leave_texts(&mut self, slot: usize) {
        self.tell_texter(slot, |bridge, pipe| Relay::Exit { bridge, pipe });
        let texts = self
            .pipes
            .get_mut(slot)
            .and_then(|pipe| pipe.texts.as_mut());
        for owed in texts.map(|texts| texts.take_owed()).unwrap_or_default() {
            self.report(&owed, false);
        }
    }

    fn tell_texter(&mut self, slot: usize, relay: impl Fn(Name, Name) -> Relay) {
        let Some(pipe) = self.pipes.get(slot).filter(|pipe| pipe.takes_texts()) else {
            return;
        };
        let Some(name) = &pipe.bridge else {
            return;
        };
        let shards = self.bridges.get(name).map(|bridge| &bridge.shards);
        for shard in shards.into_iter().flatten() {
            let relay = relay(name.clone(), pipe.name.clone());
            self.forwarding.relays.push((*shard, relay));
        }
    }

    /// Tell a shard of the pipes of ours in a bridge that take texts.
    pub(crate) fn tell_texters(&mut self, shard: u16, name: &Name) {
        let members = self.bridges.get(name).map(|bridge| &bridge.members);
        for pipe in members
            .into_iter()
            .flatten()
            .filter_map(|slot| self.pipes.get(*slot))
            .filter(|pipe| pipe.takes_texts())
        {
            let enter = Relay::Enter {
                bridge: name.clone(),
                pipe: pipe.name.clone(),
            };
            self.forwarding.relays.push((shard, enter));
        }
    }

    /// Another shard has something to say about texts.
    pub(crate) fn relayed_text(&mut self, from: u16, relay: Relay) {
        match relay {
            Relay::Enter { bridge, pipe } => match self.bridges.get_mut(&bridge) {
                Some(bridge) => {
                    bridge.texters.retain(|(_, texter)| *texter != pipe);
                    bridge.texters.push((from, pipe));
                }
                None => self.forwarding.counters.count(Counter::DropRelay),
            },
            Relay::Exit { bridge, pipe } => {
                if let Some(bridge) = self.bridges.get_mut(&bridge) {
                    bridge
                        .texters
                        .retain(|(shard, texter)| *shard != from || *texter != pipe);
                }
            }
            Relay::Text { to, text } => {
                for to in to {
                    self.add_letter(from, to, &text);
                }
            }
            Relay::Receipt { to, id, got } => {
                self.post.receipts.push_back(Receipt { to, id, got });
            }
            // Taken before it comes here.
            _ => {}
        }
    }

    pub(crate) fn report(&mut self, owed: &Owed, got: bool) {
        self.send_receipt(owed.home, &owed.from, &owed.id, got);
    }

    fn send_receipt(&mut self, home: u16, to: &Name, id: &Name, got: bool) {
        let (to, id) = (to.clone(), id.clone());
        if home == self.config.shard {
            self.post.receipts.push_back(Receipt { to, id, got });
        } else {
            self.forwarding
                .relays
                .push((home, Relay::Receipt { to, id, got }));
        }
    }

    /// Milliseconds since 1970, UTC.
    pub(crate) fn milliseconds(&self, now: Instant) -> u64 {
        let wall = self.forwarding.clock.wall(now).to_unix();
        u64::try_from(wall.as_millis()).unwrap_or(u64::MAX)
    }
}
