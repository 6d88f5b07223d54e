//! How a pipe begins: from an offer to its answer.

use std::collections::HashMap;
use std::time::Instant;

use media_transport::Transport;

use crate::codec::{CodecSet, Kind};
use crate::counters::Counter;
use crate::forwarding::stream::Stream;
use crate::forwarding::track::{Origin, Track};
use crate::name::Name;
use crate::news::{CloseReason, News, PipeStatistics};
use crate::order::{Sending, Source};
use crate::part::Part;
use crate::pipe::negotiation::{Negotiation, Restart};
use crate::pipe::offer::{self, Offer, OfferedSection, Refusal};
use crate::pipe::presence::Presence;
use crate::pipe::section::{Ended, Incoming, Section, Slot, Stage};
use crate::pipe::texts::Texts;
use crate::pipe::{Extent, Pipe};
use crate::reception::Reception;
use crate::reception::feedback::Feedback;
use crate::reception::speech::Speech;
use crate::relay::TrackId;
use crate::shard::Shard;
use crate::shard::handshakes::Turn;
use crate::shard::statistics::STATISTICS;

/// What a pipe leaves to the next generation: the control plane does not attach it again.
struct Membership {
    bridge: Name,
    part: Part,
    label: Option<Name>,
}

impl Membership {
    fn of(pipe: &Pipe) -> Option<Self> {
        let texts = pipe.texts.as_ref();
        Some(Self {
            bridge: pipe.bridge.clone()?,
            part: pipe.part.clone(),
            label: texts.and_then(|texts| texts.label.clone()),
        })
    }
}

impl Shard {
    /// Make a pipe from a client's offer.
    pub(crate) fn open(
        &mut self,
        now: Instant,
        name: &Name,
        generation: u64,
        text: &str,
        sending: &[Sending],
    ) {
        let held = self.names.get(name).copied();
        let held = held.and_then(|slot| Some((slot, self.pipes.get(slot)?.generation)));
        let mut membership = None;
        match held {
            Some((_, held)) if held >= generation => {
                self.forwarding.counters.count(Counter::OrdersIgnored);
                return;
            }
            Some((slot, _)) => {
                membership = self.pipes.get(slot).and_then(|pipe| Membership::of(pipe));
                let text = "A newer generation takes its place.";
                self.close(now, slot, CloseReason::Ordered, text);
            }
            None => {}
        }
        match self.make(now, name, generation, text, sending) {
            Ok(slot) => {
                self.forwarding.counters.count(Counter::PipesOpened);
                self.tell_answer(slot);
                if let Some(Membership {
                    bridge,
                    part,
                    label,
                }) = membership
                {
                    self.label(slot, label);
                    self.attach(now, slot, &bridge, part);
                }
                self.rearm(now, slot);
            }
            Err(Refusal { reason, text }) => {
                self.forwarding.counters.count(Counter::PipesRefused);
                self.news.push(News::PipeClosed {
                    pipe: name.clone(),
                    generation,
                    reason,
                    text,
                    statistics: PipeStatistics::default(),
                    at: self.forwarding.clock.wall(now),
                });
            }
        }
    }

    fn make(
        &mut self,
        now: Instant,
        name: &Name,
        generation: u64,
        text: &str,
        sending: &[Sending],
    ) -> Result<usize, Refusal> {
        if self.pipes.len() >= self.config.limits.pipes {
            return Err(Refusal {
                reason: CloseReason::Capacity,
                text: format!(
                    "The shard has its {} pipes already.",
                    self.config.limits.pipes
                ),
            });
        }
        let Offer {
            credentials,
            fingerprints,
            agreement,
            bundled,
            sections,
        } = offer::read(text, sending, &self.config.limits)?;
        let slot = self.pipes.vacant_key();
        let local = self.credentials(slot);
        let transport =
            Transport::new(&self.config.identity, local, credentials, fingerprints, now)
                .map_err(|error| Refusal::bad(format!("The offer cannot be used: {error}.")))?;
        self.pipes.insert(Box::new(Pipe {
            name: name.clone(),
            generation,
            bridge: None,
            part: Part::default(),
            transport,
            turn: Turn::default(),
            opener: None,
            texts: None,
            presence: Presence::new(now),
            restart: Restart::None,
            agreement,
            bundled,
            peers: Vec::new(),
            sections: Vec::new(),
            places: HashMap::new(),
            bindings: Vec::new(),
            negotiation: Negotiation::new(),
            feedback: Feedback::default(),
            ssrc: self.random.u32(),
            round_trip: None,
            clock_offset: None,
            report_due: None,
            statistics_due: now + STATISTICS,
            ended: Ended::default(),
            remapped: false,
            extent: Extent::default(),
            session: self.random.u64() >> 1,
            version: 1,
            #[cfg(test)]
            sabotaged: false,
        }));
        self.names.insert(name.clone(), slot);
        for section in sections {
            self.take_section(slot, section);
        }
        Ok(slot)
    }

    /// Add a section of the client's first offer to its pipe.
    fn take_section(&mut self, slot: usize, offered: OfferedSection) {
        let usable = offered.usable;
        let stream = usable
            .as_ref()
            .filter(|usable| usable.receives)
            .map(|_| Stream::new(&mut self.random));
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let at = pipe.sections.len();
        let codecs = usable
            .as_ref()
            .map_or(CodecSet::NONE, |usable| usable.codecs);
        pipe.sections.push(Section {
            mid: offered.mid,
            kind: usable.as_ref().map_or(Kind::Audio, |usable| usable.kind),
            media: offered.media,
            protocol: offered.protocol,
            formats: offered.formats,
            sends: usable.as_ref().is_some_and(|usable| usable.sends),
            stage: match (&usable, offered.channel) {
                (Some(_), _) => Stage::Live,
                (None, Some(_)) => Stage::Channel,
                (None, None) => Stage::Rejected,
            },
            capable: codecs,
            codecs,
            target: codecs,
            told: codecs,
            incoming: None,
            expects: None,
            slot: stream.map(Slot::new),
        });
        if let Some(largest) = offered.channel {
            pipe.transport.accept_channel(largest);
            let mut texts = Box::new(Texts::default());
            // What its former generation has sent and not heard of is repeated in this one.
            texts.sent = self.post.back(&pipe.name).unwrap_or_default();
            pipe.texts = Some(texts);
        }
        if let Some(usable) = usable
            && let Some(source) = usable.source
        {
            self.add_track(slot, at, source);
            self.announce_ssrcs(slot, at, usable.ssrcs);
        }
    }

    /// The client sends something in a section from now on. Gives the track's key.
    pub(crate) fn add_track(
        &mut self,
        slot: usize,
        section: usize,
        source: Source,
    ) -> Option<usize> {
        let pipe = self.pipes.get_mut(slot)?;
        let described = pipe.sections.get_mut(section)?;
        self.last_track += 1;
        let id = TrackId {
            shard: self.config.shard,
            number: self.last_track,
        };
        let track = Track::new(
            id,
            Origin::Local {
                pipe: slot,
                section,
            },
            pipe.name.clone(),
            source,
            described.capable,
            self.config.limits.ring_bytes,
        );
        let key = self.forwarding.tracks.insert(track);
        self.keys.insert(id, key);
        described.incoming = Some(Incoming {
            source,
            track: key,
            reception: Reception::default(),
            plis: 0,
            speech: Speech::default(),
        });
        Some(key)
    }

    /// The client has told the SSRCs of a section: of its media, and of its retransmissions.
    pub(crate) fn announce_ssrcs(
        &mut self,
        slot: usize,
        section: usize,
        ssrcs: (Option<u32>, Option<u32>),
    ) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        for (ssrc, repair) in [(ssrcs.0, false), (ssrcs.1, true)] {
            if let Some(ssrc) = ssrc {
                pipe.bind(ssrc, section, repair);
            }
        }
    }

    fn tell_answer(&mut self, slot: usize) {
        let Some(pipe) = self.pipes.get(slot) else {
            return;
        };
        let answer = self.writer().answer(pipe);
        let length = answer.len();
        self.news.push(News::Answered {
            pipe: pipe.name.clone(),
            generation: pipe.generation,
            answer,
            sections: pipe.mapping(false, |_| None),
        });
        if let Some(pipe) = self.pipes.get_mut(slot) {
            pipe.extent.length = length;
        }
    }
}
