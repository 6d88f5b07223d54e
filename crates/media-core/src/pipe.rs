//! A pipe: one client's transport, its sections, and what is known of its path.

pub(crate) mod agreement;
pub(crate) mod channel;
pub(crate) mod describe;
pub(crate) mod negotiation;
pub(crate) mod offer;
pub(crate) mod presence;
pub(crate) mod section;
pub(crate) mod texts;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use media_srtp::Opener;
use media_transport::{Peer, Transport};

use crate::codec::{Codec, CodecSet, Kind};
use crate::forwarding::header::Header;
use crate::forwarding::view::{Format, Repair};
use crate::name::Name;
use crate::news;
use crate::part::Part;
use crate::pipe::agreement::Agreement;
use crate::pipe::negotiation::{Negotiation, Restart};
use crate::pipe::presence::Presence;
use crate::pipe::section::{Binding, Ended, Section, Slot, Stage};
use crate::pipe::texts::Texts;
use crate::reception::feedback::Feedback;
use crate::shard::handshakes::Turn;

/// How often reports are sent.
pub(crate) const REPORT: Duration = Duration::from_secs(1);
/// How long an answer to a NACK is waited for when the path is not known yet.
const UNKNOWN_ROUND_TRIP: Duration = Duration::from_millis(50);

/// How much of its room a description takes.
#[derive(Debug, Default)]
pub(crate) struct Extent {
    /// Bytes, with the sections that are planned.
    pub(crate) length: usize,
    /// A section was wanted that it has no room for.
    pub(crate) full: bool,
}

/// One client's connection.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) name: Name,
    pub(crate) generation: u64,
    pub(crate) bridge: Option<Name>,
    /// What it does there.
    pub(crate) part: Part,
    pub(crate) transport: Transport,
    /// Of its handshake.
    pub(crate) turn: Turn,
    /// Keys for what the client sends; there once it is connected.
    pub(crate) opener: Option<Opener>,
    /// There if the client has offered a data channel.
    pub(crate) texts: Option<Box<Texts>>,
    pub(crate) agreement: Agreement,
    /// Whether the client's first offer had a BUNDLE group.
    pub(crate) bundled: bool,
    pub(crate) presence: Presence,
    pub(crate) restart: Restart,
    /// Senders whose datagrams lead to this pipe.
    pub(crate) peers: Vec<Peer>,
    pub(crate) sections: Vec<Section>,
    /// Which section shows which track, by its key.
    pub(crate) places: HashMap<usize, usize>,
    pub(crate) bindings: Vec<Binding>,
    pub(crate) negotiation: Negotiation,
    pub(crate) feedback: Feedback,
    /// Sender of reports that belong to no stream.
    pub(crate) ssrc: u32,
    pub(crate) round_trip: Option<Duration>,
    /// What to add to the client's wall clock to get the engine's, in 2⁻³² s.
    pub(crate) clock_offset: Option<u64>,
    /// `None` while nothing has come or gone that a report could tell of.
    pub(crate) report_due: Option<Instant>,
    pub(crate) statistics_due: Instant,
    pub(crate) ended: Ended,
    /// Whether sections the client knows of have another meaning than it was told.
    pub(crate) remapped: bool,
    pub(crate) extent: Extent,
    /// `o=` line: session id, and the version of the last description.
    pub(crate) session: u64,
    pub(crate) version: u64,
    /// Makes the next turn of the pipe panic.
    #[cfg(test)]
    pub(crate) sabotaged: bool,
}

impl Pipe {
    /// How long an answer of the client to a NACK may take.
    pub(crate) fn retry(&self) -> Duration {
        let round_trip = self.round_trip.unwrap_or(UNKNOWN_ROUND_TRIP);
        (round_trip + Duration::from_millis(10))
            .clamp(Duration::from_millis(20), Duration::from_millis(200))
    }

    /// How long a packet that was sent again may be under way, or the client's word of it: nearly a round
    /// trip, so that the client's own estimate may be a little shorter.
    pub(crate) fn repair_takes(&self) -> Duration {
        self.round_trip.unwrap_or_default() * 7 / 8
    }

    /// A round trip was measured (smoothed as in RFC 6298 section 2).
    pub(crate) fn measured(&mut self, round_trip: Duration) {
        self.round_trip = Some(match self.round_trip {
            Some(before) => (before * 7 + round_trip) / 8,
            None => round_trip,
        });
    }

    /// The binding of an SSRC.
    pub(crate) fn binding(&self, ssrc: u32) -> Option<usize> {
        self.bindings
            .iter()
            .position(|binding| binding.ssrc == ssrc)
    }

    /// Bind an SSRC, in place of one that has not been heard.
    ///
    /// Gives nothing if another one holds its place, or if the SSRC is bound elsewhere.
    pub(crate) fn bind(&mut self, ssrc: u32, section: usize, repair: bool) -> Option<usize> {
        if self.binding(ssrc).is_some() {
            return None;
        }
        let held = self
            .bindings
            .iter()
            .position(|binding| binding.section == section && binding.repair == repair);
        let fresh = Binding::new(ssrc, section, repair);
        if let Some(at) = held {
            let old = self.bindings.get_mut(at).filter(|old| !old.heard)?;
            *old = fresh;
            return Some(at);
        }
        self.bindings.push(fresh);
        Some(self.bindings.len() - 1)
    }

    /// The section whose slot has this SSRC.
    pub(crate) fn slot(&self, ssrc: u32) -> Option<usize> {
        self.sections
            .iter()
            .position(|section| section.slot.as_ref().is_some_and(|slot| slot.ssrc == ssrc))
    }

    /// The SSRC of the client's media in a section.
    pub(crate) fn media_ssrc(&self, section: usize) -> Option<u32> {
        self.bindings
            .iter()
            .find(|binding| binding.section == section && !binding.repair)
            .map(|binding| binding.ssrc)
    }

    /// Whether NACK, PLI and transport-wide feedback were agreed on for a section.
    pub(crate) fn nacks(&self, section: &Section) -> bool {
        section
            .codecs
            .iter()
            .filter_map(|codec| self.agreement.codec(codec))
            .any(|agreed| agreed.feedbacks.nack)
    }

    /// What its sections are for, with or without those that the client does not know of yet.
    pub(crate) fn mapping(
        &self,
        planned: bool,
        track: impl Fn(usize) -> Option<news::Received>,
    ) -> Vec<news::Section> {
        self.sections
            .iter()
            .filter(|section| planned || section.stage != Stage::Planned)
            .map(|section| news::Section {
                mid: section.mid.clone(),
                sends: section
                    .incoming
                    .as_ref()
                    .map(|incoming| incoming.source)
                    .or(section.expects),
                receives: section
                    .slot
                    .as_ref()
                    .and_then(|slot| slot.track)
                    .and_then(&track),
            })
            .collect()
    }

    /// What the client can decode of a kind; everything, as long as it has said nothing.
    pub(crate) fn capability(&self, kind: Kind) -> CodecSet {
        let known = self
            .of_kind(kind)
            .fold(CodecSet::NONE, |all, (_, section)| all.or(section.capable));
        if known.is_empty() {
            CodecSet::all(kind)
        } else {
            known
        }
    }

    /// What was agreed on for the slot of a section.
    pub(crate) fn format(&self, section: &Section) -> Format {
        let mut payload_types = [None; Codec::ALL.len()];
        let (mut nack, mut rtx) = (false, false);
        for codec in section.codecs.iter() {
            let Some(agreed) = self.agreement.codec(codec) else {
                continue;
            };
            nack |= agreed.feedbacks.nack;
            rtx |= agreed.types.rtx.is_some();
            if let Some(types) = payload_types.get_mut(codec as usize) {
                *types = Some(agreed.types);
            }
        }
        let repair = match (nack, rtx) {
            (false, _) => Repair::None,
            (true, false) => Repair::Plain,
            (true, true) => Repair::Rtx,
        };
        Format {
            header: Header::new(
                self.agreement.extensions(section.kind),
                &section.mid,
                section.kind == Kind::Audio,
                repair != Repair::Plain,
            ),
            payload_types,
            repair,
        }
    }

    /// Whether it gets the tracks of its bridge.
    pub(crate) fn takes(&self, kind: Kind) -> bool {
        self.bridge.is_some() && self.part.takes(kind)
    }

    /// Whether its bridge may get its tracks.
    pub(crate) fn gives(&self) -> bool {
        self.bridge.is_some() && self.part.gives()
    }

    /// Whether there can be somebody who hears it.
    pub(crate) fn is_heard(&self) -> bool {
        self.bridge.is_some() && self.part.is_heard()
    }

    /// Keys of what the client sends.
    pub(crate) fn tracks(&self) -> Vec<usize> {
        self.sections
            .iter()
            .filter_map(|section| Some(section.incoming.as_ref()?.track))
            .collect()
    }

    /// Keys of what its slots show.
    pub(crate) fn shown(&self) -> Vec<usize> {
        self.sections
            .iter()
            .filter_map(|section| section.slot.as_ref()?.track)
            .collect()
    }

    /// The section whose slot shows a track.
    pub(crate) fn showing(&self, key: usize) -> Option<usize> {
        self.places.get(&key).copied()
    }

    /// Show a track in the free slot of a section.
    pub(crate) fn put(&mut self, section: usize, key: usize) {
        let described = self.sections.get_mut(section);
        let Some((slot, stage)) = described.and_then(|it| Some((it.slot.as_mut()?, it.stage)))
        else {
            return;
        };
        slot.track = Some(key);
        self.places.insert(key, section);
        self.remapped |= stage != Stage::Planned;
    }

    /// Show a track no more. Gives the slot that has become free.
    pub(crate) fn take(&mut self, key: usize) -> Option<&mut Slot> {
        let section = self.sections.get_mut(self.places.remove(&key)?)?;
        self.remapped |= section.stage != Stage::Planned;
        let slot = section.slot.as_mut()?;
        slot.track = None;
        Some(slot)
    }

    /// Sections of a kind that carry media.
    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (usize, &Section)> {
        self.sections
            .iter()
            .enumerate()
            .filter(move |(_, section)| section.kind == kind && section.stage.has_media())
    }
}
