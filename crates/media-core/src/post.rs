//! Texts on their way from pipe to pipe, here and on other shards.
//!
//! A text is written once and becomes a letter for each recipient; every letter leads to exactly one receipt. Letters are
//! delivered a few at a time, in the order in which they came, so that media does not wait for a text to many.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media_transport::Heard;

use crate::channel::{self, Code, Refused, Said, Spoken, Told};
use crate::counters::Counter;
use crate::order::Name;
use crate::pipe::Pipe;
use crate::relay::{Relay, Text};
use crate::shard::Shard;
use crate::texts::{Memory, Outcome, Owed, SILENCE, Stage};

/// Letters delivered in one turn, and how long that is.
const TURN: usize = 64;
const PACE: Duration = Duration::from_millis(1);
/// Letters that wait on a shard; beyond it they are dropped.
const MAX_LETTERS: usize = 16_384;
/// Bytes of what is shown with each text of a pipe.
pub(crate) const MAX_LABEL: usize = 1024;
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

impl Pipe {
    /// Whether texts can reach its client.
    pub(crate) fn takes_texts(&self) -> bool {
        let texts = self.texts.as_ref();
        texts.is_some_and(|texts| texts.stage != Stage::Lost)
    }
}

impl Shard {
    /// What others are shown with each text of a pipe.
    pub(crate) fn label(&mut self, slot: usize, label: Option<Name>) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let fits = label.as_ref().is_none_or(|label| label.len() <= MAX_LABEL);
        if !fits {
            self.forwarding.counters.count(Counter::OrdersIgnored);
        }
        if let Some(texts) = &mut pipe.texts {
            texts.label = label.filter(|_| fits);
        }
    }

    /// Something has come of a pipe's channel. Its transport is to be drained afterwards.
    pub(crate) fn heard(&mut self, now: Instant, slot: usize, heard: Heard) {
        match heard {
            Heard::Open => {
                let Some(pipe) = self.pipes.get_mut(slot) else {
                    return;
                };
                let Some(texts) = &mut pipe.texts else {
                    return;
                };
                texts.stage = Stage::Open;
                for message in texts.take_early() {
                    // What fitted in there fits in here.
                    let _ = pipe.transport.send_text(now, &message);
                }
            }
            Heard::Text(bytes) => self.said(now, slot, &bytes),
            Heard::Ignored => self.forwarding.counters.count(Counter::ChannelIgnored),
            Heard::Lost => {
                self.forwarding.counters.count(Counter::ChannelsLost);
                self.leave_texts(slot);
                if let Some(texts) = self
                    .pipes
                    .get_mut(slot)
                    .and_then(|pipe| pipe.texts.as_mut())
                {
                    texts.stage = Stage::Lost;
                    texts.take_early();
                }
            }
        }
    }

    fn said(&mut self, now: Instant, slot: usize, bytes: &[u8]) {
        let refused = match channel::read(bytes) {
            Ok(Said::Got { from, id }) => {
                let pipe = self.pipes.get_mut(slot);
                let owed = pipe.and_then(|pipe| pipe.texts.as_mut()?.got(&from, &id));
                if let Some(owed) = owed {
                    self.report(&owed, true);
                }
                return;
            }
            Ok(Said::Text(spoken)) => self.spoken(now, slot, &spoken, bytes.len()).err(),
            Err(refused) => Some(refused),
        };
        let Some(refused) = refused else {
            return;
        };
        self.forwarding.counters.count(Counter::TextsRefused);
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let Some(texts) = &mut pipe.texts else {
            return;
        };
        if texts.refuse(now) {
            self.tell(now, slot, &refused.told());
        } else {
            pipe.transport.abort_channel(now);
        }
    }

    /// The client has sent a text in a message of so many bytes.
    fn spoken(
        &mut self,
        now: Instant,
        slot: usize,
        spoken: &Spoken,
        bytes: usize,
    ) -> Result<(), Refused> {
        let refuse = |code| Err(Refused::new(&spoken.id, code));
        if spoken.text.len() > channel::MAX_TEXT {
            return refuse(Code::TooLong);
        }
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return Ok(());
        };
        let Some(texts) = &mut pipe.texts else {
            return Ok(());
        };
        if !texts.spend(now, bytes) {
            return refuse(Code::TooFast);
        }
        if let Some(known) = texts.sent.outcome(&spoken.id) {
            if let Some(outcome) = known {
                self.tell_outcome(now, slot, &spoken.id, outcome);
            }
            return Ok(());
        }
        let Some(bridge) = pipe.bridge.clone() else {
            return refuse(Code::NotJoined);
        };
        let Some(recipients) = self.recipients(slot, &bridge, spoken.to.as_deref()) else {
            return refuse(Code::Nobody);
        };
        let at = self.milliseconds(now);
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return Ok(());
        };
        let from = pipe.name.clone();
        let Some(texts) = &mut pipe.texts else {
            return Ok(());
        };
        texts.counts.received += 1;
        texts.sent.add(now, spoken.id.clone(), recipients.len());
        let told = Told::Text {
            id: &spoken.id,
            from: &from,
            label: texts.label.as_deref(),
            direct: spoken.to.is_some(),
            at,
            text: &spoken.text,
        };
        let text = Arc::new(Text {
            message: told.write(),
            bridge,
            id: spoken.id.clone(),
            from,
        });
        self.forwarding.counters.count(Counter::TextsReceived);
        if recipients.is_empty() {
            self.post.receipts.push_back(Receipt {
                to: text.from.clone(),
                id: text.id.clone(),
                got: false,
            });
        }
        self.send_letters(&text, recipients);
        Ok(())
    }

    /// The pipes that a text is for, each with its shard; nothing if one of them is not there.
    fn recipients(
        &self,
        slot: usize,
        bridge: &Name,
        to: Option<&[Name]>,
    ) -> Option<Vec<(u16, Name)>> {
        let bridge = self.bridges.get(bridge)?;
        let here = self.config.shard;
        let near = bridge
            .members
            .iter()
            .filter(|member| **member != slot)
            .filter_map(|member| self.pipes.get(*member))
            .filter(|pipe| pipe.takes_texts())
            .map(|pipe| (here, &pipe.name));
        let far = bridge.texters.iter().map(|(shard, name)| (*shard, name));
        let mut all: Vec<(u16, Name)> = near
            .chain(far)
            .filter(|(_, name)| to.is_none_or(|to| to.contains(name)))
            .map(|(shard, name)| (shard, name.clone()))
            .collect();
        // Those of one shard together.
        all.sort_by_key(|(shard, _)| *shard);
        to.is_none_or(|to| to.len() == all.len()).then_some(all)
    }

    fn send_letters(&mut self, text: &Arc<Text>, recipients: Vec<(u16, Name)>) {
        let here = self.config.shard;
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

    /// Give up texts that somebody was silent about for too long.
    pub(crate) fn expire_texts(&mut self, now: Instant, slot: usize) {
        let at = self.milliseconds(now);
        while let Some((id, outcome)) = self
            .pipes
            .get_mut(slot)
            .and_then(|pipe| pipe.texts.as_mut()?.sent.expire(now, at))
        {
            self.tell_outcome(now, slot, &id, outcome);
            self.drain(now, slot);
        }
    }

    fn tell_outcome(&mut self, now: Instant, slot: usize, id: &str, outcome: Outcome) {
        let told = Told::Delivered {
            id,
            delivered: outcome.delivered,
            at: outcome.at,
        };
        // A client that reads too slowly is not told; it asks by repeating the text.
        self.tell(now, slot, &told.write());
    }

    /// Say something to a client; false if it cannot be told. Its transport is to be drained afterwards.
    fn tell(&mut self, now: Instant, slot: usize, message: &str) -> bool {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return false;
        };
        let Some(texts) = &mut pipe.texts else {
            return false;
        };
        match texts.stage {
            Stage::Waiting => texts.keep(message),
            Stage::Open => pipe.transport.send_text(now, message).is_ok(),
            Stage::Lost => false,
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

    fn report(&mut self, owed: &Owed, got: bool) {
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
    fn milliseconds(&self, now: Instant) -> u64 {
        let wall = self.forwarding.clock.wall(now).to_unix();
        u64::try_from(wall.as_millis()).unwrap_or(u64::MAX)
    }
}
