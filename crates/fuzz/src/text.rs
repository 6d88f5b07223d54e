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
