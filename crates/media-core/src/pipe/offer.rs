//! Reads a client's first offer: what it can, what it sends, and whether that can be.

use media_transport::{Credentials, Fingerprint};
use media_wire::extension::Kind as Extension;
use media_wire::sdp::{self, Description, Direction, MediaKind, Setup};

use crate::codec::{Codec, CodecSet, Kind};
use crate::config::Limits;
use crate::forwarding::view::PayloadTypes;
use crate::news::CloseReason;
use crate::order::{Sending, Source};
use crate::pipe::agreement::{Agreed, Agreement, Feedbacks};

/// The format of a section for data channels (RFC 8841 section 4.3).
pub(crate) const CHANNELS: &str = "webrtc-datachannel";
/// What a peer takes that does not say how long a message may be, in bytes (RFC 8841 section 6.1).
const DEFAULT_MESSAGE: u64 = 65_536;

/// A description that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) reason: CloseReason,
    /// A sentence for a person.
    pub(crate) text: String,
}

impl Refusal {
    pub(crate) fn bad(text: impl Into<String>) -> Self {
        Self {
            reason: CloseReason::BadOffer,
            text: text.into(),
        }
    }
}

/// What an offer says, as far as the engine cares.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) credentials: Credentials,
    pub(crate) fingerprints: Vec<Fingerprint>,
    pub(crate) agreement: Agreement,
    /// Whether the client knows BUNDLE.
    pub(crate) bundled: bool,
    pub(crate) sections: Vec<OfferedSection>,
}

/// One section of an offer.
#[derive(Debug)]
pub(crate) struct OfferedSection {
    pub(crate) mid: String,
    pub(crate) media: MediaKind,
    pub(crate) protocol: String,
    pub(crate) formats: Vec<String>,
    /// What both can; nothing if the section is of a kind the engine does not take, or stopped.
    pub(crate) usable: Option<Usable>,
    /// For data channels: the longest message that the client takes, in bytes; 0 is no limit (RFC 8841 section 6).
    pub(crate) channel: Option<u64>,
}

/// What a section can be used for.
#[derive(Debug)]
pub(crate) struct Usable {
    pub(crate) kind: Kind,
    pub(crate) codecs: CodecSet,
    pub(crate) sends: bool,
    pub(crate) receives: bool,
    pub(crate) source: Option<Source>,
    /// SSRC of the client's media and of its retransmissions.
    pub(crate) ssrcs: (Option<u32>, Option<u32>),
}

/// Read a client's first offer.
pub(crate) fn read(text: &str, sending: &[Sending], limits: &Limits) -> Result<Offer, Refusal> {
    if text.len() > limits.description {
        return Err(Refusal::bad(format!(
            "The description has more than {} bytes.",
            limits.description
        )));
    }
    let description = parse(text)?;
    if description.sections.len() > limits.sections {
        return Err(Refusal::bad(format!(
            "The description has more than {} sections.",
            limits.sections
        )));
    }
    if description.ice_lite {
        return Err(Refusal::bad("Both sides are ICE-lite; one has to check."));
    }
    check_sending(&description, sending, limits)?;
    let mut agreement = Agreement::default();
    for section in &description.sections {
        reserve(&description, section, &mut agreement);
    }
    let mut sections = Vec::new();
    for section in &description.sections {
        let mut offered = section_of(&description, section, sending, &mut agreement)?;
        // One association is all that fits into a connection (RFC 8841 section 4.5).
        if sections
            .iter()
            .any(|section: &OfferedSection| section.channel.is_some())
        {
            offered.channel = None;
        }
        sections.push(offered);
    }
    let used: Vec<_> = description
        .sections
        .iter()
        .zip(&sections)
        .filter(|(_, section)| section.usable.is_some() || section.channel.is_some())
        .map(|(described, _)| described)
        .collect();
    let Some(first) = used.first().copied() else {
        return Err(Refusal {
            reason: CloseReason::NoCodec,
            text: "The offer has no sound or picture in a codec that the engine carries, and no data channel."
                .into(),
        });
    };
    for section in &used {
        check_shared(&description, section, used.len() > 1)?;
    }
    agreement.reduced_size = used
        .iter()
        .filter(|section| section.is_rtp())
        .all(|section| section.rtcp_rsize);
    Ok(Offer {
        credentials: credentials(&description, first)?,
        fingerprints: fingerprints(&description, first)?,
        agreement,
        bundled: !description.bundles.is_empty(),
        sections,
    })
}

/// Parse a description.
pub(crate) fn parse(text: &str) -> Result<Description, Refusal> {
    Description::parse(text)
        .map_err(|error| Refusal::bad(format!("The description cannot be read: {error}.")))
}

fn check_sending(
    description: &Description,
    sending: &[Sending],
    limits: &Limits,
) -> Result<(), Refusal> {
    if sending.len() > limits.tracks {
        return Err(Refusal::bad(format!(
            "A client sends at most {} sources.",
            limits.tracks
        )));
    }
    for (at, one) in sending.iter().enumerate() {
        let mid = &one.mid;
        let Some(section) = description.section(mid) else {
            return Err(Refusal::bad(format!("There is no section {mid}.")));
        };
        let fits = match one.source.kind() {
            Kind::Audio => section.kind == MediaKind::Audio,
            Kind::Video => section.kind == MediaKind::Video,
        };
        if !fits {
            return Err(Refusal::bad(format!(
                "Section {mid} is of another kind than what is sent in it."
            )));
        }
        if !description.direction(section).sends() {
            return Err(Refusal::bad(format!(
                "Section {mid} is not one that the client sends in."
            )));
        }
        let others = sending.get(..at).unwrap_or_default();
        if others
            .iter()
            .any(|other| other.mid == *mid || other.source == one.source)
        {
            return Err(Refusal::bad("A section or a source is named twice."));
        }
    }
    Ok(())
}

/// Note every number the client has given a meaning.
fn reserve(description: &Description, section: &sdp::Section, agreement: &mut Agreement) {
    for codec in &section.codecs {
        agreement.take(codec.payload_type);
    }
    let unknown = section.formats.iter().filter(|_| section.is_rtp());
    for payload_type in unknown.filter_map(|format| format.parse().ok()) {
        agreement.take(payload_type);
    }
    for extension in description.extensions(section) {
        if let Ok(id) = u8::try_from(extension.id) {
            agreement.take_id(id);
        }
    }
}

fn section_of(
    description: &Description,
    section: &sdp::Section,
    sending: &[Sending],
    agreement: &mut Agreement,
) -> Result<OfferedSection, Refusal> {
    let mid = section
        .mid
        .clone()
        .ok_or_else(|| Refusal::bad("A section has no a=mid."))?;
    let kind = kind_of(section).filter(|_| {
        !section.is_rejected()
            && section
                .protocol
                .to_ascii_uppercase()
                .ends_with("TLS/RTP/SAVPF")
    });
    let usable = kind.and_then(|kind| {
        let codecs = agree_on_codecs(section, kind, agreement);
        if codecs.is_empty() {
            return None;
        }
        agree_on_extensions(description.extensions(section), kind, agreement);
        let direction = description.direction(section);
        let named = sending.iter().find(|one| one.mid == mid);
        Some(Usable {
            kind,
            codecs,
            sends: direction.sends(),
            receives: direction.receives(),
            source: named.map(|one| one.source),
            ssrcs: ssrcs(section),
        })
    });
    // With a connection of its own it is rejected, as none can be made for it; the others stand.
    let shared = description.sections.len() == 1 || is_shared(description, &mid);
    Ok(OfferedSection {
        mid,
        media: section.kind.clone(),
        protocol: section.protocol.clone(),
        formats: section.formats.clone(),
        usable,
        channel: channel(section).filter(|_| shared),
    })
}

/// The longest message that the client takes, if a section is for data channels (RFC 8841 sections 4.2 and 6).
fn channel(section: &sdp::Section) -> Option<u64> {
    let protocol = section.protocol.to_ascii_uppercase();
    let offered = section.kind == MediaKind::Application
        && !section.is_rejected()
        && matches!(protocol.as_str(), "UDP/DTLS/SCTP" | "TCP/DTLS/SCTP")
        && section.formats.iter().any(|format| format == CHANNELS);
    offered.then(|| section.max_message_size.unwrap_or(DEFAULT_MESSAGE))
}

/// SSRC of the media a section announces, and of its retransmissions.
pub(crate) fn ssrcs(section: &sdp::Section) -> (Option<u32>, Option<u32>) {
    // Layers of a simulcast are told apart by their RID, and there are none here.
    let media = section.ssrcs.first().map(|source| source.ssrc);
    let grouped = section
        .ssrc_groups
        .iter()
        .find(|group| group.semantics == "FID")
        .and_then(|group| group.ssrcs.first().copied());
    let media = grouped.or(media);
    (
        media,
        media.and_then(|media| section.retransmission_ssrc(media)),
    )
}

fn agree_on_codecs(section: &sdp::Section, kind: Kind, agreement: &mut Agreement) -> CodecSet {
    let mut codecs = CodecSet::NONE;
    for described in &section.codecs {
        let Some(codec) = Codec::of(described).filter(|codec| codec.kind() == kind) else {
            continue;
        };
        let rtx = section
            .retransmission_of(described.payload_type)
            .map(|rtx| rtx.payload_type);
        let red = redundancy(section, codec, described.payload_type);
        agreement.agree(
            codec,
            Agreed {
                types: PayloadTypes {
                    media: described.payload_type,
                    rtx,
                    red,
                },
                feedbacks: feedbacks(section, described),
                parameters: codec.parameters(Some(described)),
            },
        );
        let same = agreement
            .codec(codec)
            .is_some_and(|agreed| section.codec(agreed.types.media).is_some());
        if same {
            codecs = codecs.with(codec);
        }
    }
    codecs
}

/// The payload type that carries Opus with redundancy, if a section has one.
pub(crate) fn redundancy(section: &sdp::Section, codec: Codec, payload_type: u8) -> Option<u8> {
    let red = section.redundancy_of(payload_type)?;
    let same = (red.clock, red.channels) == (codec.clock(), codec.channels());
    (codec == Codec::Opus && same).then_some(red.payload_type)
}

/// What a section allows a codec's receiver to tell.
///
/// The browsers that know redundant audio also ask for lost packets of Opus, and send them again
/// when asked, if they are told that the other side does; they never say so themselves.
pub(crate) fn feedbacks(section: &sdp::Section, described: &sdp::Codec) -> Feedbacks {
    let redundant = Codec::of(described)
        .is_some_and(|codec| redundancy(section, codec, described.payload_type).is_some());
    Feedbacks {
        nack: described.has_feedback("nack") || redundant,
        picture_loss: described.has_feedback("nack pli"),
        transport: described.has_feedback("transport-cc"),
    }
}

fn agree_on_extensions<'a>(
    offered: impl Iterator<Item = &'a sdp::Extension>,
    kind: Kind,
    agreement: &mut Agreement,
) {
    for extension in offered {
        let both_ways = matches!(extension.direction, None | Some(Direction::SendRecv));
        let known = Extension::from_uri(&extension.uri).filter(|known| wanted(*known, kind));
        let id = u8::try_from(extension.id).ok().filter(|id| *id < 15);
        if let (Some(known), Some(id), true) = (known, id, both_ways) {
            agreement.use_extension(kind, known, id);
        }
    }
}

/// What a section is about, if the engine knows of it.
pub(crate) fn kind_of(section: &sdp::Section) -> Option<Kind> {
    match section.kind {
        MediaKind::Audio => Some(Kind::Audio),
        MediaKind::Video => Some(Kind::Video),
        MediaKind::Application | MediaKind::Other(_) => None,
    }
}

/// Whether the engine uses an extension in sections of this kind.
fn wanted(extension: Extension, kind: Kind) -> bool {
    match extension {
        Extension::Mid | Extension::TransportSequence | Extension::AbsoluteSendTime => true,
        Extension::AudioLevel => kind == Kind::Audio,
        Extension::VideoOrientation => kind == Kind::Video,
        Extension::Rid | Extension::RepairedRid => false,
    }
}

/// What every section that is used must have, since all share one transport.
fn check_shared(
    description: &Description,
    section: &sdp::Section,
    several: bool,
) -> Result<(), Refusal> {
    let mid = section.mid.as_deref().unwrap_or_default();
    if several && !is_shared(description, mid) {
        return Err(Refusal::bad(format!(
            "Section {mid} is not in the first BUNDLE group; all media shares one transport."
        )));
    }
    if section.is_rtp() && !section.rtcp_mux {
        return Err(Refusal::bad(format!("Section {mid} has no a=rtcp-mux.")));
    }
    match description.setup(section) {
        Some(Setup::ActPass | Setup::Active) => Ok(()),
        _ => Err(Refusal::bad(format!(
            "Section {mid} must offer a=setup:actpass or active; the engine is the DTLS server."
        ))),
    }
}

fn is_shared(description: &Description, mid: &str) -> bool {
    let first = description.bundles.first();
    first.is_some_and(|group| group.iter().any(|member| member == mid))
}

/// User name and password of ICE that a section has, or the whole description.
pub(crate) fn credentials(
    description: &Description,
    section: &sdp::Section,
) -> Result<Credentials, Refusal> {
    match (description.ice_ufrag(section), description.ice_pwd(section)) {
        (Some(ufrag), Some(pwd)) => Ok(Credentials {
            ufrag: ufrag.to_owned(),
            pwd: pwd.to_owned(),
        }),
        _ => Err(Refusal::bad(
            "The description has no ICE user name or password.",
        )),
    }
}

fn fingerprints(
    description: &Description,
    section: &sdp::Section,
) -> Result<Vec<Fingerprint>, Refusal> {
    // Other hash functions may stand besides those the engine knows (RFC 8122 section 5).
    let known: Vec<Fingerprint> = description
        .fingerprints(section)
        .iter()
        .filter_map(|fingerprint| fingerprint.to_string().parse().ok())
        .collect();
    if known.is_empty() {
        return Err(Refusal::bad(
            "The offer has no certificate fingerprint of SHA-256, SHA-384 or SHA-512.",
        ));
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROMIUM: &str = include_str!("../../../media-wire/tests/data/chromium-offer.sdp");
    const FIREFOX: &str = include_str!("../../../media-wire/tests/data/firefox-offer.sdp");

    fn sending() -> Vec<Sending> {
        [("0", Source::Microphone), ("1", Source::Camera)]
            .map(|(mid, source)| Sending {
                mid: mid.to_owned(),
                source,
            })
            .to_vec()
    }

    fn read_it(text: &str) -> Result<Offer, Refusal> {
        read(text, &sending(), &Limits::default())
    }

    #[test]
    fn browsers_are_understood() {
        for (text, video) in [
            (
                CHROMIUM,
                vec![
                    Codec::Vp8,
                    Codec::H264ConstrainedBaseline,
                    Codec::H264Baseline,
                    Codec::H264Main,
                ],
            ),
            (FIREFOX, vec![Codec::Vp8]),
        ] {
            let offer = read_it(text).unwrap();
            let [audio, picture] = offer.sections.as_slice() else {
                panic!("{:?}", offer.sections)
            };
            let audio = audio.usable.as_ref().unwrap();
            assert_eq!(audio.codecs, CodecSet::all(Kind::Audio));
            assert_eq!(audio.source, Some(Source::Microphone));
            let picture = picture.usable.as_ref().unwrap();
            assert_eq!(picture.codecs, video.into_iter().collect());
            assert!(picture.sends && picture.receives);
            let (media, repair) = picture.ssrcs;
            assert!(media.is_some() && repair.is_some() && media != repair);
            let vp8 = offer.agreement.codec(Codec::Vp8).unwrap();
            assert!(vp8.types.rtx.is_some() && vp8.feedbacks.nack);
            assert!(offer.agreement.extension(Extension::Mid).is_some());
            assert!(offer.agreement.reduced_size || text == FIREFOX);
        }
    }

    #[test]
    fn every_broken_rule_has_a_sentence() {
        let table: [(&str, &str, CloseReason, &str); 12] = [
            ("v=0", "v=1", CloseReason::BadOffer, "cannot be read"),
            (
                "a=mid:1",
                "a=other:1",
                CloseReason::BadOffer,
                "cannot be read",
            ),
            ("a=rtcp-mux", "a=other", CloseReason::BadOffer, "rtcp-mux"),
            ("BUNDLE 0 1", "BUNDLE 0", CloseReason::BadOffer, "BUNDLE"),
            (
                "a=setup:actpass",
                "a=setup:passive",
                CloseReason::BadOffer,
                "setup",
            ),
            ("a=ice-pwd:", "a=other:", CloseReason::BadOffer, "ICE"),
            (
                "a=fingerprint:",
                "a=other:",
                CloseReason::BadOffer,
                "fingerprint",
            ),
            (
                "a=group",
                "a=ice-lite\r\na=group",
                CloseReason::BadOffer,
                "lite",
            ),
            (
                "a=sendrecv",
                "a=recvonly",
                CloseReason::BadOffer,
                "not one that the client sends",
            ),
            ("m=audio", "m=video", CloseReason::BadOffer, "another kind"),
            ("RTP/SAVPF", "RTP/AVP", CloseReason::NoCodec, "codec"),
            ("/90000", "/8000", CloseReason::NoCodec, ""),
        ];
        for (from, to, reason, word) in table {
            let text = CHROMIUM.replace(from, to);
            let refusal = match read_it(&text) {
                Err(refusal) => refusal,
                // Without a picture that can be decoded the sound is left.
                Ok(offer) if word.is_empty() => {
                    assert!(offer.sections[1].usable.is_none());
                    continue;
                }
                Ok(_) => panic!("{from} -> {to} is taken"),
            };
            assert_eq!(refusal.reason, reason, "{from} -> {to}: {}", refusal.text);
            assert!(
                refusal.text.contains(word),
                "{from} -> {to}: {}",
                refusal.text
            );
            assert!(refusal.text.ends_with('.'), "{}", refusal.text);
        }
    }

    #[test]
    fn limits_hold() {
        let limits = |change: fn(&mut Limits)| {
            let mut limits = Limits::default();
            change(&mut limits);
            read(CHROMIUM, &sending(), &limits).unwrap_err().reason
        };
        let bad = CloseReason::BadOffer;
        assert_eq!(limits(|limits| limits.description = 100), bad);
        assert_eq!(limits(|limits| limits.sections = 1), bad);
        assert_eq!(limits(|limits| limits.tracks = 1), bad);
        let mut twice = sending();
        twice[1].mid = "0".to_owned();
        twice[1].source = Source::Microphone;
        assert_eq!(
            read(CHROMIUM, &twice, &Limits::default())
                .unwrap_err()
                .reason,
            bad
        );
        twice[1].mid = "7".to_owned();
        assert_eq!(
            read(CHROMIUM, &twice, &Limits::default())
                .unwrap_err()
                .reason,
            bad
        );
    }
}
