//! Which slot shows which track, and with what codecs the track may be encoded.

use std::time::Instant;

use media_wire::sdp::MediaKind;

use crate::codec::{CodecSet, Kind};
use crate::counters::Counter;
use crate::forwarding::stream::Stream;
use crate::forwarding::track::{Origin, Track};
use crate::forwarding::view::View;
use crate::news::{News, Received};
use crate::order::Source;
use crate::pipe::Pipe;
use crate::pipe::section::{Section, Slot, Stage};
use crate::shard::Shard;
use crate::shard::statistics;

/// Protocol of the sections the engine adds.
const PROTOCOL: &str = "UDP/TLS/RTP/SAVPF";

/// Where a track could be shown.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// In the slot of this section.
    Slot(usize),
    /// In a new section.
    New,
    /// Nowhere: no codec in common.
    Nowhere,
}

/// Find a place for a track on a pipe: a free slot that can take what is sent now, or one that can
/// take something else the sender may send, or a new one.
fn place(pipe: &Pipe, track: &Track) -> Place {
    let kind = track.kind();
    let free = || {
        pipe.of_kind(kind).filter(|(_, section)| {
            let slot = section.slot.as_ref();
            slot.is_some_and(|slot| slot.track.is_none())
                && !usable(section).and(track.allowed).is_empty()
        })
    };
    let now = free().find(|(_, section)| {
        track
            .codec
            .is_some_and(|codec| usable(section).contains(codec))
    });
    match now.or_else(|| free().next()) {
        Some((at, _)) => Place::Slot(at),
        None if pipe.capability(kind).and(track.allowed).is_empty() => Place::Nowhere,
        None => Place::New,
    }
}

/// What a section's slot can show: what is negotiated, or what will be offered.
pub(crate) fn usable(section: &Section) -> CodecSet {
    match section.stage {
        Stage::Live => {
            let both = section.codecs.and(section.target);
            if both.is_empty() {
                section.target
            } else {
                both
            }
        }
        Stage::Planned | Stage::Offered => section.target,
        Stage::Channel | Stage::Rejected => CodecSet::NONE,
    }
}

impl Shard {
    /// Whether a pipe may get a track: it is another's, who gives it to this one, and this one takes it.
    pub(crate) fn may_get(&self, slot: usize, key: usize) -> bool {
        let Some(track) = self.forwarding.tracks.get(key) else {
            return false;
        };
        let Some(pipe) = self.pipes.get(slot) else {
            return false;
        };
        let own = matches!(track.origin, Origin::Local { pipe, .. } if pipe == slot);
        !own && pipe.takes(track.kind()) && track.audience.admits(&pipe.name)
    }

    /// Let a pipe see a track. Does nothing if it does, or if it may not.
    pub(crate) fn subscribe(&mut self, now: Instant, slot: usize, key: usize) {
        if !self.may_get(slot, key) {
            return;
        }
        let Some(track) = self.forwarding.tracks.get(key) else {
            return;
        };
        let Some(pipe) = self.pipes.get(slot) else {
            return;
        };
        if pipe.showing(key).is_some() {
            return;
        }
        let section = match place(pipe, track) {
            Place::Slot(section) => section,
            Place::New => {
                let kind = track.kind();
                match self.add_section(now, slot, kind) {
                    Some(section) => section,
                    None => return,
                }
            }
            Place::Nowhere => {
                self.refuse(slot, key);
                return;
            }
        };
        let mut codecs = CodecSet::NONE;
        if let Some(pipe) = self.pipes.get_mut(slot) {
            pipe.put(section, key);
            codecs = pipe.sections.get(section).map_or(codecs, usable);
        }
        self.changed.push(slot);
        self.show(slot, section);
        self.reconsider_with(now, key, codecs);
    }

    /// Let a pipe not see a track any more.
    pub(crate) fn unsubscribe(&mut self, now: Instant, slot: usize, key: usize) {
        if self.take_away(slot, key) {
            self.reconsider(now, key);
        }
    }

    /// The same without looking at what this changes for others. Tells whether it saw it.
    pub(crate) fn take_away(&mut self, slot: usize, key: usize) -> bool {
        let Some(section) = self.pipes.get(slot).and_then(|pipe| pipe.showing(key)) else {
            return false;
        };
        self.hide(slot, section);
        if let Some(pipe) = self.pipes.get_mut(slot) {
            pipe.take(key);
            if std::mem::take(&mut pipe.extent.full) {
                self.freed.push(slot);
            }
        }
        self.changed.push(slot);
        true
    }

    /// See to it that a pipe sees a track, now that what either can do has changed.
    pub(crate) fn subscribe_again(&mut self, now: Instant, slot: usize, key: usize) {
        let Some(pipe) = self.pipes.get(slot) else {
            return;
        };
        let Some(track) = self.forwarding.tracks.get_mut(key) else {
            return;
        };
        if let Some(section) = pipe.showing(key) {
            let fits = pipe
                .sections
                .get(section)
                .is_some_and(|section| !usable(section).and(track.allowed).is_empty());
            if !fits {
                self.unsubscribe(now, slot, key);
                self.subscribe(now, slot, key);
            }
            return;
        }
        let refused = track.refused.contains(&slot);
        let capable = pipe.capability(track.kind());
        if !refused || !capable.and(track.allowed).is_empty() {
            track.refused.retain(|refused| *refused != slot);
            self.subscribe(now, slot, key);
        }
    }

    /// Tell that a pipe has no codec in common with a track.
    fn refuse(&mut self, slot: usize, key: usize) {
        let Some(track) = self.forwarding.tracks.get_mut(key) else {
            return;
        };
        let Some(pipe) = self.pipes.get(slot) else {
            return;
        };
        if track.refused.contains(&slot) {
            return;
        }
        track.refused.push(slot);
        let what = match track.source {
            Source::Microphone => "The microphone",
            Source::Camera => "The camera",
            Source::Screen => "The screen",
        };
        let text = format!(
            "{what} can be sent as {}, but the receiver can only decode {}.",
            track.allowed,
            pipe.capability(track.kind())
        );
        self.news.push(News::Incompatible {
            pipe: pipe.name.clone(),
            generation: pipe.generation,
            sender: track.sender.clone(),
            source: track.source,
            text,
        });
    }

    /// Plan a section with a free slot. Gives its place, unless there are too many.
    pub(crate) fn add_section(&mut self, now: Instant, slot: usize, kind: Kind) -> Option<usize> {
        let stream = Stream::new(&mut self.random);
        let limits = self.config.limits;
        let pipe = self.pipes.get_mut(slot)?;
        let capable = pipe.capability(kind);
        pipe.agreement.propose(kind);
        pipe.agreement.propose_extensions(kind);
        // One of these is free, since there are more of them than sections; the first, unless the
        // client uses such names itself.
        let count = pipe.sections.len();
        let mid = (count..=2 * count)
            .map(|number| format!("r{number}"))
            .find(|mid| pipe.sections.iter().all(|section| section.mid != *mid))?;
        let section = Section {
            mid,
            kind,
            media: match kind {
                Kind::Audio => MediaKind::Audio,
                Kind::Video => MediaKind::Video,
            },
            protocol: PROTOCOL.to_owned(),
            formats: Vec::new(),
            sends: false,
            stage: Stage::Planned,
            capable,
            codecs: CodecSet::NONE,
            target: capable,
            told: capable,
            incoming: None,
            expects: None,
            slot: Some(Slot::new(stream)),
        };
        let pipe = self.pipes.get(slot)?;
        let length = pipe.extent.length + self.writer().length(pipe, &section);
        let pipe = self.pipes.get_mut(slot)?;
        if pipe.sections.len() >= limits.sections || length > limits.description {
            pipe.extent.full = true;
            self.forwarding.counters.count(Counter::SectionsExhausted);
            return None;
        }
        pipe.extent.length = length;
        pipe.sections.push(section);
        pipe.negotiation.change(now);
        let section = pipe.sections.len() - 1;
        self.rearm(now, slot);
        Some(section)
    }

    /// Make the view of a slot that has a track, if it is time for it.
    pub(crate) fn show(&mut self, slot: usize, section: usize) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let Some(described) = pipe.sections.get(section) else {
            return;
        };
        if described.stage != Stage::Live {
            return;
        }
        let format = pipe.format(described);
        let Some(described) = pipe.sections.get_mut(section) else {
            return;
        };
        let Some(held) = &mut described.slot else {
            return;
        };
        let Some((key, track)) = held
            .track
            .and_then(|key| Some((key, self.forwarding.tracks.get_mut(key)?)))
        else {
            return;
        };
        let view = held.view.and_then(|view| track.views.get_mut(view));
        if let Some(view) = view {
            view.renegotiated(format);
        } else {
            let Some(stream) = held.stream.take() else {
                return;
            };
            held.view = Some(track.views.len());
            let from = track.late.next();
            track
                .views
                .push(View::new(slot, section, stream, format, from));
            self.forwarding.awake.push(slot);
            if track.kind() == Kind::Video {
                track.key_frames.want();
                self.forwarding.starved.push(key);
            }
        }
    }

    /// Take the view of a slot away; its stream goes back to the slot.
    pub(crate) fn hide(&mut self, slot: usize, section: usize) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        let described = pipe.sections.get_mut(section);
        let Some(held) = described.and_then(|section| section.slot.as_mut()) else {
            return;
        };
        let (Some(key), Some(at)) = (held.track, held.view.take()) else {
            return;
        };
        // Views change their places.
        self.forwarding.finish(key);
        let Some(track) = self.forwarding.tracks.get_mut(key) else {
            return;
        };
        if at >= track.views.len() {
            return;
        }
        let view = track.views.swap_remove(at);
        pipe.ended.add(statistics::sent(track, &view));
        held.stream = Some(view.stream);
        // The last view has moved into its place.
        let moved = track.views.get(at).map(|view| (view.peer, view.section));
        if let Some((peer, section)) = moved
            && let Some(pipe) = self.pipes.get_mut(peer)
            && let Some(section) = pipe.sections.get_mut(section)
            && let Some(held) = &mut section.slot
        {
            held.view = Some(at);
        }
    }

    /// Take every pipe's view of a track away.
    pub(crate) fn drop_views(&mut self, now: Instant, key: usize) {
        let peers = self.forwarding.tracks.get(key);
        let peers: Vec<usize> = peers
            .map(|track| track.views.iter().map(|view| view.peer).collect())
            .unwrap_or_default();
        for slot in peers {
            self.unsubscribe(now, slot, key);
        }
    }

    /// Forget a track that nobody sees.
    pub(crate) fn drop_track(&mut self, key: usize) {
        if let Some(track) = self.forwarding.tracks.try_remove(key) {
            self.keys.remove(&track.id);
            for bridge in self.bridges.values_mut() {
                bridge.tracks.retain(|track| *track != key);
            }
        }
    }

    /// Show pipes whose descriptions were full what can now be shown in slots that have become free.
    pub(crate) fn fill_slots(&mut self, now: Instant) {
        for slot in std::mem::take(&mut self.freed) {
            self.guarded(now, Some(slot), |shard| shard.see(now, slot));
        }
    }

    /// Tell pipes whose sections have another meaning than they were told.
    pub(crate) fn tell_mappings(&mut self) {
        for slot in std::mem::take(&mut self.changed) {
            let Some(pipe) = self.pipes.get_mut(slot) else {
                continue;
            };
            if !std::mem::take(&mut pipe.remapped) {
                continue;
            }
            let Some(pipe) = self.pipes.get(slot) else {
                continue;
            };
            let sections = pipe.mapping(false, |key| self.received(key));
            self.news.push(News::Mapped {
                pipe: pipe.name.clone(),
                generation: pipe.generation,
                sections,
            });
        }
    }

    /// What a client is told of a track it receives.
    pub(crate) fn received(&self, key: usize) -> Option<Received> {
        let track = self.forwarding.tracks.get(key)?;
        Some(Received {
            pipe: track.sender.clone(),
            source: track.source,
        })
    }
}
