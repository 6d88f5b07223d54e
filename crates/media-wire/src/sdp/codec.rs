//! Codecs of a section: `a=rtpmap`, `a=fmtp` and `a=rtcp-fb`, and which are the same.

use super::attribute::{number, token};
use super::h264::ProfileLevelId;
use super::limits;

/// A payload type and what it stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codec {
    /// 0..=127.
    pub payload_type: u8,
    /// Encoding name, as written; compared without regard to case.
    pub name: String,
    /// Clock rate in Hz.
    pub clock: u32,
    /// Audio channels; 1 for video.
    pub channels: u8,
    /// Format parameters, in order.
    pub parameters: Vec<Parameter>,
    /// Kinds of feedback, e.g. `nack pli`.
    pub feedback: Vec<String>,
}

/// A format parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, or all of it if it has no `=`.
    pub name: String,
    /// Its value.
    pub value: Option<String>,
}

impl Codec {
    /// A codec without parameters and feedback.
    #[must_use]
    pub fn new(payload_type: u8, name: &str, clock: u32, channels: u8) -> Self {
        Self {
            payload_type,
            name: name.to_owned(),
            clock,
            channels,
            ..Self::default()
        }
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.push(Parameter {
            name: name.to_owned(),
            value: Some(value.to_owned()),
        });
        self
    }

    /// What a payload type means without `a=rtpmap` (RFC 3551 §6).
    #[must_use]
    pub fn of_static(payload_type: u8) -> Option<Self> {
        let (name, channels) = match payload_type {
            0 => ("PCMU", 1),
            3 => ("GSM", 1),
            8 => ("PCMA", 1),
            9 => ("G722", 1),
            13 => ("CN", 1),
            18 => ("G729", 1),
            _ => return None,
        };
        Some(Self::new(payload_type, name, 8000, channels))
    }

    /// Whether the encoding has this name.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value of a format parameter; names are compared without regard to case.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|parameter| parameter.name.eq_ignore_ascii_case(name))
            .and_then(|parameter| parameter.value.as_deref())
    }

    /// The payload type that this one retransmits (RFC 4588 §8.1).
    #[must_use]
    pub fn retransmits(&self) -> Option<u8> {
        let apt = self.is("rtx").then(|| self.parameter("apt")).flatten()?;
        number(apt)
    }

    /// Whether this kind of feedback was agreed, e.g. `nack` or `ccm fir`.
    #[must_use]
    pub fn has_feedback(&self, kind: &str) -> bool {
        self.feedback.iter().any(|known| known == kind)
    }

    /// H.264's profile and level; nothing if they cannot be read (RFC 6184 §8.1).
    #[must_use]
    pub fn profile_level_id(&self) -> Option<ProfileLevelId> {
        match self.parameter("profile-level-id") {
            Some(value) => ProfileLevelId::parse(value),
            None => Some(ProfileLevelId::default()),
        }
    }

    /// Whether a stream of one can be taken for a stream of the other, whatever their
    /// payload types: name, clock and channels, and for H.264 packetization mode and
    /// profile (RFC 6184 §8.2.2; the level is no part of it, see [`Self::answer_level`]).
    #[must_use]
    pub fn compatible_with(&self, other: &Self) -> bool {
        let same =
            self.is(&other.name) && self.clock == other.clock && self.channels == other.channels;
        same && (!self.is("H264") || self.compatible_h264(other))
    }

    fn compatible_h264(&self, other: &Self) -> bool {
        let profile = |codec: &Self| codec.profile_level_id().map(|id| id.profile);
        self.packetization_mode() == other.packetization_mode()
            && profile(self).is_some()
            && profile(self) == profile(other)
    }

    fn packetization_mode(&self) -> Option<u8> {
        number(self.parameter("packetization-mode").unwrap_or("0"))
    }

    /// The `profile-level-id` for an answer, where `self` is what the answerer can receive
    /// and `offer` the compatible codec of the offer: the answerer's level when both allow
    /// asymmetry, else the lower one (RFC 6184 §8.2.2).
    #[must_use]
    pub fn answer_level(&self, offer: &Self) -> Option<ProfileLevelId> {
        let asymmetric = |codec: &Self| codec.parameter("level-asymmetry-allowed") == Some("1");
        let own = self.profile_level_id()?;
        let offered = offer.profile_level_id()?;
        let level = if asymmetric(self) && asymmetric(offer) {
            own.level
        } else {
            own.level.min(offered.level)
        };
        Some(ProfileLevelId {
            profile: own.profile,
            level,
        })
    }

    /// Takes over the value of `a=rtpmap` after the payload type.
    pub(super) fn read_map(&mut self, value: &str) -> Option<()> {
        let mut parts = value.trim_matches(' ').split('/');
        let name = token(parts.next()?)?;
        let clock = number(parts.next()?).filter(|clock| *clock > 0)?;
        let channels = match parts.next() {
            Some(channels) => number(channels).filter(|channels| *channels > 0)?,
            None => 1,
        };
        name.clone_into(&mut self.name);
        self.clock = clock;
        self.channels = channels;
        Some(())
    }

    /// Takes over the value of `a=fmtp` after the payload type.
    pub(super) fn read_parameters(&mut self, value: &str) -> Option<()> {
        let parameters: Vec<_> = value
            .split(';')
            .map(|part| part.trim_matches(' '))
            .filter(|part| !part.is_empty())
            .map(|part| match part.split_once('=') {
                Some((name, value)) => Parameter {
                    name: name.trim_matches(' ').to_owned(),
                    value: Some(value.trim_matches(' ').to_owned()),
                },
                None => Parameter {
                    name: part.to_owned(),
                    value: None,
                },
            })
            .take(limits::PARAMETERS + 1)
            .collect();
        if parameters.len() > limits::PARAMETERS {
            return None;
        }
        self.parameters = parameters;
        Some(())
    }

    /// Takes over a kind of feedback.
    pub(super) fn read_feedback(&mut self, kind: &str) -> Option<()> {
        if self.has_feedback(kind) {
            return Some(());
        }
        if self.feedback.len() >= limits::FEEDBACK {
            return None;
        }
        self.feedback.push(kind.to_owned());
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h264(parameters: &str) -> Codec {
        let mut codec = Codec::new(102, "H264", 90_000, 1);
        codec.read_parameters(parameters).unwrap();
        codec
    }

    #[test]
    fn names_are_compared_without_case_clock_and_channels_exactly() {
        let opus = Codec::new(111, "opus", 48_000, 2);
        assert!(opus.compatible_with(&Codec::new(109, "OPUS", 48_000, 2)));
        assert!(!opus.compatible_with(&Codec::new(109, "opus", 48_000, 1)));
        assert!(!opus.compatible_with(&Codec::new(109, "opus", 16_000, 2)));
        assert!(!opus.compatible_with(&Codec::new(109, "vorbis", 48_000, 2)));
    }

    #[test]
    fn h264_is_compared_by_packetization_mode_and_profile() {
        let own = h264("packetization-mode=1;profile-level-id=42e01f");
        assert!(own.compatible_with(&h264("profile-level-id=42C00D; packetization-mode=1")));
        assert!(own.compatible_with(&h264("profile-level-id=4d8029;packetization-mode=1")));
        assert!(!own.compatible_with(&h264("packetization-mode=1;profile-level-id=42001f")));
        assert!(!own.compatible_with(&h264("packetization-mode=0;profile-level-id=42e01f")));
        assert!(!own.compatible_with(&h264("profile-level-id=42e01f")));
        assert!(h264("").compatible_with(&h264("profile-level-id=42001f")));
        let unknown = h264("packetization-mode=1;profile-level-id=ffffff");
        assert!(!unknown.compatible_with(&unknown));
    }

    #[test]
    fn the_lower_level_is_answered_unless_both_allow_asymmetry() {
        let level = |own: &str, offer: &str| h264(own).answer_level(&h264(offer)).unwrap();
        let plain = level("profile-level-id=42e01f", "profile-level-id=42e00d");
        assert_eq!(plain.to_string(), "42e00d");
        let one_sided = level(
            "profile-level-id=42e01f;level-asymmetry-allowed=1",
            "profile-level-id=42e034",
        );
        assert_eq!(one_sided.to_string(), "42e01f");
        let both = level(
            "profile-level-id=42e01f;level-asymmetry-allowed=1",
            "profile-level-id=42e00d;level-asymmetry-allowed=1",
        );
        assert_eq!(both.to_string(), "42e01f");
    }

    #[test]
    fn retransmission_names_its_payload_type() {
        assert_eq!(
            Codec::new(97, "rtx", 90_000, 1)
                .with("apt", "96")
                .retransmits(),
            Some(96)
        );
        assert_eq!(Codec::new(97, "rtx", 90_000, 1).retransmits(), None);
        assert_eq!(
            Codec::new(97, "VP8", 90_000, 1)
                .with("apt", "96")
                .retransmits(),
            None
        );
    }

    #[test]
    fn parameters_without_value_are_kept() {
        let codec = h264("0-15; a = b ;;c=d=e");
        let found: Vec<_> = codec
            .parameters
            .iter()
            .map(|parameter| (parameter.name.as_str(), parameter.value.as_deref()))
            .collect();
        assert_eq!(
            found,
            [("0-15", None), ("a", Some("b")), ("c", Some("d=e"))]
        );
        assert_eq!(codec.parameter("A"), Some("b"));
        assert_eq!(codec.parameter("0-15"), None);
    }

    #[test]
    fn maps_need_a_name_and_a_clock() {
        let mut codec = Codec::default();
        codec.read_map("opus/48000/2").unwrap();
        assert_eq!((codec.clock, codec.channels), (48_000, 2));
        for bad in [
            "",
            "opus",
            "opus/0",
            "opus/x",
            "opus/48000/0",
            "/8000",
            "o pus/8000",
        ] {
            assert_eq!(codec.read_map(bad), None, "{bad}");
        }
    }
}
