//! How large a description and its parts may be.

/// Bytes of a description.
pub const TEXT: usize = 256 * 1024;
/// Bytes of a line.
pub const LINE: usize = 8 * 1024;
/// Sections, also BUNDLE groups and mids in one.
pub const SECTIONS: usize = 256;
/// Codecs, or other formats, of a section.
pub const CODECS: usize = 64;
/// Parameters of a codec.
pub const PARAMETERS: usize = 64;
/// Kinds of feedback of a codec.
pub const FEEDBACK: usize = 16;
/// Bytes that name one kind of feedback.
pub const FEEDBACK_TEXT: usize = 128;
/// Header extensions of a section, and of the session.
pub const EXTENSIONS: usize = 64;
/// Sources of a section, also groups of sources and sources in one.
pub const SSRCS: usize = 64;
/// Media stream identifiers of a section.
pub const MSIDS: usize = 16;
/// Layers of a section.
pub const RIDS: usize = 16;
/// Candidates of a section.
pub const CANDIDATES: usize = 256;
/// Fingerprints of a section, and of the session.
pub const FINGERPRINTS: usize = 16;
/// Words of `a=ice-options`.
pub const ICE_OPTIONS: usize = 16;
/// Bytes of a mid or a rid.
pub const IDENTIFIER: usize = 64;
