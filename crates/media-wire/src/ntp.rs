//! NTP timestamps as RTCP carries them: 32.32 fixed point since 1900.

use std::time::Duration;

/// Seconds between 1900-01-01 and 1970-01-01 (RFC 868).
const UNIX_EPOCH: u64 = 2_208_988_800;

/// Seconds since 1900 in the upper, fractions of 2⁻³² s in the lower 32 bits
/// (RFC 3550 §4). Wraps in 2036, as the format does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NtpTime(pub u64);

impl NtpTime {
    /// From the time since 1970-01-01.
    #[must_use]
    pub fn from_unix(since_1970: Duration) -> Self {
        Self(fixed(since_1970).wrapping_add(UNIX_EPOCH << 32))
    }

    /// The time since 1970-01-01, to the nearest representable value below.
    #[must_use]
    pub fn to_unix(self) -> Duration {
        duration(self.0.wrapping_sub(UNIX_EPOCH << 32))
    }

    /// The middle 32 bits, 16.16 fixed point: LSR of a report block (RFC 3550 §6.4.1).
    #[must_use]
    pub const fn middle(self) -> u32 {
        let [_, _, a, b, c, d, _, _] = self.0.to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// Seconds as 6.18 fixed point: the abs-send-time header extension, 24 bits.
    #[must_use]
    pub const fn absolute_send_time(self) -> u32 {
        ((self.0 >> 14) & 0x00ff_ffff) as u32
    }

    /// This time and `later` more.
    #[must_use]
    pub fn plus(self, later: Duration) -> Self {
        Self(self.0.wrapping_add(fixed(later)))
    }

    /// The time from `earlier` to this one; nothing if it is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        duration(self.0.saturating_sub(earlier.0))
    }
}

/// A duration as 16.16 fixed-point seconds: DLSR of a report block.
/// Saturates at 18 hours.
#[must_use]
pub fn short(duration: Duration) -> u32 {
    u32::try_from(fixed(duration) >> 16).unwrap_or(u32::MAX)
}

/// The duration of 16.16 fixed-point seconds.
#[must_use]
pub fn from_short(short: u32) -> Duration {
    duration(u64::from(short) << 16)
}

fn fixed(duration: Duration) -> u64 {
    let fraction = (u64::from(duration.subsec_nanos()) << 32) / 1_000_000_000;
    (duration.as_secs() << 32) | fraction
}

fn duration(fixed: u64) -> Duration {
    let nanoseconds = ((fixed & 0xffff_ffff) * 1_000_000_000) >> 32;
    Duration::from_secs(fixed >> 32) + Duration::from_nanos(nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_example_of_rfc_3550_holds() {
        // §6.4.1, figure 2: SR at 0xb44db705:20000000, DLSR 5.25 s, LSR 0xb7052000.
        let sent = NtpTime(0xb44d_b705_2000_0000);
        assert_eq!(sent.middle(), 0xb705_2000);
        assert_eq!(short(Duration::from_millis(5250)), 0x0005_4000);
        assert_eq!(from_short(0x0005_4000), Duration::from_millis(5250));
        let received = sent.plus(Duration::from_millis(11_375));
        let round_trip = received
            .middle()
            .wrapping_sub(0x0005_4000)
            .wrapping_sub(sent.middle());
        assert_eq!(from_short(round_trip), Duration::from_millis(6125));
    }

    #[test]
    fn unix_time_comes_back() {
        let now = Duration::new(1_790_000_000, 500_000_000);
        let time = NtpTime::from_unix(now);
        assert_eq!(time.0 & 0xffff_ffff, 0x8000_0000);
        assert_eq!(time.to_unix(), now);
        assert_eq!(time.plus(Duration::from_secs(3)).since(time).as_secs(), 3);
        assert_eq!(
            time.since(time.plus(Duration::from_secs(1))),
            Duration::ZERO
        );
    }

    #[test]
    fn send_time_has_eighteen_bits_of_fraction_and_wraps_at_64_seconds() {
        let time = NtpTime((67 << 32) | 0x8000_0000);
        assert_eq!(time.absolute_send_time(), (3 << 18) | (1 << 17));
    }

    #[test]
    fn long_delays_saturate() {
        assert_eq!(short(Duration::from_secs(70_000)), u32::MAX);
    }
}
