//! Writes the engine's descriptions: its answer to the first offer, and its own offers.

use std::net::SocketAddr;

use media_transport::{Fingerprint, MAX_MESSAGE};
use media_wire::extension::Kind as Extension;
use media_wire::sdp::{
    self, Attributes, Description, Direction, Msid, Origin, Setup, Ssrc, SsrcGroup,
};

use crate::codec::{Codec, CodecSet, Kind};
use crate::order::Source;
use crate::pipe::Pipe;
use crate::pipe::agreement::{Agreed, Agreement};
use crate::pipe::offer::CHANNELS;
use crate::pipe::section::{Section, Stage};

/// What a camera may send, in bit/s of payload.
const CAMERA_RATE: u64 = 1_500_000;
/// What a screen may send: text wants more than faces.
const SCREEN_RATE: u64 = 2_500_000;
/// Port of a section that ICE finds the way for (RFC 8840 section 4.1).
const DISCARD: u16 = 9;
/// Port of the association in its connection: the one everybody uses (RFC 8841 section 5).
const SCTP_PORT: u16 = 5000;
/// Type preference of a host candidate, shifted to its place (RFC 8445 section 5.1.2.1).
const HOST: u32 = 126 << 24;
/// The same for TCP, less than any candidate for UDP has (RFC 6544 section 4.2).
const HOST_TCP: u32 = 90 << 24;
/// Direction preference of a passive TCP candidate, as a part of the local one (RFC 6544 section 4.2).
const PASSIVE: u32 = 4 << 13;

/// What all descriptions of a shard have in common.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    pub(crate) advertised: &'a [SocketAddr],
    pub(crate) fingerprint: &'a Fingerprint,
    pub(crate) cname: &'a str,
}

impl Writer<'_> {
    /// The answer to the client's first offer.
    pub(crate) fn answer(&self, pipe: &Pipe) -> String {
        self.description(pipe, Setup::Passive, pipe.bundled)
    }

    /// An offer with everything the engine wants now. The DTLS connection stays as it is; offering
    /// both roles is what an offer has to do (RFC 8842 section 5.2).
    pub(crate) fn offer(&self, pipe: &Pipe) -> String {
        self.description(pipe, Setup::ActPass, true)
    }

    fn description(&self, pipe: &Pipe, setup: Setup, bundled: bool) -> String {
        let bundle: Vec<String> = pipe
            .sections
            .iter()
            .filter(|section| section.stage != Stage::Rejected)
            .map(|section| section.mid.clone())
            .collect();
        let (mut sounds, mut pictures) = (0, 0);
        let mut sections: Vec<sdp::Section> = pipe
            .sections
            .iter()
            .map(|section| {
                match section.stage {
                    Stage::Rejected => return rejected(section),
                    Stage::Channel => return self.channel(pipe, section, setup),
                    Stage::Planned | Stage::Offered | Stage::Live => {}
                }
                let count = match section.kind {
                    Kind::Audio => &mut sounds,
                    Kind::Video => &mut pictures,
                };
                let described = self.section(pipe, section, setup, *count);
                *count += 1;
                described
            })
            .collect();
        // What all share is told once, in the section that stands for the others (RFC 9143 section 7.1.3).
        if let Some(tagged) = sections.iter_mut().find(|section| !section.is_rejected()) {
            tagged.candidates = candidates(self.advertised);
            tagged.end_of_candidates = true;
        }
        Description {
            origin: Origin {
                session_id: pipe.session,
                version: pipe.version,
                ..Origin::default()
            },
            bundles: if bundled { vec![bundle] } else { Vec::new() },
            ice_lite: true,
            msid_semantic: Some("WMS *".to_owned()),
            sections,
            ..Description::default()
        }
        .to_string()
    }

    /// About how long a description grows by this section, which it has not yet.
    pub(crate) fn length(&self, pipe: &Pipe, section: &Section) -> usize {
        let number = pipe.sections.len();
        let described = self.section(pipe, section, Setup::ActPass, number);
        described.to_string().len() + " ".len() + section.mid.len()
    }

    /// `number` counts the sections of its kind before it.
    fn section(&self, pipe: &Pipe, section: &Section, setup: Setup, number: usize) -> sdp::Section {
        let receives = section.sends || section.expects.is_some();
        let mut described = sdp::Section {
            kind: section.media.clone(),
            port: DISCARD,
            protocol: section.protocol.clone(),
            codecs: codecs(&pipe.agreement, section.target),
            mid: Some(section.mid.clone()),
            attributes: Attributes {
                direction: Some(Direction::of(section.slot.is_some(), receives)),
                extensions: extensions(&pipe.agreement, section.kind),
                ..self.transport(pipe, setup)
            },
            rtcp_mux: true,
            rtcp_rsize: pipe.agreement.reduced_size,
            bandwidth_tias: bandwidth(section).filter(|_| receives),
            ..sdp::Section::default()
        };
        self.sources(pipe, section, number, &mut described);
        described
    }

    /// The section of the data channel (RFC 8841).
    fn channel(&self, pipe: &Pipe, section: &Section, setup: Setup) -> sdp::Section {
        sdp::Section {
            kind: section.media.clone(),
            port: DISCARD,
            protocol: section.protocol.clone(),
            formats: vec![CHANNELS.to_owned()],
            mid: Some(section.mid.clone()),
            attributes: self.transport(pipe, setup),
            sctp_port: Some(SCTP_PORT),
            max_message_size: Some(MAX_MESSAGE as u64),
            ..sdp::Section::default()
        }
    }

    /// What all sections say of the connection that they share.
    fn transport(&self, pipe: &Pipe, setup: Setup) -> Attributes {
        let credentials = pipe.transport.local();
        Attributes {
            ice_ufrag: Some(credentials.ufrag.clone()),
            ice_pwd: Some(credentials.pwd.clone()),
            fingerprints: sdp::Fingerprint::parse(&self.fingerprint.to_string())
                .into_iter()
                .collect(),
            setup: Some(setup),
            ..Attributes::default()
        }
    }

    /// Announce the SSRCs of a slot, so that a view can be put into it without a negotiation.
    fn sources(&self, pipe: &Pipe, section: &Section, number: usize, described: &mut sdp::Section) {
        let Some(slot) = &section.slot else {
            return;
        };
        // The nth slots of sound and picture are one stream: what a client shows together.
        let msid = Msid {
            stream: format!("slot{number}"),
            track: Some(format!("slot{number}-{}", section.media.name())),
        };
        let repaired = section
            .target
            .iter()
            .filter_map(|codec| pipe.agreement.codec(codec))
            .any(|agreed| agreed.types.rtx.is_some());
        let mut ssrcs = vec![slot.ssrc];
        if repaired {
            ssrcs.push(slot.rtx_ssrc);
            described.ssrc_groups.push(SsrcGroup {
                semantics: "FID".to_owned(),
                ssrcs: ssrcs.clone(),
            });
        }
        described.ssrcs = ssrcs
            .into_iter()
            .map(|ssrc| Ssrc {
                ssrc,
                cname: Some(self.cname.to_owned()),
                msid: None,
            })
            .collect();
        described.msids = vec![msid];
    }
}

fn rejected(section: &Section) -> sdp::Section {
    sdp::Section {
        kind: section.media.clone(),
        port: 0,
        protocol: section.protocol.clone(),
        formats: section.formats.clone(),
        mid: Some(section.mid.clone()),
        attributes: Attributes {
            direction: Some(Direction::Inactive),
            ..Attributes::default()
        },
        ..sdp::Section::default()
    }
}

fn bandwidth(section: &Section) -> Option<u64> {
    let source = section
        .incoming
        .as_ref()
        .map(|incoming| incoming.source)
        .or(section.expects);
    match (section.kind, source) {
        (Kind::Audio, _) => None,
        (Kind::Video, Some(Source::Screen)) => Some(SCREEN_RATE),
        (Kind::Video, _) => Some(CAMERA_RATE),
    }
}

/// Codecs in the engine's order of preference, each after its redundant form, which is sent if it comes
/// first, and before its retransmission.
fn codecs(agreement: &Agreement, set: CodecSet) -> Vec<sdp::Codec> {
    set.iter()
        .filter_map(|codec| Some((codec, agreement.codec(codec)?)))
        .flat_map(|(codec, agreed)| {
            let rtx = agreed.types.rtx.map(|payload_type| {
                sdp::Codec::new(payload_type, "rtx", codec.clock(), 1)
                    .with("apt", &agreed.types.media.to_string())
            });
            let red = agreed.types.red.map(|payload_type| {
                let media = agreed.types.media;
                let mut red = sdp::Codec::new(payload_type, "red", codec.clock(), codec.channels());
                red.parameters = vec![sdp::Parameter {
                    name: format!("{media}/{media}"),
                    value: None,
                }];
                red
            });
            red.into_iter()
                .chain(std::iter::once(described(codec, agreed)))
                .chain(rtx)
        })
        .collect()
}

fn described(codec: Codec, agreed: &Agreed) -> sdp::Codec {
    let mut described = sdp::Codec::new(
        agreed.types.media,
        codec.name(),
        codec.clock(),
        codec.channels(),
    );
    described.parameters.clone_from(&agreed.parameters);
    let feedbacks = [
        (agreed.feedbacks.transport, "transport-cc"),
        (agreed.feedbacks.nack, "nack"),
        (agreed.feedbacks.picture_loss, "nack pli"),
    ];
    described.feedback = feedbacks
        .into_iter()
        .filter(|(agreed, _)| *agreed)
        .map(|(_, name)| name.to_owned())
        .collect();
    described
}

fn extensions(agreement: &Agreement, kind: Kind) -> Vec<sdp::Extension> {
    let ids = agreement.extensions(kind);
    Extension::ALL
        .into_iter()
        .filter_map(|extension| {
            Some(sdp::Extension {
                id: u16::from(ids.id(extension)?),
                direction: None,
                uri: extension.uri().to_owned(),
                attributes: None,
            })
        })
        .collect()
}

/// Host candidates for each address, the first the most preferred (RFC 8839 section 5.1): one for UDP,
/// and a passive one for TCP on the same port (RFC 6544 section 4.5), which serves those whose UDP is dropped.
fn candidates(advertised: &[SocketAddr]) -> Vec<String> {
    let udp = (0u32..).zip(advertised).map(|(at, address)| {
        let preference = 65_535u32.saturating_sub(at);
        let priority = HOST | preference << 8 | 255;
        let (ip, port) = (address.ip(), address.port());
        format!("{} 1 udp {priority} {ip} {port} typ host", at + 1)
    });
    let tcp = (0u32..).zip(advertised).map(|(at, address)| {
        let preference = PASSIVE | 8_191u32.saturating_sub(at);
        let priority = HOST_TCP | preference << 8 | 255;
        let (ip, port) = (address.ip(), address.port());
        let foundation = advertised.len() + at as usize + 1;
        format!("{foundation} 1 tcp {priority} {ip} {port} typ host tcptype passive")
    });
    udp.chain(tcp).collect()
}
