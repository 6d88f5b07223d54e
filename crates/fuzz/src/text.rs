//! The body for session descriptions.

use media_wire::sdp::{Description, limits};

/// A description that can be read can be written, and is then read the same.
pub fn sdp(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let description = match Description::parse(&text) {
        Ok(description) => description,
        Err(error) => {
            assert!(error.line <= text.split('\n').count());
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let written = description.to_string();
    // Feedback for all codecs is written for each, which can be too much.
    if written.len() <= limits::TEXT {
        assert_eq!(Description::parse(&written).as_ref(), Ok(&description));
    }
    for section in &description.sections {
        let _ = (description.ice_ufrag(section), description.setup(section));
        for codec in &section.codecs {
            let _ = section.retransmission_of(codec.payload_type);
            if let Some(level) = codec.answer_level(codec) {
                assert_eq!(Some(level), codec.profile_level_id());
            }
            for other in &section.codecs {
                assert_eq!(codec.compatible_with(other), other.compatible_with(codec));
            }
        }
    }
}

/// The parts of an input, each behind its length in two bytes; the last may be cut off.
pub(crate) fn pieces(mut data: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (len, rest) = data.split_first_chunk::<2>()?;
        let len = usize::from(u16::from_be_bytes(*len)).min(rest.len());
        let (piece, rest) = rest.split_at(len);
        data = rest;
        Some(piece)
    })
}
