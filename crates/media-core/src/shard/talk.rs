//! What a pipe's client says in its data channel, and what it is told.

use std::sync::Arc;
use std::time::Instant;

use media_transport::Heard;

use crate::counters::Counter;
use crate::name::Name;
use crate::pipe::Pipe;
use crate::pipe::channel::{self, Code, Refused, Said, Spoken, Told};
use crate::pipe::texts::{Outcome, Stage};
use crate::relay::Text;
use crate::shard::Shard;

/// Bytes of what is shown with each text of a pipe.
const MAX_LABEL: usize = 1024;

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
            Ok(Said::Got { from, id }) => self.got(now, slot, &from, &id, bytes.len()).err(),
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
        if refused.code.is_innocent() || texts.refuse(now) {
            self.tell(now, slot, &refused.told());
        } else {
            pipe.transport.abort_channel(now);
        }
    }

    /// The client has got a text, as it says in a message of so many bytes.
    fn got(
        &mut self,
        now: Instant,
        slot: usize,
        from: &Name,
        id: &Name,
        bytes: usize,
    ) -> Result<(), Refused> {
        let pipe = self.pipes.get_mut(slot);
        let Some(texts) = pipe.and_then(|pipe| pipe.texts.as_mut()) else {
            return Ok(());
        };
        if !texts.spend_bytes(now, bytes) {
            return Err(Refused::new(id, Code::TooFast));
        }
        if let Some(owed) = texts.got(from, id) {
            self.report(&owed, true);
        }
        Ok(())
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

    pub(crate) fn tell_outcome(&mut self, now: Instant, slot: usize, id: &str, outcome: Outcome) {
        let told = Told::Delivered {
            id,
            delivered: outcome.delivered,
            at: outcome.at,
        };
        // A client that reads too slowly is not told; it asks by repeating the text.
        self.tell(now, slot, &told.write());
    }

    /// Say something to a client; false if it cannot be told. Its transport is to be drained afterwards.
    pub(crate) fn tell(&mut self, now: Instant, slot: usize, message: &str) -> bool {
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
}
