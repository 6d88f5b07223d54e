//! What went through a pipe, in numbers.

use std::time::{Duration, Instant};

use crate::codec::Codec;
use crate::forwarding::track::Track;
use crate::forwarding::view::View;
use crate::news::{News, PipeStatistics, ReceivedStatistics, SentStatistics};
use crate::pipe::Pipe;
use crate::pipe::section::Section;
use crate::shard::Shard;

/// A pipe's numbers are told this often, in a shard of few pipes.
pub(crate) const STATISTICS: Duration = Duration::from_secs(2);
/// Rows that all pipes of a shard may tell in a second, so that a large room is not busy with its own numbers.
pub(crate) const ROWS_PER_S: u32 = 2_000;
/// What telling of a pipe at all counts for, in rows.
const FIXED_ROWS: usize = 20;

/// How long after numbers of so many rows the next of the same pipe are told.
fn interval(pipes: usize, rows: usize) -> Duration {
    let all = pipes.saturating_mul(FIXED_ROWS + rows);
    let all = u32::try_from(all).unwrap_or(u32::MAX);
    STATISTICS.max(Duration::from_secs(1) * all / ROWS_PER_S)
}

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
        let Some(pipe) = self.pipes.get(slot) else {
            return;
        };
        if pipe.opener.is_none() || now < pipe.statistics_due {
            return;
        }
        let statistics = self.statistics(pipe);
        let rows = statistics.received.len() + statistics.sent.len();
        let due = now + interval(self.pipes.len(), rows);
        let told = News::Statistics {
            pipe: pipe.name.clone(),
            generation: pipe.generation,
            statistics,
        };
        self.news.push(told);
        if let Some(pipe) = self.pipes.get_mut(slot) {
            pipe.statistics_due = due;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_pipes_together_tell_no_more_than_so_many_rows() {
        let table = [
            (1, 1, 2_000),
            (80, 10, 2_000),
            (160, 10, 2_400),
            (1_000, 1, 10_500),
            (3_000, 1, 31_500),
            (300, 100, 18_000),
        ];
        for (pipes, rows, ms) in table {
            assert_eq!(interval(pipes, rows), Duration::from_millis(ms), "{pipes}");
        }
        assert!(interval(usize::MAX, 1) > STATISTICS);
    }
}
