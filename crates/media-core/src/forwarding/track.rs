//! A track: packets of one sender, stored once, and the rows of its viewers.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use media_wire::ntp::NtpTime;

use crate::codec::{Codec, CodecSet, Kind};
use crate::forwarding::burst::MAX_BURST;
use crate::forwarding::departure::Departure;
use crate::forwarding::ring::Ring;
use crate::forwarding::view::View;
use crate::name::Name;
use crate::order::Source;
use crate::part::Audience;
use crate::pipe::REPORT;
use crate::reception::key_frames::KeyFrames;
use crate::relay::TrackId;

/// How long packets can be asked for again. A picture is of no use later; sound even less.
const KEEP_VIDEO: Duration = Duration::from_secs(1);
const KEEP_AUDIO: Duration = Duration::from_millis(500);

/// Packets that came late that are remembered.
const MAX_LATE: usize = 64;

/// Where the packets come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// From a client of this shard.
    Local {
        /// Slot number of its pipe.
        pipe: usize,
        /// Which of its sections.
        section: usize,
    },
    /// From this other shard.
    Remote(u16),
}

/// Which packets of a track came late: after one of a higher sequence number.
#[derive(Debug, Default)]
pub(crate) struct Late {
    newest: u64,
    /// Those of late.
    recent: VecDeque<u64>,
}

impl Late {
    /// The first sequence number of which nothing, and nothing later, has come.
    pub(crate) fn next(&self) -> u64 {
        self.newest + 1
    }

    /// Whether the packet of this sequence number, which has come now, is late.
    pub(crate) fn is(&mut self, sequence: u64) -> bool {
        if sequence >= self.newest {
            self.newest = sequence;
            return false;
        }
        if self.recent.len() == MAX_LATE {
            self.recent.pop_front();
        }
        self.recent.push_back(sequence);
        true
    }

    /// Whether this one was, not long ago.
    pub(crate) fn was(&self, sequence: u64) -> bool {
        self.recent.contains(&sequence)
    }
}

/// What one client sends in one section.
#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) id: TrackId,
    pub(crate) origin: Origin,
    /// The pipe that sends it.
    pub(crate) sender: Name,
    pub(crate) source: Source,
    pub(crate) ring: Ring,
    /// Sequence numbers of the burst that is being collected.
    pub(crate) pending: Vec<u64>,
    pub(crate) late: Late,
    /// When the burst leaves at the latest.
    pub(crate) held_until: Option<Instant>,
    /// The burst that is being sent.
    pub(crate) departure: Option<Departure>,
    pub(crate) views: Vec<View>,
    /// Who may have a view of it.
    pub(crate) audience: Audience,
    /// Other shards that want it, and what all their viewers can decode.
    pub(crate) shards: Vec<(u16, CodecSet)>,
    /// What the sender could send.
    pub(crate) offered: CodecSet,
    /// What it may send, so that all its viewers can decode it.
    pub(crate) allowed: CodecSet,
    /// What it sends.
    pub(crate) codec: Option<Codec>,
    /// When its last packet came.
    heard: Option<Instant>,
    pub(crate) key_frames: KeyFrames,
    /// A wall-clock time and the timestamp of that time.
    pub(crate) captured: Option<(NtpTime, u32)>,
    /// Of a track of another shard: what that shard was told our viewers can decode.
    pub(crate) wanted: Option<CodecSet>,
    /// Pipes that should see it but have no codec in common with it.
    pub(crate) refused: Vec<usize>,
}

impl Track {
    pub(crate) fn new(
        id: TrackId,
        origin: Origin,
        sender: Name,
        source: Source,
        codecs: CodecSet,
        ring_bytes: usize,
    ) -> Self {
        let keep = match source.kind() {
            Kind::Audio => KEEP_AUDIO,
            Kind::Video => KEEP_VIDEO,
        };
        Self {
            id,
            origin,
            sender,
            source,
            ring: Ring::new(keep, ring_bytes),
            pending: Vec::with_capacity(MAX_BURST),
            late: Late::default(),
            held_until: None,
            departure: None,
            views: Vec::new(),
            audience: Audience::Everybody,
            shards: Vec::new(),
            offered: codecs,
            allowed: codecs,
            codec: None,
            heard: None,
            key_frames: KeyFrames::default(),
            captured: None,
            wanted: None,
            refused: Vec::new(),
        }
    }

    /// A packet came. Tells whether none had for so long that its viewers may have ceased to be sent reports.
    pub(crate) fn ends_silence(&mut self, now: Instant) -> bool {
        let before = self.heard.replace(now);
        before.is_none_or(|before| now.saturating_duration_since(before) >= REPORT)
    }

    pub(crate) fn kind(&self) -> Kind {
        self.source.kind()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_late_is_remembered_for_a_while() {
        let mut late = Late::default();
        for sequence in [100, 101, 105, 106] {
            assert!(!late.is(sequence), "{sequence}");
        }
        assert!(late.is(103));
        assert!(late.was(103));
        assert!(!late.was(102) && !late.was(106));
        for sequence in 200..200 + MAX_LATE as u64 {
            late.is(1000 + sequence);
            assert!(late.is(sequence));
        }
        assert!(!late.was(103));
        assert!(late.was(200));
    }
}
