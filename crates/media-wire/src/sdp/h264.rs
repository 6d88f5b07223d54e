//! H.264 `profile-level-id`: which profiles are the same, which level to answer.
//!
//! RFC 6184 §8.1: three bytes `profile_idc`, `profile-iop`, `level_idc` in hexadecimal.

use std::fmt;

/// A profile that browsers use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum H264Profile {
    /// Constrained Baseline.
    ConstrainedBaseline,
    /// Baseline.
    Baseline,
    /// Main.
    Main,
    /// Extended.
    Extended,
    /// High.
    High,
    /// Constrained High.
    ConstrainedHigh,
    /// High 4:4:4 Predictive.
    HighPredictive444,
}

/// A level, ordered by what a decoder must be able to do: 1 < 1b < 1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct H264Level {
    /// Ten times the level.
    tenfold: u8,
    /// Level 1b, between 1 and 1.1: more than level 1, so it is written as 10 here.
    b: bool,
}

/// A profile and a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProfileLevelId {
    /// What tools a stream may use.
    pub profile: H264Profile,
    /// How large and fast it may be.
    pub level: H264Level,
}

/// What each profile looks like: `profile_idc`, mask and value of `profile-iop`
/// (RFC 6184 §8.1, table 5; High 4:4:4 and Constrained High by ITU-T H.264 annex A).
/// The first one that fits is meant.
const PROFILES: [(u8, u8, u8, H264Profile); 10] = [
    (
        0x42,
        0b0100_1111,
        0b0100_0000,
        H264Profile::ConstrainedBaseline,
    ),
    (
        0x4d,
        0b1000_1111,
        0b1000_0000,
        H264Profile::ConstrainedBaseline,
    ),
    (
        0x58,
        0b1100_1111,
        0b1100_0000,
        H264Profile::ConstrainedBaseline,
    ),
    (0x42, 0b0100_1111, 0b0000_0000, H264Profile::Baseline),
    (0x58, 0b1100_1111, 0b1000_0000, H264Profile::Baseline),
    (0x4d, 0b1010_1111, 0b0000_0000, H264Profile::Main),
    (0x58, 0b1100_1111, 0b0000_0000, H264Profile::Extended),
    (0x64, 0b1111_1111, 0b0000_0000, H264Profile::High),
    (0x64, 0b1111_1111, 0b0000_1100, H264Profile::ConstrainedHigh),
    (
        0xf4,
        0b1111_1111,
        0b0000_0000,
        H264Profile::HighPredictive444,
    ),
];

impl Default for ProfileLevelId {
    /// Baseline level 1: what an absent parameter means.
    fn default() -> Self {
        Self {
            profile: H264Profile::Baseline,
            level: H264Level {
                tenfold: 10,
                b: false,
            },
        }
    }
}

impl ProfileLevelId {
    /// Reads six hexadecimal digits; nothing for a profile that is not known.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        if value.len() != 6 || !value.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let [_, idc, iop, level] = u32::from_str_radix(value, 16).ok()?.to_be_bytes();
        let profile = PROFILES
            .iter()
            .find(|(known, mask, pattern, _)| *known == idc && iop & mask == *pattern)?
            .3;
        let level = match level {
            // Level 1b: 9, or 11 with constraint_set3_flag in the older profiles.
            9 => (10, true),
            11 if iop & 0x10 != 0 && matches!(idc, 0x42 | 0x4d | 0x58) => (10, true),
            10..=13 | 20..=22 | 30..=32 | 40..=42 | 50..=52 | 60..=62 => (level, false),
            _ => return None,
        };
        Some(Self {
            profile,
            level: H264Level {
                tenfold: level.0,
                b: level.1,
            },
        })
    }
}

impl fmt::Display for ProfileLevelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (idc, iop) = match self.profile {
            H264Profile::ConstrainedBaseline => (0x42, 0xe0),
            H264Profile::Baseline => (0x42, 0x00),
            H264Profile::Main => (0x4d, 0x00),
            H264Profile::Extended => (0x58, 0x00),
            H264Profile::High => (0x64, 0x00),
            H264Profile::ConstrainedHigh => (0x64, 0x0c),
            H264Profile::HighPredictive444 => (0xf4, 0x00),
        };
        let older = matches!(idc, 0x42 | 0x4d | 0x58);
        let (iop, level) = match (self.level.b, older) {
            (false, _) => (iop, self.level.tenfold),
            (true, true) => (iop | 0x10, 11),
            (true, false) => (iop, 9),
        };
        write!(f, "{idc:02x}{iop:02x}{level:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(value: &str) -> ProfileLevelId {
        ProfileLevelId::parse(value).unwrap()
    }

    #[test]
    fn profiles_of_browsers_are_known() {
        for (value, profile) in [
            ("42e01f", H264Profile::ConstrainedBaseline),
            ("42C02A", H264Profile::ConstrainedBaseline),
            ("4d801f", H264Profile::ConstrainedBaseline),
            ("58c01f", H264Profile::ConstrainedBaseline),
            ("42001f", H264Profile::Baseline),
            ("58801f", H264Profile::Baseline),
            ("4d001f", H264Profile::Main),
            ("4d401f", H264Profile::Main),
            ("58001f", H264Profile::Extended),
            ("64001f", H264Profile::High),
            ("640c1f", H264Profile::ConstrainedHigh),
            ("f4001f", H264Profile::HighPredictive444),
        ] {
            assert_eq!(parse(value).profile, profile, "{value}");
        }
        for bad in [
            "", "42e0", "42e01f00", "zz001f", "64011f", "43001f", "42e0ff", "+2e01f",
        ] {
            assert_eq!(ProfileLevelId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn level_1b_is_between_1_and_1_1() {
        assert!(parse("42000a").level < parse("42100b").level);
        assert!(parse("42100b").level < parse("42000b").level);
        assert!(parse("640009").level < parse("64000b").level);
        assert_eq!(parse("42000a"), ProfileLevelId::default());
    }

    #[test]
    fn what_is_written_is_read() {
        for (idc, _, pattern, profile) in PROFILES {
            for level in [10, 11, 13, 31, 52] {
                let value = format!("{idc:02x}{pattern:02x}{level:02x}");
                let parsed = parse(&value);
                assert_eq!(parsed.profile, profile);
                assert_eq!(parse(&parsed.to_string()), parsed);
            }
        }
        for value in ["42100b", "42f00b", "4d100b", "640009"] {
            assert_eq!(parse(&parse(value).to_string()), parse(value), "{value}");
        }
    }
}
