//! Session descriptions: parse what browsers offer, write what they accept (RFC 8866).
//!
//! Attributes that Ringway has no use for are dropped when read. What is known is typed and
//! checked; every limit is in [`limits`].

mod attribute;
mod codec;
mod error;
mod h264;
pub mod limits;
mod parse;
mod section;
mod write;

pub use attribute::{Direction, Extension, Fingerprint, Msid, Rid, Setup, Ssrc, SsrcGroup};
pub use codec::{Codec, Parameter};
pub use error::{Problem, SdpError};
pub use h264::{H264Level, H264Profile, ProfileLevelId};
pub use section::{MediaKind, Section};

/// A whole description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// Who made it, and which version it is.
    pub origin: Origin,
    /// Each `a=group:BUNDLE`: mids that share one transport, the first one leading
    /// (RFC 9143).
    pub bundles: Vec<Vec<String>>,
    /// The writer is ICE-lite (RFC 8839 §5.3).
    pub ice_lite: bool,
    /// The text of `a=msid-semantic`.
    pub msid_semantic: Option<String>,
    /// What sections inherit.
    pub attributes: Attributes,
    /// The sections, in order.
    pub sections: Vec<Section>,
}

/// The `o=` line (RFC 8866 §5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// `-` unless somebody wants a name.
    pub username: String,
    /// The same in all descriptions of one connection.
    pub session_id: u64,
    /// One more with each description that differs.
    pub version: u64,
    /// Network type, address type and address, e.g. `IN IP4 127.0.0.1`.
    pub address: String,
}

impl Default for Origin {
    fn default() -> Self {
        Self {
            username: "-".into(),
            session_id: 0,
            version: 0,
            address: "IN IP4 127.0.0.1".into(),
        }
    }
}

/// What may stand at the level of the session and at that of a section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// ICE user name fragment, 4 to 256 ICE characters (RFC 8839 §5.4).
    pub ice_ufrag: Option<String>,
    /// ICE password, 22 to 256 ICE characters.
    pub ice_pwd: Option<String>,
    /// ICE options, e.g. `trickle`.
    pub ice_options: Vec<String>,
    /// Hashes of the certificate (RFC 8122 §5).
    pub fingerprints: Vec<Fingerprint>,
    /// Role in the DTLS handshake (RFC 4145 §4, RFC 8842 §5).
    pub setup: Option<Setup>,
    /// Who sends.
    pub direction: Option<Direction>,
    /// Header extensions (RFC 8285 §5).
    pub extensions: Vec<Extension>,
    /// One- and two-byte extension elements may be mixed (RFC 8285 §6).
    pub extmap_allow_mixed: bool,
}

impl Description {
    /// Reads a description; lines may end with CR LF or LF.
    ///
    /// # Errors
    /// [`SdpError`] names the line and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, SdpError> {
        parse::description(text)
    }

    /// The section of this mid.
    #[must_use]
    pub fn section(&self, mid: &str) -> Option<&Section> {
        self.sections
            .iter()
            .find(|section| section.mid.as_deref() == Some(mid))
    }

    /// Whether a mid is in any BUNDLE group.
    #[must_use]
    pub fn is_bundled(&self, mid: &str) -> bool {
        self.bundles.iter().flatten().any(|member| member == mid)
    }

    /// The section's ICE user name fragment, or the session's.
    #[must_use]
    pub fn ice_ufrag<'a>(&'a self, section: &'a Section) -> Option<&'a str> {
        let own = section.attributes.ice_ufrag.as_deref();
        own.or(self.attributes.ice_ufrag.as_deref())
    }

    /// The section's ICE password, or the session's.
    #[must_use]
    pub fn ice_pwd<'a>(&'a self, section: &'a Section) -> Option<&'a str> {
        let own = section.attributes.ice_pwd.as_deref();
        own.or(self.attributes.ice_pwd.as_deref())
    }

    /// The section's fingerprints, or the session's if it has none.
    #[must_use]
    pub fn fingerprints<'a>(&'a self, section: &'a Section) -> &'a [Fingerprint] {
        match section.attributes.fingerprints.as_slice() {
            [] => &self.attributes.fingerprints,
            own => own,
        }
    }

    /// The section's DTLS role, or the session's.
    #[must_use]
    pub fn setup(&self, section: &Section) -> Option<Setup> {
        section.attributes.setup.or(self.attributes.setup)
    }

    /// The section's direction, or the session's, or both ways (RFC 8866 §6.7).
    #[must_use]
    pub fn direction(&self, section: &Section) -> Direction {
        let own = section.attributes.direction;
        own.or(self.attributes.direction).unwrap_or_default()
    }

    /// The session's header extensions, then the section's.
    pub fn extensions<'a>(
        &'a self,
        section: &'a Section,
    ) -> impl Iterator<Item = &'a Extension> + Clone {
        let shared = self.attributes.extensions.iter();
        shared.chain(&section.attributes.extensions)
    }

    /// Whether the section may mix one- and two-byte extension elements.
    #[must_use]
    pub fn extmap_allow_mixed(&self, section: &Section) -> bool {
        self.attributes.extmap_allow_mixed || section.attributes.extmap_allow_mixed
    }
}
