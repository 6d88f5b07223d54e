//! One outgoing RTP stream: what must go on when its source changes.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use media_wire::ntp::{self, NtpTime};
use media_wire::rtcp::{ReportBlock, SenderInfo};

use crate::random::Random;

/// Sender reports remembered for the round-trip time.
const MAX_REPORTS: usize = 4;

/// The last packet that went out, for the next source to continue from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Last {
    pub(crate) timestamp: u32,
    pub(crate) at: Instant,
    pub(crate) picture: u16,
    pub(crate) base: u8,
}

/// An SSRC and its RTX SSRC, for the life of a slot.
///
/// Sequence numbers are extended: their upper bits are the roll-over counter. A number is used
/// once, for ever, since it is part of the nonce.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    pub(crate) ssrc: u32,
    pub(crate) rtx_ssrc: u32,
    /// The number of the next packet.
    pub(crate) next: u64,
    /// The number of the next retransmission.
    pub(crate) rtx_next: u64,
    /// Added to the timestamps of the first source.
    pub(crate) timestamp_offset: u32,
    pub(crate) last: Option<Last>,
    packets: u32,
    octets: u32,
    /// How many packets the last report told of, and whether it was news.
    told: (u32, bool),
    reports: VecDeque<(u32, Instant)>,
    /// Cumulative loss as the client told last.
    pub(crate) lost: i32,
}

impl Stream {
    pub(crate) fn new(random: &mut Random) -> Self {
        // RFC 3711 section 3.3.1: below 2^15, so that no loss makes the receiver guess a wrong
        // roll-over counter.
        let mut begin = || u64::from(random.u32() & 0x7fff);
        let (next, rtx_next) = (begin(), begin());
        Self {
            ssrc: random.u32(),
            rtx_ssrc: random.u32(),
            next,
            rtx_next,
            timestamp_offset: random.u32(),
            last: None,
            packets: 0,
            octets: 0,
            told: (0, false),
            reports: VecDeque::new(),
            lost: 0,
        }
    }

    /// A packet of this many payload bytes went out.
    pub(crate) fn count(&mut self, octets: usize) {
        self.packets = self.packets.wrapping_add(1);
        let octets = u32::try_from(octets).unwrap_or(u32::MAX);
        self.octets = self.octets.wrapping_add(octets);
    }

    /// Whether a sender report is due: something was sent since one of the last two (RFC 3550 section 6.4).
    pub(crate) fn has_news(&mut self) -> bool {
        let (told, was_news) = self.told;
        let is_news = self.packets != told;
        self.told = (self.packets, is_news);
        is_news || was_news
    }

    /// What an SR says of this stream, `timestamp` being that of the time `wall`.
    pub(crate) fn sender_info(
        &mut self,
        now: Instant,
        wall: NtpTime,
        timestamp: u32,
    ) -> SenderInfo {
        if self.reports.len() == MAX_REPORTS {
            self.reports.pop_front();
        }
        self.reports.push_back((wall.middle(), now));
        SenderInfo {
            ntp: wall,
            timestamp,
            packets: self.packets,
            octets: self.octets,
        }
    }

    /// A report block about this stream came. Tells the round-trip time, if it refers to an SR
    /// of ours (RFC 3550 section 6.4.1).
    pub(crate) fn reported(&mut self, now: Instant, block: &ReportBlock) -> Option<Duration> {
        self.lost = block.lost;
        let (_, sent) = self
            .reports
            .iter()
            .find(|(middle, _)| block.last_report != 0 && *middle == block.last_report)?;
        now.saturating_duration_since(*sent)
            .checked_sub(ntp::from_short(block.delay))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_round_trip_is_told_for_our_reports_only() {
        let now = Instant::now();
        let mut stream = Stream::new(&mut Random::new([0; 32]));
        assert!(stream.next < 0x8000 && stream.rtx_next < 0x8000);
        stream.count(100);
        let wall = NtpTime(77 << 32);
        let info = stream.sender_info(now, wall, 5);
        assert_eq!((info.packets, info.octets, info.timestamp), (1, 100, 5));
        let mut block = ReportBlock {
            ssrc: stream.ssrc,
            fraction_lost: 0,
            lost: 3,
            highest: 0,
            jitter: 0,
            last_report: wall.middle(),
            delay: 1 << 16,
        };
        let later = now + Duration::from_millis(1080);
        assert_eq!(
            stream.reported(later, &block),
            Some(Duration::from_millis(80))
        );
        assert_eq!(stream.lost, 3);
        block.delay = 2 << 16;
        assert_eq!(stream.reported(later, &block), None);
        block.last_report = 0;
        assert_eq!(stream.reported(later, &block), None);
    }
}
