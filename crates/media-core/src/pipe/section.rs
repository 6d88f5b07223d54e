//! A section of a pipe's description: a track one way, a slot the other.

use media_srtp::ReplayWindow;
use media_wire::sdp::MediaKind;

use crate::codec::{CodecSet, Kind};
use crate::forwarding::stream::Stream;
use crate::news::SentStatistics;
use crate::order::Source;
use crate::reception::Reception;
use crate::reception::speech::Speech;

/// How far a section has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The client does not know of it yet.
    Planned,
    /// The client has been told, but has not answered.
    Offered,
    /// Both know.
    Live,
    /// Not for media: the data channel is in it.
    Channel,
    /// It carries nothing and never will: of a kind or codec the engine does not know.
    Rejected,
}

/// A section (m-line) of a pipe's description.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) mid: String,
    pub(crate) kind: Kind,
    /// The `m=` line: media, protocol and, if it is rejected, formats.
    pub(crate) media: MediaKind,
    pub(crate) protocol: String,
    pub(crate) formats: Vec<String>,
    /// Whether the client has said that it sends in it.
    pub(crate) sends: bool,
    pub(crate) stage: Stage,
    /// What the client could use in it.
    pub(crate) capable: CodecSet,
    /// What is negotiated for it.
    pub(crate) codecs: CodecSet,
    /// What the engine offers for it next; differs from `codecs` until that is answered.
    pub(crate) target: CodecSet,
    /// What the last description offered for it: an answer can only take away.
    pub(crate) told: CodecSet,
    /// What comes from the client.
    pub(crate) incoming: Option<Incoming>,
    /// What the client wants to send, until the negotiation about it is done.
    pub(crate) expects: Option<Source>,
    /// Room for something to go to the client, if it wants to receive.
    pub(crate) slot: Option<Slot>,
}

/// What a client sends in a section.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) source: Source,
    /// Its key among the shard's tracks.
    pub(crate) track: usize,
    pub(crate) reception: Reception,
    /// Key frames it was asked for.
    pub(crate) plis: u64,
    /// Whether it is speech; of a microphone only.
    pub(crate) speech: Speech,
}

/// Room for one track on its way to the client.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) ssrc: u32,
    pub(crate) rtx_ssrc: u32,
    /// Here while no view has it.
    pub(crate) stream: Option<Stream>,
    /// The track that is to be seen, by its key.
    pub(crate) track: Option<usize>,
    /// Where its view is among those of the track.
    pub(crate) view: Option<usize>,
}

impl Stage {
    /// Whether sound or picture can be in it.
    pub(crate) const fn has_media(self) -> bool {
        matches!(self, Self::Planned | Self::Offered | Self::Live)
    }
}

impl Slot {
    pub(crate) fn new(stream: Stream) -> Self {
        Self {
            ssrc: stream.ssrc,
            rtx_ssrc: stream.rtx_ssrc,
            stream: Some(stream),
            track: None,
            view: None,
        }
    }
}

/// An SSRC of the client and what it carries.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) ssrc: u32,
    pub(crate) section: usize,
    /// Whether it carries retransmissions.
    pub(crate) repair: bool,
    /// Whether an authentic packet has come: it stays bound then.
    pub(crate) heard: bool,
    pub(crate) window: ReplayWindow,
}

impl Binding {
    pub(crate) fn new(ssrc: u32, section: usize, repair: bool) -> Self {
        Self {
            ssrc,
            section,
            repair,
            heard: false,
            window: ReplayWindow::new(),
        }
    }
}

/// Views that have ended, one row for each sender and source, so that totals stay true.
#[derive(Debug, Default)]
pub(crate) struct Ended(Vec<SentStatistics>);

/// Rows that are kept; beyond that the oldest is forgotten.
const MAX_ENDED: usize = 64;

impl Ended {
    pub(crate) fn add(&mut self, row: SentStatistics) {
        let same = self
            .0
            .iter_mut()
            .find(|old| old.sender == row.sender && old.source == row.source);
        if let Some(old) = same {
            join(old, &row);
            return;
        }
        if self.0.len() == MAX_ENDED {
            self.0.remove(0);
        }
        self.0.push(row);
    }

    /// These rows, each with what has ended of the same, and the others that have ended.
    pub(crate) fn with(&self, rows: impl Iterator<Item = SentStatistics>) -> Vec<SentStatistics> {
        let mut all = self.0.clone();
        let ended = all.len();
        for row in rows {
            // No two of them are of the same.
            let same = all
                .iter_mut()
                .take(ended)
                .find(|old| old.sender == row.sender && old.source == row.source);
            match same {
                Some(old) => join(old, &row),
                None => all.push(row),
            }
        }
        all
    }
}

fn join(old: &mut SentStatistics, new: &SentStatistics) {
    if !new.codec.is_empty() {
        old.codec = new.codec;
    }
    old.packets += new.packets;
    old.bytes += new.bytes;
    old.lost += new.lost;
    old.retransmitted_packets += new.retransmitted_packets;
    old.retransmitted_bytes += new.retransmitted_bytes;
    old.nacks += new.nacks;
    old.plis += new.plis;
}
