//! How a track arrives from its client: what came, what did not, and how evenly.

pub(crate) mod feedback;
pub(crate) mod key_frames;
pub(crate) mod missing;
pub(crate) mod redundancy;
pub(crate) mod speech;

use std::time::{Duration, Instant};

use media_wire::ntp::{self, NtpTime};
use media_wire::rtcp::ReportBlock;

use crate::reception::missing::Missing;

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepted {
    /// The newest so far; whether there is a gap before it.
    Newest {
        /// Packets are missing before it.
        gap: bool,
    },
    /// It fills a gap.
    Older,
    /// It was there already, or comes too late.
    Useless,
}

/// Reception of one RTP stream and its retransmissions (RFC 3550 section 6.4.1, appendix A).
#[derive(Debug, Default)]
pub(crate) struct Reception {
    first: u64,
    newest: Option<u64>,
    pub(crate) missing: Missing,
    /// Packets of the stream itself, without retransmissions.
    direct: u64,
    /// Packets when [`Reception::has_news`] was last asked.
    told: u64,
    expected_before: u64,
    direct_before: u64,
    jitter: f64,
    clock: u32,
    transit: Option<f64>,
    sender_report: Option<(u32, Instant)>,
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) repaired: u64,
    pub(crate) nacks: u64,
}

impl Reception {
    /// The highest extended sequence number so far.
    pub(crate) fn newest(&self) -> Option<u64> {
        self.newest
    }

    /// Decide about a packet by its extended sequence number.
    ///
    /// Each number is accepted once: as the newest, or because it was missing.
    pub(crate) fn accept(&mut self, now: Instant, sequence: u64, repair: bool) -> Accepted {
        let accepted = match self.newest {
            None if repair => return Accepted::Useless,
            None => {
                self.first = sequence;
                self.newest = Some(sequence);
                Accepted::Newest { gap: false }
            }
            Some(newest) if sequence > newest => {
                self.missing.skipped(now, newest + 1, sequence);
                self.newest = Some(sequence);
                Accepted::Newest {
                    gap: sequence > newest + 1,
                }
            }
            Some(_) => match self.missing.came(sequence) {
                None => return Accepted::Useless,
                Some(tries) => {
                    self.repaired += u64::from(repair || tries > 0);
                    Accepted::Older
                }
            },
        };
        self.packets += 1;
        self.direct += u64::from(!repair);
        accepted
    }

    /// Take the timing of a packet that was not retransmitted (RFC 3550 appendix A.8).
    pub(crate) fn timing(&mut self, since_start: Duration, timestamp: u32, clock: u32) {
        if self.clock != clock {
            (self.clock, self.transit, self.jitter) = (clock, None, 0.0);
        }
        let arrival = since_start.as_secs_f64() * f64::from(clock);
        let transit = (arrival - f64::from(timestamp)).rem_euclid(4_294_967_296.0);
        if let Some(before) = self.transit {
            let distance = (transit - before).abs();
            let distance = distance.min(4_294_967_296.0 - distance);
            // A new time line is not jitter.
            if distance < f64::from(clock) * 10.0 {
                self.jitter += (distance - self.jitter) / 16.0;
            }
        }
        self.transit = Some(transit);
    }

    /// Jitter in units of the codec's clock.
    pub(crate) fn jitter(&self) -> f64 {
        self.jitter
    }

    /// A sender report came.
    pub(crate) fn sender_report(&mut self, now: Instant, wall: NtpTime) {
        self.sender_report = Some((wall.middle(), now));
    }

    fn expected(&self) -> u64 {
        self.newest.map_or(0, |newest| newest - self.first + 1)
    }

    /// Packets still missing, negative if there were more than expected.
    pub(crate) fn lost(&self) -> i64 {
        self.expected().cast_signed() - self.packets.cast_signed()
    }

    /// Whether something came since this was last asked: then it is reported on (RFC 3550 section 6.4).
    pub(crate) fn has_news(&mut self) -> bool {
        std::mem::replace(&mut self.told, self.packets) != self.packets
    }

    /// The report block about this stream, if anything of it came. Loss is that of the path, before
    /// any repair.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // wire formats saturate or wrap
    pub(crate) fn report(&mut self, now: Instant, ssrc: u32) -> Option<ReportBlock> {
        let newest = self.newest?;
        let expected = self.expected();
        let expected_now = expected - self.expected_before;
        let direct_now = self.direct - self.direct_before;
        self.expected_before = expected;
        self.direct_before = self.direct;
        let lost_now = expected_now.saturating_sub(direct_now);
        let fraction = (lost_now * 256).checked_div(expected_now).unwrap_or(0);
        let lost = expected.cast_signed() - self.direct.cast_signed();
        let (last_report, delay) = self.sender_report.map_or((0, 0), |(middle, came)| {
            (middle, ntp::short(now.saturating_duration_since(came)))
        });
        Some(ReportBlock {
            ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            lost: lost.clamp(-0x80_0000, 0x7f_ffff) as i32,
            highest: newest as u32,
            jitter: self.jitter as u32,
            last_report,
            delay,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_accepted_once() {
        let now = Instant::now();
        let mut reception = Reception::default();
        let table = [
            (100, false, Accepted::Newest { gap: false }),
            (100, false, Accepted::Useless),
            (99, false, Accepted::Useless),
            (103, false, Accepted::Newest { gap: true }),
            (102, true, Accepted::Older),
            (102, false, Accepted::Useless),
            (101, false, Accepted::Older),
            (104, true, Accepted::Newest { gap: false }),
            (104, false, Accepted::Useless),
        ];
        for (sequence, repair, expected) in table {
            assert_eq!(
                reception.accept(now, sequence, repair),
                expected,
                "{sequence}"
            );
        }
        assert_eq!((reception.packets, reception.repaired), (5, 1));
        assert_eq!(reception.lost(), 0);
    }

    #[test]
    fn a_report_tells_the_loss_of_the_path() {
        let now = Instant::now();
        let mut reception = Reception::default();
        assert_eq!(reception.report(now, 7), None);
        for sequence in (65_536..65_636).filter(|n| n % 4 != 1) {
            reception.accept(now, sequence, false);
        }
        assert_eq!(reception.accept(now, 65_537, true), Accepted::Older);
        reception.sender_report(now, NtpTime(0x1234_5678_9abc_def0));
        let report = reception.report(now + Duration::from_secs(2), 7).unwrap();
        assert_eq!(report.lost, 25);
        assert_eq!(report.fraction_lost, 64);
        assert_eq!(report.highest, 65_635);
        assert_eq!(report.last_report, 0x5678_9abc);
        assert_eq!(report.delay, 2 << 16);
        assert_eq!(reception.lost(), 24);
        let again = reception.report(now, 7).unwrap();
        assert_eq!((again.fraction_lost, again.lost), (0, 25));
    }

    #[test]
    fn jitter_follows_the_variation_of_transit() {
        let mut even = Reception::default();
        let mut uneven = Reception::default();
        for n in 0..200u32 {
            let timestamp = (n * 960).wrapping_sub(50_000);
            let at = Duration::from_millis(20) * n;
            even.timing(at, timestamp, 48_000);
            uneven.timing(at + Duration::from_millis(10) * (n % 2), timestamp, 48_000);
        }
        assert!(even.jitter() < 1.0);
        assert!((uneven.jitter() - 480.0).abs() < 5.0, "{}", uneven.jitter());
    }
}
