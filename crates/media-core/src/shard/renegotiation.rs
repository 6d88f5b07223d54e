//! Offers of the engine and answers of the client, after the first exchange.

use std::time::Instant;

use media_wire::extension::Kind as Extension;
use media_wire::sdp::{self, Description, Setup};

use crate::codec::{Codec, CodecSet, Kind};
use crate::counters::Counter;
use crate::news::{CloseReason, News};
use crate::order::Source;
use crate::pipe::Pipe;
use crate::pipe::agreement::Carriage;
use crate::pipe::negotiation::Restart;
use crate::pipe::offer::{self, Refusal};
use crate::pipe::section::Stage;
use crate::shard::Shard;

impl Shard {
    /// The client wants to send more.
    pub(crate) fn renegotiate(&mut self, now: Instant, slot: usize, sources: &[Source]) {
        for source in sources {
            let Some(pipe) = self.pipes.get(slot) else {
                return;
            };
            let sent = |pipe: &Pipe| {
                pipe.sections.iter().any(|section| {
                    let incoming = section.incoming.as_ref();
                    section.expects == Some(*source)
                        || incoming.is_some_and(|incoming| incoming.source == *source)
                })
            };
            if sent(pipe) {
                continue;
            }
            let kind = source.kind();
            let unused = pipe
                .of_kind(kind)
                .find(|(_, section)| section.incoming.is_none() && section.expects.is_none())
                .map(|(at, _)| at);
            let section = match unused {
                Some(at) => Some(at),
                None => self.add_section(now, slot, kind),
            };
            let section = section.and_then(|at| {
                let pipe = self.pipes.get_mut(slot)?;
                pipe.negotiation.change(now);
                pipe.sections.get_mut(at)
            });
            if let Some(section) = section {
                section.expects = Some(*source);
            }
        }
        self.rearm(now, slot);
    }

    /// The client's path may be another: the next offer has new credentials, unless the open one has.
    pub(crate) fn restart_ice(&mut self, now: Instant, slot: usize) {
        if let Some(pipe) = self.pipes.get_mut(slot)
            && pipe.restart == Restart::None
        {
            pipe.restart = Restart::Wanted;
            pipe.negotiation.change(now);
            self.rearm(now, slot);
        }
    }

    /// Make an offer, if it is time for one; tells whether it was.
    pub(crate) fn offer(&mut self, now: Instant, slot: usize) -> bool {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return false;
        };
        let Some(negotiation) = pipe.negotiation.offer(now) else {
            return false;
        };
        if pipe.restart == Restart::Wanted {
            let local = self.credentials(slot);
            let Some(pipe) = self.pipes.get_mut(slot) else {
                return false;
            };
            if pipe.transport.restart(local).is_ok() {
                pipe.restart = Restart::Offered;
            }
        }
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return false;
        };
        pipe.version += 1;
        pipe.remapped = false;
        for section in &mut pipe.sections {
            section.told = section.target;
            if section.stage == Stage::Planned {
                section.stage = Stage::Offered;
            }
        }
        let Some(pipe) = self.pipes.get(slot) else {
            return false;
        };
        let offer = self.writer().offer(pipe);
        let length = offer.len();
        let offered = News::Offered {
            pipe: pipe.name.clone(),
            generation: pipe.generation,
            negotiation,
            offer,
            sections: pipe.mapping(true, |key| self.received(key)),
        };
        self.news.push(offered);
        if let Some(pipe) = self.pipes.get_mut(slot) {
            pipe.extent.length = length;
        }
        true
    }

    /// The client has answered an offer.
    pub(crate) fn answered(&mut self, now: Instant, slot: usize, negotiation: u64, text: &str) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        if !pipe.negotiation.awaits(negotiation) {
            self.forwarding.counters.count(Counter::OrdersIgnored);
            return;
        }
        let limit = self.config.limits.description;
        let answer = match read(pipe, text, limit).and_then(|answer| reached(pipe, answer)) {
            Ok(answer) => answer,
            Err(Refusal { reason, text }) => {
                self.forwarding.counters.count(Counter::PipesFailed);
                self.close(now, slot, reason, &text);
                return;
            }
        };
        pipe.negotiation.answered(now);
        if pipe.restart == Restart::Offered {
            pipe.restart = Restart::None;
        }
        let before = pipe.agreement.clone();
        confirm(pipe, &answer);
        let same = pipe.agreement == before;
        for at in 0..answer.sections.len() {
            self.take_answer(now, slot, at, &answer, same);
        }
        self.changed.push(slot);
        self.rearm(now, slot);
    }

    /// Take what an answer says of one section. In a large room most of them are as they were; when
    /// the agreement is the `same` too, nothing follows from these.
    fn take_answer(
        &mut self,
        now: Instant,
        slot: usize,
        at: usize,
        answer: &Description,
        same: bool,
    ) {
        let Some(described) = answer.sections.get(at) else {
            return;
        };
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let Some(section) = pipe.sections.get_mut(at) else {
            return;
        };
        if section.stage == Stage::Channel && described.is_rejected() {
            section.stage = Stage::Rejected;
            pipe.transport.abort_channel(now);
            self.drain(now, slot);
            return;
        }
        if !section.stage.has_media() || section.stage == Stage::Planned {
            return;
        }
        let codecs = if described.is_rejected() {
            CodecSet::NONE
        } else {
            described
                .codecs
                .iter()
                .filter_map(|codec| pipe.agreement.meaning(codec.payload_type))
                .filter(|(_, carriage)| *carriage == Carriage::Plain)
                .map(|(codec, _)| codec)
                .collect::<CodecSet>()
                .and(section.told)
        };
        if codecs.is_empty() {
            self.stop(now, slot, at);
            return;
        }
        let direction = answer.direction(described);
        let same = same
            && section.stage == Stage::Live
            && section.codecs == codecs
            && section.sends == direction.sends()
            && section.expects.is_none()
            && (direction.receives() || section.slot.is_none());
        if section.stage == Stage::Offered {
            section.capable = codecs;
            section.target = codecs;
        }
        section.stage = Stage::Live;
        section.codecs = codecs;
        section.sends = direction.sends();
        let expects = section.expects.take();
        let new = expects.filter(|_| section.sends && section.incoming.is_none());
        // Without a promise kept, the client has been told of a source that does not come.
        pipe.remapped |= expects.is_some() && new.is_none();
        if let Some(source) = new {
            let key = self.add_track(slot, at, source);
            let bridge = self.pipes.get(slot).and_then(|pipe| pipe.bridge.clone());
            if let (Some(key), Some(bridge)) = (key, bridge) {
                self.publish(now, &bridge, key);
            }
        }
        self.announce_ssrcs(slot, at, offer::ssrcs(described));
        if same {
            return;
        }
        self.update_slot(now, slot, at, direction.receives());
        let incoming = self.pipes.get(slot);
        let incoming = incoming.and_then(|pipe| pipe.sections.get(at)?.incoming.as_ref());
        if let Some(key) = incoming.map(|incoming| incoming.track) {
            self.reconsider(now, key);
        }
    }

    /// Bring the view of a slot to what was negotiated.
    fn update_slot(&mut self, now: Instant, slot: usize, at: usize, receives: bool) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let Some(section) = pipe.sections.get_mut(at) else {
            return;
        };
        let shown = section.slot.as_ref().and_then(|held| held.track);
        if !receives {
            if let Some(key) = shown {
                self.unsubscribe(now, slot, key);
            }
            if let Some(section) = self
                .pipes
                .get_mut(slot)
                .and_then(|pipe| pipe.sections.get_mut(at))
            {
                section.slot = None;
            }
            return;
        }
        self.show(slot, at);
        if let Some(key) = shown {
            self.subscribe_again(now, slot, key);
            self.reconsider(now, key);
        }
    }

    /// The client has stopped a section (RFC 3264 section 8.2): it will never be used again.
    fn stop(&mut self, now: Instant, slot: usize, at: usize) {
        self.update_slot(now, slot, at, false);
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let bridge = pipe.bridge.clone();
        let Some(section) = pipe.sections.get_mut(at) else {
            return;
        };
        section.stage = Stage::Rejected;
        section.sends = false;
        pipe.remapped |= section.expects.take().is_some();
        let Some(incoming) = section.incoming.take() else {
            return;
        };
        pipe.remapped = true;
        pipe.bindings.retain(|binding| binding.section != at);
        if let Some(bridge) = bridge {
            self.unpublish(now, &bridge, incoming.track);
        }
        self.drop_track(incoming.track);
    }
}

/// Read an answer and see that it is one to the pipe's last offer.
fn read(pipe: &Pipe, text: &str, limit: usize) -> Result<Description, Refusal> {
    if text.len() > limit {
        return Err(Refusal::bad(format!(
            "The description has more than {limit} bytes."
        )));
    }
    let answer = offer::parse(text)?;
    let offered = pipe
        .sections
        .iter()
        .take_while(|section| section.stage != Stage::Planned);
    let same = answer.sections.len() == offered.clone().count()
        && answer
            .sections
            .iter()
            .zip(offered)
            .all(|(answered, section)| answered.mid.as_deref() == Some(section.mid.as_str()));
    if !same {
        return Err(Refusal::bad(
            "The answer does not have the sections of the offer.",
        ));
    }
    let passive = answer
        .sections
        .iter()
        .any(|section| !section.is_rejected() && answer.setup(section) == Some(Setup::Passive));
    if passive {
        return Err(Refusal::bad(
            "The answer says a=setup:passive, but the engine is the DTLS server.",
        ));
    }
    let usable = |section: &&media_wire::sdp::Section| !section.is_rejected();
    if answer.sections.iter().find(usable).is_none() {
        return Err(Refusal {
            reason: CloseReason::NoCodec,
            text: "The answer rejects every section.".to_owned(),
        });
    }
    Ok(answer)
}

/// Take from an answer by which credentials the client is reached.
fn reached(pipe: &mut Pipe, answer: Description) -> Result<Description, Refusal> {
    // All sections are bundled: those of the first count (RFC 9143 section 7.3).
    if let Some(first) = answer.sections.iter().find(|it| !it.is_rejected()) {
        let remote = offer::credentials(&answer, first)?;
        let taken = pipe.transport.answered(remote);
        taken.map_err(|error| Refusal::bad(format!("The answer cannot be used: {error}.")))?;
    }
    Ok(answer)
}

/// What the client says about codecs and extensions that the engine proposed.
fn confirm(pipe: &mut Pipe, answer: &Description) {
    let new: Vec<usize> = (0..pipe.sections.len())
        .filter(|at| {
            let section = pipe.sections.get(*at);
            section.is_some_and(|section| section.stage == Stage::Offered)
        })
        .collect();
    for at in new {
        let (Some(section), Some(described)) = (pipe.sections.get(at), answer.sections.get(at))
        else {
            continue;
        };
        // Of a kind that was there before everything is agreed already.
        let first = pipe
            .of_kind(section.kind)
            .all(|(_, section)| section.stage != Stage::Live);
        if !first {
            continue;
        }
        for codec in Codec::ALL {
            let Some(agreed) = pipe.agreement.codec(codec) else {
                continue;
            };
            let Some(answered) = described.codec(agreed.types.media) else {
                continue;
            };
            let rtx = described.retransmission_of(agreed.types.media).is_some();
            let red = offer::redundancy(described, codec, agreed.types.media).is_some();
            let feedbacks = offer::feedbacks(described, answered);
            pipe.agreement.confirm(codec, rtx, red, feedbacks);
        }
    }
    for kind in [Kind::Audio, Kind::Video] {
        let live: Vec<&sdp::Section> = answer
            .sections
            .iter()
            .filter(|section| !section.is_rejected() && offer::kind_of(section) == Some(kind))
            .collect();
        for extension in Extension::ALL {
            let known = live
                .iter()
                .flat_map(|section| answer.extensions(section))
                .any(|described| described.uri == extension.uri());
            if !live.is_empty() && !known {
                pipe.agreement.drop_extension(kind, extension);
            }
        }
    }
}
