//! Values of single attributes: how each is read and written.

use std::fmt;

use super::limits;

/// `a=sendrecv` and its kin (RFC 8866 §6.7), from the writer's point of view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Both ways.
    #[default]
    SendRecv,
    /// The writer sends.
    SendOnly,
    /// The writer receives.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// By what the writer does.
    #[must_use]
    pub const fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// Whether the writer sends.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether the writer receives.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The same from the other side.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self::of(self.receives(), self.sends())
    }

    /// The attribute's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        [
            Self::SendRecv,
            Self::SendOnly,
            Self::RecvOnly,
            Self::Inactive,
        ]
        .into_iter()
        .find(|direction| direction.name() == name)
    }
}

/// `a=setup`: role in the DTLS handshake (RFC 4145 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Setup {
    /// Either; the answerer chooses.
    ActPass,
    /// DTLS client.
    Active,
    /// DTLS server.
    Passive,
    /// Not yet.
    HoldConn,
}

impl Setup {
    /// The attribute's value.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ActPass => "actpass",
            Self::Active => "active",
            Self::Passive => "passive",
            Self::HoldConn => "holdconn",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::ActPass, Self::Active, Self::Passive, Self::HoldConn]
            .into_iter()
            .find(|setup| setup.name() == name)
    }
}

/// `a=fingerprint`: a hash of the certificate (RFC 8122 §5).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// Hash function in lower case, e.g. `sha-256`.
    pub algorithm: String,
    /// The hash, 1 to 64 bytes.
    pub bytes: Vec<u8>,
}

impl Fingerprint {
    /// Reads `sha-256 AB:CD:…`; the length must be right for a known hash function.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let (algorithm, digits) = value.split_once(' ')?;
        let algorithm = token(algorithm)?.to_ascii_lowercase();
        let digits = digits.trim_matches(' ');
        let bytes = digits.split(':').map(byte).collect::<Option<Vec<_>>>()?;
        let expected = match algorithm.as_str() {
            "sha-1" => 20,
            "sha-224" => 28,
            "sha-256" => 32,
            "sha-384" => 48,
            "sha-512" => 64,
            _ => bytes.len().min(64),
        };
        (bytes.len() == expected).then_some(Self { algorithm, bytes })
    }
}

fn byte(digits: &str) -> Option<u8> {
    let two = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    two.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.algorithm)?;
        for (index, byte) in self.bytes.iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

/// `a=extmap`: which id stands for a header extension (RFC 8285 §5).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Extension {
    /// 1 to 255; 4096 to 4351 are offered when there are more than ids.
    pub id: u16,
    /// Who uses it, if not both.
    pub direction: Option<Direction>,
    /// Which extension; see [`crate::extension::Kind`].
    pub uri: String,
    /// What else the extension wants to say.
    pub attributes: Option<String>,
}

impl Extension {
    pub(super) fn parse(value: &str) -> Option<Self> {
        let (id, rest) = value.split_once(' ')?;
        let (id, direction) = match id.split_once('/') {
            Some((id, name)) => (id, Some(Direction::from_name(name)?)),
            None => (id, None),
        };
        let id = number(id)?;
        let rest = rest.trim_matches(' ');
        let (uri, attributes) = match rest.split_once(' ') {
            Some((uri, attributes)) => (uri, Some(attributes.trim_matches(' ').to_owned())),
            None => (rest, None),
        };
        let valid = matches!(id, 1..=255 | 4096..=4351) && !uri.is_empty();
        valid.then(|| Self {
            id,
            direction,
            uri: uri.to_owned(),
            attributes,
        })
    }
}

impl fmt::Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.id)?;
        if let Some(direction) = self.direction {
            write!(f, "/{}", direction.name())?;
        }
        write!(f, " {}", self.uri)?;
        match &self.attributes {
            Some(attributes) => write!(f, " {attributes}"),
            None => Ok(()),
        }
    }
}

/// `a=msid`: to which stream and as which track a section belongs (RFC 8830).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Msid {
    /// Stream; `-` is none.
    pub stream: String,
    /// Track.
    pub track: Option<String>,
}

impl Msid {
    pub(super) fn parse(value: &str) -> Option<Self> {
        let mut words = value.split(' ').filter(|word| !word.is_empty());
        Some(Self {
            stream: words.next()?.to_owned(),
            track: words.next().map(str::to_owned),
        })
    }
}

impl fmt::Display for Msid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stream)?;
        match &self.track {
            Some(track) => write!(f, " {track}"),
            None => Ok(()),
        }
    }
}

/// `a=ssrc`: a source and what is said of it (RFC 5576 §4.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ssrc {
    /// The source.
    pub ssrc: u32,
    /// Its canonical name.
    pub cname: Option<String>,
    /// Its stream and track, in the manner older than [`Msid`] of the section.
    pub msid: Option<Msid>,
}

/// `a=ssrc-group`: sources that belong together (RFC 5576 §4.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SsrcGroup {
    /// `FID`: the second retransmits the first.
    pub semantics: String,
    /// The sources, in order.
    pub ssrcs: Vec<u32>,
}

impl SsrcGroup {
    pub(super) fn parse(value: &str) -> Option<Self> {
        let mut words = value.split(' ').filter(|word| !word.is_empty());
        let semantics = token(words.next()?)?.to_owned();
        let ssrcs = words.map(number).collect::<Option<Vec<_>>>()?;
        (ssrcs.len() <= limits::SSRCS).then_some(Self { semantics, ssrcs })
    }
}

/// `a=rid`: a layer of a section (RFC 8851 §4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rid {
    /// Its name.
    pub id: String,
    /// Whether the writer sends it; otherwise it wants to receive it.
    pub sends: bool,
    /// Payload types and restrictions, as written.
    pub restrictions: Option<String>,
}

impl Rid {
    pub(super) fn parse(value: &str) -> Option<Self> {
        let (id, rest) = value.split_once(' ')?;
        let (direction, restrictions) = match rest.split_once(' ') {
            Some((direction, restrictions)) => (direction, Some(restrictions.to_owned())),
            None => (rest, None),
        };
        Some(Self {
            id: identifier(id)?.to_owned(),
            sends: match direction {
                "send" => true,
                "recv" => false,
                _ => return None,
            },
            restrictions,
        })
    }
}

impl fmt::Display for Rid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = if self.sends { "send" } else { "recv" };
        write!(f, "{} {direction}", self.id)?;
        match &self.restrictions {
            Some(restrictions) => write!(f, " {restrictions}"),
            None => Ok(()),
        }
    }
}

/// A decimal number without sign or space.
pub(super) fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let digits = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// One or more token characters (RFC 8866 §9).
pub(super) fn token(text: &str) -> Option<&str> {
    let allowed = |byte: u8| byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]".contains(&byte);
    (!text.is_empty() && text.bytes().all(allowed)).then_some(text)
}

/// A token short enough to name a section or a layer.
pub(super) fn identifier(text: &str) -> Option<&str> {
    token(text).filter(|text| text.len() <= limits::IDENTIFIER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_seen_from_both_sides() {
        for (direction, other) in [
            (Direction::SendRecv, Direction::SendRecv),
            (Direction::SendOnly, Direction::RecvOnly),
            (Direction::RecvOnly, Direction::SendOnly),
            (Direction::Inactive, Direction::Inactive),
        ] {
            assert_eq!(direction.reversed(), other);
            assert_eq!(
                Direction::of(direction.sends(), direction.receives()),
                direction
            );
            assert_eq!(Direction::from_name(direction.name()), Some(direction));
        }
    }

    #[test]
    fn fingerprints_must_have_the_length_of_their_hash() {
        let digits = ["0a"; 32].join(":");
        let fingerprint = Fingerprint::parse(&format!("SHA-256 {digits}")).unwrap();
        assert_eq!(fingerprint.bytes, [10; 32]);
        assert_eq!(
            fingerprint.to_string(),
            format!("sha-256 {}", digits.to_uppercase())
        );
        for bad in [
            "sha-256 0a",
            "sha-256",
            "sha-256 ",
            "md5 0g",
            "md5 +1",
            "md5 1:2",
            "m d 01",
        ] {
            assert_eq!(Fingerprint::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn extensions_have_an_id_of_the_allowed_ranges() {
        let text = "3/recvonly urn:x:y with more";
        let extension = Extension::parse(text).unwrap();
        assert_eq!(extension.direction, Some(Direction::RecvOnly));
        assert_eq!(extension.attributes.as_deref(), Some("with more"));
        assert_eq!(extension.to_string(), text);
        for bad in ["0 u", "256 u", "4352 u", "1", "1 ", "1/x u", "-1 u", "+1 u"] {
            assert_eq!(Extension::parse(bad), None, "{bad}");
        }
        assert!(Extension::parse("4096 u").is_some());
    }

    #[test]
    fn layers_are_read() {
        let text = "h send pt=96;max-width=1280";
        let rid = Rid::parse(text).unwrap();
        assert!(rid.sends);
        assert_eq!(rid.to_string(), text);
        assert_eq!(Rid::parse("h both"), None);
        assert_eq!(Rid::parse("h"), None);
    }

    #[test]
    fn groups_name_numbers() {
        let group = SsrcGroup::parse("FID 1 4294967295").unwrap();
        assert_eq!(group.ssrcs, [1, u32::MAX]);
        assert_eq!(SsrcGroup::parse("FID 4294967296"), None);
        assert_eq!(SsrcGroup::parse(""), None);
    }
}
