//! What went through a pipe, in numbers.

use std::time::Instant;

use crate::codec::Codec;
use crate::news::{News, PipeStatistics, ReceivedStatistics, SentStatistics};
use crate::pipe::{Pipe, STATISTICS};
use crate::section::Section;
use crate::shard::Shard;
use crate::track::Track;
use crate::view::View;

/// The row of a view.
pub(crate) fn sent(track: &Track, view: &View) -> SentStatistics {
    SentStatistics {
        sender: track.sender.clone(),
        source: track.source,
        codec: view.codec.map_or("", Codec::name),
        packets: view.counts.packets,
        bytes: view.counts.bytes,
        lost: i64::from(view.stream.lost) - i64::from(view.lost_before),
        retransmitted_packets: view.counts.retransmitted_packets,
        retransmitted_bytes: view.counts.retransmitted_bytes,
        nacks: view.counts.nacks,
        plis: view.counts.plis,
    }
}

impl Shard {
    /// The numbers of a pipe.
    pub(crate) fn statistics(&self, pipe: &Pipe) -> PipeStatistics {
        let tracks = &self.forwarding.tracks;
        let views = pipe.sections.iter().filter_map(|section| {
            let slot = section.slot.as_ref()?;
            let track = tracks.get(slot.track?)?;
            Some(sent(track, track.views.get(slot.view?)?))
        });
        let texts = pipe.texts.as_ref().map(|texts| texts.counts);
        let texts = texts.unwrap_or_default();
        PipeStatistics {
            received: pipe
                .sections
                .iter()
                .filter_map(|section| self.received_statistics(section))
                .collect(),
            sent: pipe.ended.with(views),
            round_trip_ms: pipe
                .round_trip
                .map(|round_trip| round_trip.as_secs_f64() * 1000.0),
            over_tcp: pipe
                .transport
                .selected()
                .is_some_and(|path| path.protocol.is_tcp()),
            texts_received: texts.received,
            texts_sent: texts.sent,
            texts_dropped: texts.dropped,
        }
    }

    fn received_statistics(&self, section: &Section) -> Option<ReceivedStatistics> {
        let incoming = section.incoming.as_ref()?;
        let reception = &incoming.reception;
        let codec = self.forwarding.tracks.get(incoming.track)?.codec;
        let jitter = codec.map_or(0.0, |codec| {
            reception.jitter() * 1000.0 / f64::from(codec.clock())
        });
        Some(ReceivedStatistics {
            source: incoming.source,
            codec: codec.map_or("", Codec::name),
            packets: reception.packets,
            bytes: reception.bytes,
            lost: reception.lost(),
            jitter_ms: jitter,
            repaired: reception.repaired,
            nacks: reception.nacks,
            plis: incoming.plis,
        })
    }

    /// Tell a connected pipe's numbers, if it is time.
    pub(crate) fn tell_statistics(&mut self, now: Instant, slot: usize) {
        let Some(pipe) = self.pipes.get_mut(slot) else {
            return;
        };
        if pipe.opener.is_none() || now < pipe.statistics_due {
            return;
        }
        pipe.statistics_due = now + STATISTICS;
        let Some(pipe) = self.pipes.get(slot) else {
            return;
        };
        let told = News::Statistics {
            pipe: pipe.name.clone(),
            generation: pipe.generation,
            statistics: self.statistics(pipe),
        };
        self.news.push(told);
    }
}
