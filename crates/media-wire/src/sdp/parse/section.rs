//! Reads the lines of a section.

use super::super::attribute::{identifier, number, token};
use super::super::limits;
use super::super::write::NO_ADDRESS;
use super::super::{Codec, MediaKind, Msid, Problem, Rid, Section, Ssrc, SsrcGroup};
use super::push;

/// A section whose lines are still coming.
pub(super) struct Draft {
    section: Section,
    /// Feedback for all codecs: `a=rtcp-fb:*`.
    feedback: Vec<String>,
}

impl Draft {
    /// Takes the value of an `m=` line.
    pub(super) fn begin(value: &str) -> Result<Self, Problem> {
        let bad = Problem::BadValue("m=");
        let mut words = value.split(' ').filter(|word| !word.is_empty());
        let mut word = || words.next().ok_or(bad);
        let kind = MediaKind::from_name(token(word()?).ok_or(bad)?);
        let port = word()?;
        let (port, _) = port.split_once('/').unwrap_or((port, ""));
        let mut section = Section {
            kind,
            port: number(port).ok_or(bad)?,
            protocol: word()?.to_owned(),
            ..Section::default()
        };
        for format in words {
            if !section.is_rtp() {
                push(
                    &mut section.formats,
                    format.to_owned(),
                    "formats",
                    limits::CODECS,
                )?;
                continue;
            }
            let payload_type = number(format).filter(|number| *number <= 127).ok_or(bad)?;
            if section.codec(payload_type).is_some() {
                return Err(Problem::DuplicatePayloadType(payload_type));
            }
            let codec = Codec::of_static(payload_type)
                .unwrap_or_else(|| Codec::new(payload_type, "", 0, 1));
            push(
                &mut section.codecs,
                codec,
                "codecs in a section",
                limits::CODECS,
            )?;
        }
        if section.codecs.is_empty() && section.formats.is_empty() {
            return Err(bad);
        }
        Ok(Self {
            section,
            feedback: Vec::new(),
        })
    }

    pub(super) fn connection_or_bandwidth(
        &mut self,
        kind: &str,
        value: &str,
    ) -> Result<(), Problem> {
        if kind == "c" {
            self.section.connection = (value != NO_ADDRESS).then(|| value.to_owned());
            return Ok(());
        }
        let field = match value.split_once(':') {
            Some(("AS", rate)) => (&mut self.section.bandwidth_as, rate),
            Some(("TIAS", rate)) => (&mut self.section.bandwidth_tias, rate),
            _ => return Ok(()),
        };
        *field.0 = Some(number(field.1).ok_or(Problem::BadValue("b="))?);
        Ok(())
    }

    pub(super) fn attribute(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        let section = &mut self.section;
        match name {
            "rtpmap" => self.codec_line(value, "a=rtpmap", Codec::read_map)?,
            "fmtp" => self.codec_line(value, "a=fmtp", Codec::read_parameters)?,
            "rtcp-fb" => self.feedback_line(value)?,
            "mid" => {
                let mid = identifier(value).ok_or(Problem::BadValue("a=mid"))?;
                section.mid = Some(mid.to_owned());
            }
            "msid" => {
                let msid = Msid::parse(value).ok_or(Problem::BadValue("a=msid"))?;
                push(&mut section.msids, msid, "streams", limits::MSIDS)?;
            }
            "ssrc" => self.source_line(value)?,
            "ssrc-group" => {
                let group = SsrcGroup::parse(value).ok_or(Problem::BadValue("a=ssrc-group"))?;
                push(
                    &mut section.ssrc_groups,
                    group,
                    "groups of sources",
                    limits::SSRCS,
                )?;
            }
            "candidate" => {
                let candidate = value.to_owned();
                push(
                    &mut section.candidates,
                    candidate,
                    "candidates",
                    limits::CANDIDATES,
                )?;
            }
            "end-of-candidates" => section.end_of_candidates = true,
            "rtcp-mux" => section.rtcp_mux = true,
            "rtcp-rsize" => section.rtcp_rsize = true,
            "bundle-only" => section.bundle_only = true,
            "ptime" => section.ptime = number(value),
            "maxptime" => section.max_ptime = number(value),
            "rid" => {
                let rid = Rid::parse(value).ok_or(Problem::BadValue("a=rid"))?;
                push(&mut section.rids, rid, "layers", limits::RIDS)?;
            }
            "simulcast" => section.simulcast = Some(value.to_owned()),
            "sctp-port" => section.sctp_port = number(value),
            "max-message-size" => section.max_message_size = number(value),
            _ => section.attributes.attribute(name, value)?,
        }
        Ok(())
    }

    /// A line about one payload type. One that the `m=` line does not have is not meant.
    fn codec_line(
        &mut self,
        value: &str,
        line: &'static str,
        read: impl FnOnce(&mut Codec, &str) -> Option<()>,
    ) -> Result<(), Problem> {
        let bad = Problem::BadValue(line);
        let (payload_type, rest) = value.split_once(' ').ok_or(bad)?;
        let payload_type: u8 = number(payload_type).ok_or(bad)?;
        let mut codecs = self.section.codecs.iter_mut();
        match codecs.find(|codec| codec.payload_type == payload_type) {
            Some(codec) => read(codec, rest).ok_or(bad),
            None => Ok(()),
        }
    }

    fn feedback_line(&mut self, value: &str) -> Result<(), Problem> {
        let bad = Problem::BadValue("a=rtcp-fb");
        let (payload_type, kind) = value.split_once(' ').ok_or(bad)?;
        let words: Vec<_> = kind.split(' ').filter(|word| !word.is_empty()).collect();
        let kind = words.join(" ");
        if kind.is_empty() || kind.len() > limits::FEEDBACK_TEXT {
            return Err(bad);
        }
        if payload_type == "*" {
            return push(
                &mut self.feedback,
                kind,
                "kinds of feedback",
                limits::FEEDBACK,
            );
        }
        self.codec_line(value, "a=rtcp-fb", |codec, _| codec.read_feedback(&kind))
    }

    fn source_line(&mut self, value: &str) -> Result<(), Problem> {
        let bad = Problem::BadValue("a=ssrc");
        let (ssrc, attribute) = value.split_once(' ').unwrap_or((value, ""));
        let ssrc = number(ssrc).ok_or(bad)?;
        let sources = &mut self.section.ssrcs;
        if !sources.iter().any(|source| source.ssrc == ssrc) {
            let source = Ssrc {
                ssrc,
                ..Ssrc::default()
            };
            push(sources, source, "sources", limits::SSRCS)?;
        }
        let Some(source) = sources.iter_mut().find(|source| source.ssrc == ssrc) else {
            return Ok(());
        };
        match attribute.split_once(':') {
            Some(("cname", name)) => source.cname = Some(name.to_owned()),
            Some(("msid", value)) => source.msid = Some(Msid::parse(value).ok_or(bad)?),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Section, Problem> {
        let Self {
            mut section,
            feedback,
        } = self;
        let (codecs, nameless) = section
            .codecs
            .into_iter()
            .partition::<Vec<_>, _>(|codec| !codec.name.is_empty());
        section.codecs = codecs;
        section
            .formats
            .extend(nameless.iter().map(|codec| codec.payload_type.to_string()));
        for codec in &mut section.codecs {
            for kind in &feedback {
                codec.read_feedback(kind).ok_or(Problem::TooMany {
                    what: "kinds of feedback",
                    limit: limits::FEEDBACK,
                })?;
            }
        }
        Ok(section)
    }
}
