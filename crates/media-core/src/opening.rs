//! How a pipe begins and ends.

use std::time::Instant;

use media_srtp::{MasterKey, Opener, Profile, Sealer};
use media_transport::{Credentials, Event, Reason, Transport};

use crate::codec::{CodecSet, Kind};
use crate::counters::Counter;
use crate::egress::Egress;
use crate::feedback::Feedback;
use crate::negotiation::Negotiation;
use crate::news::{CloseReason, News, PipeStatistics};
use crate::offer::{self, Offer, OfferedSection, Refusal};
use crate::order::{Name, Sending, Source};
use crate::pipe::{Pipe, REPORT, STATISTICS};
use crate::reception::Reception;
use crate::relay::TrackId;
use crate::section::{Ended, Incoming, Section, Slot, Stage};
use crate::shard::Shard;
use crate::stream::Stream;
use crate::track::{Origin, Track};

/// Characters of an ICE password: 144 bits (RFC 8839 section 5.4 asks for 128).
const PASSWORD: usize = 24;

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
        match held {
            Some((_, held)) if held >= generation => {
                self.forwarding.counters.count(Counter::OrdersIgnored);
                return;
            }
            Some((slot, _)) => {
                let text = "A newer generation takes its place.";
                self.close(now, slot, CloseReason::Ordered, text);
            }
            None => {}
        }
        match self.make(now, name, generation, text, sending) {
            Ok(slot) => {
                self.forwarding.counters.count(Counter::PipesOpened);
                self.tell_answer(slot);
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
        let ufrag = self.ufrag(slot);
        let password = self.random.ice_chars(PASSWORD);
        let local = Credentials {
            ufrag: ufrag.clone(),
            pwd: password.clone(),
        };
        let transport =
            Transport::new(&self.config.identity, local, credentials, fingerprints, now)
                .map_err(|error| Refusal::bad(format!("The offer cannot be used: {error}.")))?;
        self.pipes.insert(Pipe {
            name: name.clone(),
            generation,
            bridge: None,
            ufrag,
            password,
            transport,
            opener: None,
            agreement,
            bundled,
            addresses: Vec::new(),
            sections: Vec::new(),
            bindings: Vec::new(),
            negotiation: Negotiation::new(),
            feedback: Feedback::default(),
            ssrc: self.random.u32(),
            round_trip: None,
            clock_offset: None,
            report_due: now + REPORT,
            statistics_due: now + STATISTICS,
            ended: Ended::default(),
            remapped: false,
            session: self.random.u64() >> 1,
            version: 1,
            #[cfg(test)]
            sabotaged: false,
        });
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
            stage: match usable {
                Some(_) => Stage::Live,
                None => Stage::Rejected,
            },
            capable: codecs,
            codecs,
            target: codecs,
            told: codecs,
            incoming: None,
            expects: None,
            slot: stream.map(Slot::new),
        });
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
        self.news.push(News::Answered {
            pipe: pipe.name.clone(),
            generation: pipe.generation,
            answer: self.writer().answer(pipe),
            sections: pipe.mapping(false, |_| None),
        });
    }

    /// Do what a pipe's transport asks for.
    pub(crate) fn drain(&mut self, now: Instant, slot: usize) {
        loop {
            let Some(pipe) = self.pipes.get_mut(slot) else {
                return;
            };
            let Some(event) = pipe.transport.poll() else {
                break;
            };
            match event {
                Event::Transmit { path, bytes } => {
                    self.forwarding.outgoing.datagram(&path, &bytes);
                }
                Event::Selected(path) => {
                    if let Some(egress) = self.forwarding.egress(slot) {
                        egress.path = path;
                    }
                }
                Event::Established {
                    profile,
                    send,
                    receive,
                } => self.connected(now, slot, profile, &send, &receive),
                Event::Failed(reason) => {
                    let told = match reason {
                        Reason::NotConnected => CloseReason::NotConnected,
                        Reason::TimedOut => CloseReason::TimedOut,
                        Reason::Fingerprint
                        | Reason::HandshakeTooLong
                        | Reason::NoProfile
                        | Reason::Dtls => CloseReason::DtlsFailed,
                    };
                    self.forwarding.counters.count(Counter::PipesFailed);
                    self.close(now, slot, told, &sentence(&reason.to_string()));
                }
                Event::RemoteClosed => {
                    let text = "The client closed the connection.";
                    self.close(now, slot, CloseReason::RemoteClosed, text);
                }
            }
        }
        self.rearm(now, slot);
    }

    /// The transport has its keys: media may flow.
    fn connected(
        &mut self,
        now: Instant,
        slot: usize,
        profile: Profile,
        send: &MasterKey,
        receive: &MasterKey,
    ) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let keys = Sealer::new(profile, send).and_then(|sealer| {
            let opener = Opener::new(profile, receive)?;
            Ok((sealer, opener))
        });
        let (Ok((sealer, opener)), Some(path)) = (keys, pipe.transport.selected()) else {
            let text = "The keys of the connection cannot be used.";
            self.close(now, slot, CloseReason::DtlsFailed, text);
            return;
        };
        pipe.opener = Some(opener);
        pipe.report_due = now + REPORT;
        pipe.statistics_due = now + STATISTICS;
        self.forwarding
            .connect(slot, Egress::new(path, sealer, now));
        self.news.push(News::Connected {
            pipe: pipe.name.clone(),
            generation: pipe.generation,
            remote: path.remote,
            profile: profile.name(),
        });
        for key in pipe
            .sections
            .iter()
            .filter(|section| section.kind == Kind::Video)
            .filter_map(|section| section.slot.as_ref()?.track)
        {
            if let Some(track) = self.forwarding.tracks.get_mut(key) {
                track.key_frames.want();
                self.forwarding.starved.push(key);
            }
        }
    }

    /// End a pipe: its client is told by DTLS, the control plane by news.
    pub(crate) fn close(&mut self, now: Instant, slot: usize, reason: CloseReason, text: &str) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        pipe.transport.close();
        while let Some(event) = pipe.transport.poll() {
            if let Event::Transmit { path, bytes } = event {
                self.forwarding.outgoing.datagram(&path, &bytes);
            }
        }
        self.detach(now, slot);
        let Some(pipe) = self.pipes.get(slot) else {
            return;
        };
        let closed = News::PipeClosed {
            pipe: pipe.name.clone(),
            generation: pipe.generation,
            reason,
            text: text.to_owned(),
            statistics: self.statistics(pipe),
        };
        self.news.push(closed);
        self.remove(now, slot);
    }

    /// Forget a pipe that has been told to be closed.
    fn remove(&mut self, now: Instant, slot: usize) {
        let Some(pipe) = self.pipes.try_remove(slot) else {
            return;
        };
        for section in &pipe.sections {
            if let Some(incoming) = &section.incoming {
                self.drop_views(now, incoming.track);
                self.drop_track(incoming.track);
            }
        }
        self.forget(slot, &pipe);
    }

    /// Forget a pipe whose state cannot be trusted, without calling anything that might rely on it.
    pub(crate) fn drop_pipe(&mut self, slot: usize) {
        for bridge in self.bridges.values_mut() {
            bridge.members.retain(|member| *member != slot);
        }
        let Some(pipe) = self.pipes.try_remove(slot) else {
            return;
        };
        for (_, track) in &mut self.forwarding.tracks {
            if track.views.iter().any(|view| view.peer == slot) {
                track.views.retain(|view| view.peer != slot);
                for (at, view) in track.views.iter().enumerate() {
                    let section = self
                        .pipes
                        .get_mut(view.peer)
                        .and_then(|pipe| pipe.sections.get_mut(view.section));
                    if let Some(held) = section.and_then(|section| section.slot.as_mut()) {
                        held.view = Some(at);
                    }
                }
            }
        }
        for section in &pipe.sections {
            if let Some(incoming) = &section.incoming {
                for (_, other) in &mut self.pipes {
                    for held in other
                        .sections
                        .iter_mut()
                        .filter_map(|section| section.slot.as_mut())
                    {
                        if held.track == Some(incoming.track) {
                            (held.track, held.view) = (None, None);
                            held.stream = Some(Stream::new(&mut self.random));
                        }
                    }
                }
                self.drop_track(incoming.track);
            }
        }
        self.news.push(News::PipeClosed {
            pipe: pipe.name.clone(),
            generation: pipe.generation,
            reason: CloseReason::Panic,
            text: "A fault in the engine ended it.".to_owned(),
            statistics: PipeStatistics::default(),
        });
        self.forget(slot, &pipe);
    }

    fn forget(&mut self, slot: usize, pipe: &Pipe) {
        if self.names.get(&pipe.name) == Some(&slot) {
            self.names.remove(&pipe.name);
        }
        for address in &pipe.addresses {
            if self.addresses.get(address) == Some(&slot) {
                self.addresses.remove(address);
            }
        }
        if let Some(egress) = self.forwarding.egress.get_mut(slot) {
            *egress = None;
        }
        self.alarms.forget(slot);
    }
}

/// An error's text as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}
