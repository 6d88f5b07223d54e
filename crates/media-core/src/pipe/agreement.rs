//! What a pipe's client and the engine have agreed on for all sections alike.

use media_wire::extension::{Ids, Kind as Extension};
use media_wire::sdp::Parameter;

use crate::codec::{Codec, CodecSet, Kind};
use crate::forwarding::view::PayloadTypes;

/// Dynamic payload types (RFC 3551 section 6, RFC 5761 section 4).
const DYNAMIC: std::ops::RangeInclusive<u8> = 96..=127;

/// How a payload type carries its codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carriage {
    /// As the codec's own format says.
    Plain,
    /// With what was sent before (RFC 2198).
    Redundant,
    /// As a retransmission (RFC 4588).
    Again,
}

/// Feedback a client understands for a codec (`a=rtcp-fb`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Feedbacks {
    pub(crate) nack: bool,
    pub(crate) picture_loss: bool,
    pub(crate) transport: bool,
}

/// A codec on this pipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Agreed {
    pub(crate) types: PayloadTypes,
    pub(crate) feedbacks: Feedbacks,
    /// What `a=fmtp` says of it.
    pub(crate) parameters: Vec<Parameter>,
}

/// Payload types and header extension ids are the same in all bundled sections (RFC 9143), but an extension
/// may be used in those of one kind only: Firefox wants send times of pictures and not of sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Agreement {
    codecs: [Option<Agreed>; Codec::ALL.len()],
    /// Payload types the client has given a meaning, known to the engine or not.
    taken: [bool; 128],
    extensions: [Ids; 2],
    /// Extension ids the client has given a meaning.
    taken_ids: [bool; 15],
    /// Whether RTCP packets need not be compound (RFC 5506).
    pub(crate) reduced_size: bool,
}

impl Default for Agreement {
    fn default() -> Self {
        Self {
            codecs: [const { None }; Codec::ALL.len()],
            taken: [false; 128],
            extensions: [Ids::default(); 2],
            taken_ids: [false; 15],
            reduced_size: false,
        }
    }
}

impl Agreement {
    /// How a codec is agreed on, if it is.
    pub(crate) fn codec(&self, codec: Codec) -> Option<&Agreed> {
        self.codecs.get(codec as usize)?.as_ref()
    }

    /// Agree on a codec; what was agreed before stays.
    pub(crate) fn agree(&mut self, codec: Codec, agreed: Agreed) {
        self.take(agreed.types.media);
        for other in [agreed.types.rtx, agreed.types.red].into_iter().flatten() {
            self.take(other);
        }
        if let Some(slot) = self.codecs.get_mut(codec as usize)
            && slot.is_none()
        {
            *slot = Some(agreed);
        }
    }

    /// The client uses this payload type for something.
    pub(crate) fn take(&mut self, payload_type: u8) {
        if let Some(taken) = self.taken.get_mut(usize::from(payload_type)) {
            *taken = true;
        }
    }

    /// The client uses this extension id for something.
    pub(crate) fn take_id(&mut self, id: u8) {
        if let Some(taken) = self.taken_ids.get_mut(usize::from(id)) {
            *taken = true;
        }
    }

    /// The extensions used in sections of this kind.
    pub(crate) fn extensions(&self, kind: Kind) -> Ids {
        let [audio, video] = self.extensions;
        match kind {
            Kind::Audio => audio,
            Kind::Video => video,
        }
    }

    /// The id of an extension, in whichever sections it is used.
    pub(crate) fn extension(&self, extension: Extension) -> Option<u8> {
        self.extensions.iter().find_map(|ids| ids.id(extension))
    }

    /// Use an extension in sections of this kind; an id agreed on before, in sections of any kind, stays.
    pub(crate) fn use_extension(&mut self, kind: Kind, extension: Extension, id: u8) {
        if self.extension(extension).is_none_or(|agreed| agreed == id) {
            self.take_id(id);
            self.extensions_mut(kind).set(extension, id);
        }
    }

    /// Use an extension in sections of this kind no more.
    pub(crate) fn drop_extension(&mut self, kind: Kind, extension: Extension) {
        self.extensions_mut(kind).set(extension, 0);
    }

    fn extensions_mut(&mut self, kind: Kind) -> &mut Ids {
        let [audio, video] = &mut self.extensions;
        match kind {
            Kind::Audio => audio,
            Kind::Video => video,
        }
    }

    /// What the client can use of a kind.
    pub(crate) fn codecs(&self, kind: Kind) -> CodecSet {
        CodecSet::all(kind)
            .iter()
            .filter(|codec| self.codec(*codec).is_some())
            .collect()
    }

    /// What the client said about a codec that the engine proposed; without payload types it has
    /// not taken it.
    pub(crate) fn confirm(&mut self, codec: Codec, rtx: bool, red: bool, feedbacks: Feedbacks) {
        if let Some(Some(agreed)) = self.codecs.get_mut(codec as usize) {
            agreed.types.rtx = agreed.types.rtx.filter(|_| rtx);
            agreed.types.red = agreed.types.red.filter(|_| red);
            agreed.feedbacks = feedbacks;
        }
    }

    /// What a payload type means, and how it carries that.
    pub(crate) fn meaning(&self, payload_type: u8) -> Option<(Codec, Carriage)> {
        Codec::ALL.into_iter().find_map(|codec| {
            let types = self.codec(codec)?.types;
            let given = Some(payload_type);
            if types.media == payload_type {
                Some((codec, Carriage::Plain))
            } else if types.red == given {
                Some((codec, Carriage::Redundant))
            } else if types.rtx == given {
                Some((codec, Carriage::Again))
            } else {
                None
            }
        })
    }

    /// Give payload types to all codecs of a kind of which the client has said nothing yet.
    pub(crate) fn propose(&mut self, kind: Kind) {
        if !self.codecs(kind).is_empty() {
            return;
        }
        for codec in CodecSet::all(kind).iter() {
            let Some(media) = self.free(codec) else {
                return;
            };
            self.take(media);
            let rtx = self.free(codec).filter(|_| kind == Kind::Video);
            let red = self.free(codec).filter(|_| codec == Codec::Opus);
            let agreed = Agreed {
                types: PayloadTypes { media, rtx, red },
                feedbacks: Feedbacks {
                    nack: kind == Kind::Video || codec == Codec::Opus,
                    picture_loss: kind == Kind::Video,
                    transport: true,
                },
                parameters: codec.parameters(None),
            };
            self.agree(codec, agreed);
        }
    }

    /// Give ids to extensions of which the client has said nothing yet.
    pub(crate) fn propose_extensions(&mut self, kind: Kind) {
        let wanted = [
            Extension::Mid,
            Extension::TransportSequence,
            Extension::AbsoluteSendTime,
            match kind {
                Kind::Audio => Extension::AudioLevel,
                Kind::Video => Extension::VideoOrientation,
            },
        ];
        for extension in wanted {
            let free = || (1..15).find(|id| self.taken_ids.get(usize::from(*id)) == Some(&false));
            if let Some(id) = self.extension(extension).or_else(free) {
                self.use_extension(kind, extension, id);
            }
        }
    }

    fn free(&self, codec: Codec) -> Option<u8> {
        match codec {
            // Static (RFC 3551 section 6).
            Codec::Pcmu => Some(0),
            Codec::Pcma => Some(8),
            _ => DYNAMIC
                .into_iter()
                .find(|candidate| self.taken.get(usize::from(*candidate)) == Some(&false)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed(media: u8, rtx: Option<u8>) -> Agreed {
        Agreed {
            types: PayloadTypes {
                media,
                rtx,
                red: None,
            },
            feedbacks: Feedbacks::default(),
            parameters: Vec::new(),
        }
    }

    #[test]
    fn an_extension_is_used_where_it_was_agreed_on() {
        let mut agreement = Agreement::default();
        let (level, time) = (Extension::AudioLevel, Extension::AbsoluteSendTime);
        agreement.use_extension(Kind::Audio, level, 1);
        agreement.use_extension(Kind::Video, time, 3);
        assert_eq!(agreement.extensions(Kind::Audio).id(time), None);
        assert_eq!(agreement.extensions(Kind::Video).id(time), Some(3));
        assert_eq!(agreement.extension(time), Some(3));
        agreement.use_extension(Kind::Audio, time, 7);
        assert_eq!(
            agreement.extensions(Kind::Audio).id(time),
            None,
            "3 is its id"
        );
        agreement.propose_extensions(Kind::Audio);
        assert_eq!(agreement.extensions(Kind::Audio).id(time), Some(3));
        agreement.drop_extension(Kind::Audio, time);
        assert_eq!(agreement.extensions(Kind::Video).id(time), Some(3));
    }

    #[test]
    fn the_first_agreement_stays() {
        let mut agreement = Agreement::default();
        agreement.agree(Codec::Vp8, agreed(96, Some(97)));
        agreement.agree(Codec::Vp8, agreed(100, None));
        assert_eq!(agreement.meaning(96), Some((Codec::Vp8, Carriage::Plain)));
        assert_eq!(agreement.meaning(97), Some((Codec::Vp8, Carriage::Again)));
        assert_eq!(agreement.meaning(100), None);
        assert_eq!(
            agreement.codecs(Kind::Video),
            CodecSet::NONE.with(Codec::Vp8)
        );
    }

    #[test]
    fn proposals_take_nothing_that_is_taken() {
        let mut agreement = Agreement::default();
        agreement.agree(Codec::Opus, agreed(96, None));
        for payload_type in 97..110 {
            agreement.take(payload_type);
        }
        agreement.take_id(1);
        agreement.propose(Kind::Video);
        agreement.propose_extensions(Kind::Video);
        assert_eq!(agreement.codecs(Kind::Video), CodecSet::all(Kind::Video));
        let mut types: Vec<_> = CodecSet::all(Kind::Video)
            .iter()
            .filter_map(|codec| agreement.codec(codec).map(|agreed| agreed.types))
            .flat_map(|types| [types.media, types.rtx.unwrap()])
            .collect();
        types.sort_unstable();
        types.dedup();
        assert_eq!(types.len(), 10);
        assert!(types.iter().all(|payload_type| *payload_type >= 110));
        assert_ne!(agreement.extension(Extension::Mid), Some(1));
        assert_eq!(
            agreement.codecs(Kind::Audio),
            CodecSet::NONE.with(Codec::Opus)
        );
    }
}
