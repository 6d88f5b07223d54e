//! Reads a description line by line.

use super::attribute::{identifier, number, token};
use super::limits;
use super::write::NO_ADDRESS;
use super::{
    Attributes, Codec, Description, Direction, Extension, Fingerprint, MediaKind, Msid, Origin,
    Problem, Rid, SdpError, Section, Setup, Ssrc, SsrcGroup,
};

pub(super) fn description(text: &str) -> Result<Description, SdpError> {
    let problem = |line, problem| SdpError { line, problem };
    if text.len() > limits::TEXT {
        return Err(problem(0, Problem::TextTooLong));
    }
    let mut parser = Parser::default();
    let lines = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line));
    for (index, line) in lines.enumerate() {
        // Empty lines are not allowed, but one at the end is what a last CR LF leaves.
        if !line.is_empty() {
            parser.line(line).map_err(|bad| problem(index + 1, bad))?;
        }
    }
    parser.finish().map_err(|bad| problem(0, bad))
}

#[derive(Default)]
struct Parser {
    has_version: bool,
    origin: Option<Origin>,
    description: Description,
    section: Option<Draft>,
}

/// A section whose lines are still coming.
#[derive(Default)]
struct Draft {
    section: Section,
    /// Feedback for all codecs: `a=rtcp-fb:*`.
    feedback: Vec<String>,
}

impl Parser {
    fn line(&mut self, line: &str) -> Result<(), Problem> {
        if line.len() > limits::LINE {
            return Err(Problem::LineTooLong);
        }
        if line.bytes().any(|byte| matches!(byte, 0 | b'\r')) {
            return Err(Problem::ForbiddenByte);
        }
        let (kind, value) = line.split_once('=').ok_or(Problem::NotALine)?;
        if kind.len() != 1 || !kind.bytes().all(|letter| letter.is_ascii_lowercase()) {
            return Err(Problem::NotALine);
        }
        if !self.has_version {
            self.has_version = kind == "v" && value == "0";
            return if self.has_version {
                Ok(())
            } else {
                Err(Problem::NoVersion)
            };
        }
        match kind {
            "o" => self.origin = Some(origin(value).ok_or(Problem::BadValue("o="))?),
            "m" => {
                self.end_section()?;
                self.section = Some(Draft {
                    section: media(value)?,
                    ..Draft::default()
                });
            }
            "a" => {
                let (name, value) = value.split_once(':').unwrap_or((value, ""));
                match &mut self.section {
                    Some(draft) => draft.attribute(name, value)?,
                    None => self.description.attribute(name, value)?,
                }
            }
            "b" | "c" => {
                if let Some(draft) = &mut self.section {
                    draft.section.connection_or_bandwidth(kind, value)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end_section(&mut self) -> Result<(), Problem> {
        let Some(draft) = self.section.take() else {
            return Ok(());
        };
        let section = draft.finish()?;
        if let Some(mid) = section.mid.as_deref()
            && self.description.section(mid).is_some()
        {
            return Err(Problem::DuplicateMid);
        }
        push(
            &mut self.description.sections,
            section,
            "sections",
            limits::SECTIONS,
        )
    }

    fn finish(mut self) -> Result<Description, Problem> {
        self.end_section()?;
        if !self.has_version {
            return Err(Problem::NoVersion);
        }
        self.description.origin = self.origin.ok_or(Problem::NoOrigin)?;
        let description = self.description;
        let mut mids = description.bundles.iter().flatten();
        if mids.any(|mid| description.section(mid).is_none()) {
            return Err(Problem::UnknownMid);
        }
        Ok(description)
    }
}

impl Description {
    fn attribute(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        match name {
            "group" => {
                let mut words = value.split(' ').filter(|word| !word.is_empty());
                if words.next() != Some("BUNDLE") {
                    return Ok(());
                }
                let mut mids = Vec::new();
                for mid in words {
                    let mid = identifier(mid).ok_or(Problem::BadValue("a=group"))?;
                    push(
                        &mut mids,
                        mid.to_owned(),
                        "mids in a group",
                        limits::SECTIONS,
                    )?;
                }
                push(&mut self.bundles, mids, "BUNDLE groups", limits::SECTIONS)
            }
            "ice-lite" => {
                self.ice_lite = true;
                Ok(())
            }
            "msid-semantic" => {
                self.msid_semantic = Some(value.to_owned());
                Ok(())
            }
            _ => self.attributes.attribute(name, value),
        }
    }
}

impl Attributes {
    fn attribute(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        match name {
            "ice-ufrag" => {
                let ufrag = ice_text(value, 4).ok_or(Problem::BadValue("a=ice-ufrag"))?;
                self.ice_ufrag = Some(ufrag.to_owned());
            }
            "ice-pwd" => {
                let pwd = ice_text(value, 22).ok_or(Problem::BadValue("a=ice-pwd"))?;
                self.ice_pwd = Some(pwd.to_owned());
            }
            "ice-options" => {
                self.ice_options.clear();
                for word in value.split(' ').filter(|word| !word.is_empty()) {
                    let word = word.to_owned();
                    push(
                        &mut self.ice_options,
                        word,
                        "ICE options",
                        limits::ICE_OPTIONS,
                    )?;
                }
            }
            "fingerprint" => {
                let fingerprint =
                    Fingerprint::parse(value).ok_or(Problem::BadValue("a=fingerprint"))?;
                push(
                    &mut self.fingerprints,
                    fingerprint,
                    "fingerprints",
                    limits::FINGERPRINTS,
                )?;
            }
            "setup" => {
                let setup = Setup::from_name(value).ok_or(Problem::BadValue("a=setup"))?;
                self.setup = Some(setup);
            }
            "extmap" => {
                let extension = Extension::parse(value).ok_or(Problem::BadValue("a=extmap"))?;
                push(
                    &mut self.extensions,
                    extension,
                    "header extensions",
                    limits::EXTENSIONS,
                )?;
            }
            "extmap-allow-mixed" => self.extmap_allow_mixed = true,
            _ => {
                if let Some(direction) = Direction::from_name(name) {
                    self.direction = Some(direction);
                }
            }
        }
        Ok(())
    }
}

impl Section {
    fn connection_or_bandwidth(&mut self, kind: &str, value: &str) -> Result<(), Problem> {
        if kind == "c" {
            self.connection = (value != NO_ADDRESS).then(|| value.to_owned());
            return Ok(());
        }
        let field = match value.split_once(':') {
            Some(("AS", rate)) => (&mut self.bandwidth_as, rate),
            Some(("TIAS", rate)) => (&mut self.bandwidth_tias, rate),
            _ => return Ok(()),
        };
        *field.0 = Some(number(field.1).ok_or(Problem::BadValue("b="))?);
        Ok(())
    }
}

impl Draft {
    fn attribute(&mut self, name: &str, value: &str) -> Result<(), Problem> {
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

    fn finish(self) -> Result<Section, Problem> {
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

fn origin(value: &str) -> Option<Origin> {
    let words: Vec<_> = value.splitn(7, ' ').collect();
    let [username, session_id, version, network, family, address] = words[..] else {
        return None;
    };
    if username.is_empty() || address.is_empty() {
        return None;
    }
    Some(Origin {
        username: username.to_owned(),
        session_id: number(session_id)?,
        version: number(version)?,
        address: format!("{} {} {address}", token(network)?, token(family)?),
    })
}

fn media(value: &str) -> Result<Section, Problem> {
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
        let codec =
            Codec::of_static(payload_type).unwrap_or_else(|| Codec::new(payload_type, "", 0, 1));
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
    Ok(section)
}

/// ALPHA, DIGIT, `+` and `/`, `least` to 256 of them (RFC 8839 §5.4).
fn ice_text(value: &str, least: usize) -> Option<&str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let valid = (least..=256).contains(&value.len()) && value.bytes().all(allowed);
    valid.then_some(value)
}

fn push<T>(list: &mut Vec<T>, item: T, what: &'static str, limit: usize) -> Result<(), Problem> {
    if list.len() >= limit {
        return Err(Problem::TooMany { what, limit });
    }
    list.push(item);
    Ok(())
}
